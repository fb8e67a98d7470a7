import Glibc
import Synchronization

/// Where log lines go. A thread of its own writes them, so that nobody who logs ever waits for a terminal, a pipe or the journal.
package final class Logger: Sendable {
    package let minimumLevel: LogLevel
    private let queue: LogQueue
    private let wakeup: Wakeup
    private let stopping: StopFlag
    private let thread: SystemThread

    /// Starts the writing thread.
    /// - Parameters:
    ///   - minimumLevel: lines below it are passed over.
    ///   - capacity: how many lines may wait; those beyond are dropped, counted, and said in a `log.dropped` line.
    ///   - output: the descriptor to write to, which stays the caller's.
    package init(
        minimumLevel: LogLevel = .info, capacity: Int = 8192, output: Int32 = STDERR_FILENO
    ) throws(SystemError) {
        let queue = LogQueue(capacity: capacity, output: output)
        let wakeup = try Wakeup()
        let stopping = StopFlag()
        self.minimumLevel = minimumLevel
        self.queue = queue
        self.wakeup = wakeup
        self.stopping = stopping
        thread = try SystemThread.start(name: "log") {
            while !stopping.isSet {
                // It cannot fail but by lack of kernel memory; then the next line tries again.
                _ = try? waitReadable([wakeup.descriptor], milliseconds: nil)
                wakeup.drain()
                queue.drain()
            }
        }
    }

    /// Whether lines are JSON objects rather than `key=value`, from now on.
    package func write(asJSON isJSON: Bool) {
        queue.write(asJSON: isJSON)
    }

    /// Whether a line of this level would be written: to spare composing one that would not.
    package func isLogged(_ level: LogLevel) -> Bool { level >= minimumLevel }

    /// Takes a line to be written soon; never waits for the output. After ``stop()`` it is written at once.
    package func log(_ line: LogLine) {
        guard isLogged(line.level) else { return }
        var text = newText
        line.write(to: &text)
        log(text)
    }

    /// For lines that are written in one go: to be filled, and handed in by ``log(_:)-(LogText)``. Levels are the caller's to look at.
    package var newText: LogText { queue.newText }

    /// The same for lines in their order, with one waking of the writer for all.
    package func log(_ text: LogText) {
        if queue.put(text) { wakeup.signal() }
        if stopping.isSet { queue.drain() }
    }

    /// Returns when every line logged before is written.
    package func flush() {
        queue.drain()
    }

    /// Writes out everything and ends the thread. Further calls do nothing.
    package func stop() {
        stopping.set()
        wakeup.signal()
        thread.join()
        queue.drain()
    }

    deinit {
        stop()
    }
}

/// Set once, read by many.
private final class StopFlag: Sendable {
    private let flag = Atomic(false)
    var isSet: Bool { flag.load(ordering: .acquiring) }
    func set() { flag.store(true, ordering: .releasing) }
}
