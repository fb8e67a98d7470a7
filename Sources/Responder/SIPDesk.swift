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
        /// When the thread looks again by itself.
        var wakes: UInt64 = 0
        var isStopping = false
    }

    private let state = Mutex(State())
    private let wakeup: Wakeup
    private let noted: Wakeup
    let policy: CurrentPolicy
    /// `nil` where this responder is no half of a pair.
    let gate: SegmentGate?
    let memory: DeviceMemory
    let whereabouts: Whereabouts
    private let resync: ResyncDesk
    let sink: EventSink
    let clock: @Sendable () -> Moment
    private let thread = Mutex<SystemThread?>(nil)

    init(
        policy: CurrentPolicy, memory: DeviceMemory, whereabouts: Whereabouts, resync: ResyncDesk, gate: SegmentGate? = nil,
        clock: @escaping @Sendable () -> Moment,
        sink: @escaping EventSink
    ) throws(SystemError) {
        self.clock = clock
        self.policy = policy
        self.gate = gate
        self.memory = memory
        self.resync = resync
        self.whereabouts = whereabouts
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
        state.withLock { $0.interfaces = [:] }
    }

    /// Begins an exchange, or answers a retransmission.
    ///
    /// - Parameter connection: where the request came by TCP, for the answer to go the same way (RFC 3261 §18.2.2).
    func answer(_ decision: Decision, _ answer: PnPAnswer, on served: ServedInterface, by connection: TCPConnection? = nil) {
        let now = MonotonicClock.now()
        let interface = served.link.interface
        guard gate?.mayAnswer ?? true else {
            return sink(Event.ignored(decision, .listening, interface: interface, at: clock()))
        }
        let (outcome, actions, isLate) = state.withLock { state in
            let (outcome, actions) = state.exchanges.subscribed(answer, mac: decision.identity.mac, on: interface, at: now)
            return (outcome, actions, state.exchanges.nextDue.map { $0 < state.wakes } ?? false)
        }
        switch outcome {
        case .begun, .repeated:
            let isRepeated = if case .repeated = outcome { true } else { false }
            if let event = Event.answered(decision, interface: interface, at: clock(), isRepeated: isRepeated) { sink(event) }
        case .refused(let silence):
            sink(Event.ignored(decision, silence, interface: interface, at: clock()))
        }
        for action in actions { perform(action, on: served, by: connection) }
        if isLate { wakeup.signal() }
    }

    /// A response heard on a socket, by a connection or in a tagged frame.
    func hear(_ response: SIPMessage, from source: IPv4Address) {
        guard let key = SIPResponseKey(response: response), let status = response.status else { return }
        let now = MonotonicClock.now()
        guard let action = state.withLock({ $0.exchanges.responded(key, status: status, from: source, at: now) }) else {
            return resync.hear(response, from: source)
        }
        perform(action, on: nil)
    }

    /// Whether a request from there may be refused: that costs bytes which nobody acknowledges.
    func mayRefuse(_ source: IPv4Address) -> Bool {
        let now = MonotonicClock.now()
        return state.withLock { $0.exchanges.mayRefuse(source, at: now) }
    }

    // MARK: The thread

    /// The sockets of the interfaces in service, as the thread knows them.
    private struct Listening {
        var sockets: [(served: ServedInterface, socket: SIPSocket)] = []
        var listeners: [(served: ServedInterface, listener: SIPListener)] = []
        var descriptors: [Int32] = []

        init(_ interfaces: some Collection<ServedInterface>, wakeup: Int32) {
            for served in interfaces {
                sockets += served.sockets.map { (served, $0) }
                listeners += served.listeners.map { (served, $0) }
            }
            descriptors = [wakeup] + sockets.map(\.socket.socket.descriptor) + listeners.map(\.listener.socket.descriptor)
        }
    }

    private func run() {
        var noted = 0
        var listening = Listening([], wakeup: wakeup.descriptor)
        var streams = StreamConnections<StreamOrigin>()
        while true {
            let now = MonotonicClock.now()
            let (isStopping, told, due, actions, interfaces) = state.withLock { state in
                let actions = state.exchanges.elapsed(at: now)
                state.wakes = min(state.exchanges.nextDue ?? .max, streams.nextDeadline ?? .max)
                let interfaces = actions.isEmpty && state.served == noted ? [:] : state.interfaces
                return (state.isStopping, state.served, state.wakes, actions, interfaces)
            }
            if isStopping { return }
            if told != noted {
                noted = told
                listening = Listening(interfaces.values, wakeup: wakeup.descriptor)
                streams.keep { origin in interfaces.values.contains { $0 === origin.served } }
                self.noted.signal()
            }
            for action in actions { performAgain(action, interfaces) }
            let wait = due == .max ? nil : MonotonicClock.milliseconds(until: due, from: now)
            guard let readable = try? waitReadable(listening.descriptors + streams.descriptors, milliseconds: wait) else {
                continue
            }
            if readable[0] { wakeup.drain() }
            var place = 1
            for (served, socket) in listening.sockets {
                if readable[place] { receive(by: socket, on: served) }
                place += 1
            }
            let after = MonotonicClock.now()
            let connections = streams.descriptors
            for (served, listener) in listening.listeners {
                if readable[place] {
                    streams.accept(by: listener.socket, StreamOrigin(served: served, link: listener.link), at: after)
                }
                place += 1
            }
            for (descriptor, isReadable) in zip(connections, readable[place...]) where isReadable {
                if let read = streams.read(descriptor, at: after) {
                    receive(read.messages, read.fault, by: read.from.socket, read.from.origin)
                }
            }
            streams.closeOverdue(at: after)
        }
    }

    /// What was due by itself.
    private func performAgain(_ action: NotifyExchanges.Action, _ interfaces: [String: ServedInterface]) {
        switch action {
        case .sendNotify(_, _, let exchange): perform(action, on: interfaces[exchange.interface])
        default: perform(action, on: nil)
        }
    }
}

/// Where a connection was taken.
struct StreamOrigin {
    let served: ServedInterface
    /// The interface as answers by the connection name it.
    let link: Link
}
