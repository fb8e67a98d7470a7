import CLinux
import Glibc
import Packets
import Synchronization

/// What the kernel knows of its neighbours' hardware addresses (arp(7)). Whoever has a connection to this machine from one of its own
/// links is in it.
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

    /// The hardware address of a host on an Ethernet interface; `nil` where the kernel has not heard it lately (SIOCGARP).
    package func mac(of address: IPv4Address, on interface: String) -> MACAddress? {
        var request = arpreq()
        withUnsafeMutableBytes(of: &request.arp_pa) { room in
            withUnsafeBytes(of: sockaddr_in(address, port: 0)) { room.copyMemory(from: $0) }
        }
        withUnsafeMutableBytes(of: &request.arp_dev) { $0.copyBytes(from: interface.utf8.prefix($0.count - 1)) }
        guard bellhop_arp_request(socket.number, &request) == 0, request.arp_flags & ATF_COM != 0 else { return nil }
        let mac = withUnsafeBytes(of: request.arp_ha.sa_data) { MACAddress($0.prefix(6)) }
        return mac.flatMap { $0.isStation ? $0 : nil }
    }

    /// The interface on which the kernel has a neighbour with a hardware address; `nil` where it has none (`/proc/net/arp`, arp(7)).
    package static func interface(of mac: MACAddress) -> String? {
        guard let bytes = try? readWholeFile("/proc/net/arp", limit: 4 << 20) else { return nil }
        // IP address, HW type, flags, HW address, mask, device; a header first. Flags without ATF_COM mean that nobody answered.
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n").dropFirst() {
            let words = line.split(separator: " ")
            guard words.count == 6, MACAddress(String(words[3])) == mac, let flags = Int32(words[2].dropFirst(2), radix: 16),
                flags & ATF_COM != 0
            else { continue }
            return String(words[5])
        }
        return nil
    }

    /// The hardware address of a host on whichever link it is; `nil` where two links have one each.
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
}
