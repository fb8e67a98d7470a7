import Packets

/// One phone that is to be told to read its configuration again, and all that this takes.
package struct ResyncTarget: Sendable {
    package enum Reboot: Sendable {
        case notAsked, asked
        /// It was asked for, and no event is known that makes this family do it.
        case unknown
    }

    package var mac: MACAddress
    package var label: String?
    package var vendor: String?
    package var model: String?
    /// Where it was seen last; `nil` where that is not known.
    package var address: IPv4Address?
    /// Where its SIP may be heard, the likeliest first.
    package var ports: [UInt16] = [ResyncTarget.usualPort]
    /// Where it was heard.
    package var interface: String?
    package var tags: [VLANTag] = []
    /// The Event of the NOTIFY.
    package var event: String
    package var reboot = Reboot.notAsked
    /// An account of the phone.
    package var user: String?
    package var credentials: SIPCredentials?
    /// What such phones need in order to heed it from somebody who is not their registrar; completes "needs …".
    package var needs: String?
    package var wasSeen = false

    /// RFC 3261 §19.1.2.
    package static let usualPort: UInt16 = 5060

    package init(mac: MACAddress, event: String) {
        self.mac = mac
        self.event = event
    }
}

/// What became of it.
package enum ResyncOutcome: Hashable, Sendable {
    /// A final status other than those that ask for credentials.
    case answered(status: UInt16)
    case wantsCredentials(status: UInt16)
    /// The phone does not take those that are configured.
    case wrongCredentials(status: UInt16)
    /// It asks in a way that cannot be answered.
    case unknownChallenge(status: UInt16)
    case unanswered(sends: Int)
    case notSent(String)
    case noInterface
    case neverSeen
    case noAddress
    /// It was asked this many seconds ago at the most.
    case tooSoon(seconds: Int)

    package var isTaken: Bool {
        if case .answered(200..<300) = self { true } else { false }
    }

    package var status: UInt16? {
        switch self {
        case .answered(let status), .wantsCredentials(let status), .wrongCredentials(let status), .unknownChallenge(let status):
            status
        case .unanswered, .notSent, .noInterface, .neverSeen, .noAddress, .tooSoon: nil
        }
    }

    /// A stable name, for programs.
    package var name: String {
        switch self {
        case .answered: isTaken ? "took" : "refused"
        case .wantsCredentials: "wants-credentials"
        case .wrongCredentials: "wrong-credentials"
        case .unknownChallenge: "unknown-challenge"
        case .unanswered: "unanswered"
        case .notSent: "not-sent"
        case .noInterface: "no-interface"
        case .neverSeen: "never-seen"
        case .noAddress: "no-address"
        case .tooSoon: "too-soon"
        }
    }
}

package struct ResyncResult: Sendable {
    package var target: ResyncTarget
    package var outcome: ResyncOutcome

    package init(target: ResyncTarget, outcome: ResyncOutcome) {
        self.target = target
        self.outcome = outcome
    }

    /// What an operator is told of it, beginning with the verb.
    package var sentence: String { outcome.sentence(for: target) }
}

/// How far a job is.
package struct ResyncProgress: Sendable {
    package var total: Int
    /// Of all that are finished.
    package var finished: Int
    package var taken: Int
    /// Those from a place on, in the order in which they were finished.
    package var results: [ResyncResult]

    package init(total: Int, finished: Int, taken: Int, results: [ResyncResult]) {
        self.total = total
        self.finished = finished
        self.taken = taken
        self.results = results
    }

    package var isDone: Bool { finished == total }
}

/// Whoever tells phones to come again, as those see it who have it done.
package struct ResyncService: Sendable {
    /// Begins a job and gives its name; `nil` where too many are under way.
    package var start: @Sendable ([ResyncTarget]) -> String?
    /// How far the job of that name is, with results from a place on; `nil` where there is none of that name any more.
    package var progress: @Sendable (_ job: String, _ from: Int) -> ResyncProgress?

    package init(
        start: @escaping @Sendable ([ResyncTarget]) -> String?,
        progress: @escaping @Sendable (_ job: String, _ from: Int) -> ResyncProgress?
    ) {
        self.start = start
        self.progress = progress
    }
}
