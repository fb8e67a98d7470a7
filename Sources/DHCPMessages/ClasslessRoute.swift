import Packets

// RFC 3442:
//    +-----+----+-----+----+----+----+----+----+
//    | len | d1 | ... | dN | r1 | r2 | r3 | r4 |   len: bits of the mask; as many octets of the destination as it touches
//    +-----+----+-----+----+----+----+----+----+

/// One route of option 121 (RFC 3442), or of its twin 249.
package struct ClasslessRoute: Hashable, Sendable {
    package var destination: IPv4Prefix
    package var router: IPv4Address

    package init(_ destination: IPv4Prefix, via router: IPv4Address) {
        self.destination = destination
        self.router = router
    }

    package var encoded: [UInt8] {
        [UInt8(destination.length)] + destination.address.octets.prefix((destination.length + 7) / 8) + router.octets
    }

    /// Every route of an option; `nil` where there is none, one is cut short or a prefix is longer than 32 bits.
    package static func decode(_ bytes: ArraySlice<UInt8>) -> [ClasslessRoute]? {
        var reader = ByteReader(bytes)
        var routes: [ClasslessRoute] = []
        while let length = try? reader.byte() {
            guard length <= 32, let octets = try? reader.take((Int(length) + 7) / 8), let router = try? reader.uint32(),
                let address = IPv4Address(Array(octets) + [UInt8](repeating: 0, count: 4 - octets.count)),
                let destination = IPv4Prefix(address, length: Int(length))
            else { return nil }
            routes.append(ClasslessRoute(destination, via: IPv4Address(bits: router)))
        }
        return routes.isEmpty ? nil : routes
    }
}

extension ClasslessRoute: CustomStringConvertible {
    /// `10.0.0.0/8 via 192.168.50.254`
    package var description: String { "\(destination) via \(router)" }
}
