import Glibc
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
    /// Two ends of a pair of sockets: closing `ours` wakes the thread, which polls `theirs`, and ends it.
    private let wake: (theirs: Int32, ours: Int32)
    private let thread = Mutex<pthread_t?>(nil)
    /// From so many on it is crowded.
    private let crowd: Int

    /// - Parameter connections: that may be open at once.
    ///
    /// `nil` when there are no descriptors or threads left; errno says which.
    init?(connections: Int) {
        crowd = max(1, connections - connections / 8)
        var ends: [Int32] = [-1, -1]
        // pipe2(2), which could set close-on-exec as well, is not among what `import Glibc` offers.
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else { return nil }
        wake = (ends[0], ends[1])
        var started = pthread_t()
        let failure = pthread_create(&started, nil, watchSlowClients, Unmanaged.passUnretained(self).toOpaque())
        guard failure == 0 else {
            close(ends[0])
            close(ends[1])
            errno = failure
            return nil
        }
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

    /// Ends the thread and waits for it; to be called once, before the last reference goes.
    func stop() {
        guard let started = thread.withLock({ $0.take() }) else { return }
        close(wake.ours)
        pthread_join(started, nil)
        close(wake.theirs)
    }

    fileprivate func run() {
        var end = pollfd(fd: wake.theirs, events: Int16(POLLIN), revents: 0)
        while poll(&end, 1, 1000) <= 0 {
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

private func watchSlowClients(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context else { return nil }
    Unmanaged<SlowClientWatch>.fromOpaque(context).takeUnretainedValue().run()
    return nil
}

/// Seconds of the monotonic clock, for deadlines.
func monotonicSeconds() -> Int {
    var now = timespec()
    // The coarse clock (4 ms) costs no system call, and seconds are enough.
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now)
    return now.tv_sec
}
