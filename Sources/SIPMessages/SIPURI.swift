import Packets

/// A URI (RFC 3261 §19.1.1). Only `sip` and `sips` are taken apart; of another scheme there is the scheme and the text.
package struct SIPURI: Equatable, Sendable {
    /// In lower case.
    package let scheme: String
    /// Everything before `@` as sent, a password with its colon included, because phones write `MAC:001122334455@` and mean a
    /// user.
    package let userText: String?
    /// Empty when there is none: snompnpd's sample has `sip:MAC%3a00135E874B49` and nothing more.
    package let host: String
    /// 1 to 65535; `nil` when not given, which means 5060 (RFC 3261 §19.1.2).
    package let port: UInt16?
    package let parameters: SIPParameters
    /// The URI as sent, printable ASCII.
    package let text: String
    /// The same without its `?header=value`, which no Request-URI may carry (RFC 3261 §19.1.1, table 1).
    package let textWithoutHeaders: String

    package static let defaultPort: UInt16 = 5060

    package init(parsing bytes: ArraySlice<UInt8>) throws(SIPFault) {
        guard bytes.allSatisfy(SIPURI.mayHold), let colon = bytes.firstIndex(of: UInt8(ascii: ":")),
            let first = bytes.first, first.isLetter,
            bytes[..<colon].allSatisfy({ $0.isDigit || $0.isLetter || "+-.".utf8.contains($0) }),
            colon + 1 < bytes.endIndex
        else { throw .uri }
        scheme = bytes[..<colon].text.lowercased()
        text = bytes.text
        guard scheme == "sip" || scheme == "sips" else {
            (userText, host, port, parameters) = (nil, "", nil, SIPParameters())
            textWithoutHeaders = text
            return
        }

        var rest = bytes[(colon + 1)...]
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
        userText = user?.text
        host = place.host
        port = place.port
        let question = rest.firstIndex(of: UInt8(ascii: "?")) ?? rest.endIndex
        guard let parameters = SIPURI.parameters(rest[..<question]) else { throw .uri }
        self.parameters = parameters
        textWithoutHeaders = bytes[..<question].text
    }

    package init(parsing text: String) throws(SIPFault) {
        try self.init(parsing: Array(text.utf8)[...])
    }

    /// The part before `@` with its escapes resolved; an escape that is none stays as it is. For reading only: it may hold any
    /// byte.
    package var user: String? {
        userText.map { String(decoding: SIPURI.unescaped(Array($0.utf8)), as: UTF8.self) }
    }

    /// Printable ASCII without blanks, quotes and angle brackets: the least that every URI keeps to (RFC 3986 §2).
    static func mayHold(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte < 0x7f && byte != UInt8(ascii: "<") && byte != UInt8(ascii: ">") && byte != UInt8(ascii: "\"")
    }

    static func unescaped(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.contains(UInt8(ascii: "%")) else { return bytes }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var place = 0
        while place < bytes.count {
            if bytes[place] == UInt8(ascii: "%"), place + 2 < bytes.count, let high = hexValue(bytes[place + 1]),
                let low = hexValue(bytes[place + 2])
            {
                result.append(high << 4 | low)
                place += 3
            } else {
                result.append(bytes[place])
                place += 1
            }
        }
        return result
    }

    /// `;transport=udp;lr`: what begins with anything but `;`, has no name or holds an `@` is refused.
    private static func parameters(_ bytes: ArraySlice<UInt8>) -> SIPParameters? {
        var list: [SIPParameters.Parameter] = []
        guard let first = bytes.first else { return SIPParameters() }
        guard first == UInt8(ascii: ";"), !bytes.contains(UInt8(ascii: "@")) else { return nil }
        for part in bytes.dropFirst().split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false) {
            let halves = part.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = halves.first, !name.isEmpty else { return nil }
            list.append(SIPParameters.Parameter(name.text, halves.count == 2 ? halves[1].text : nil))
        }
        return SIPParameters(list)
    }

    private struct HostPort {
        let host: String
        let port: UInt16?

        static let nowhere = HostPort(host: "", port: nil)

        init(host: String, port: UInt16?) {
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
            self.init(host: host.text, port: port)
            bytes = bytes.dropFirst(all.count)
        }
    }
}
