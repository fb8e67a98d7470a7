import Packets

/// A URI (RFC 3261 §19.1.1). Only `sip` and `sips` are taken apart; of another scheme there is the scheme and the text.
package struct SIPURI: Equatable, Sendable {
    /// The URI as sent, printable ASCII.
    let bytes: ArraySlice<UInt8>
    /// `sip`, and no other scheme.
    package let isSIP: Bool
    private let userPlace: Range<Int>?
    private let hostPlace: Range<Int>
    private let parametersPlace: Range<Int>
    /// 1 to 65535; `nil` when not given, which means 5060 (RFC 3261 §19.1.2).
    package let port: UInt16?

    package static let defaultPort: UInt16 = 5060

    package init(parsing bytes: ArraySlice<UInt8>) throws(SIPFault) {
        guard bytes.first?.isLetter == true, bytes.allSatisfy(SIPURI.mayHold),
            let colon = bytes.firstIndex(of: UInt8(ascii: ":")),
            bytes[..<colon].allSatisfy(SIPURI.mayNameScheme), colon + 1 < bytes.endIndex
        else { throw .uri }
        self.bytes = bytes
        isSIP = bytes[..<colon].isNamed(.sip)
        guard isSIP || bytes[..<colon].isNamed(.sips) else {
            let end = bytes.endIndex..<bytes.endIndex
            (userPlace, hostPlace, parametersPlace, port) = (nil, end, end, nil)
            return
        }

        let at = bytes[(colon + 1)...].firstIndex(of: UInt8(ascii: "@"))
        let start = (at ?? colon) + 1
        let end = bytes[start...].firstIndex { $0 == UInt8(ascii: ";") || $0 == UInt8(ascii: "?") } ?? bytes.endIndex
        let host = SIPURI.hostAndPort(bytes[start..<end])
        if let at {
            guard host != nil, at > colon + 1 else { throw .uri }
            userPlace = (colon + 1)..<at
        } else if host == nil {
            // No `@`, and no host either: `sip:MAC%3a00135E874B49`.
            guard start < end else { throw .uri }
            userPlace = start..<end
        } else {
            userPlace = nil
        }
        hostPlace = host?.place ?? end..<end
        port = host?.port
        parametersPlace = end..<(bytes[end...].firstIndex(of: UInt8(ascii: "?")) ?? bytes.endIndex)
        guard SIPParameters(ofURI: bytes[parametersPlace]) != nil else { throw .uri }
    }

    package init(parsing text: String) throws(SIPFault) {
        try self.init(parsing: Array(text.utf8)[...])
    }

    /// Everything before `@` as sent, a password with its colon included, because phones write `MAC:001122334455@` and mean a
    /// user.
    var userBytes: ArraySlice<UInt8>? { userPlace.map { bytes[$0] } }
    /// Empty when there is none: snompnpd's sample has `sip:MAC%3a00135E874B49` and nothing more.
    var hostBytes: ArraySlice<UInt8> { bytes[hostPlace] }
    package var parameters: SIPParameters { SIPParameters(ofURI: bytes[parametersPlace]) ?? SIPParameters() }
    /// The URI without its `?header=value`, which no Request-URI may carry (RFC 3261 §19.1.1, table 1).
    var bytesWithoutHeaders: ArraySlice<UInt8> { bytes[..<parametersPlace.upperBound] }

    /// In lower case.
    package var scheme: String { bytes.prefix { $0 != UInt8(ascii: ":") }.text.lowercased() }
    package var userText: String? { userBytes?.text }
    package var host: String { hostBytes.text }
    package var text: String { bytes.text }
    package var textWithoutHeaders: String { bytesWithoutHeaders.text }

    /// The part before `@` with its escapes resolved; an escape that is none stays as it is. For reading only: it may hold any
    /// byte.
    package var user: String? { userBytes.map { SIPURI.unescaped($0).text } }

    /// The host, where it is an IPv4 address; a name is not looked up.
    package var address: IPv4Address? { IPv4Address(ascii: hostBytes) }

    private static func mayNameScheme(_ byte: UInt8) -> Bool {
        byte.isDigit || byte.isLetter || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
    }

    /// Printable ASCII without blanks, quotes and angle brackets: the least that every URI keeps to (RFC 3986 §2).
    static func mayHold(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte < 0x7f && byte != UInt8(ascii: "<") && byte != UInt8(ascii: ">") && byte != UInt8(ascii: "\"")
    }

    static func unescaped(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard bytes.contains(UInt8(ascii: "%")) else { return bytes }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var place = bytes.startIndex
        while place < bytes.endIndex {
            if bytes[place] == UInt8(ascii: "%"), place + 2 < bytes.endIndex, let high = hexValue(bytes[place + 1]),
                let low = hexValue(bytes[place + 2])
            {
                result.append(high << 4 | low)
                place += 3
            } else {
                result.append(bytes[place])
                place += 1
            }
        }
        return result[...]
    }

    /// `host[:port]`; `nil` when something else stands there.
    private static func hostAndPort(_ bytes: ArraySlice<UInt8>) -> (place: Range<Int>, port: UInt16?)? {
        var host = bytes
        var port: UInt16?
        // The colons within the brackets of an IPv6 address are its own.
        let afterBracket = bytes.firstIndex(of: UInt8(ascii: "]")) ?? bytes.startIndex
        if let colon = bytes[afterBracket...].firstIndex(of: UInt8(ascii: ":")) {
            host = bytes[..<colon]
            port = sipPort(bytes[(colon + 1)...])
            guard port != nil else { return nil }
        }
        return isSIPHost(host) ? (host.startIndex..<host.endIndex, port) : nil
    }
}
