import Glibc
import LinuxSystem
import Synchronization

/// Breaks off connections that are past their deadline, and has those told of whose answer takes long. libmicrohttpd only counts seconds of
/// silence, and so a client that sends or takes one octet every twenty seconds would hold a connection for ever.
///
/// Where nearly as many connections are open as there may be, it breaks off those that have waited longest without a whole request, so
/// that a crowd of slow clients keeps nobody else out.
final class SlowClientWatch: Sendable {
    /// By descriptor. A connection is taken out before libmicrohttpd closes its descriptor, so that a number in here is never another
    /// connection's.
    private let connections = Mutex<[Int32: ClientConnection]>([:])
    private let stopping: Wakeup
    private let thread = Mutex<SystemThread?>(nil)
    /// From so many on it is crowded.
    private let crowd: Int

    /// - Parameter connections: that may be open at once.
    init(connections: Int) throws(SystemError) {
        crowd = max(1, connections - connections / 8)
        stopping = try Wakeup()
        let started = try SystemThread.start(name: "slow-clients") { [self] in run() }
        thread.withLock { $0 = started }
    }

    func add(_ connection: ClientConnection) {
        connections.withLock { connections in
            connections[connection.descriptor] = connection
            if connections.count > crowd { makeRoom(among: connections.values) }
        }
    }

    /// Breaks off a sixteenth at once, so that a flood pays for the search seldom.
    private func makeRoom(among connections: some Collection<ClientConnection>) {
        let waiting = connections.compactMap { connection in connection.waitingSince.map { ($0, connection) } }
            .sorted { $0.0 < $1.0 }
        for (_, connection) in waiting.prefix(max(1, crowd / 16)) {
            // So that it is not chosen again before it is gone.
            connection.endsToWait()
            breakOff(connection)
        }
    }

    func remove(_ connection: ClientConnection) {
        connections.withLock { _ = $0.removeValue(forKey: connection.descriptor) }
    }

    /// Ends the thread and waits for it; to be called before the last reference goes.
    func stop() {
        stopping.signal()
        thread.withLock { $0.take() }?.join()
    }

    private func run() {
        while (try? waitReadable([stopping.descriptor], milliseconds: 1000)) != [true] {
            look(at: monotonicSeconds())
        }
    }

    private func look(at now: Int) {
        connections.withLock { connections in
            for connection in connections.values {
                if connection.isOverdue(at: now) { breakOff(connection) }
                connection.tellIfLong(at: now)
            }
        }
    }

    private func breakOff(_ connection: ClientConnection) {
        // The thread that serves it sees the end of the stream and closes it.
        shutdown(connection.descriptor, Int32(SHUT_RDWR))
    }
}

/// Seconds of the monotonic clock, for deadlines.
func monotonicSeconds() -> Int {
    var now = timespec()
    // The coarse clock (4 ms) costs no system call, and seconds are enough.
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now)
    return now.tv_sec
}
