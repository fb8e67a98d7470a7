import DHCPMessages
import FrameLink
import LinuxSystem
import Packets
import Provisioning
import SIPMessages
import Synchronization

/// The thread of one interface: frames in, decisions, frames out.
final class FrameListener: Sendable {
    let served: ServedInterface
    private let policy: CurrentPolicy
    let memory: DeviceMemory
    private let recent: RecentRequests
    private let sip: SIPDesk
    let store: LeaseStore
    let clock: @Sendable () -> Moment
    let sink: EventSink
    private let failed: @Sendable (any Error) -> Void
    private let lost: @Sendable (_ frames: Int) -> Void
    let names: ServedNames
    /// `nil` where this responder is no half of a pair.
    let gate: SegmentGate?
    /// Leases of a partner that are on their way to the disk.
    let notes = Atomic<Int>(0)
    private let whereabouts: Whereabouts
    private let others = Mutex(OtherResponderWatch())
    private let stored: StoredAnswers
    private let isDead = Mutex(false)
    private let isRunning: Mutex<Bool>
    private let stopping: Wakeup
    private let linkReturned: Wakeup
    private let thread = Mutex<SystemThread?>(nil)

    /// - Parameters:
    ///   - lost: called where the kernel dropped frames that were not read in time.
    ///   - failed: called when the interface gives no frames any more; the thread has ended then.
    init(
        _ served: ServedInterface, names: ServedNames, policy: CurrentPolicy, memory: DeviceMemory, recent: RecentRequests,
        whereabouts: Whereabouts, sip: SIPDesk, gate: SegmentGate?, store: LeaseStore, clock: @escaping @Sendable () -> Moment,
        sink: @escaping EventSink, lost: @escaping @Sendable (_ frames: Int) -> Void,
        failed: @escaping @Sendable (any Error) -> Void
    ) throws(SystemError) {
        self.served = served
        self.names = names
        self.policy = policy
        self.memory = memory
        self.recent = recent
        self.sip = sip
        self.gate = gate
        self.store = store
        self.clock = clock
        self.sink = sink
        self.lost = lost
        self.failed = failed
        self.whereabouts = whereabouts
        isRunning = Mutex(served.interface.isRunning)
        stopping = try Wakeup()
        linkReturned = try Wakeup()
        stored = try StoredAnswers()
        var groups = GroupDesk(of: served.groups, on: served.link) { names.contains(vlan: $0, of: served.link.interface) }
        send(groups?.join(at: clock().steady))
        let started = try SystemThread.start(name: served.link.interface) { [self, groups] in run(groups) }
        thread.withLock { $0 = started }
    }

    func stop() {
        stopping.signal()
        thread.withLock { $0.take() }?.join()
    }

    /// Frames that are handled before the thread looks whether it is to stop, and takes the newest policy.
    private static let batch = 32

    private func run(_ groups: GroupDesk?) {
        let descriptors = [stopping.descriptor, linkReturned.descriptor, stored.descriptor, served.frames.descriptor ?? -1]
        var round = Round(groups: groups)
        var attention = Attention()
        do {
            while true {
                let hasHeard = round.frames > 0
                let patience = patience(
                    groups: round.groups?.nextDue, hasNews: round.limits?.hasNews == true || round.losses.isOpen)
                let readable = try wait(for: descriptors, hasHeard: hasHeard, milliseconds: patience, &attention)
                if readable[0] { return send(round.groups?.leave(at: clock().steady)) }
                if readable[1] {
                    linkReturned.drain()
                    send(round.groups?.join(at: clock().steady))
                }
                let policy = policy.value
                round.frames = 0
                while round.frames < FrameListener.batch, let frame = try served.frames.nextFrame() {
                    round.frames += 1
                    handle(frame, policy, &round)
                    if round.answers.count == Round.answersAtOnce { flush(&round) }
                }
                flush(&round)
                let now = clock()
                send(round.groups?.elapsed(at: now.steady))
                for answer in stored.due(at: now.steady) where mayAnswer { send(answer) }
                if let leases = served.leases { perform(leases.elapsed(at: now)) }
                for event in round.limits?.news(on: served.link.interface, at: now) ?? [] { sink(event) }
                let losses = round.losses.elapsed(hasHeard: round.frames > 0, at: now.steady) {
                    try? served.frames.statistics().dropped
                }
                if losses > 0 { lost(losses) }
            }
        } catch {
            // What was heard before has its answers, and each its word on what became of it.
            flush(&round)
            isDead.withLock { $0 = true }
            failed(error)
        }
    }

