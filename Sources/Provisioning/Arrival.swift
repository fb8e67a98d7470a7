import DHCPMessages
import Packets

/// How a request came.
package struct Arrival: Hashable, Sendable {
    /// Of its frame, outermost first.
    package var tags: [VLANTag]
    /// The relay agent that passed it on, "giaddr" in RFC 2131.
    package var relay: IPv4Address?
    /// Where the device's SIP is heard, as the Contact of its SUBSCRIBE says.
    package var sipPort: UInt16?
    /// Whether the frame is the device's own, so that its tags are the device's.
    package var isOwn: Bool

    package init(tags: [VLANTag] = [], relay: IPv4Address? = nil, sipPort: UInt16? = nil, isOwn: Bool = true) {
        self.tags = tags
        self.relay = relay
        self.sipPort = sipPort
        self.isOwn = isOwn
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

    func arrival(of mac: MACAddress) -> Arrival {
        var arrival = Arrival(tags: frame.tags, relay: relay, isOwn: isFromItself(mac))
        if kind == .pnpSubscribe, arrival.isOwn, frame.source.isHost { arrival.sipPort = sipPort(at: frame.source) }
        return arrival
    }
}

extension [VLANTag] {
    /// The VLANs' identifiers, outermost first, such as `20` or `100/20`; `nil` where there is none.
    package var vlanText: String? {
        isEmpty ? nil : map { String($0.identifier) }.joined(separator: "/")
    }
}
