import ConfigTree
import Packets
import VendorCatalogue

/// A URL that a phone is told, taken apart as far as is needed to know whether bellhop itself would answer it.
package struct ProvisioningURL: Hashable, Sendable {
    package let text: String
    package let scheme: URLScheme
    package let host: String
    package let port: UInt16
    /// Without the leading slash, percent-decoded once; query and fragment left out.
    package let path: String

    /// `nil` for text that is no URL of a scheme that phones know.
    package init?(_ text: String) {
        guard let mark = text.firstRange(of: "://"), let scheme = URLScheme(rawValue: text[..<mark.lowerBound].lowercased())
        else { return nil }
        let rest = text[mark.upperBound...]
        let authorityEnd = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
        var authority = rest[..<authorityEnd]
        if let at = authority.lastIndex(of: "@") { authority = authority[authority.index(after: at)...] }
        let parts = authority.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let host = parts.first, !host.isEmpty else { return nil }
        if parts.count == 2 {
            guard let port = wholeNumber(parts[1]).flatMap(UInt16.init(exactly:)), port > 0 else { return nil }
            self.port = port
        } else {
            port = scheme.defaultPort
        }
        var path = rest[authorityEnd...]
        if let end = path.firstIndex(where: { "?#".contains($0) }) { path = path[..<end] }
        guard let decoded = percentDecoded(path.drop { $0 == "/" }) else { return nil }
        self.text = text
        self.scheme = scheme
        self.host = host.lowercased()
        self.path = decoded
    }
}

/// Decodes `%XX` once (RFC 3986 §2.1). `nil` for a broken escape, an encoded NUL, `/` or `\`, or text that is not UTF-8 then: none of
/// these is ever part of a file's name.
package func percentDecoded(_ text: some StringProtocol) -> String? {
    decoded(String(text)) { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "\\") }
}

/// Decodes what a query says under a name, `+` for a space (HTML, application/x-www-form-urlencoded). `nil` for a broken escape, a NUL,
/// or text that is not UTF-8 then.
package func queryDecoded(_ text: some StringProtocol) -> String? {
    decoded(String(text).replacing("+", with: " ")) { _ in true }
}

private func decoded(_ text: String, _ mayBeEscaped: (UInt8) -> Bool) -> String? {
    guard text.utf8.contains(UInt8(ascii: "%")) else { return text.utf8.contains(0) ? nil : text }
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
        guard byte == UInt8(ascii: "%") else {
            bytes.append(byte)
            continue
        }
        guard let high = rest.popFirst().flatMap(hexValue), let low = rest.popFirst().flatMap(hexValue) else { return nil }
        let decoded = high << 4 | low
        guard mayBeEscaped(decoded) else { return nil }
        bytes.append(decoded)
    }
    guard !bytes.contains(0) else { return nil }
    return String(validating: bytes, as: UTF8.self)
}

/// Macros that phones fill in themselves, filled in as this phone would, so that it can be seen whether the file is there. Each
/// place is filled once: a model that reads `{MODEL}` (anyone may send that) is no macro.
///
/// - Parameter family: what its phones fill in is known; of others every maker's macro is taken for theirs. The case of an address makes
///   no difference in a name of the tree.
package func phoneSideMacrosFilled(_ path: String, for facts: PhoneFacts, of family: Family? = nil) -> String {
    var facts = facts
    facts.model = facts.model.flatMap(safeName)
    let own = (family?.phone?.macros ?? []).map { ($0.macro, $0.value.complete(with: facts)) }
    let macros: [(String, String?)] =
        own + [
            ("{mac}", facts["mac"]), ("{MAC}", facts["MAC"]), ("{model}", facts["model"]), ("{MODEL}", facts["model"]),
            ("$(MAU)", facts["MAC"]), ("$(MA)", facts["mac"]), ("$MAU", facts["MAC"]), ("$MAC", facts["mac"]),
            ("$mac", facts["mac"]), ("$MA", facts["mac"]),
            ("<MAC>", facts["MAC"]), ("<mac>", facts["mac"]), ("<MODEL>", facts["model"]), ("%MACD", facts["MAC"]),
        ]
    var filled = ""
    var rest = path[...]
    while let character = rest.first {
        if let (macro, value) = macros.first(where: { $0.1 != nil && rest.hasPrefix($0.0) }), let value {
            filled += value
            rest = rest.dropFirst(macro.count)
        } else {
            filled.append(character)
            rest = rest.dropFirst()
        }
    }
    return filled
}

/// Whether a path still holds something that only the phone knows.
package func holdsPhoneSideMacro(_ path: String) -> Bool {
    path.contains { "{$<".contains($0) }
}
