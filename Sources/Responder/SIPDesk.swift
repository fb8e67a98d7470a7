import LinuxSystem
import Packets
import Provisioning
import SIPMessages
import Synchronization

/// The SIP thread: sends 200 and NOTIFY, sends NOTIFY again while it is not answered, and hears what phones say to it.
final class SIPDesk: Sendable {
    private struct State {
        var exchanges = NotifyExchanges()
        var interfaces: [String: ServedInterface] = [:]
        /// Counts what ``SIPDesk/serve(_:)`` was told, and what the thread has taken note of.
        var served = 0
        var isStopping = false
    }

    private let state = Mutex(State())
    private let wakeup: Wakeup
    private let noted: Wakeup
    private let policy: CurrentPolicy
    private let memory: DeviceMemory
    private let resync: ResyncDesk
    private let sink: EventSink
    private let clock: @Sendable () -> Moment
    private let thread = Mutex<SystemThread?>(nil)

    init(
        policy: CurrentPolicy, memory: DeviceMemory, resync: ResyncDesk, clock: @escaping @Sendable () -> Moment,
        sink: @escaping EventSink
    ) throws(SystemError) {
        self.clock = clock
        self.policy = policy
        self.memory = memory
        self.resync = resync
        self.sink = sink
        wakeup = try Wakeup()
        noted = try Wakeup()
        let started = try SystemThread.start(name: "sip") { [self] in run() }
        thread.withLock { $0 = started }
    }

    /// Serves these from now on, and returns when the thread holds no other any more: their ports are free then to be bound anew.
    func serve(_ interfaces: [ServedInterface]) {
        state.withLock { state in
            state.interfaces = Dictionary(interfaces.map { ($0.link.interface, $0) }) { $1 }
            state.served += 1
        }
        wakeup.signal()
        _ = try? waitReadable([noted.descriptor], milliseconds: nil)
        noted.drain()
    }

    func stop() {
        state.withLock { $0.isStopping = true }
        wakeup.signal()
        thread.withLock { $0.take() }?.join()
    }

    /// Begins an exchange, or answers a retransmission.
    func answer(_ decision: Decision, _ answer: PnPAnswer, on served: ServedInterface) {
        let now = MonotonicClock.now()
        let (actions, isRepeated) = state.withLock {
            $0.exchanges.subscribed(answer, mac: decision.identity.mac, on: served.link.interface, at: now)
        }
        if let event = Event.answered(decision, interface: served.link.interface, at: clock(), isRepeated: isRepeated) {
            sink(event)
        }
        for action in actions { perform(action, on: served) }
        if !isRepeated { wakeup.signal() }
    }

    /// A response heard on a socket or in a tagged frame.
    func hear(_ response: SIPMessage, from source: IPv4Address) {
        resync.hear(response, from: source)
        guard let key = SIPResponseKey(response: response), let status = response.status else { return }
        if let action = state.withLock({ $0.exchanges.responded(key, status: status, from: source) }) { perform(action, on: nil) }
    }

    // MARK: The thread

    private func run() {
        var noted = 0
        while true {
            let (isStopping, interfaces, told, due) = state.withLock {
                ($0.isStopping, Array($0.interfaces.values), $0.served, $0.exchanges.nextDue)
            }
            if isStopping { return }
            if told != noted {
                noted = told
                self.noted.signal()
            }
            let now = MonotonicClock.now()
            let wait = due.map { $0 <= now ? 0 : Int32(min(($0 - now) / 1_000_000 + 1, 60_000)) }
            guard let readable = try? waitReadable([wakeup.descriptor] + interfaces.map(\.sip.descriptor), milliseconds: wait)
            else { continue }
            if readable[0] { wakeup.drain() }
            for (served, isReadable) in zip(interfaces, readable.dropFirst()) where isReadable { receive(on: served) }
            let (actions, served) = state.withLock { ($0.exchanges.elapsed(at: MonotonicClock.now()), $0.interfaces) }
            for action in actions {
                switch action {
                case .sendNotify(let answer, _, _): perform(action, on: served[interface(of: answer)])
                default: perform(action, on: nil)
                }
            }
        }
    }

