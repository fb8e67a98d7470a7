import LinuxSystem
import Provisioning

/// Which interfaces of this machine are served.
package enum InterfaceChoice {
    /// Those that the configuration names, or every one that is not loopback; up, and with an IPv4 address. Where a bridge is among them,
    /// its ports are not: the kernel gives the bridge what comes in by a port, and sockets of the port get nothing.
    package static func served(_ all: [NetworkInterface], by settings: Settings) -> [NetworkInterface] {
        let chosen = chosen(all, by: settings)
        return chosen.filter { interface in !chosen.contains { $0.name == interface.master } }
    }

    private static func chosen(_ all: [NetworkInterface], by settings: Settings) -> [NetworkInterface] {
        all.filter { interface in
            interface.isUp && !interface.addresses.isEmpty
                && (settings.interfaces.isEmpty
                    ? !interface.isLoopback : settings.interfaces.contains { $0.matches(interface.name) })
        }
    }

    /// Why nothing is served, for the operator.
    package static func explanation(_ all: [NetworkInterface], by settings: Settings) -> String {
        let there = all.filter { !$0.isLoopback }.map { interface in
            interface.name + (interface.isUp ? interface.addresses.isEmpty ? " (no IPv4 address)" : "" : " (down)")
        }
        let wanted =
            settings.interfaces.isEmpty
            ? "no interface is up with an IPv4 address" : "none of the interfaces named is up with an IPv4 address"
        return "\(wanted); this machine has \(there.isEmpty ? "only loopback" : there.joined(separator: ", "))"
    }

    /// What is wrong with `dhcp.lease` for the interfaces that are served, as `FILE:LINE: sentence`; `nil` where nothing is, or where no
    /// addresses are given.
    static func leaseFault(_ interfaces: [NetworkInterface], by settings: Settings) -> String? {
        guard settings.dhcp.answer == .lease else { return nil }
        let terms = settings.dhcp.lease
        let place = terms.place.map { "\($0): " } ?? ""
        let own = interfaces.flatMap { $0.addresses.map(\.address) }
        for interface in interfaces {
            guard let network = terms.network(of: interface.addresses) else { continue }
            return terms.fault(on: network, own: own).map { "\(place)\($0) (\(interface.name))" }
        }
        let networks = interfaces.flatMap { interface in interface.addresses.map { "\(interface.name) \($0)" } }
        return "\(place)the range belongs to no network of a served interface; there are \(networks.joined(separator: ", "))"
    }
}
