import Packets

/// Where a request was heard: an interface of this machine, as far as an answer needs to know it.
package struct Link: Hashable, Sendable {
    package var interface: String
    /// The interface's own hardware address; `nil` for a capture, where it is not known.
    package var mac: MACAddress?
    /// The address that answers come from, and `{server}` in what phones are told.
    package var address: IPv4Address
    /// The networks of the interface's addresses; empty where they are not known, and then nothing is held against them.
    package var networks: [IPv4Prefix]
    /// The UDP port that PnP answers leave from and that `Via` and `Contact` name.
    package var sipPort: UInt16

    package init(interface: String, mac: MACAddress?, address: IPv4Address, networks: [IPv4Prefix] = [], sipPort: UInt16 = 5060) {
        self.interface = interface
        self.mac = mac
        self.address = address
        self.networks = networks
        self.sipPort = sipPort
    }

    /// Every own address, the one that is answered by first.
    package var ownAddresses: [IPv4Address] {
        networks.reduce(into: [address]) { own, network in
            if !own.contains(network.address) { own.append(network.address) }
        }
    }

    package func isOwn(_ other: IPv4Address) -> Bool {
        other == address || networks.contains { $0.address == other }
    }

    /// The link with the address that answers a host (RFC 2131 §4.1: one that the client can reach): the own one in the host's network,
    /// else the own one that the host wrote to.
    package func answering(_ host: IPv4Address, asAddressed destination: IPv4Address = .any) -> Link {
        let own = networks.first { $0.contains(host) } ?? networks.first { $0.address == destination }
        return with(own?.address ?? address)
    }

    /// The same for SIP, whose responses leave from the address that their request was sent to (RFC 3581 §4): where that is an own one it
    /// goes first.
    package func answering(_ request: UDPFrame) -> Link {
        isOwn(request.destination) ? with(request.destination) : answering(request.source)
    }

    package func with(_ address: IPv4Address) -> Link {
        var link = self
        link.address = address
        return link
    }

    /// Whether a host with that address is on this link; yes where the link's networks are not known.
    package func isOnLink(_ other: IPv4Address) -> Bool {
        networks.isEmpty || networks.contains { $0.contains(other) }
    }
}

/// A moment, by two clocks: one for people, and one that no correction of the first moves, for durations.
package struct Moment: Hashable, Comparable, Sendable {
    /// Wall-clock time since 1970 began.
    package let microseconds: Int64
    /// Nanoseconds of a clock that only goes forward; zero where nobody measures.
    package let steady: UInt64

    package init(microseconds: Int64, steady: UInt64 = 0) {
        self.microseconds = microseconds
        self.steady = steady
    }

    package static func < (left: Moment, right: Moment) -> Bool { left.microseconds < right.microseconds }
}
