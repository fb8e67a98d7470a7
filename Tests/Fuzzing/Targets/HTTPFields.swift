import HTTPSemantics
import TestSupport

private let now = HTTPDate(seconds: 1_800_000_000)

/// One answer is one byte here: the rules hold for whatever hash there is.
private func hash(_ bytes: [UInt8]) -> [UInt8] { [bytes.reduce(7) { $0 &* 31 &+ $1 }] }

extension FuzzTarget {
    /// What HTTP fields mean: credentials, dates, conditions and ranges, a field a line. The first byte says how long the file is.
    static let httpFields = FuzzTarget("http-fields") {
        [
            "\u{8}Range: bytes=0-3", "\u{8}Range: bytes=-2\nIf-Range: \"a\"", "\0Range: bytes=18446744073709551616-, ,",
            "\u{8}If-None-Match: W/\"a\", \"b\"\nIf-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT",
            "\u{8}If-Unmodified-Since: Sunday, 06-Nov-94 08:49:37 GMT\nIf-Match: *",
            "\u{8}If-Modified-Since: Sun Nov  6 08:49:37 1994\nIf-Modified-Since: Fri, 29 Feb 2100 24:00:60 GMT",
            "\u{8}Authorization: Basic bGlmdDpzZWNyZXQ=",
            "\u{8}Authorization: Digest username=\"lift\", realm=\"bellhop\", nonce=\"0a\", uri=\"/a\\\"b\", response=\"00\", qop=auth, "
                + "nc=00000001, cnonce=\"c\", algorithm=SHA-256, opaque=\"o\"",
            "\u{8}Authorization: Digest username*=UTF-8''l%c3%a4ft, realm=r, nonce=n, uri=/, response=0, qop=auth, nc=ffffffff, cnonce=c",
        ].map { Array($0.utf8) }
    } run: { bytes in
        var choices = Choices(bytes)
        let length = Int64(choices.byte())
        var fields: [(name: String, value: String)] = []
        for line in choices.rest.split(separator: UInt8(ascii: "\n")) {
            let parts = line.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { continue }
            fields.append(
                (String(decoding: parts[0], as: UTF8.self), String(decoding: parts[1].drop { $0 == 0x20 }, as: UTF8.self)))
        }
        for field in fields {
            if let date = HTTPDate(field.value, now: now) {
                try expect(HTTPDate(date.description, now: now) == date, "a date that is told is read as the same: \(date)")
            }
            switch Credentials(field.value) {
            case .basic(let user, let password):
                try expect(!user.contains(":"), "the first colon ends the user")
                try expect(!(user + password).utf8.contains { $0 < 0x20 || $0 == 0x7f }, "neither holds a control character")
            case .digest(let digest):
                let right = digest.expectedResponse(password: "a", method: "GET", hash: hash)
                try expect(
                    right.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }, "it is hexadecimal")
            case nil: break
            }
        }
        let conditions = Preconditions(now: now) { name in fields.filter { sameFieldName($0.name, name) }.map(\.value) }
        for tag in [nil, EntityTag("a"), EntityTag("a", isWeak: true)] {
            for modified in [nil, HTTPDate(seconds: 784_111_777), now] {
                let current = Validators(tag: tag, modified: modified)
                let outcome = conditions.outcome(for: current)
                let asks = ["If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since"]
                let isAsked = fields.contains { field in asks.contains { sameFieldName($0, field.name) } }
                try expect(outcome == .proceed || isAsked, "nothing is kept back unasked")
                if case .part(let offset, let count) = conditions.octets(of: length, current) {
                    try expect(offset >= 0 && count > 0 && offset + count <= length, "a part lies within the file")
                }
            }
        }
    }
}