    /// Where frames were just heard others may follow at once.
    private func wait(
        for descriptors: [Int32], hasHeard: Bool, milliseconds: Int32?, _ attention: inout Attention
    ) throws(SystemError) -> [Bool] {
        func waiting() throws(SystemError) -> [Bool]? {
            let readable = try waitReadable(descriptors, milliseconds: 0)
            return readable.contains(true) ? readable : nil
        }
        if hasHeard, let readable = try attention.look(waiting) { return readable }
        return try waitReadable(descriptors, milliseconds: milliseconds)
    }

    /// Milliseconds until something is due besides frames.
    private func patience(groups: UInt64?, hasNews: Bool) -> Int32? {
        let usual: Int32? = stored.isHoldingBack ? 1 : served.leases != nil ? 100 : hasNews ? 1000 : nil
        let groups = groups.map { MonotonicClock.milliseconds(until: $0, from: clock().steady) }
        return [usual, groups].compactMap { $0 }.min()
    }

    var mayAnswer: Bool { gate?.mayAnswer ?? true }

    /// The interface gave up; it has to be opened anew.
    var hasFailed: Bool { isDead.withLock { $0 } }

    var hasLink: Bool { isRunning.withLock { $0 } && !hasFailed }

    /// - Returns: whether the link has come back: then nobody on the other end knows which groups are wanted here, and it is told.
    func note(isRunning now: Bool) -> Bool {
        let hasReturned = isRunning.withLock { before in
            defer { before = now }
            return now && !before
        }
        if hasReturned { linkReturned.signal() }
        return hasReturned
    }

    private func handle(_ captured: CapturedFrame, _ policy: Policy, _ round: inout Round) {
        watchLag(of: captured)
        if let gate, hear(captured.bytes, from: gate) { return }
        if let leases = served.leases, let arp = ARPPacket(decoding: captured.bytes[...]) {
            return perform(leases.heard(arp, at: clock()))
        }
        let now = Moment(microseconds: captured.time.microsecondsSince1970, steady: clock().steady)
        let frame: UDPFrame
        do {
            frame = try UDPFrame(decoding: captured.bytes[...])
        } catch .notUDP(protocolNumber: IGMPFrame.protocolNumber) {
            return hear(captured.bytes, &round.groups)
        } catch {
            let mac = MACAddress(captured.bytes.dropFirst(6).prefix(6))
            let isStranger = policy.isStranger(mac, learnt: mac.flatMap(memory.device))
            return ignored(.other, .frame(error), mac, now, isStranger: isStranger)
        }
        if frame.isBetweenOthers(served.sipPorts, on: served.link) { return overhear(frame, now) }
        let heard: Request
        do throws(Request.Unreadable) {
            heard = try Request(frame, sipPorts: served.sipPorts)
        } catch {
            let link = served.socket(for: frame).link
            return sip.unreadable(frame, error, on: served, as: link)
        }
        switch heard.content {
        // In a tagged frame a phone's answer to our NOTIFY arrives here, for the socket does not see it.
        case .otherSIP(let message, .isResponse) where served.link.isOwn(frame.destination):
            return sip.hear(message, from: frame.source)
        case .dhcp(let message) where message.operation == DHCPMessage.reply:
            return hear(message, heard, now)
        default: break
        }
        if let vlan = frame.tags.first, names.contains(vlan: vlan.identifier, of: served.link.interface) { return }
        let request = whereabouts.completed(heard, on: served)
        let mac = request.mac(on: served.link)
        switch request.content {
        case .subscribe(let subscribe): others.withLock { $0.heard(subscribe, from: frame.source, mac: mac) }
        case .otherSIP: sip.refuse(request, on: served)
        case .dhcp: break
        }
        let link = request.isSIP ? served.socket(for: frame).link : served.link
        let learnt = mac.flatMap(memory.device)
        let mayAnswer = mayAnswer
        var none: LeaseBook?
        var decision =
            if let leases = served.leases, mayAnswer {
                leases.decide { policy.decide(request, on: link, at: now, learnt: learnt, leases: &$0, limits: &round.limits) }
            } else {
                policy.decide(request, on: link, at: now, learnt: learnt, leases: &none, limits: &round.limits)
            }
        if !mayAnswer, decision.isAnswered || decision.silence == .notLeasingHere { decision.outcome = .ignore(.listening) }
        if case .ignore(.noLease(.choseAnotherServer(let server))) = decision.outcome, let leases = served.leases,
            isStranger(server)
        {
            perform(leases.heard(server, at: now))
        }
        perform(decision, request, policy, now, &round)
    }

