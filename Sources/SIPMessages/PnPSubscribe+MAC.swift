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
    static func macs(in uris: [(MACCandidate.Place, SIPURI)], userAgent: String?) -> [MACCandidate] {
        var candidates = uris.compactMap { place, uri in
            mac(inUser: uri.user ?? uri.host).map { MACCandidate(mac: $0, place: place) }
        }
        if let mac = userAgent.flatMap(mac(inUserAgent:)) { candidates.append(MACCandidate(mac: mac, place: .userAgent)) }
        return candidates
    }

    /// `MAC:001122334455` with the escape of `MAC%3a` resolved (snom, Grandstream), `MAC=…` (Fanvil), `MAC001122334455` (Yealink
    /// W52P); in any case, and with `:` or `-` between octets or nothing.
    static func mac(inUser text: String) -> MACAddress? {
        let user = Array(text.utf8)[...].prefix { $0 != UInt8(ascii: ";") }
        guard user.prefix(3).text.lowercased() == "mac" else { return nil }
        var address = user.dropFirst(3)
        if address.first == UInt8(ascii: ":") || address.first == UInt8(ascii: "=") { address = address.dropFirst() }
        return station(address)
    }

    /// A word that is a MAC address. Twelve decimal digits on their own may as well be a date of a build or a serial number.
    static func mac(inUserAgent text: String) -> MACAddress? {
        let separators = " \t/;,()[]\"".utf8
        for word in Array(text.utf8)[...].split(whereSeparator: { separators.contains($0) }) {
            if let mac = mac(inUser: word.text) { return mac }
            if !word.allSatisfy(\.isDigit), let mac = station(word) { return mac }
        }
        return nil
    }

    private static func station(_ text: ArraySlice<UInt8>) -> MACAddress? {
        guard !text.contains(UInt8(ascii: ".")), let mac = MACAddress(ascii: text), mac.isStation else { return nil }
        return mac
    }
}
