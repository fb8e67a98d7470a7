/// Keys in the order of their times, which only ever rise: whatever is due the same while after it was put in.
struct TimedQueue<Key> {
    private var entries: [(key: Key, time: UInt64)] = []
    private var head = 0

    var count: Int { entries.count - head }
    var first: (key: Key, time: UInt64)? { head < entries.count ? entries[head] : nil }

    mutating func append(_ key: Key, at time: UInt64) {
        entries.append((key, time))
    }

    /// The first key, where its time has come.
    mutating func popFirst(at now: UInt64) -> Key? {
        guard let first, first.time <= now else { return nil }
        head += 1
        if head > 1024, head * 2 > entries.count {
            entries.removeFirst(head)
            head = 0
        }
        return first.key
    }
}
