import CLinux
import Glibc

/// Hears of every link and IPv4 address that comes, changes or goes (rtnetlink(7)).
package final class InterfaceWatch: Sendable {
    private let socket: Descriptor

    package init() throws(SystemError) {
        let type = Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        socket = Descriptor(owning: try check(Glibc.socket(AF_NETLINK, type, NETLINK_ROUTE), "socket", "netlink"))
        var address = sockaddr_nl()
        address.nl_family = sa_family_t(AF_NETLINK)
        address.nl_groups = UInt32(RTMGRP_LINK | RTMGRP_IPV4_IFADDR)
        let length = socklen_t(MemoryLayout<sockaddr_nl>.size)
        let result = withUnsafeBytes(of: address) { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) { bind(socket.number, $0.baseAddress, length) }
        }
        try check(result, "bind", "netlink")
    }

    /// Readable when there is something to ``drain()``.
    package var descriptor: Int32 { socket.number }

    /// Takes all that has been told and says whether that was anything. What it was must be read anew with
    /// ``NetworkInterface/all()``: messages may have been lost on the way.
    package func drain() throws(SystemError) -> Bool {
        var changed = false
        while true {
            // MSG_TRUNC lets one byte of room take a message of any length.
            var byte: UInt8 = 0
            if recv(socket.number, &byte, 1, Int32(MSG_TRUNC)) >= 0 {
                changed = true
                continue
            }
            let error = SystemError.last("recv", "netlink")
            if error.isWouldBlock { return changed }
            if error.isInterrupted { continue }
            // The kernel had more to say than fits: something did change.
            guard error.errno == ENOBUFS else { throw error }
            changed = true
        }
    }
}
