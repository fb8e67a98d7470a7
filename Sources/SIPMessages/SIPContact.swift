import Packets

/// How a message travels (RFC 3261 §18).
package enum SIPTransport: String, Sendable {
    case udp = "UDP"
    case tcp = "TCP"
}

/// Where we hear, as Via and Contact name it.
package struct SIPContact: Hashable, Sendable {
    package var address: IPv4Address
    package var port: UInt16
    package var transport: SIPTransport

    package init(_ address: IPv4Address, _ port: UInt16, _ transport: SIPTransport = .udp) {
        self.address = address
        self.port = port
        self.transport = transport
    }
}
