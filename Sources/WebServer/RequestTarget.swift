import HTTPSemantics

/// A request target taken apart (RFC 9112 §3.2), percent signs left alone.
struct RequestTarget: Equatable {
    /// Begins with `/`, or is `*`.
    let path: String
    let query: String?

    /// Origin form (`/a?b`), absolute form (`http://host:port/a?b`: "a server MUST accept the absolute-form", §3.2.2) or asterisk form.
    /// `nil` for everything else: authority form, white space or control characters within.
    init?(_ text: String) {
        guard !text.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7f }) else { return nil }
        var rest = text.utf8[...]
        if rest.first != UInt8(ascii: "/") {
            if text == "*" {
                path = "*"
                query = nil
                return
            }
            guard let afterAuthority = Self.afterAuthority(rest) else { return nil }
            rest = afterAuthority
        }
        let mark = rest.firstIndex(of: UInt8(ascii: "?"))
        let path = rest[..<(mark ?? rest.endIndex)]
        self.path = path.isEmpty ? "/" : path.count == text.utf8.count ? text : String(decoding: path, as: UTF8.self)
        query = mark.map { String(decoding: rest[rest.index(after: $0)...], as: UTF8.self) }
    }

    /// What follows scheme and authority of an http or https URI.
    private static func afterAuthority(_ target: Substring.UTF8View) -> Substring.UTF8View? {
        for scheme in ["http://", "https://"] {
            let count = scheme.utf8.count
            guard target.count > count, sameFieldName(String(decoding: target.prefix(count), as: UTF8.self), scheme) else {
                continue
            }
            let rest = target.dropFirst(count)
            let end = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? rest.endIndex
            // RFC 9110 §4.2.1: an http URI with an empty host is invalid.
            return end == rest.startIndex ? nil : rest[end...]
        }
        return nil
    }
}
