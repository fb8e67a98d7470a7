import DHCPMessages
import Packets

/// Where a device is, as far as a request of its tells: the VLAN of its own frame, or the relay that passed the request on.
package struct Arrival: Hashable, Sendable {
    /// Of the device's own frame, outermost first; empty where it bore none, or a relay's frame came in its place.
    package var tags: [VLANTag]
    /// "giaddr" in RFC 2131.
    package var relay: IPv4Address?
    /// Where its SIP is heard, as the Contact of its SUBSCRIBE says.
    package var sipPort: UInt16?

    package init(tags: [VLANTag] = [], relay: IPv4Address? = nil, sipPort: UInt16? = nil) {
        self.tags = tags
        self.relay = relay
        self.sipPort = sipPort
    }
}

extension Request {
    /// Whether the frame itself came from the device that it speaks of. Only then its address is taken for that device's: files are given
    /// out by it (T9), and anyone can write another's hardware address into a message.
    package func isFromItself(_ mac: MACAddress) -> Bool {
        frame.sourceMAC == mac
    }

    /// The port of the Contact in a SUBSCRIBE, where that is the device itself.
    private func sipPort(at address: IPv4Address) -> UInt16? {
        guard case .subscribe(let subscribe) = content, subscribe.contactAddress == address else { return nil }
        return subscribe.contactPort
    }

    /// What the frame tells of where a device is; `nil` where another station sent it, and is no relay.
    func arrival(of mac: MACAddress) -> Arrival? {
        if case .dhcp(let message) = content, message.relayAddress != .any { return Arrival(relay: message.relayAddress) }
        guard isFromItself(mac) else { return nil }
        return Arrival(tags: frame.tags, sipPort: frame.source.isHost ? sipPort(at: frame.source) : nil)
    }
}

extension [VLANTag] {
    /// The VLANs' identifiers, outermost first, such as `20` or `100/20`; `nil` where there is none.
    package var vlanText: String? {
        isEmpty ? nil : map { String($0.identifier) }.joined(separator: "/")
    }
}
