import CLinux
import Glibc
import Packets

/// A network interface as it is at one moment.
package struct NetworkInterface: Hashable, Sendable {
    package var name: String
    /// The kernel's number for it, from 1. A removed interface's number does not come back.
    package var index: Int32
    /// `nil` where the link is not Ethernet.
    package var mac: MACAddress?
    /// Its IPv4 addresses with the length of each mask, in the kernel's order: the first is its own when asked for one.
    package var addresses: [IPv4Prefix]
    /// Set up by the administrator, IFF_UP.
    package var isUp: Bool
    /// Up, and the cable is in, IFF_RUNNING.
    package var isRunning: Bool
    package var isLoopback: Bool
    /// The most bytes that one frame carries after its Ethernet header and tags, the MTU; 0 where the interface went meanwhile.
    package var mtu: Int
    /// The bridge or bond that it is a port of: what comes in here the kernel takes for that one's.
    package var master: String?

    package init(
        name: String, index: Int32, mac: MACAddress? = nil, addresses: [IPv4Prefix] = [],
        isUp: Bool = true, isRunning: Bool = true, isLoopback: Bool = false, mtu: Int = 1500
    ) {
        self.name = name
        self.index = index
        self.mac = mac
        self.addresses = addresses
        self.isUp = isUp
        self.isRunning = isRunning
        self.isLoopback = isLoopback
        self.mtu = mtu
    }
}

extension NetworkInterface {
    /// Every interface of this network namespace, by index (getifaddrs(3)).
    package static func all() throws(SystemError) -> [NetworkInterface] {
        var list: UnsafeMutablePointer<ifaddrs>?
        try check(getifaddrs(&list), "getifaddrs", "")
        defer { freeifaddrs(list) }
        var found: [String: NetworkInterface] = [:]
        var entry = list
        while let here = entry {
            found.add(here.pointee)
            entry = here.pointee.ifa_next
        }
        let socket = try datagramSocket()
        var all = found.values.filter { $0.index > 0 }.sorted { $0.index < $1.index }
        for place in all.indices {
            all[place].mtu = mtu(of: all[place].name, socket)
            all[place].master = master(of: all[place].name)
        }
        return all
    }

    /// `/sys/class/net/NAME/master` leads to the master's own folder.
    private static func master(of name: String) -> String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/sys/class/net/\(name)/master", &buffer, buffer.count)
        guard count > 0 else { return nil }
        return String(
            decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }.split(separator: UInt8(ascii: "/")).last ?? [],
            as: UTF8.self)
    }

    /// The MTU of the interface with a number; `nil` where there is none.
    package static func mtu(index: Int32) -> Int? {
        guard let number = UInt32(exactly: index), let socket = try? datagramSocket() else { return nil }
        var buffer = [CChar](repeating: 0, count: Int(IF_NAMESIZE))
        guard if_indextoname(number, &buffer) != nil else { return nil }
        let mtu = mtu(of: String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self), socket)
        return mtu > 0 ? mtu : nil
    }

    private static func datagramSocket() throws(SystemError) -> Descriptor {
        let type = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        return Descriptor(owning: try check(Glibc.socket(AF_INET, type, 0), "socket", ""))
    }

    private static func mtu(of name: String, _ socket: Descriptor) -> Int {
        var request = ifreq()
        withUnsafeMutableBytes(of: &request.ifr_ifrn.ifrn_name) { $0.copyBytes(from: name.utf8.prefix($0.count - 1)) }
        return bellhop_interface_request(socket.number, UInt(SIOCGIFMTU), &request) == 0 ? Int(request.ifr_ifru.ifru_mtu) : 0
    }
}

extension [String: NetworkInterface] {
    fileprivate mutating func add(_ entry: ifaddrs) {
        // An address with a label comes under that, `eth0:1`; no interface's own name has a colon.
        let name = String(String(cString: entry.ifa_name).prefix { $0 != ":" })
        var interface = self[name] ?? NetworkInterface(name: name, index: 0)
        interface.isUp = entry.ifa_flags & UInt32(IFF_UP) != 0
        interface.isRunning = entry.ifa_flags & UInt32(IFF_RUNNING) != 0
        interface.isLoopback = entry.ifa_flags & UInt32(IFF_LOOPBACK) != 0
        if let address = UnsafeRawPointer(entry.ifa_addr) {
            switch Int32(entry.ifa_addr.pointee.sa_family) {
            case AF_PACKET:
                let link = address.loadUnaligned(as: sockaddr_ll.self)
                interface.index = link.sll_ifindex
                if link.sll_hatype == UInt16(ARPHRD_ETHER), link.sll_halen == 6 {
                    interface.mac = withUnsafeBytes(of: link.sll_addr) { MACAddress($0.prefix(6)) }
                }
            case AF_INET:
                let own = address.loadUnaligned(as: sockaddr_in.self).address
                let mask = UnsafeRawPointer(entry.ifa_netmask)?.loadUnaligned(as: sockaddr_in.self).address
                if let prefix = IPv4Prefix(own, length: mask?.bits.nonzeroBitCount ?? 32) {
                    interface.addresses.append(prefix)
                }
            default: break
            }
        }
        self[name] = interface
    }
}
