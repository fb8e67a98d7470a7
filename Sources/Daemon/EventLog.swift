import DHCPMessages
import Ledger
import LinuxSystem
import Packets
import Provisioning
import StatusPage
import Synchronization

/// Where events go: into the log, the counters and the ledger, by a thread of its own, so that whoever answers phones waits for none of
/// them and puts an event into one queue. The queue is bounded: what does not fit is counted and said. Repeats of one reason for silence
/// by one device are folded in the log.
final class EventLog: Sendable {
    private struct Queue {
        var events: [Event] = []
        var dropped = 0
        var isStopping = false
    }

    /// What is held from taking events to having passed them on.
    private struct Passing {
        var folding = RepeatFolding()
        var text = EventText()
        var ledger: Ledger?
        var strangers = StrangerNews()
    }

    private let queue = Mutex(Queue())
    private let passing = Mutex(Passing())
    private let wakeup: Wakeup
    private let stopping: Wakeup
    private let logger: Logger
    private let counters: EventCounters
    private let thread = Mutex<SystemThread?>(nil)
    private static let capacity = 16_384
    /// Milliseconds that an event waits for others: to wake a thread costs whoever answers phones more than the event itself.
    private static let gathering: Int32 = 5

    init(_ logger: Logger, _ counters: EventCounters) throws(SystemError) {
        wakeup = try Wakeup()
        stopping = try Wakeup()
        self.logger = logger
        self.counters = counters
        let started = try SystemThread.start(name: "events") { [self] in run() }
        thread.withLock { $0 = started }
    }

    func take(_ event: Event) {
        let wasEmpty = queue.withLock { queue in
            if queue.events.count < EventLog.capacity { queue.events.append(event) } else { queue.dropped += 1 }
            return queue.events.count == 1
        }
        if wasEmpty { wakeup.signal() }
    }

    /// What was taken before goes to the ledger before this one, what is taken after to this one.
    func pass(to ledger: Ledger?) {
        passOn()
        passing.withLock { passing in
            passing.ledger = ledger
            passing.strangers = StrangerNews()
        }
    }

    /// Passes on what is there.
    func stop() {
        queue.withLock { $0.isStopping = true }
        stopping.signal()
        thread.withLock { $0.take() }?.join()
    }

    private func run() {
        while true {
            _ = try? waitReadable([wakeup.descriptor, stopping.descriptor], milliseconds: nil)
            _ = try? waitReadable([stopping.descriptor], milliseconds: EventLog.gathering)
            wakeup.drain()
            let isStopping = queue.withLock { $0.isStopping }
            passOn()
            if isStopping { return }
        }
    }

    private func passOn() {
        passing.withLock { passing in
            let (events, dropped) = queue.withLock { queue in
                defer {
                    queue.events = []
                    queue.dropped = 0
                }
                return (queue.events, queue.dropped)
            }
            var lines = logger.newText
            var marked: [MarkedEvent] = []
            marked.reserveCapacity(events.count)
            for event in events {
                let isLogged = logger.isLogged(event.level)
                guard isLogged || !event.isOverheard else { continue }
                passing.text.describe(event)
                if isLogged, let repeats = passing.folding.admit(event) {
                    event.write(to: &lines, passing.text, repeats: repeats)
                }
                if !event.isOverheard { marked.append(MarkedEvent(event, passing.text)) }
            }
            logger.log(lines)
            if dropped > 0 { logger.log(LogLine(.warning, "events.dropped", ["count": dropped])) }
            guard !events.isEmpty else { return }
            counters.take(events)
            guard !marked.isEmpty, let ledger = passing.ledger else { return }
            ledger.record(marked)
            if let line = passing.strangers.line(ledger.statistics.strangersDropped, at: MonotonicClock.now()) {
                logger.log(line)
            }
        }
    }
}

/// What is said of events that the timeline does not take, since too many devices come of which nothing is known: seldom, and with
/// their number.
struct StrangerNews {
    private var told = 0
    /// By the steady clock, in nanoseconds.
    private var mayBeToldAt: UInt64 = 0
    private static let silence: UInt64 = 10_000_000_000

    /// - Parameter dropped: until now.
    mutating func line(_ dropped: Int, at now: UInt64) -> LogLine? {
        guard dropped > told, now >= mayBeToldAt else { return nil }
        defer { (told, mayBeToldAt) = (dropped, now &+ StrangerNews.silence) }
        let text = "more devices that nobody knows are ignored than the timeline takes, 50 a second; known ones are all on it"
        return LogLine(.warning, "events.dropped", ["count": dropped - told, "text": text])
    }
}

/// A device that keeps asking for what it does not get says so once a minute.
struct RepeatFolding {
    private struct Key: Hashable {
        let mac: MACAddress?
        let interface: String?
        let kind: RequestKind
        let reason: String
    }

    /// By the steady clock, in nanoseconds.
    private var seen: [Key: (since: UInt64, repeats: Int)] = [:]
    private static let window: UInt64 = 60_000_000_000
    private static let capacity = 8192

    /// How often the same happened since it was last let through; `nil` where this one is to be kept back.
    mutating func admit(_ event: Event) -> Int? {
        let key: Key
        switch event.what {
        case .ignored(_, let silence) where silence.isTallied: return 0
        case .ignored(let kind, .noLease(.poolIsEmpty)):
            // The pool's state, and no matter of who finds it so: in a flood (T3) each would be another.
            key = Key(mac: nil, interface: event.interface, kind: kind, reason: "")
        case .ignored(let kind, let silence):
            key = Key(mac: event.mac, interface: event.interface, kind: kind, reason: silence.name)
        case .otherServer(let server):
            key = Key(mac: event.mac, interface: event.interface, kind: .dhcp(server.type), reason: "\(server.address)")
        case .dhcpObserved:
            key = Key(mac: event.mac, interface: event.interface, kind: .dhcp(.inform), reason: event.name)
        case .pnpObserved:
            key = Key(mac: event.mac, interface: event.interface, kind: .pnpSubscribe, reason: event.name)
        case .otherResponder(let responder):
            key = Key(
                mac: event.mac, interface: event.interface, kind: .pnpSubscribe,
                reason: "\(responder.address) \(responder.signName)")
        default: return 0
        }
        if let earlier = seen[key], event.time.steady < earlier.since &+ RepeatFolding.window {
            seen[key] = (earlier.since, earlier.repeats + 1)
            return nil
        }
        let repeats = seen[key]?.repeats ?? 0
        if seen.count >= RepeatFolding.capacity { seen = [:] }
        seen[key] = (event.time.steady, 0)
        return repeats
    }
}
