import Packets
import SIPMessages
import VendorCatalogue

/// A PnP responder that is not this one, caught answering a phone (T2: it may tell phones to fetch anything from anywhere).
package struct OtherResponder: Hashable, Sendable {
    /// What gave it away.
    package enum Sign: Hashable, Sendable {
        /// It answered a SUBSCRIBE with this status.
        case answered(UInt16)
        /// It sent a NOTIFY with this body, printable and without credentials.
        case notified(String)
        /// A phone answered a NOTIFY of its with this status.
        case wasAnswered(UInt16)
    }

    package var address: IPv4Address
    /// `nil` where only the phone's side was seen.
    package var mac: MACAddress?
    package var phone: IPv4Address
    package var sign: Sign

    package init(address: IPv4Address, mac: MACAddress?, phone: IPv4Address, sign: Sign) {
        self.address = address
        self.mac = mac
        self.phone = phone
        self.sign = sign
    }

    package var signName: String {
        switch sign {
        case .answered: "answered-subscribe"
        case .notified: "sent-notify"
        case .wasAnswered: "was-answered"
        }
    }
}

/// Sees other responders in what goes by: their answers to SUBSCRIBEs that were heard on the group lately.
///
/// Bounded: of more SUBSCRIBEs than fit the oldest are forgotten.
package struct OtherResponderWatch: Sendable {
    private struct Call: Sendable {
        var phone: IPv4Address
        var mac: MACAddress?
    }

    private var calls: [Int: Call] = [:]
    private var older: [Int: Call] = [:]
    private static let capacity = 4096

    package init() {}

    /// A SUBSCRIBE was heard, whether it is answered here or not.
    package mutating func heard(_ subscribe: PnPSubscribe, from phone: IPv4Address, mac: MACAddress?) {
        if calls.count >= OtherResponderWatch.capacity {
            older = calls
            calls = [:]
        }
        calls[subscribe.callIDBytes.hashValue] = Call(phone: phone, mac: mac)
    }

    /// What a message between others says, and the phone that it is about; `nil` where it has nothing to do with plug-and-play.
    package func overheard(_ message: SIPMessage, in frame: UDPFrame, on link: Link) -> (
        responder: OtherResponder, phone: MACAddress?
    )? {
        guard frame.sourceMAC != link.mac, !link.isOwn(frame.source), !link.isOwn(frame.destination) else { return nil }
        let call = message.first(.callID).flatMap { calls[$0.hashValue] ?? older[$0.hashValue] }
        if let status = message.status {
            guard let call, let cseq = message.first(.cseq).flatMap({ try? SIPCSeq(parsing: $0) }) else { return nil }
            if cseq.method == "SUBSCRIBE", frame.destination == call.phone {
                return (
                    OtherResponder(address: frame.source, mac: frame.sourceMAC, phone: call.phone, sign: .answered(status)),
                    call.mac
                )
            }
            if cseq.method == "NOTIFY", frame.source == call.phone {
                let responder = OtherResponder(
                    address: frame.destination, mac: nil, phone: call.phone, sign: .wasAnswered(status))
                return (responder, call.mac ?? frame.sourceMAC)
            }
            return nil
        }
        guard message.isRequest("NOTIFY"), let event = message.first(.event).flatMap({ try? SIPEventHeader(parsing: $0) }),
            event.isPackage(PnPSubscribe.eventPackage)
        else { return nil }
        let body = withoutCredentials(printable(message.body[...].prefix { $0 != 0x0d && $0 != 0x0a }))
        let responder = OtherResponder(
            address: frame.source, mac: frame.sourceMAC, phone: frame.destination, sign: .notified(body))
        return (responder, call?.mac ?? (frame.destinationMAC.isStation ? frame.destinationMAC : nil))
    }
}
