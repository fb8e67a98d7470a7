import LinuxSystem
import Provisioning
import Synchronization

/// What waits for the writer. Putting something in takes a short lock and never waits for the disk.
final class Inbox: Sendable {
    /// Changes that are written together or not at all, and whoever waits for them.
    struct Store: Sendable {
        let changes: [LeaseChange]
        let done: @Sendable (Result<Void, LedgerError>) -> Void
    }

    /// What is written when there is time; events in the order in which they came.
    struct Notes: Sendable {
        var events: [[MarkedEvent]] = []
        /// Changes up to this number are the fleet's.
        var shipped: Outbox.Shipped?

        var isEmpty: Bool { events.isEmpty && shipped == nil }
    }

    private struct State {
        var stores: [Store] = []
        var notes = Notes()
        var isStopping = false
        var statistics = LedgerStatistics()

        /// - Returns: how many of so many there is room for; the others are counted as dropped.
        mutating func admit(_ count: Int, capacity: Int) -> Int {
            // Those that the writer holds but has not written count as well.
            let taken = isStopping ? 0 : max(0, min(count, capacity - statistics.eventsWaiting))
            statistics.eventsDropped += count - taken
            statistics.eventsWaiting += taken
            return taken
        }
    }

    private let state = Mutex(State())
    /// For what somebody waits for.
    private let urgent: Wakeup
    private let notes: Wakeup
    private let capacity: Int

    init(capacity: Int) throws(SystemError) {
        self.capacity = capacity
        urgent = try Wakeup()
        notes = try Wakeup()
    }

    var statistics: LedgerStatistics { state.withLock { $0.statistics } }

    /// - Returns: false once the ledger is stopping; then `done` is not called.
    func put(_ store: Store) -> Bool {
        let (isTaken, isFirst) = state.withLock { state in
            guard !state.isStopping else { return (false, false) }
            state.stores.append(store)
            state.statistics.storesWaiting += 1
            return (true, state.stores.count == 1)
        }
        if isFirst { urgent.signal() }
        return isTaken
    }

    /// Drops those for which there is no room.
    func put(_ events: [MarkedEvent]) {
        note { state in
            let taken = state.admit(events.count, capacity: capacity)
            if taken > 0 { state.notes.events.append(taken == events.count ? events : Array(events.prefix(taken))) }
        }
    }

    func put(_ shipped: Outbox.Shipped) {
        note { if !$0.isStopping { $0.notes.shipped = shipped } }
    }

    private func note(_ add: (inout State) -> Void) {
        let isFirst = state.withLock { state in
            let wasEmpty = state.notes.isEmpty
            add(&state)
            return wasEmpty && !state.notes.isEmpty
        }
        if isFirst { notes.signal() }
    }

    func stop() {
        state.withLock { $0.isStopping = true }
        urgent.signal()
    }

    // MARK: The writer's side

    func takeStores() -> [Store] {
        state.withLock { state in
            defer { state.stores = [] }
            return state.stores
        }
    }

    func takeNotes() -> Notes {
        state.withLock { state in
            defer { state.notes = Notes() }
            return state.notes
        }
    }

    /// Returns when there may be something to take: at once for a store, a moment later for notes alone.
    /// - Parameters:
    ///   - gathering: milliseconds that notes wait for others.
    ///   - limit: milliseconds to wait where nothing comes; `nil` for ever.
    func wait(gathering: Int32, limit: Int32?) {
        let isReady = (try? waitReadable([urgent.descriptor, notes.descriptor], milliseconds: limit)) ?? []
        guard isReady.contains(true) else { return }
        _ = try? waitReadable([urgent.descriptor], milliseconds: gathering)
        urgent.drain()
        notes.drain()
    }

    /// Nothing is left and nothing will come.
    var isDone: Bool { state.withLock { $0.isStopping && $0.stores.isEmpty && $0.notes.isEmpty } }

    func count(_ change: (inout LedgerStatistics) -> Void) {
        state.withLock { change(&$0.statistics) }
    }
}
