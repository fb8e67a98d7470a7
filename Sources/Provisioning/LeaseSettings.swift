import ConfigTree
import Packets

/// `dhcp.lease`: the addresses that are given on a network that has no other server.
package struct LeaseSettings: Hashable, Sendable {
    package enum Recipients: String, CaseIterable, Sendable { case phones, anyone }

    package var ranges: [AddressRange] = []
    /// Where the ranges stand, for what can only be found wrong at the start.
    package var place: ConfigPlace?
    /// In seconds.
    package var time: UInt32 = 3600
    package var gateway: IPv4Address?
    package var dns: [IPv4Address] = []
    package var ntp: [IPv4Address] = []
    package var domain: String?
    package var to = Recipients.phones

    package init() {}

    package init?(_ node: ConfigNode, _ problems: ConfigProblems) {
        guard var map = MapReader(node, as: "dhcp.lease", problems) else { return nil }
        place = map.node("range")?.place ?? node.place
        ranges =
            map.values("range", expected: "a run of addresses, such as 192.168.50.100-192.168.50.199") { AddressRange($0) } ?? []
        time = map.value("time", expected: "a duration from 1m to 30d, such as 1h", durationSeconds) ?? time
        let address = "an IPv4 address"
        gateway = map.value("gateway", expected: address) { IPv4Address($0) }
        dns = map.values("dns", expected: address) { IPv4Address($0) } ?? []
        ntp = map.values("ntp", expected: address) { IPv4Address($0) } ?? []
        domain = map.value("domain", expected: "a domain name") { text in
            text.utf8.count <= 253 && text.utf8.allSatisfy { (0x21...0x7e).contains($0) } ? text : nil
        }
        to = map.choice("to", Recipients.self) ?? to
        map.finish()
        for fault in ownFaults { problems.add(fault, at: place ?? node.place) }
    }

    /// What is wrong with these on any network.
    private var ownFaults: [String] {
        ranges.enumerated().flatMap { index, range in
            let overlaps = ranges[..<index].filter(range.overlaps).map { "the ranges \($0) and \(range) overlap" }
            guard let gateway, range.contains(gateway) else { return overlaps }
            return overlaps + ["the range \(range) holds the gateway \(gateway)"]
        }
    }

    /// What is wrong with these for an interface that is to lease from them; `nil` where nothing is. The interface is meant where one of
    /// its networks holds the ranges.
    package func fault(on network: IPv4Prefix, own: [IPv4Address]) -> String? {
        if let fault = ownFaults.first { return fault }
        for range in ranges {
            guard network.contains(range.first), network.contains(range.last) else {
                return "the range \(range) lies outside the network \(network)"
            }
            for address in own where range.contains(address) {
                return "the range \(range) holds this machine's own address \(address)"
            }
            if network.length < 31 {
                if range.contains(network.broadcast) { return "the range \(range) holds the broadcast address of \(network)" }
                if range.contains(IPv4Address(bits: network.address.bits & network.mask)) {
                    return "the range \(range) holds the network address of \(network)"
                }
            }
        }
        if let gateway, !network.contains(gateway) { return "the gateway \(gateway) lies outside the network \(network)" }
        return nil
    }

    /// The network of a link that the ranges belong to.
    package func network(of networks: [IPv4Prefix]) -> IPv4Prefix? {
        networks.first { network in ranges.contains { network.contains($0.first) || network.contains($0.last) } }
    }
}

extension LeaseBook.Terms {
    /// What the configuration says of one link's book: its own addresses, the gateway's and those of DNS servers are nobody's to have.
    package init(_ settings: Settings, on link: Link) {
        let lease = settings.dhcp.lease
        self.init(
            ranges: lease.ranges, time: lease.time, fixed: settings.devices.compactMapValues(\.address),
            reserved: Set(link.networks.map(\.address) + [lease.gateway].compactMap { $0 } + lease.dns))
    }
}
