import DHCPMessages
import Packets
import Provisioning
import SIPMessages

extension UDPFrame {
    /// SIP from one host to another, neither of them this one.
    func isBetweenOthers(_ ports: [UInt16], on link: Link) -> Bool {
        (ports.contains(sourcePort) || ports.contains(destinationPort)) && destination.isHost && !link.isOwn(destination)
    }

    /// What can be read from its first bytes: a response, or a NOTIFY.
    var mayBeOtherResponders: Bool { payload.starts(with: "SIP/".utf8) || payload.starts(with: "NOTIFY ".utf8) }
}

extension Request {
    var isSIP: Bool {
        if case .dhcp = content { false } else { true }
    }

    /// What copies of one request have in common.
    func key(_ mac: MACAddress) -> RecentRequests.Key {
        let transaction: UInt64 =
            switch content {
            case .dhcp(let message): UInt64(message.transactionID)
            case .subscribe(let subscribe): UInt64(truncatingIfNeeded: subscribe.callIDBytes.hashValue)
            case .otherSIP: 0
            }
        return RecentRequests.Key(mac: mac, kind: kind, transaction: transaction)
    }
}
