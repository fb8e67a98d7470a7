import DHCPMessages
import Packets
import Synchronization

/// DHCPINFORMs that were answered, word for word, and what was decided. A phone asks the same at each start, and again where it hears
/// nothing; the same follows from the same, so it is not weighed and written anew.
///
/// Like ``ToldURLs`` it holds for one configuration, one catalogue and one tree, and ``Policy`` begins anew when any of these changes.
/// Bounded: those that asked lately are known.
final class AnsweredQuestions: Sendable {
    private let decisions = Mutex(RecentlyUsed<InformQuestion, Decision>(cost: 2048))

    subscript(question: InformQuestion) -> Decision? {
        decisions.withLock { $0.value(for: question) }
    }

    func keep(_ decision: Decision, for question: InformQuestion) {
        decisions.withLock { $0.keep(decision, for: question) }
    }
}

/// All that the answer to an INFORM follows from, beside the policy. What the client counts for itself is no part of the question: "xid"
/// comes back as it is, and "secs" changes nothing.
struct InformQuestion: Hashable, Sendable {
    private let frame: UDPFrame
    private let link: Link
    private let family: String?
    private let model: String?
    private let version: String?

    init(_ frame: UDPFrame, on link: Link, learnt: LearntDevice?) {
        self.frame = frame
        self.link = link
        family = learnt?.familyID
        model = learnt?.model
        version = learnt?.version
    }

    /// Octets of "xid" and "secs" (RFC 2131 §2, figure 1).
    private static let own = 4..<10

    func hash(into hasher: inout Hasher) {
        hasher.combine(frame.source.bits)
        hasher.combine(frame.sourceMAC.bits)
        // The options: where two questions differ before them alone, they are compared.
        hasher.combine(octets: frame.payload.dropFirst(236))
    }

    static func == (left: InformQuestion, right: InformQuestion) -> Bool {
        left.frame.sourceMAC == right.frame.sourceMAC && left.frame.destinationMAC == right.frame.destinationMAC
            && left.frame.source == right.frame.source && left.frame.destination == right.frame.destination
            && left.frame.sourcePort == right.frame.sourcePort && left.frame.destinationPort == right.frame.destinationPort
            && left.frame.tags == right.frame.tags && left.family == right.family && left.model == right.model
            && left.version == right.version && left.link == right.link
            && areAlike(left.frame.payload, right.frame.payload)
    }

    private static func areAlike(_ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>) -> Bool {
        left.count == right.count && left.prefix(own.lowerBound) == right.prefix(own.lowerBound)
            && left.dropFirst(own.upperBound) == right.dropFirst(own.upperBound)
    }
}

extension Policy {
    /// What is done about an INFORM: as it was answered when it was asked before, or anew. It counts for the device's allowance all the same.
    func decideAgain(
        _ message: DHCPMessage, in request: Request, on link: Link, at now: Moment, learnt: LearntDevice?,
        leases: inout LeaseBook?, limits: inout RequestLimits?
    ) -> Decision {
        let question = InformQuestion(request.frame, on: link, learnt: learnt)
        if var decision = answered[question], let mac = request.client, let answer = decision.answer?.again(message.transactionID)
        {
            if let refusal = limits?.refusal(of: .inform, from: mac, isKnown: true, at: now.steady) {
                return Decision(kind: request.kind, identity: Identity(mac: mac), outcome: .ignore(refusal))
            }
            decision.outcome = .answer(answer)
            return decision
        }
        let decision = decide(
            message, in: request.frame, on: link, at: now, learnt: learnt, as: nil, leases: &leases, limits: &limits)
        if decision.isAnswered { answered.keep(decision, for: question) }
        return decision
    }
}