    /// What another server told somebody.
    private func hear(_ message: DHCPMessage, _ request: Request, _ now: Moment) {
        guard let server = OtherServer(message, in: request.frame, on: served.link) else { return }
        guard isStranger(server.address) else { return }
        if let leases = served.leases { perform(leases.heard(server, at: clock())) }
        sink(Event(time: now, mac: server.client, interface: served.link.interface, .otherServer(server)))
    }

    /// What others say to each other: it may be a responder that is not this one.
    private func overhear(_ frame: UDPFrame, _ now: Moment) {
        guard frame.mayBeOtherResponders, let message = try? SIPMessage(parsing: frame.payload),
            let (responder, phone) = others.withLock({ $0.overheard(message, in: frame, on: served.link) })
        else { return }
        sink(Event(time: now, mac: phone, interface: served.link.interface, .otherResponder(responder)))
    }

    private func perform(_ actions: [LeaseDesk.Action]) {
        for action in actions {
            switch action {
            case .send(let frame): try? served.frames.send(frame)
            case .say(let what): sink(Event(time: clock(), mac: nil, interface: served.link.interface, what))
            }
        }
    }

    private func perform(_ decision: Decision, _ request: Request, _ policy: Policy, _ now: Moment, _ round: inout Round) {
        let interface = served.link.interface
        if let mac = decision.identity.mac {
            let isItself = request.isFromItself(mac)
            let address = isItself && request.frame.source.isHost ? request.frame.source : nil
            if !isItself, let relay = decision.arrival?.relay, policy.settings.dhcp.trusts(relay) { memory.hasLeft(mac) }
            memory.learn(
                decision.identity, address: address, interface: interface, tags: isItself ? request.frame.tags : nil,
                sipPort: decision.arrival?.sipPort, rule: decision.rule, at: now)
            if !names.isOne, decision.isAnswered,
                let other = recent.claim(request.key(mac), on: interface, at: MonotonicClock.now())
            {
                return sink(Event.ignored(decision, .answeredOnOtherInterface(other), interface: interface, at: now))
            }
        }
        guard decision.changes.isEmpty else {
            // The change is on disk before the ACK is on the wire; this thread goes on meanwhile.
            guard !stored.isFull else { return sink(Event.ignored(decision, .diskIsBehind, interface: interface, at: now)) }
            return stored.store(decision, now, in: store)
        }
        switch decision.outcome {
        case .ignore(let silence) where silence.isTallied: break
        case .ignore(let silence): sink(Event.ignored(decision, silence, interface: interface, at: now))
        case .answer(.pnp(let answer)):
            sip.answer(decision, answer, on: served)
        case .answer(.dhcp(let answer)):
            if let answer = outgoing(answer, decision, now) { round.answers.append(answer) }
        }
    }

    private func ignored(
        _ kind: RequestKind, _ silence: Silence, _ mac: MACAddress?, _ now: Moment, isStranger: Bool = false
    ) {
        var event = Event(time: now, mac: mac, interface: served.link.interface, .ignored(kind, silence))
        event.isAboutStranger = isStranger
        sink(event)
    }
}
