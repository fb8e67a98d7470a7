import Packets

/// A URI (RFC 3261 §19.1.1). Only `sip` and `sips` are taken apart; of another scheme there is the scheme and the text.
package struct SIPURI: Equatable, Sendable {
    /// The URI as sent, printable ASCII.
    let bytes: ArraySlice<UInt8>
    /// `sip`, and no other scheme.
    package let isSIP: Bool
    /// Everything before `@` as sent, a password with its colon included, because phones write `MAC:001122334455@` and mean a
    /// user.
    let userBytes: ArraySlice<UInt8>?
    /// Empty when there is none: snompnpd's sample has `sip:MAC%3a00135E874B49` and nothing more.
    let hostBytes: ArraySlice<UInt8>
    /// 1 to 65535; `nil` when not given, which means 5060 (RFC 3261 §19.1.2).
    package let port: UInt16?
    package let parameters: SIPParameters
    /// The URI without its `?header=value`, which no Request-URI may carry (RFC 3261 §19.1.1, table 1).
    let bytesWithoutHeaders: ArraySlice<UInt8>

    package static let defaultPort: UInt16 = 5060

    package init(parsing bytes: ArraySlice<UInt8>) throws(SIPFault) {
        guard bytes.allSatisfy(SIPURI.mayHold), let colon = bytes.firstIndex(of: UInt8(ascii: ":")),
            let first = bytes.first, first.isLetter, bytes[..<colon].allSatisfy(SIPURI.mayNameScheme), colon + 1 < bytes.endIndex
        else { throw .uri }
        self.bytes = bytes
        let scheme = bytes[..<colon]
        isSIP = scheme.isNamed("sip")
        var rest = bytes[(colon + 1)...]
        guard isSIP || scheme.isNamed("sips") else {
            (userBytes, hostBytes, port, parameters) = (nil, [], nil, SIPParameters())
            bytesWithoutHeaders = bytes
            return
        }

        var user: ArraySlice<UInt8>?
        var place: HostPort?
        if let at = rest.firstIndex(of: UInt8(ascii: "@")) {
            user = rest[..<at]
            rest = rest[(at + 1)...]
            place = HostPort(&rest)
        } else {
            place = HostPort(&rest)
            if place == nil {
                // No `@`, and no host either: `sip:MAC%3a00135E874B49`.
                let alone = rest.prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: "?") }
                rest = rest.dropFirst(alone.count)
                user = alone
                place = .nowhere
            }
        }
        guard let place, user?.isEmpty != true else { throw .uri }
        userBytes = user
        hostBytes = place.host
        port = place.port
        let question = rest.firstIndex(of: UInt8(ascii: "?")) ?? rest.endIndex
        guard let parameters = SIPURI.parameters(rest[..<question]) else { throw .uri }
        self.parameters = parameters
        bytesWithoutHeaders = bytes[..<question]
    }

    package init(parsing text: String) throws(SIPFault) {
        try self.init(parsing: Array(text.utf8)[...])
    }

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

    /// `;transport=udp;lr`: what begins with anything but `;`, has no name or holds an `@` is refused.
    private static func parameters(_ bytes: ArraySlice<UInt8>) -> SIPParameters? {
        var list: [SIPParameters.Parameter] = []
        guard let first = bytes.first else { return SIPParameters() }
        guard first == UInt8(ascii: ";"), !bytes.contains(UInt8(ascii: "@")) else { return nil }
        for part in bytes.dropFirst().split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false) {
            let halves = part.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = halves.first, !name.isEmpty else { return nil }
            list.append(SIPParameters.Parameter(nameBytes: name, valueBytes: halves.count == 2 ? halves[1] : nil))
        }
        return SIPParameters(list: list)
    }

    private struct HostPort {
        let host: ArraySlice<UInt8>
        let port: UInt16?

        static let nowhere = HostPort(host: [], port: nil)

        init(host: ArraySlice<UInt8>, port: UInt16?) {
            self.host = host
            self.port = port
        }

        /// Takes `host[:port]` up to `;`, `?` or the end; `nil`, with nothing taken, when something else stands there.
        init?(_ bytes: inout ArraySlice<UInt8>) {
            let all = bytes.prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: "?") }
            var host = all
            var port: UInt16?
            // The colons within the brackets of an IPv6 address are its own.
            let afterBracket = all.firstIndex(of: UInt8(ascii: "]")) ?? all.startIndex
            if let colon = all[afterBracket...].firstIndex(of: UInt8(ascii: ":")) {
                host = all[..<colon]
                port = sipPort(all[(colon + 1)...])
                guard port != nil else { return nil }
            }
            guard isSIPHost(host) else { return nil }
            self.init(host: host, port: port)
            bytes = bytes.dropFirst(all.count)
        }
    }
}
