import Glibc
import Synchronization

/// The lines that wait to be written, and the writing. Lines leave in the order in which they came, whoever writes.
final class LogQueue: Sendable {
    private struct Waiting {
        /// With the time at which each was logged, where it is written.
        var lines: [(line: LogLine, time: WallTime?)] = []
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

    /// What a JSON line tells of the time; the journal keeps it for itself.
    private var time: WallTime? { isJSON.load(ordering: .relaxed) && !isJournal ? WallClock.now() : nil }

    /// Puts a line in, or counts it as dropped when there is no room.
    /// - Returns: whether the queue was empty before, so that a writer has to be woken.
    func put(_ line: LogLine) -> Bool {
        let time = time
        return waiting.withLock { waiting in
            let wasEmpty = waiting.lines.isEmpty && waiting.dropped == 0
            if waiting.lines.count < capacity {
                waiting.lines.append((line, time))
            } else {
                waiting.dropped += 1
            }
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
                taken.lines.append((LogLine(.warning, "log.dropped", ["lines": taken.dropped]), time))
            }
            guard !taken.lines.isEmpty else { return }
            var batch: [UInt8] = []
            let isJSON = isJSON.load(ordering: .relaxed)
            for (line, time) in taken.lines {
                if isJournal { batch.append(contentsOf: line.level.journalPrefix.utf8) }
                batch.append(contentsOf: (isJSON ? line.json(at: time) : line.text).utf8)
                batch.append(UInt8(ascii: "\n"))
            }
            // With the log's reader gone there is nobody to tell.
            try? writeAll(batch, to: output, what: "log")
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
