import Packets

/// An address and the client that has it, had it, or was offered it.
package struct Lease: Hashable, Sendable {
    /// The numbers stand in the database: they do not change.
    package enum State: Int, CaseIterable, Sendable {
        case offered = 1
        case bound = 2
        case released = 3
        /// The client found somebody else at the address (RFC 2131 §4.3.3).
        case declined = 4
    }

    package var address: IPv4Address
    package var mac: MACAddress
    /// Option 61 as sent, empty without it.
    package var clientIdentifier: [UInt8]
    package var interface: String
    package var state: State
    /// For people, and to tell which of two leases is the later: ahead of the time of day where that was set back.
    package var granted: Moment
    /// For people, and for the remaining time after a restart; while running, durations go by the steady clock.
    package var expires: Moment
    package var hostName: String?
    package var vendor: String?

    /// Microseconds since 1970 that are believed: with them it can be reckoned.
    static let times: ClosedRange<Int64> = 0...1 << 53

    package init(
        address: IPv4Address, mac: MACAddress, clientIdentifier: [UInt8] = [], interface: String, state: State, granted: Moment,
        expires: Moment,
        hostName: String? = nil, vendor: String? = nil
    ) {
        self.address = address
        self.mac = mac
        self.clientIdentifier = clientIdentifier
        self.interface = interface
        self.state = state
        self.granted = granted
        self.expires = expires
        self.hostName = hostName
        self.vendor = vendor
    }

    /// The same client has the same for the same time; on which interface and by which steady clock is each responder's own.
    func isAlike(_ other: Lease) -> Bool {
        client == other.client && state == other.state && granted.microseconds == other.granted.microseconds
            && expires.microseconds == other.expires.microseconds
    }

    package var client: LeaseClient { LeaseClient(mac: mac, identifier: clientIdentifier) }
}

/// Whose lease it is: the client identifier where there is one, else the hardware address (RFC 2131 §4.2: "the combination of
/// 'client-identifier' or 'chaddr'"). One hardware address with two identifiers is two clients.
package enum LeaseClient: Hashable, Sendable {
    case identifier([UInt8])
    case hardware(MACAddress)

    package init(mac: MACAddress, identifier: [UInt8]) {
        // RFC 2132 §9.14: two octets at least.
        self = identifier.count >= 2 ? .identifier(identifier) : .hardware(mac)
    }
}

/// What has to be on disk before an answer may be on the wire.
package enum LeaseChange: Hashable, Sendable {
    case put(Lease)
    case remove(IPv4Address)
}

/// A run of addresses, both ends included.
package struct AddressRange: Hashable, Sendable {
    package let first: IPv4Address
    package let last: IPv4Address

    /// A pool larger than this is a mistake: it is held in memory, and one Ethernet segment does not have so many phones.
    package static let most = 65_536

    package init?(_ first: IPv4Address, _ last: IPv4Address) {
        guard first <= last, last.bits - first.bits < UInt32(AddressRange.most) else { return nil }
        self.first = first
        self.last = last
    }

    /// `192.168.50.100-192.168.50.199`
    package init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let first = IPv4Address(parts[0].filter { $0 != " " }),
            let last = IPv4Address(parts[1].filter { $0 != " " })
        else { return nil }
        self.init(first, last)
    }

    package var count: Int { Int(last.bits - first.bits) + 1 }

    package func contains(_ address: IPv4Address) -> Bool { address >= first && address <= last }

    package func overlaps(_ other: AddressRange) -> Bool { first <= other.last && other.first <= last }

    package var addresses: some Sequence<IPv4Address> { (first.bits...last.bits).lazy.map(IPv4Address.init(bits:)) }
}

extension AddressRange: CustomStringConvertible {
    package var description: String { "\(first)-\(last)" }
}
