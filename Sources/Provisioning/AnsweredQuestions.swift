import DHCPMessages
import Packets
import Synchronization

/// DHCP questions that were answered, word for word, and what was decided. A phone asks the same at each start, when it renews, and again
/// where it hears nothing; the same follows from the same, so it is not weighed and written anew. Which address it is, the book says each
/// time.
///
/// Like ``ToldURLs`` it holds for one configuration, one catalogue and one tree, and ``Policy`` begins anew when any of these changes.
/// Bounded by what they take: some 17,000 that were asked last are known, which the phones of a large site are, and up to twice as many
/// are kept.
final class AnsweredQuestions: Sendable {
    /// By the questions' hashes. Of two with the same one the later is known.
    private let answered = Mutex(RecentlyUsed<Int, AnsweredQuestion>(cost: mostOctets))
    private static let mostOctets = 72 << 20

    /// What was decided when the same was asked before.
    func earlier(_ frame: UDPFrame, on link: Link, learnt: LearntDevice?) -> AnsweredQuestion? {
        guard let found = answered.withLock({ $0.value(for: AnsweredQuestion.hash(of: frame)) }),
            found.isAsked(by: frame, on: link, learnt: learnt)
        else { return nil }
        return found
    }

    func keep(_ question: AnsweredQuestion) {
        answered.withLock { $0.keep(question, for: AnsweredQuestion.hash(of: question.frame), cost: question.octets) }
    }
}

/// All that the answer to a DHCP client follows from, beside the policy and the book, and what was decided. What the client counts for itself
/// is no part of the question: "xid" comes back as it is, and "secs" changes nothing. Shared by all who were answered with it, since it is
/// large.
final class AnsweredQuestion: Sendable {
    fileprivate let frame: UDPFrame
    private let link: Link
    private let family: String?
    private let model: String?
    private let version: String?
    let decision: Decision
    let answer: DHCPAnswer
    /// Where it was about an address.
    let lease: LeaseAsker?

    init(
        _ frame: UDPFrame, on link: Link, learnt: LearntDevice?, _ decision: Decision, _ answer: DHCPAnswer, _ lease: LeaseAsker?
    ) {
        self.frame = frame
        self.link = link
        family = learnt?.familyID
        model = learnt?.model
        version = learnt?.version
        var decision = decision
        // What was stored then may be another's by now: the book says what is to be stored, if anything.
        decision.changes = []
        if lease == nil { decision.news = .dhcpAnswered(Event.DHCPAnswered(decision, answer)) }
        self.decision = decision
        self.answer = answer
        self.lease = lease
    }

    /// What it takes in memory with all that it alone holds, roughly: two frames, and what valgrind's dhat counts beside them.
    fileprivate var octets: Int {
        frame.payload.count + answer.frame.payload.count + (lease == nil ? 1200 : 1650)
    }

    /// Octets of "xid" and "secs" (RFC 2131 §2, figure 1).
    private static let own = 4..<10

    /// With a seed that is this process's secret.
    fileprivate static func hash(of frame: UDPFrame) -> Int {
        var hasher = Hasher()
        hasher.combine(frame.source.bits)
        hasher.combine(frame.sourceMAC.bits)
        // "chaddr": behind a relay the phones of a model differ by nothing else.
        hasher.combine(octets: frame.payload.dropFirst(28).prefix(6))
        // The options: where two questions differ before them alone, they are compared.
        hasher.combine(octets: frame.payload.dropFirst(236))
        return hasher.finalize()
    }

    fileprivate func isAsked(by other: UDPFrame, on otherLink: Link, learnt: LearntDevice?) -> Bool {
        frame.sourceMAC == other.sourceMAC && frame.destinationMAC == other.destinationMAC && frame.source == other.source
            && frame.destination == other.destination && frame.sourcePort == other.sourcePort
            && frame.destinationPort == other.destinationPort && frame.tags == other.tags && family == learnt?.familyID
            && model == learnt?.model && version == learnt?.version && link == otherLink
            && AnsweredQuestion.areAlike(frame.payload, other.payload)
    }

    /// All octets are looked at: without a way out of the loop several are compared at once.
    private static func areAlike(_ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>) -> Bool {
        guard left.count == right.count, left.count >= own.upperBound else { return false }
        let (left, right) = (left.span, right.span)
        var difference: UInt8 = 0
        for place in 0..<own.lowerBound { difference |= left[place] ^ right[place] }
        for place in own.upperBound..<left.count { difference |= left[place] ^ right[place] }
        return difference == 0
    }
}

extension Policy {
    /// Most of what a network carries is answered by somebody else, and need not be looked for.
    func mayBeAnswered(_ type: DHCPMessageType?) -> Bool {
        switch type {
        case .inform: true
        case .discover, .request: settings.dhcp.answer == .lease
        default: false
        }
    }

    /// What is done about a DHCP message, weighed anew.
    ///
    /// - Parameter isKept: its answer is kept for the next time.
    func decide(
        _ message: DHCPMessage, in request: Request, on link: Link, at now: Moment, learnt: LearntDevice?, as identity: Identity?,
        leases: inout LeaseBook?, limits: inout RequestLimits?, isKept: Bool
    ) -> Decision {
        let (decision, lease) = decide(
            message, in: request.frame, on: link, at: now, learnt: learnt, as: identity, leases: &leases, limits: &limits)
        if isKept, case .dhcp(let answer)? = decision.answer, lease?.isWorthKeeping != false {
            answered.keep(AnsweredQuestion(request.frame, on: link, learnt: learnt, decision, answer, lease))
        }
        return decision
    }

    /// As it was when it was asked before. It counts for the device's allowance all the same.
    ///
    /// - Parameter decision: the earlier one.
    /// - Returns: whether the decision stands; not where no addresses are given any more, which is to be said anew.
    func decide(
        _ request: Request, as earlier: AnsweredQuestion, at now: Moment, _ decision: inout Decision,
        leases: inout LeaseBook?, limits: inout RequestLimits?
    ) -> Bool {
        guard case .dhcp(let message) = request.content, let type = request.messageType, let mac = request.client else {
            return false
        }
        guard let lease = earlier.lease else {
            if let refusal = limits?.refusal(of: type, from: mac, isKnown: true, at: now.steady) {
                decision = Decision(kind: request.kind, identity: Identity(mac: mac), outcome: .ignore(refusal))
            } else {
                decision.outcome = .answer(.dhcp(earlier.answer.again(message.transactionID)))
            }
            return true
        }
        return leases?.use { book in
            let isKnown = lease.asker.isKnown || book.knows(lease.client.key)
            if let refusal = limits?.refusal(of: type, from: mac, isKnown: isKnown, at: now.steady) {
                decision = Decision(kind: request.kind, identity: Identity(mac: mac), outcome: .ignore(refusal))
                return true
            }
            let question = LeaseQuestion(message: message, from: lease, now: now, earlier: earlier.answer)
            do throws(Silence) {
                try decide(question, type, &decision, &book)
            } catch {
                decision.outcome = .ignore(error)
            }
            return true
        } ?? false
    }
}

extension LeaseBook {
    /// Works on the book where it is: what is taken out of an optional is copied.
    mutating func use<Result, Failure>(_ body: (inout LeaseBook) throws(Failure) -> Result) throws(Failure) -> Result {
        try body(&self)
    }
}
