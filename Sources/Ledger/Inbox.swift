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

    enum Note: Sendable {
        case event(Event)
        case server(RecordedServer)
        /// Changes up to this number are the fleet's.
        case shipped(Int64)
    }

    private struct State {
        var stores: [Store] = []
        var notes: [Note] = []
        var isStopping = false
        var statistics = LedgerStatistics()
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

    /// Drops the note where there is no room.
    func put(_ note: Note) {
        let isFirst = state.withLock { state in
            // Those that the writer holds but has not written count as well.
            guard !state.isStopping, state.statistics.eventsWaiting < capacity else {
                state.statistics.eventsDropped += 1
                return false
            }
            state.notes.append(note)
            state.statistics.eventsWaiting += 1
            return state.notes.count == 1
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

    func takeNotes() -> [Note] {
        state.withLock { state in
            defer { state.notes = [] }
            return state.notes
        }
    }

    /// Returns when there may be something to take: at once for a store, a moment later for notes alone.
    /// - Parameter gathering: milliseconds that notes wait for others.
    func wait(gathering: Int32) {
        _ = try? waitReadable([urgent.descriptor, notes.descriptor], milliseconds: nil)
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
