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

    /// Control characters in the value become blanks; what is no character of a name is left out of the name.
    package init(_ name: String, bytes: some Sequence<UInt8>) {
        self.name = name.utf8.allSatisfy(\.isToken) ? name : String(decoding: name.utf8.filter(\.isToken), as: UTF8.self)
        let value = bytes.map { $0.isForbiddenControl ? UInt8(ascii: " ") : $0 }
        self.bytes = Array(value[...].trimmed)
    }

    package init(_ name: String, _ value: String) {
        self.init(name, bytes: value.utf8)
    }

    /// The value as text; what is not UTF-8 in it reads as U+FFFD.
    package var value: String { bytes[...].text }

    var key: SIPHeaderName { SIPHeaderName(Array(name.utf8)[...]) }
}

/// Where a header stands within its message.
struct SIPField: Sendable {
    let key: SIPHeaderName
    let name: Range<Int>
    /// Unfolded, without blanks at its ends.
    let value: Range<Int>

    /// The name as sent is a compact one.
    var isCompact: Bool { name.count == 1 && key != .other }
}
