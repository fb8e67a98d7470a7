import DHCPMessages
import Packets
import Synchronization

/// DHCP questions that were answered, word for word, and what was decided. A phone asks the same at each start, when it renews, and again
/// where it hears nothing; the same follows from the same, so it is not weighed and written anew. Which address it is, the book says each
/// time.
///
/// Like ``ToldURLs`` it holds for one configuration, one catalogue and one tree, and ``Policy`` begins anew when any of these changes.
/// Bounded: the last 16,384 questions are known, so that a site of 10,000 phones is, and up to twice as many are kept, of 2 KB each.
final class AnsweredQuestions: Sendable {
    /// Shared by all who were answered with it, since it is large.
    final class Answered: Sendable {
        let question: DHCPQuestion
        let decision: Decision
        let answer: DHCPAnswer
        /// Where it was about an address.
        let lease: LeaseAsker?

        init(_ question: DHCPQuestion, _ decision: Decision, _ answer: DHCPAnswer, _ lease: LeaseAsker?) {
            self.question = question
            var decision = decision
            // What was stored then may be another's by now: the book says what is to be stored, if anything.
            decision.changes = []
            if lease == nil { decision.news = .dhcpAnswered(Event.DHCPAnswered(decision, answer)) }
            self.decision = decision
            self.answer = answer
            self.lease = lease
        }
    }

    /// By the questions' hashes. Of two with the same one the later is known.
    private let answered = Mutex(RecentlyUsed<Int, Answered>(cost: 32_768))

    subscript(question: DHCPQuestion) -> Answered? {
        let found = answered.withLock { $0.value(for: question.hash) }
        return found?.question.isAlike(question) == true ? found : nil
    }

    func keep(_ answered: Answered) {
        self.answered.withLock { $0.keep(answered, for: answered.question.hash) }
    }
}

/// All that the answer to a DHCP client follows from, beside the policy and the book. What the client counts for itself is no part of the
/// question: "xid" comes back as it is, and "secs" changes nothing.
struct DHCPQuestion: Sendable {
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

    /// With a seed that is this process's secret.
    fileprivate var hash: Int {
        var hasher = Hasher()
        hasher.combine(frame.source.bits)
        hasher.combine(frame.sourceMAC.bits)
        // "chaddr": behind a relay the phones of a model differ by nothing else.
        hasher.combine(octets: frame.payload.dropFirst(28).prefix(6))
        // The options: where two questions differ before them alone, they are compared.
        hasher.combine(octets: frame.payload.dropFirst(236))
        return hasher.finalize()
    }

    fileprivate func isAlike(_ other: DHCPQuestion) -> Bool {
        frame.sourceMAC == other.frame.sourceMAC && frame.destinationMAC == other.frame.destinationMAC
            && frame.source == other.frame.source && frame.destination == other.frame.destination
            && frame.sourcePort == other.frame.sourcePort && frame.destinationPort == other.frame.destinationPort
            && frame.tags == other.frame.tags && family == other.family && model == other.model && version == other.version
            && link == other.link && DHCPQuestion.areAlike(frame.payload, other.frame.payload)
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
    func mayBeAnswered(_ message: DHCPMessage) -> Bool {
        switch message.type {
        case .inform: true
        case .discover, .request: settings.dhcp.answer == .lease
        default: false
        }
    }

    /// What is done about a DHCP message: as it was when it was asked before, or weighed anew.
    func decideAgain(
        _ message: DHCPMessage, in request: Request, on link: Link, at now: Moment, learnt: LearntDevice?,
        leases: inout LeaseBook?, limits: inout RequestLimits?
    ) -> Decision {
        let question = DHCPQuestion(request.frame, on: link, learnt: learnt)
        if let earlier = answered[question],
            let decision = decide(message, as: earlier, at: now, leases: &leases, limits: &limits)
        {
            return decision
        }
        let (decision, lease) = decide(
            message, in: request.frame, on: link, at: now, learnt: learnt, as: nil, leases: &leases, limits: &limits)
        if case .dhcp(let answer)? = decision.answer, lease?.isWorthKeeping != false {
            answered.keep(AnsweredQuestions.Answered(question, decision, answer, lease))
        }
        return decision
    }

    /// It counts for the device's allowance all the same. `nil` where no addresses are given any more, which is to be said anew.
    private func decide(
        _ message: DHCPMessage, as earlier: AnsweredQuestions.Answered, at now: Moment,
        leases: inout LeaseBook?, limits: inout RequestLimits?
    ) -> Decision? {
        guard let type = message.type, let mac = message.clientMAC else { return nil }
        func refused(_ silence: Silence) -> Decision {
            Decision(kind: earlier.decision.kind, identity: Identity(mac: mac), outcome: .ignore(silence))
        }
        guard let lease = earlier.lease else {
            if let refusal = limits?.refusal(of: type, from: mac, isKnown: true, at: now.steady) { return refused(refusal) }
            var decision = earlier.decision
            decision.outcome = .answer(.dhcp(earlier.answer.again(message.transactionID)))
            return decision
        }
        guard var book = leases.take() else { return nil }
        defer { leases = book }
        let isKnown = lease.asker.isKnown || book.knows(lease.client.key)
        if let refusal = limits?.refusal(of: type, from: mac, isKnown: isKnown, at: now.steady) { return refused(refusal) }
        let question = LeaseQuestion(message: message, from: lease, now: now, earlier: earlier.answer)
        var decision = earlier.decision
        do throws(Silence) {
            try decide(question, type, &decision, &book)
        } catch {
            decision.outcome = .ignore(error)
        }
        return decision
    }
}
