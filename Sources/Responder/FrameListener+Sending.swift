import Packets
import Provisioning

/// What the thread of an interface has at hand between two waits.
struct Round {
    /// How many frames were heard.
    var frames = 0
    /// Answers to them. They leave several at a time: who waits for them at the other end of a local wire is woken once for these, and is
    /// at work while the next are made.
    var answers: [OutgoingAnswer] = []
    static let answersAtOnce = 16
    /// How often devices may ask here.
    var limits: RequestLimits? = RequestLimits()
    var losses = LossWatch()
    /// What switches are told of the groups that are wanted here.
    var groups: GroupDesk?
}

/// A DHCP answer on its way, and what is said of it.
struct OutgoingAnswer {
    let frame: [UInt8]
    let time: Moment
    let mac: MACAddress?
    let answered: Event?
    let missing: [Event]
}

extension FrameListener {
    /// `nil` for what no datagram holds.
    func outgoing(_ answer: DHCPAnswer, _ decision: Decision, _ now: Moment) -> OutgoingAnswer? {
        guard let frame = answer.bytes else { return nil }
        let (interface, mac, leftOut) = (served.link.interface, decision.identity.mac, answer.leftOut)
        var missing: [Event] = []
        func miss(_ what: Event.What) { missing.append(Event(time: now, mac: mac, interface: interface, what)) }
        if !leftOut.isEmpty { miss(.optionsLeftOut(leftOut)) }
        if !decision.untold.isEmpty { miss(.optionsNotTold(decision.untold)) }
        return OutgoingAnswer(
            frame: frame, time: now, mac: mac, answered: Event.answered(decision, interface: interface, at: now),
            missing: missing)
    }

    func flush(_ round: inout Round) {
        guard !round.answers.isEmpty else { return }
        send(round.answers)
        round.answers.removeAll(keepingCapacity: true)
    }

    private func send(_ answers: [OutgoingAnswer]) {
        for (place, failure) in served.frames.send(answers.map(\.frame)).enumerated() {
            if let failure {
                let (time, mac) = (answers[place].time, answers[place].mac)
                sink(Event(time: time, mac: mac, interface: served.link.interface, .notSent("\(failure)")))
                continue
            }
            if let event = answers[place].answered { sink(event) }
            for event in answers[place].missing { sink(event) }
        }
    }

    /// What is on disk may be told.
    func send(_ ready: StoredAnswers.Ready) {
        let (decision, now) = (ready.decision, ready.time)
        if let failure = ready.failure {
            return sink(
                Event(
                    time: now, mac: decision.identity.mac, interface: served.link.interface,
                    .notSent("the lease was not stored: \(failure)")))
        }
        for case .put(let lease) in decision.changes { tellPartner(of: lease) }
        if let address = decision.givenAddress {
            memory.learn(decision.identity, address: address, interface: served.link.interface, at: now)
        }
        if case .dhcp(let answer)? = decision.answer { return send([outgoing(answer, decision, now)].compactMap { $0 }) }
        for case .put(let lease) in decision.changes {
            let what: Event.What = lease.state == .declined ? .declined(lease.address) : .released(lease.address)
            sink(Event(time: now, mac: lease.mac, interface: served.link.interface, what))
        }
    }
}
