import CLinux
import Glibc
import Packets
import Synchronization

/// An IPv4 address that an interface has for as long as this value lives, and no longer than it is lent (rtnetlink(7)). It takes
/// CAP_NET_ADMIN.
package final class BorrowedAddress: Sendable {
    private let address: IPv4Prefix
    private let index: Int32
    private let isOurs: Mutex<Bool>

    /// Those that this process has to give back; `nil` once it has.
    private static let lent = Mutex<Set<Lent>?>([])

    private struct Lent: Hashable {
        let address: IPv4Prefix
        let index: Int32
    }

    /// - Parameters:
    ///   - address: with the length of its network's mask.
    ///   - index: the kernel's number of the interface. Where it has the address already, it keeps it.
    ///   - seconds: after which the kernel takes it away by itself, whatever became of this process; `.max` for never.
    package init(_ address: IPv4Prefix, on index: Int32, seconds: UInt32) throws(SystemError) {
        self.address = address
        self.index = index
        isOurs = Mutex(false)
        try keep(seconds: seconds)
    }

    /// It is lent for so many seconds from now on.
    package func keep(seconds: UInt32) throws(SystemError) {
        // Another's may have come to its end meanwhile.
        let flags = NLM_F_CREATE | (isOurs.withLock { $0 } ? NLM_F_REPLACE : NLM_F_EXCL)
        let errno = try BorrowedAddress.lent.withLock { lent throws(SystemError) -> Int32 in
            guard lent != nil else { return ECANCELED }
            let errno = try BorrowedAddress.ask(RTM_NEWADDR, flags, address, index, seconds: seconds)
            if errno == 0 { lent?.insert(Lent(address: address, index: index)) }
            return errno
        }
        guard errno == 0 || errno == EEXIST else { throw SystemError(call: "RTM_NEWADDR", errno: errno, what: "\(address)") }
        if errno == 0 { isOurs.withLock { $0 = true } }
    }

    deinit {
        guard isOurs.withLock({ $0 }) else { return }
        BorrowedAddress.lent.withLock { lent in
            if lent?.remove(Lent(address: address, index: index)) != nil {
                _ = try? BorrowedAddress.ask(RTM_DELADDR, 0, address, index)
            }
        }
    }

    /// Gives back whatever this process has, before it ends; none is lent after that.
    package static func giveBackAll() {
        lent.withLock { lent in
            for one in lent ?? [] { _ = try? ask(RTM_DELADDR, 0, one.address, one.index) }
            lent = nil
        }
    }

    /// - Returns: the kernel's error, 0 for none.
    private static func ask(
        _ type: Int, _ flags: Int32, _ address: IPv4Prefix, _ index: Int32, seconds: UInt32 = .max
    ) throws(SystemError) -> Int32 {
        let kind = Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let socket = Descriptor(owning: try check(Glibc.socket(AF_NETLINK, kind, NETLINK_ROUTE), "socket", "netlink"))
        var body = ifaddrmsg()
        body.ifa_family = UInt8(AF_INET)
        body.ifa_prefixlen = UInt8(address.length)
        body.ifa_index = UInt32(bitPattern: index)
        // A time of 0 is none to the kernel; 0xffffffff is for ever.
        var times = ifa_cacheinfo()
        (times.ifa_prefered, times.ifa_valid) = (max(seconds, 1), max(seconds, 1))
        var content: [UInt8] = []
        withUnsafeBytes(of: body) { content += $0 }
        content += attribute(IFA_LOCAL, address.address.octets)
        content += withUnsafeBytes(of: times) { attribute(IFA_CACHEINFO, Array($0)) }
        var header = nlmsghdr()
        header.nlmsg_type = UInt16(type)
        header.nlmsg_flags = UInt16(NLM_F_REQUEST | NLM_F_ACK | flags)
        header.nlmsg_len = UInt32(MemoryLayout<nlmsghdr>.size + content.count)
        let message = withUnsafeBytes(of: header) { Array($0) } + content
        try check(send(socket.number, message, message.count, 0), "send", "netlink")
        // nlmsghdr, then nlmsgerr, whose first field is the negative error.
        var answer = [UInt8](repeating: 0, count: 256)
        let count = try check(recv(socket.number, &answer, answer.count, 0), "recv", "netlink")
        let place = MemoryLayout<nlmsghdr>.size
        guard count >= place + 4 else { return EIO }
        return -answer.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: place, as: Int32.self) }
    }

    /// rtattr, and behind it octets whose number is a multiple of four.
    private static func attribute(_ type: Int, _ octets: [UInt8]) -> [UInt8] {
        let head = rtattr(rta_len: UInt16(MemoryLayout<rtattr>.size + octets.count), rta_type: UInt16(type))
        return withUnsafeBytes(of: head) { Array($0) } + octets
    }
}
