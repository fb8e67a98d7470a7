import Cryptography
import LinuxSystem
import Packets
import Provisioning
import SIPMessages
import Synchronization

/// Tells phones to come again: a thread that sends check-sync from the interfaces in service, and the jobs that asked for it.
final class ResyncDesk: Sendable {
    private struct State {
        var exchanges: ResyncExchanges
        var jobs = ResyncJobs()
        var interfaces: [String: ServedInterface] = [:]
        var isStopping = false
    }

    private let state: Mutex<State>
    private let wakeup: Wakeup
    private let sink: EventSink
    private let clock: @Sendable () -> Moment
    private let thread = Mutex<SystemThread?>(nil)

    init(clock: @escaping @Sendable () -> Moment, sink: @escaping EventSink) throws(SystemError) {
        self.clock = clock
        self.sink = sink
        state = Mutex(State(exchanges: ResyncExchanges(means: .ofThisSystem)))
        wakeup = try Wakeup()
        let started = try SystemThread.start(name: "resync") { [self] in run() }
        thread.withLock { $0 = started }
    }

    /// Sends from these from now on, and holds no other any more: their ports are free to be bound anew.
    func serve(_ interfaces: [ServedInterface]) {
        state.withLock { $0.interfaces = Dictionary(interfaces.map { ($0.link.interface, $0) }) { $1 } }
    }

    func stop() {
        state.withLock { $0.isStopping = true }
        wakeup.signal()
        thread.withLock { $0.take() }?.join()
        serve([])
    }

    var service: ResyncService {
        ResyncService(
            start: { [self] in start($0) },
            progress: { [self] job, place in state.withLock { $0.jobs.progress(job, from: place) } })
    }

    private func start(_ targets: [ResyncTarget]) -> String? {
        let job = state.withLock { state -> String? in
            guard let job = state.jobs.begin(randomWord(), total: targets.count) else { return nil }
            state.exchanges.add(targets, job: job)
            return job
        }
        wakeup.signal()
        return job
    }

    /// A response heard on a socket or in a tagged frame, which may answer one of ours.
    func hear(_ response: SIPMessage, from source: IPv4Address) {
        let isOurs = state.withLock { state in
            guard let action = state.exchanges.responded(response, from: source, at: MonotonicClock.now()) else { return false }
            perform(action, &state)
            return true
        }
        // What is due next has changed.
        if isOurs { wakeup.signal() }
    }

    // MARK: The thread

    private func run() {
        while true {
            let (isStopping, due) = state.withLock { ($0.isStopping, $0.exchanges.nextDue) }
            if isStopping { return }
            _ = try? waitReadable([wakeup.descriptor], milliseconds: due.map { MonotonicClock.milliseconds(until: $0) })
            wakeup.drain()
            state.withLock { state in
                let interfaces = state.interfaces
                let links = interfaces.mapValues(\.link)
                let actions = state.exchanges.elapsed(at: MonotonicClock.now()) { target in
                    let link = ResyncDesk.link(to: target, links)
                    guard let link, let address = target.address, let served = interfaces[link.interface] else { return link }
                    return served.socket(at: link.answering(address).address).link
                }
                for action in actions { perform(action, &state) }
            }
        }
    }

    /// The interface where the phone was heard, or one on whose network it is.
    static func link(to target: ResyncTarget, _ links: [String: Link]) -> Link? {
        if let heard = target.interface.flatMap({ links[$0] }) { return heard }
        guard let address = target.address else { return nil }
        return links.values.filter { $0.isOnLink(address) }.min { $0.interface < $1.interface }
    }

    /// Neither sending nor the sink blocks, so both happen under the lock: whoever takes an interface away knows that nobody uses it any
    /// more, and what was sent is told before its answer.
    private func perform(_ action: ResyncExchanges.Action, _ state: inout State) {
        switch action {
        case .send(let exchange):
            let what: Event.What
            var failed: ResyncExchanges.Action?
            do throws(NotSent) {
                try send(exchange, state.interfaces)
                what = .resyncSent(
                    event: exchange.request.event, attempt: exchange.allSends, to: exchange.address, port: exchange.request.port)
            } catch {
                what = .notSent(error.reason)
                failed = state.exchanges.failed(exchange, error.reason, at: MonotonicClock.now())
            }
            sink(Event(time: clock(), mac: exchange.target.mac, interface: exchange.link.interface, what))
            if let failed { perform(failed, &state) }
        case .finished(let job, let result, let interface, let after, let sends):
            state.jobs.finish(job, result)
            let what: Event.What? =
                switch result.outcome {
                case .unanswered: .resyncUnanswered(sends: sends)
                case let outcome: outcome.status.map { .resyncAnswered(outcome, status: $0, after: after) }
                }
            if let what { sink(Event(time: clock(), mac: result.target.mac, interface: interface, what)) }
        }
    }

    private struct NotSent: Error {
        let reason: String
    }

    /// Where a router is between, it alone knows the phone's station and VLAN.
    private func send(_ exchange: Exchange, _ interfaces: [String: ServedInterface]) throws(NotSent) {
        guard let served = interfaces[exchange.link.interface] else {
            throw NotSent(reason: "\(exchange.link.interface) is not served any more")
        }
        let isNear = exchange.link.isOnLink(exchange.address)
        let request = UDPFrame(
            exchange.request.message.encoded(), from: exchange.link, to: exchange.target.mac, exchange.address,
            port: exchange.request.port, tags: isNear ? exchange.target.tags : [])
        do {
            try served.send(request, isForStation: isNear && exchange.sends > 1)
        } catch {
            throw NotSent(reason: "\(error)")
        }
    }

    private typealias Exchange = ResyncExchanges.Exchange
}

extension ResyncExchanges.Means {
    static var ofThisSystem: Self {
        Self(word: randomWord) { algorithm, bytes in
            switch algorithm {
            case .md5: Hash.md5(bytes)
            case .sha256: Hash.sha256(bytes)
            }
        }
    }
}

/// 16 hexadecimal digits that nobody can guess (getrandom(2)).
private func randomWord() -> String {
    hexText(randomKey(8))
}
