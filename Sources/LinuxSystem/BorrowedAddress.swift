import CLinux
import Glibc
import Packets

/// An IPv4 address that an interface has for as long as this value lives (rtnetlink(7)). It takes CAP_NET_ADMIN.
package final class BorrowedAddress: Sendable {
    private let address: IPv4Prefix
    private let index: Int32
    private let isOurs: Bool

    /// - Parameters:
    ///   - address: with the length of its network's mask.
    ///   - index: the kernel's number of the interface. Where it has the address already, it keeps it.
    package init(_ address: IPv4Prefix, on index: Int32) throws(SystemError) {
        self.address = address
        self.index = index
        let errno = try BorrowedAddress.ask(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, address, index)
        guard errno == 0 || errno == EEXIST else { throw SystemError(call: "RTM_NEWADDR", errno: errno, what: "\(address)") }
        isOurs = errno == 0
    }

    deinit {
        if isOurs { _ = try? BorrowedAddress.ask(RTM_DELADDR, 0, address, index) }
    }

    /// - Returns: the kernel's error, 0 for none.
    private static func ask(_ type: Int, _ flags: Int32, _ address: IPv4Prefix, _ index: Int32) throws(SystemError) -> Int32 {
        let kind = Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let socket = Descriptor(owning: try check(Glibc.socket(AF_NETLINK, kind, NETLINK_ROUTE), "socket", "netlink"))
        var header = nlmsghdr()
        header.nlmsg_type = UInt16(type)
        header.nlmsg_flags = UInt16(NLM_F_REQUEST | NLM_F_ACK | flags)
        var body = ifaddrmsg()
        body.ifa_family = UInt8(AF_INET)
        body.ifa_prefixlen = UInt8(address.length)
        body.ifa_index = UInt32(bitPattern: index)
        let local = rtattr(rta_len: UInt16(MemoryLayout<rtattr>.size + 4), rta_type: UInt16(IFA_LOCAL))
        var message: [UInt8] = []
        header.nlmsg_len = UInt32(
            MemoryLayout<nlmsghdr>.size + MemoryLayout<ifaddrmsg>.size + MemoryLayout<rtattr>.size + 4)
        withUnsafeBytes(of: header) { message += $0 }
        withUnsafeBytes(of: body) { message += $0 }
        withUnsafeBytes(of: local) { message += $0 }
        message += address.address.octets
        try check(send(socket.number, message, message.count, 0), "send", "netlink")
        // nlmsghdr, then nlmsgerr, whose first field is the negative error.
        var answer = [UInt8](repeating: 0, count: 256)
        let count = try check(recv(socket.number, &answer, answer.count, 0), "recv", "netlink")
        let place = MemoryLayout<nlmsghdr>.size
        guard count >= place + 4 else { return EIO }
        return -answer.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: place, as: Int32.self) }
    }
}
