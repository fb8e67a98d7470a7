import CLinux
import Glibc
import Packets

/// What the kernel knows of its neighbours' hardware addresses (arp(7)).
package final class NeighbourTable: Sendable {
    private let socket: Descriptor

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
}
