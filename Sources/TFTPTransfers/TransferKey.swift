import Packets

/// Whose transfer it is: the address and the port that the request came from. The port is the peer's "TID" (RFC 1350 §4).
package struct TransferKey: Hashable, Sendable {
    package let address: IPv4Address
    package let port: UInt16

    /// One number rather than two: a key is looked up for every packet.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(UInt64(address.bits) << 16 | UInt64(port))
    }

    package init(_ address: IPv4Address, port: UInt16) {
        self.address = address
        self.port = port
    }
}

extension TransferKey: CustomStringConvertible {
    package var description: String { "\(address):\(port)" }
}