    private func interface(of answer: PnPAnswer) -> String {
        state.withLock { $0.exchanges.exchanges[answer.exchange]?.interface ?? "" }
    }

    private func receive(on served: ServedInterface) {
        for _ in 0..<256 {
            guard let (bytes, source, port) = (try? served.sip.receive()).flatMap({ $0 }) else { return }
            receive(bytes, from: source, port: port, on: served)
        }
    }

    /// A response to our NOTIFY, or a request that was sent to us alone: a PnP SUBSCRIBE is answered as if it had been multicast; any
    /// other gets the refusal that RFC 3261 §8.2 has for it.
    private func receive(_ bytes: [UInt8], from source: IPv4Address, port: UInt16, on served: ServedInterface) {
        let policy = policy.value
        let mac = memory.device(at: source)?.mac ?? MACAddress(bits: 0)
        let frame = UDPFrame(
            from: mac, source, port: port, to: served.link.mac ?? MACAddress(bits: 0), served.link.address,
            port: policy.settings.pnp.port,
            payload: bytes)
        guard let request = try? Request(frame, pnpPort: policy.settings.pnp.port) else { return }
        if case .otherSIP(let message, let fault) = request.content {
            if fault == .isResponse { return hear(message, from: source) }
            if policy.settings.pnp.answer == .on, let refusal = policy.refusal(of: message, fault, from: source, port: port) {
                try? served.sip.send(refusal, to: source, port: port)
            }
        }
        let decision = policy.decide(request, on: served.link, at: clock(), learnt: request.mac.flatMap(memory.device))
        switch decision.outcome {
        case .answer(.pnp(let answer)): self.answer(decision, answer, on: served)
        case .answer(.dhcp): return
        case .ignore(let silence):
            sink(
                Event(
                    time: clock(), mac: decision.identity.mac, interface: served.link.interface, .ignored(decision.kind, silence))
            )
        }
    }

    // MARK: Doing

    private func perform(_ action: NotifyExchanges.Action, on served: ServedInterface?) {
        switch action {
        case .sendOkay(let answer, let isRepeated):
            guard let served else { return }
            send(answer.okay, answer, to: answer.okayPort, on: served, mac: nil, byFrame: isRepeated)
        case .sendNotify(let answer, let attempt, let mac):
            guard let served else { return }
            if send(answer.notify, answer, to: answer.notifyPort, on: served, mac: mac, byFrame: attempt > 1) {
                sink(
                    Event(time: clock(), mac: mac, interface: served.link.interface, .notifySent(attempt: attempt, to: answer.to))
                )
            }
        case .answered(let exchange, let status):
            let after = Duration.nanoseconds(Int64(clamping: MonotonicClock.now() - exchange.firstSent))
            sink(
                Event(
                    time: clock(), mac: exchange.mac, interface: exchange.interface, .notifyAnswered(status: status, after: after)
                ))
        case .unanswered(let exchange):
            sink(Event(time: clock(), mac: exchange.mac, interface: exchange.interface, .notifyUnanswered(sends: exchange.sends)))
        }
    }

    /// By the socket, so that a firewall on this host lets the phone's answer in; but no socket of this interface reaches into a VLAN.
    ///
    /// - Parameter byFrame: what was sent before did not arrive. On a bench one address passes from phone to phone, and the kernel may
    ///   still send to the one before; a frame goes to the hardware address that asked.
    @discardableResult
    private func send(
        _ bytes: [UInt8], _ answer: PnPAnswer, to port: UInt16, on served: ServedInterface, mac: MACAddress?, byFrame: Bool
    ) -> Bool {
        do {
            if answer.tags.isEmpty && !(byFrame && answer.mac.isStation) {
                try served.sip.send(bytes, to: answer.to, port: port)
            } else {
                guard let encoded = answer.frame(bytes, to: port, on: served.link).encoded() else { return false }
                try served.frames.send(encoded)
            }
            return true
        } catch {
            sink(Event(time: clock(), mac: mac, interface: served.link.interface, .notSent("\(error)")))
            return false
        }
    }
}
