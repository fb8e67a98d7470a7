import HTTPSemantics
import LinuxSystem
import Provisioning
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

        /// `nil` for a version that does not stand in memory.
        init?(_ version: FoundVersion, isSecret: Bool, type: String) {
            guard case .bytes(let bytes) = try? version.body(),
                let whole = CachedBody(headers: version.headers(isSecret: isSecret, type: type), bytes: bytes),
                let notModified = CachedBody(status: 304, headers: version.headers(isSecret: isSecret), bytes: bytes)
            else { return nil }
            self.version = version
            self.whole = whole
            self.notModified = notModified
        }
    }

    private let entries: Mutex<RecentlyUsed<Key, Entry>>

    /// - Parameter bytes: of memory, more or less.
    init(bytes: Int = 32 << 20) {
        entries = Mutex(RecentlyUsed(cost: bytes))
    }

    subscript(key: Key) -> Entry? {
        entries.withLock { $0.value(for: key) }
    }

    func keep(_ entry: Entry, for key: Key) {
        // The content stands in it three times: here, and in each answer of libmicrohttpd's.
        entries.withLock { $0.keep(entry, for: key, cost: Int(entry.version.size) * 3 + 4096) }
    }
}
