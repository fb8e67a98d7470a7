import Packets

extension PnPSubscribe {
    /// A MAC address that the phone names, and where.
    package struct MACCandidate: Hashable, Sendable {
        package enum Place: String, Sendable {
            case requestURI, from, to, contact, userAgent
        }

        package let mac: MACAddress
        package let place: Place

        package init(mac: MACAddress, place: Place) {
            self.mac = mac
            self.place = place
        }
    }

    /// One for each place, in the order of `Place`.
    static func macs(in uris: [(MACCandidate.Place, SIPURI)], userAgent: ArraySlice<UInt8>?) -> [MACCandidate] {
        var candidates: [MACCandidate] = []
        candidates.reserveCapacity(uris.count + 1)
        for (place, uri) in uris {
            guard let mac = mac(inEscapedUser: uri.userBytes ?? uri.hostBytes) else { continue }
            candidates.append(MACCandidate(mac: mac, place: place))
        }
        if let mac = userAgent.flatMap(mac(inUserAgent:)) { candidates.append(MACCandidate(mac: mac, place: .userAgent)) }
        return candidates
    }

    private static func mac(inEscapedUser user: ArraySlice<UInt8>) -> MACAddress? {
        // What nearly all send needs no copy.
        if user.prefix(SIPWord.escapedMAC.text.count).isNamed(.escapedMAC) {
            let address = user.dropFirst(SIPWord.escapedMAC.text.count)
            if !address.contains(UInt8(ascii: "%")) { return station(address.prefix { $0 != UInt8(ascii: ";") }) }
        }
        return mac(inUser: SIPURI.unescaped(user))
    }

    /// `MAC:001122334455` with the escape of `MAC%3a` resolved (snom, Grandstream), `MAC=…` (Fanvil), `MAC001122334455` (Yealink
    /// W52P); in any case, and with `:` or `-` between octets or nothing.
    static func mac(inUser text: ArraySlice<UInt8>) -> MACAddress? {
        guard text.prefix(3).isNamed(.mac) else { return nil }
        var address = text.dropFirst(3).prefix { $0 != UInt8(ascii: ";") }
        if address.first == UInt8(ascii: ":") || address.first == UInt8(ascii: "=") { address = address.dropFirst() }
        return station(address)
    }

    /// A word that is a MAC address. Twelve decimal digits on their own may as well be a date of a build or a serial number.
    static func mac(inUserAgent text: ArraySlice<UInt8>) -> MACAddress? {
        var scanner = SIPScanner(text)
        while !scanner.isAtEnd {
            let word = scanner.take { !separatesWords($0) }
            if let mac = mac(inUser: word) { return mac }
            if !word.allSatisfy(\.isDigit), let mac = station(word) { return mac }
            _ = scanner.take(while: separatesWords)
        }
        return nil
    }

    private static func separatesWords(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "/"), UInt8(ascii: ";"), UInt8(ascii: ","), UInt8(ascii: "("),
            UInt8(ascii: ")"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "\""):
            true
        default: false
        }
    }

    private static func station(_ text: ArraySlice<UInt8>) -> MACAddress? {
        guard text.count >= 12, !text.contains(UInt8(ascii: ".")), let mac = MACAddress(ascii: text), mac.isStation else {
            return nil
        }
        return mac
    }
}
