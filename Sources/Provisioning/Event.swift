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
    /// Who that device is, where it was weighed.
    package var identity: Identity?
    /// Nothing is known of the device, and it got no answer: whoever makes hardware addresses up makes many of these.
    package var isAboutStranger = false
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
        /// A lease was given: it is on disk and its ACK is out.
        case leased(Leased)
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

    package init(
        time: Moment, mac: MACAddress?, interface: String?, arrival: Arrival? = nil, identity: Identity? = nil, _ what: What
    ) {
        self.time = time
        self.mac = mac
        self.interface = interface
        self.arrival = arrival
        self.identity = identity
        self.what = what
    }

    /// About the request that a decision is about.
    init(_ decision: Decision, interface: String, at now: Moment, _ what: What) {
        let identity = decision.identity
        self.init(time: now, mac: identity.mac, interface: interface, arrival: decision.arrival, identity: identity, what)
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
