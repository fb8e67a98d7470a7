import Glibc
import Synchronization

/// The lines that wait to be written, and the writing. Lines leave in the order in which they came, whoever writes.
final class LogQueue: Sendable {
    private struct Waiting {
        var bytes: [UInt8] = []
        var lines = 0
        var dropped = 0
    }

    private let waiting = Mutex(Waiting())
    /// Held from taking lines to having written them.
    private let writing = Mutex(())
    private let capacity: Int
    private let output: Int32
    private let isJournal: Bool
    private let isJSON = Atomic(false)

    init(capacity: Int, output: Int32) {
        self.capacity = capacity
        self.output = output
        isJournal = leadsToJournal(output)
    }

    /// Whether lines are JSON objects rather than `key=value`, from now on.
    func write(asJSON isJSON: Bool) {
        self.isJSON.store(isJSON, ordering: .relaxed)
    }

    /// To be filled and put in.
    var newText: LogText {
        guard isJSON.load(ordering: .relaxed) else { return LogText(isJournal ? .journal : .keyValue) }
        return LogText(.json(isJournal ? nil : WallClock.now()))
    }

    /// Puts lines in, or counts those as dropped for which there is no room.
    /// - Returns: whether the queue was empty before and is not any more, so that a writer has to be woken.
    func put(_ text: LogText) -> Bool {
        guard !text.ends.isEmpty else { return false }
        return waiting.withLock { waiting in
            let wasEmpty = waiting.lines == 0 && waiting.dropped == 0
            let taken = min(text.ends.count, capacity - waiting.lines)
            if taken == text.ends.count, waiting.lines == 0 {
                waiting.bytes = text.bytes
            } else if taken > 0 {
                waiting.bytes += text.bytes[..<text.ends[taken - 1]]
            }
            waiting.lines += taken
            waiting.dropped += text.ends.count - taken
            return wasEmpty
        }
    }

    /// Writes out all lines that were put in before the call.
    func drain() {
        writing.withLock { _ in
            var taken = waiting.withLock { waiting in
                defer { waiting = Waiting() }
                return waiting
            }
            if taken.dropped > 0 {
                var text = newText
                LogLine(.warning, "log.dropped", ["lines": taken.dropped]).write(to: &text)
                taken.bytes += text.bytes
            }
            // With the log's reader gone there is nobody to tell.
            if !taken.bytes.isEmpty { try? writeAll(taken.bytes, to: output, what: "log") }
        }
    }
}

/// Whether what is written to a descriptor goes to the journal: `JOURNAL_STREAM` names the device and inode that systemd connected,
/// and the descriptor may have been sent elsewhere since (systemd.exec(5)).
func leadsToJournal(_ descriptor: Int32) -> Bool {
    guard let stream = getenv("JOURNAL_STREAM") else { return false }
    var status = stat()
    return fstat(descriptor, &status) == 0 && String(cString: stream) == "\(status.st_dev):\(status.st_ino)"
}
