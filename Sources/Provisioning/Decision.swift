import DHCPMessages
import Packets
import SIPMessages

/// What is done about one request, and everything that a person may want to know about it.
package struct Decision: Sendable {
    package enum Outcome: Sendable {
        case answer(Answer)
        case ignore(Silence)
    }

    package var kind: RequestKind
    /// The phone's address as far as it is known.
    package var identity: Identity
    /// How the request came, for whoever writes down where the device is.
    package var arrival: Arrival?
    package var outcome: Outcome
    /// The rule that matched, answering or not.
    package var rule: String?
    /// What it is, or would be, told.
    package var url: String?
    /// Options that cannot say it.
    package var untold: [UntoldOption] = []
    /// What would have gone out if bellhop did more than observe.
    package var withheld: Answer?
    /// What has to be on disk before the answer may go out.
    package var changes: [LeaseChange] = []
    /// The sender is of no brand that is known, and the configuration does not name it.
    var isFromStranger = false
    /// The client asked to go on with an address that it is using.
    var isRenewal = false
    /// What is told of an answer that was given before.
    var news: Event.What?

    package var silence: Silence? {
        if case .ignore(let silence) = outcome { silence } else { nil }
    }

    package var isAnswered: Bool {
        if case .answer = outcome { true } else { false }
    }

    package var answer: Answer? {
        if case .answer(let answer) = outcome { answer } else { nil }
    }

    /// The address that an ACK gives to a client whose own frame asked for it.
    package var givenAddress: IPv4Address? {
        guard case .dhcp(let answer)? = answer, answer.type == .acknowledge, answer.yourAddress.isHost, arrival?.isOwn == true
        else { return nil }
        return answer.yourAddress
    }
}

/// What kind of request a frame holds. An open set with stable names.
package struct RequestKind: RawRepresentable, Hashable, Sendable {
    package let rawValue: String

    package init(rawValue: String) {
        self.rawValue = rawValue
    }

    package static let other = Self(rawValue: "other")
    /// DHCP, but damaged.
    package static let dhcp = Self(rawValue: "dhcp")
    package static let bootp = Self(rawValue: "bootp")
    package static let pnpSubscribe = Self(rawValue: "pnp-subscribe")
    package static let sip = Self(rawValue: "sip")

    package static func dhcp(_ type: DHCPMessageType?) -> Self {
        type.map { dhcpKinds[Int($0.rawValue)] } ?? .bootp
    }

    /// `dhcp-discover`, `dhcp-inform` and so on, `dhcp-type-255`, by the number of the type.
    private static let dhcpKinds = (0...UInt8.max).map { number in
        Self(rawValue: "dhcp-" + DHCPMessageType(rawValue: number).name.lowercased().replacing(" ", with: "-"))
    }
}

/// What goes out.
package enum Answer: Sendable {
    case dhcp(DHCPAnswer)
    case pnp(PnPAnswer)
}

/// The two messages of a PnP answer (`200 OK`, then NOTIFY), and where they go.
package final class PnPAnswer: Sendable {
    /// One exchange: a retransmission of the same request has the same key and gets the same `okay`, and no second NOTIFY.
    package let exchange: SIPTransactionKey
    package let okay: [UInt8]
    package let notify: [UInt8]
    /// The branch of the NOTIFY's Via, by which its answer is known.
    package let notifyBranch: String
    package let body: String
    package let to: IPv4Address
    /// Where the request came from: the response goes there (RFC 3581 §4).
    package let okayPort: UInt16
    /// The port of the phone's Contact.
    package let notifyPort: UInt16
    /// Where frames of this exchange go when a tag keeps it from an ordinary socket.
    package let mac: MACAddress
    package let tags: [VLANTag]
    /// Where it leaves from, as Via and Contact say.
    package let from: SIPContact
    /// The length of the request: whoever never answers gets no more than three times as much (T6).
    package let bytesHeard: Int

    package init(
        exchange: SIPTransactionKey, okay: [UInt8], notify: [UInt8], notifyBranch: String, body: String, to: IPv4Address,
        okayPort: UInt16, notifyPort: UInt16, mac: MACAddress, tags: [VLANTag], from: SIPContact, bytesHeard: Int
    ) {
        self.exchange = exchange
        self.okay = okay
        self.notify = notify
        self.notifyBranch = notifyBranch
        self.body = body
        self.to = to
        self.okayPort = okayPort
        self.notifyPort = notifyPort
        self.mac = mac
        self.tags = tags
        self.from = from
        self.bytesHeard = bytesHeard
    }
}

extension Answer {
    /// The same to the same question by DHCP; `nil` for an answer by SIP, each of which is one of its own.
    func again(_ transactionID: UInt32) -> Answer? {
        if case .dhcp(let answer) = self { .dhcp(answer.again(transactionID)) } else { nil }
    }

    /// The frames that carry the answer from a link, as bytes.
    package func frames(on link: Link) -> [[UInt8]] {
        switch self {
        case .dhcp(let answer):
            return [answer.bytes].compactMap { $0 }
        case .pnp(let answer):
            return [(answer.okay, answer.okayPort), (answer.notify, answer.notifyPort)].compactMap {
                answer.frame($0, to: $1, on: link).encoded()
            }
        }
    }
}

extension PnPAnswer {
    /// One of its messages as a frame, tagged as the request was.
    package func frame(_ message: [UInt8], to port: UInt16, on link: Link) -> UDPFrame {
        UDPFrame(
            from: link.mac ?? Policy.unknownMAC, from.address, port: from.port, to: mac, to, port: port, tags: tags,
            payload: message)
    }
}
