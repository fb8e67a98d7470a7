import HTTPSemantics
import LinuxSystem
import Synchronization
import WebServer

/// Short files, read, hashed and made into answers once for each version that the disk shows. Bounded: what nobody asked for lately goes.
final class AnswerCache: Sendable {
    /// All that an answer depends on, but for the request.
    struct Key: Hashable, Sendable {
        let version: FileVersion
        let isSecret: Bool
        let type: String
    }

    final class Entry: Sendable {
        let version: FoundVersion
        let whole: CachedBody
        let notModified: CachedBody

        init(_ version: FoundVersion, whole: CachedBody, notModified: CachedBody) {
            self.version = version
            self.whole = whole
            self.notModified = notModified
        }
    }

    /// What was asked for since the last turn, and what was asked for in the one before.
    private struct Halves {
        var young: [Key: Entry] = [:]
        var old: [Key: Entry] = [:]
        var youngBytes = 0
    }

    private let halves = Mutex(Halves())
    private let bytesOfAHalf: Int

    /// - Parameter bytes: of memory, more or less.
    init(bytes: Int = 32 << 20) {
        bytesOfAHalf = bytes / 2
    }

    subscript(key: Key) -> Entry? {
        halves.withLock { halves in
            if let entry = halves.young[key] { return entry }
            guard let entry = halves.old.removeValue(forKey: key) else { return nil }
            put(entry, key, &halves)
            return entry
        }
    }

    func keep(_ entry: Entry, for key: Key) {
        halves.withLock { put(entry, key, &$0) }
    }

    private func put(_ entry: Entry, _ key: Key, _ halves: inout Halves) {
        // The content stands in it three times: here, and in each answer of libmicrohttpd's.
        let cost = Int(entry.version.size) * 3 + 4096
        if halves.youngBytes + cost > bytesOfAHalf { halves = Halves(young: [:], old: halves.young, youngBytes: 0) }
        halves.young[key] = entry
        halves.youngBytes += cost
    }
}
