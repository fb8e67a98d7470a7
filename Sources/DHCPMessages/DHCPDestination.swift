import Packets

/// Where a server sends a reply.
package enum DHCPDestination: Hashable, Sendable {
    /// To a relay agent's server port.
    case relay(IPv4Address)
    /// To the client's own address.
    case client(IPv4Address)
    /// To 255.255.255.255.
    case broadcast
    /// To an address that the client has just been given and cannot answer ARP for yet: a frame to its hardware address.
    case hardware(IPv4Address)

    /// RFC 2131 §4.1, in its order: giaddr; ciaddr; the broadcast bit; else yiaddr and chaddr. "In all cases, when 'giaddr' is zero,
    /// the server broadcasts any DHCPNAK messages."
    package init(of reply: DHCPMessage, to request: DHCPMessage) {
        if request.relayAddress != .any {
            self = .relay(request.relayAddress)
        } else if reply.type == .negativeAcknowledge {
            self = .broadcast
        } else if request.clientAddress != .any {
            self = .client(request.clientAddress)
        } else if request.wantsBroadcast || reply.yourAddress == .any {
            self = .broadcast
        } else {
            self = .hardware(reply.yourAddress)
        }
    }
}
