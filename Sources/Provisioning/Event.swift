import DHCPMessages
import Packets
import SIPMessages

/// Something that happened, for log, timeline and counters. Services hand events to a sink; nothing else knows where they go.
package struct Event: Sendable {
    package var time: Moment
    /// The device that it is about; `nil` where that is not known.
    package var mac: MACAddress?
    package var interface: String?
    /// How the request came that it is about; `nil` where it is about none.
    package var arrival: Arrival?
    package var what: What

    /// On the heap: an event goes through several queues.
    package indirect enum What: Sendable {
        case dhcpAnswered(DHCPAnswered)
        case pnpAnswered(PnPAnswered)
        /// What a phone would have been told: bellhop only observes.
        case dhcpObserved(DHCPAnswered)
        case pnpObserved(PnPAnswered)
        case otherResponder(OtherResponder)
        /// A NOTIFY went out; attempts count from 1.
        case notifySent(attempt: Int, to: IPv4Address)
        case notifyAnswered(status: UInt16, after: Duration)
        case notifyUnanswered(sends: Int)
        /// An answer could not be sent.
        case notSent(String)
        /// An answer went out without these: they found no room in what its client accepts (RFC 3046 §2.2 wants that counted for 82).
        case optionsLeftOut([DHCPOptionCode])
        case optionsNotTold([UntoldOption])
        case ignored(RequestKind, Silence)
        /// A lease was given or renewed: it is on disk and its ACK is out. With the URL that the ACK told, if it told one.
        case leased(IPv4Address, vendor: String?, hostName: String?, seconds: UInt32, url: String?)
        case offered(IPv4Address)
        case refusedLease(String)
        case released(IPv4Address)
        /// A client, or ARP, showed that somebody else has an address of the pool.
        case declined(IPv4Address)
        case addressInUse(IPv4Address, by: MACAddress)
        /// Addresses are given from now on, or no more because another server was heard.
        case leasing(began: Bool, server: IPv4Address?)
        case otherServer(OtherServer)
        case fileServed(FileServed)
        /// A file of so many octets takes longer than most; how it ends is told of by itself.
        case fileUnderWay(FileServed, of: Int64)
        case fileRefused(FileRefused)
        /// A phone left a file here.
        case fileUploaded(FileUploaded)
        /// A host is shut out that asked for the files of one phone after the other.
        case prober(Prober)
        /// A phone was told to read its configuration again, or to reboot; attempts count from 1.
        case resyncSent(event: String, attempt: Int, to: IPv4Address, port: UInt16)
        case resyncAnswered(ResyncOutcome, status: UInt16, after: Duration)
        case resyncUnanswered(sends: Int)
    }

    package struct DHCPAnswered: Sendable {
        package var vendor: String?
        /// The family's id.
        package var family: String?
        package var model: String?
        package var version: String?
        package var rule: String?
        package var url: String
        package var address: IPv4Address
        package var options: [DHCPOptionCode]
    }

    package struct PnPAnswered: Sendable {
        package var vendor: String?
        /// The family's id.
        package var family: String?
        package var model: String?
        package var version: String?
        package var rule: String?
        package var body: String
        package var address: IPv4Address
        /// The station that sent the frame, where that is not the phone's own address.
        package var station: MACAddress?
        package var transport = SIPTransport.udp
        package var isRepeated: Bool
    }

    package struct FileServed: Sendable {
        package var transport: FileTransport
        package var name: String
        /// The path on disk beneath the root.
        package var path: String
        /// Of the file's, that went out.
        package var bytes: Int64
        /// The phone has this version already, and was told so.
        package var isUnchanged: Bool
        /// What the client asked for, where that leaves it without the end of the file.
        package var only: Excerpt?
        /// Whether the client has all that it asked for.
        package var isComplete: Bool
        /// From the request to the last byte.
        package var took: Duration
        package var address: IPv4Address
        package var vendor: String?
        /// The family's id.
        package var family: String?
        package var model: String?
        package var version: String?
        package var userAgent: String?
        /// Why the client does not have it all.
        package var reason: String?

        package init(
            transport: FileTransport = .http, name: String, path: String, bytes: Int64, isComplete: Bool = true,
            isUnchanged: Bool = false, took: Duration = .zero, address: IPv4Address, vendor: String?, userAgent: String?,
            reason: String? = nil
        ) {
            self.transport = transport
            self.name = name
            self.path = path
            self.bytes = bytes
            self.isComplete = isComplete
            self.isUnchanged = isUnchanged
            self.took = took
            self.address = address
            self.vendor = vendor
            self.userAgent = userAgent
            self.reason = reason
        }
    }

    /// Less than a file.
    package enum Excerpt: String, Sendable {
        /// HEAD: that it is there.
        case head
        /// A range that ends before the file does.
        case part
    }

    package struct FileRefused: Sendable {
        package var transport: FileTransport
        /// As it was asked for.
        package var name: String
        /// The protocol's own number: an HTTP status, a TFTP error code, an FTP reply.
        package var status: Int
        /// The kind of refusal, by a stable name such as `not-found`.
        package var why: String?
        package var reason: String
        package var address: IPv4Address

        package init(
            transport: FileTransport, name: String, status: Int, why: String? = nil, reason: String, address: IPv4Address
        ) {
            self.transport = transport
            self.name = name
            self.status = status
            self.why = why
            self.reason = reason
            self.address = address
        }
    }

    package struct FileUploaded: Sendable {
        package var transport: FileTransport
        /// As the phone named it.
        package var name: String
        /// Beneath the folder of uploads.
        package var path: String
        package var bytes: Int64
        package var address: IPv4Address

        package init(transport: FileTransport, name: String, path: String, bytes: Int64, address: IPv4Address) {
            self.transport = transport
            self.name = name
            self.path = path
            self.bytes = bytes
            self.address = address
        }
    }

    package struct Prober: Sendable {
        package var address: IPv4Address
        /// How many different ones it asked for.
        package var phones: Int
        /// How long it is shut out.
        package var seconds: Int

        package init(address: IPv4Address, phones: Int, seconds: Int) {
            self.address = address
            self.phones = phones
            self.seconds = seconds
        }
    }

    package init(time: Moment, mac: MACAddress?, interface: String?, _ what: What) {
        self.time = time
        self.mac = mac
        self.interface = interface
        self.what = what
    }

    /// About the request that a decision is about.
    init(_ decision: Decision, interface: String, at now: Moment, _ what: What) {
        self.init(time: now, mac: decision.identity.mac, interface: interface, what)
        arrival = decision.arrival
    }

    /// What a promiscuous interface hears of others, and copies of what was answered already: no news, and not for the timeline.
    package var isOverheard: Bool {
        guard case .ignored(_, let silence) = what else { return false }
        switch silence {
        case .ownFrame, .addressedElsewhere, .portNotServed, .dhcpReply, .answeredOnOtherInterface: return true
        default: return false
        }
    }

    /// A stable name, which documentation and alerts go by.
    package var name: String {
        switch what {
        case .dhcpAnswered: "dhcp.answered"
        case .dhcpObserved: "dhcp.observed"
        case .pnpAnswered(let answer): answer.isRepeated ? "pnp.answered-again" : "pnp.answered"
        case .notifySent: "pnp.notify-sent"
        case .pnpObserved: "pnp.observed"
        case .otherResponder: "pnp.other-responder"
        case .notifyAnswered: "pnp.notify-answered"
        case .notifyUnanswered: "pnp.notify-unanswered"
        case .notSent: "answer.not-sent"
        case .optionsLeftOut: "answer.options-left-out"
        case .optionsNotTold: "answer.options-not-told"
        case .ignored: "ignored"
        case .leased: "lease.given"
        case .offered: "lease.offered"
        case .refusedLease: "lease.refused"
        case .released: "lease.released"
        case .declined: "lease.declined"
        case .addressInUse: "lease.address-in-use"
        case .leasing(let began, _): began ? "leasing.begun" : "leasing.stepped-back"
        case .otherServer: "server.heard"
        case .fileServed(let file): file.isComplete ? "file.served" : "file.broken-off"
        case .fileUnderWay: "file.under-way"
        case .fileRefused: "file.refused"
        case .fileUploaded: "file.uploaded"
        case .prober: "file.prober"
        case .resyncSent: "resync.sent"
        case .resyncAnswered: "resync.answered"
        case .resyncUnanswered: "resync.unanswered"
        }
    }
}

