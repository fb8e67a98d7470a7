import CLinux
import Glibc
import Packets
import Synchronization

/// Which hardware address the kernel holds for an IPv4 address on this machine's links: its ARP table, an entry at a time (SIOCGARP,
/// arp(7)). Whoever has a connection to this machine from one of its own links is in it.
package final class NeighbourTable: Sendable {
    private struct Links {
        var all: [NetworkInterface] = []
        var read: UInt64?
    }

    private let socket: Descriptor
    private let links = Mutex(Links())
    /// In nanoseconds: addresses change seldom, and requests come by the thousand.
    private static let longestKept: UInt64 = 1_000_000_000

    package init() throws(SystemError) {
        let type = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        socket = Descriptor(owning: try check(Glibc.socket(AF_INET, type, 0), "socket", ""))
    }

    /// `nil` where no link has such a neighbour, or two links have one each.
    package func mac(of address: IPv4Address) -> MACAddress? {
        var found: MACAddress?
        for link in links(to: address) {
            guard let mac = mac(of: address, on: link.name) else { continue }
            if let found, found != mac { return nil }
            found = mac
        }
        return found
    }

    /// This machine's own address on the link of another host; `nil` where it is on none.
    package func ownAddress(facing address: IPv4Address) -> IPv4Address? {
        links(to: address).lazy.flatMap(\.addresses).first { $0.contains(address) }?.address
    }

    private func links(to address: IPv4Address) -> [NetworkInterface] {
        let now = MonotonicClock.now()
        let all = links.withLock { links in
            if links.read.map({ now &- $0 >= NeighbourTable.longestKept }) ?? true {
                links.all = (try? NetworkInterface.all()) ?? links.all
                links.read = now
            }
            return links.all
        }
        return all.filter { link in
            link.addresses.contains { $0.contains(address) } && !link.addresses.contains { $0.address == address }
        }
    }

    private func mac(of address: IPv4Address, on interface: String) -> MACAddress? {
        var request = arpreq()
        request.arp_pa.sa_family = sa_family_t(AF_INET)
        withUnsafeMutableBytes(of: &request.arp_pa.sa_data) { $0[2..<6].copyBytes(from: address.octets) }
        withUnsafeMutableBytes(of: &request.arp_dev) { $0.copyBytes(from: interface.utf8.prefix($0.count - 1)) }
        guard bellhop_arp_request(socket.number, &request) == 0, request.arp_flags & ATF_COM != 0,
            request.arp_ha.sa_family == sa_family_t(ARPHRD_ETHER)
        else { return nil }
        return withUnsafeBytes(of: request.arp_ha.sa_data) { MACAddress($0.prefix(6)) }
    }
}
