/// One header: its name as sent and its value on one line.
///
/// Whatever it is made from, a header holds neither a line end nor another control character, so that nothing copied from a phone
/// into a reply can begin a header of its own.
package struct SIPHeader: Equatable, Sendable {
    /// As sent: `Call-ID`, `call-id` or `i`.
    package let name: String
    /// The value as sent, unfolded, without blanks at its ends. Bytes, because a phone may write its display name in Latin-1 and
    /// what is copied into a reply must be what was sent.
    package let bytes: [UInt8]
    /// The long name in lower case, by which headers are found.
    let key: String

    /// Control characters in the value become blanks; what is no character of a name is left out of the name.
    package init(_ name: String, bytes: some Sequence<UInt8>) {
        self.name = name.utf8.allSatisfy(\.isToken) ? name : String(decoding: name.utf8.filter(\.isToken), as: UTF8.self)
        var value = Array(bytes)
        if value.contains(where: \.isForbiddenControl) { value = value.map { $0.isForbiddenControl ? UInt8(ascii: " ") : $0 } }
        let trimmed = value[...].trimmed
        self.bytes = trimmed.count == value.count ? value : Array(trimmed)
        key = SIPHeader.key(of: self.name)
    }

    package init(_ name: String, _ value: String) {
        self.init(name, bytes: value.utf8)
    }

    /// The name as sent is a compact one.
    var isCompact: Bool { key.utf8.count != name.utf8.count }

    /// One of those that an answer copies or is aimed by.
    var isCopied: Bool {
        switch key {
        case "via", "from", "to", "call-id", "cseq", "contact", "event": true
        default: false
        }
    }

    /// The value as text; what is not UTF-8 in it reads as U+FFFD.
    package var value: String { bytes[...].text }

    /// The comma-separated elements of a list; the whole value where the header is no list.
    var elements: [ArraySlice<UInt8>] {
        SIPHeader.lists.contains(key) ? sipElements(bytes[...]) : [bytes[...]]
    }

    /// RFC 3261 §7.3.1: names are case-insensitive; §7.3.3: and have compact forms.
    static func key(of name: String) -> String {
        let lower = name.lowercased()
        return lower.utf8.count == 1 ? compact[lower] ?? lower : lower
    }

    /// RFC 3261 §20, RFC 6665 §8.2 (`o`, `u`), RFC 3515 (`r`), RFC 3892 (`b`), RFC 4028 (`x`).
    private static let compact: [String: String] = [
        "v": "via", "f": "from", "t": "to", "i": "call-id", "m": "contact", "l": "content-length", "c": "content-type",
        "o": "event", "u": "allow-events", "s": "subject", "k": "supported", "e": "content-encoding", "r": "refer-to",
        "b": "referred-by", "x": "session-expires",
    ]

    /// Headers in which a comma separates elements. In the others (User-Agent, Call-ID, dates) it means nothing.
    private static let lists: Set<String> = [
        "via", "contact", "route", "record-route", "accept", "accept-encoding", "accept-language", "allow", "allow-events",
        "require", "proxy-require", "supported", "unsupported", "content-encoding", "content-language", "in-reply-to", "warning",
    ]

    /// Headers that a message holds once at the most (RFC 3261 §7.3.1, table 2), long name by key.
    static let once: [(key: String, name: String)] = [
        ("from", "From"), ("to", "To"), ("call-id", "Call-ID"), ("cseq", "CSeq"), ("content-length", "Content-Length"),
        ("content-type", "Content-Type"), ("max-forwards", "Max-Forwards"), ("event", "Event"), ("expires", "Expires"),
        ("subscription-state", "Subscription-State"),
    ]

    /// Headers whose value is one number, and the most that it may be (RFC 3261 §20.22: Max-Forwards is 0 to 255).
    static let numbers: [(key: String, name: String, most: UInt32)] = [
        ("content-length", "Content-Length", SIPNumber.most), ("expires", "Expires", SIPNumber.most),
        ("max-forwards", "Max-Forwards", 255),
    ]
}