/// The protocol by which a file is asked for.
package enum FileTransport: String, CaseIterable, Sendable { case http, https, tftp, ftp }

package typealias EventSink = @Sendable (Event) -> Void

extension Event {
    /// What is worth telling about an answered request.
    package static func answered(_ decision: Decision, interface: String, at now: Moment, isRepeated: Bool = false) -> Event? {
        switch decision.answer {
        case .dhcp(let answer) where answer.message.type == .offer:
            return Event(decision, interface: interface, at: now, .offered(answer.message.yourAddress))
        case .dhcp(let answer) where answer.message.type == .negativeAcknowledge:
            let reason = answer.message.options[.message].map { printable($0) } ?? ""
            return Event(decision, interface: interface, at: now, .refusedLease(reason))
        case .dhcp(let answer) where answer.message.yourAddress != .any:
            let seconds = (try? answer.message.options.uint32(.leaseTime)).flatMap { $0 } ?? 0
            guard case .put(let lease)? = decision.changes.first else { return nil }
            return Event(
                decision, interface: interface, at: now,
                .leased(lease.address, vendor: lease.vendor, hostName: lease.hostName, seconds: seconds, url: decision.url))
        case .dhcp(let answer):
            return Event(decision, interface: interface, at: now, .dhcpAnswered(DHCPAnswered(decision, answer)))
        case .pnp(let answer):
            let details = PnPAnswered(decision, answer, isRepeated: isRepeated)
            return Event(decision, interface: interface, at: now, .pnpAnswered(details))
        case nil:
            return nil
        }
    }
}
