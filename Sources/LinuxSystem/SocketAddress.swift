import Glibc
import Packets

extension sockaddr_in {
    init(_ address: IPv4Address, port: UInt16) {
        self.init()
        sin_family = sa_family_t(AF_INET)
        sin_port = port.bigEndian
        sin_addr = in_addr(s_addr: address.bits.bigEndian)
    }

    var address: IPv4Address { IPv4Address(bits: UInt32(bigEndian: sin_addr.s_addr)) }
    var port: UInt16 { UInt16(bigEndian: sin_port) }

    /// Lends this address to a call that takes any family's.
    func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        withUnsafeBytes(of: self) { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) { body($0.baseAddress!, socklen_t(bytes.count)) }
        }
    }
}
