/// A text in which each URL's `user:password@` (RFC 3986 §3.2.1) is `***@`.
package func withoutCredentials(_ text: String) -> String {
    let bytes = Array(text.utf8)
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count)
    var place = 0
    while place < bytes.count {
        guard bytes[place...].starts(with: "://".utf8) else {
            out.append(bytes[place])
            place += 1
            continue
        }
        let start = place + 3
        let end = bytes[start...].firstIndex(where: endsAuthority) ?? bytes.count
        out += "://".utf8
        if let at = bytes[start..<end].lastIndex(of: UInt8(ascii: "@")) {
            out += "***".utf8
            out += bytes[at..<end]
        } else {
            out += bytes[start..<end]
        }
        place = end
    }
    return String(decoding: out, as: UTF8.self)
}

/// Where a URL's host and port end: as the RFC has it, or where the text around the URL goes on.
private func endsAuthority(_ byte: UInt8) -> Bool {
    byte <= 0x20 || "/?#\"<>".utf8.contains(byte)
}

/// A password. Nothing prints it: whoever needs it asks for its text.
package struct Secret: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package let text: String

    package init(_ text: String) {
        self.text = text
    }

    package var description: String { "***" }
    package var debugDescription: String { "***" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// What a phone that asks for credentials is told (RFC 3261 §22).
package struct SIPCredentials: Hashable, Sendable {
    package var user: String
    package var password: Secret

    package init(user: String, password: Secret) {
        self.user = user
        self.password = password
    }
}
