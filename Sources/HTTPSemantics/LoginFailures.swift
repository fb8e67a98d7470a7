/// Who gave a wrong password, and how long that one has to wait before the next is looked at. Bounded: the sources that failed longest
/// ago are forgotten first.
package struct LoginFailures<Source: Hashable & Sendable>: Sendable {
    private struct Record {
        var failures: Int
        var last: UInt64
    }

    /// Wrong passwords in a row that cost nothing: people mistype, and a phone may try each of several.
    private let free: Int
    private let capacity: Int
    private var records: [Source: Record] = [:]

    /// Milliseconds without a failure after which a source starts afresh.
    private static var memory: UInt64 { 600_000 }
    private static var longestWait: UInt64 { 60_000 }

    package init(free: Int = 5, capacity: Int = 4096) {
        self.free = free
        self.capacity = max(2, capacity)
    }

    /// Milliseconds until this source may try again; `nil` where it may at once.
    ///
    /// - Parameter now: milliseconds of a clock that only goes forward.
    package func wait(_ source: Source, at now: UInt64) -> UInt64? {
        guard let record = records[source], record.failures > free else { return nil }
        // A second after the first failure too many, then twice as long each time.
        let wait = min(1000 << UInt64(min(record.failures - free - 1, 6)), Self.longestWait)
        let end = record.last + wait
        return now < end ? end - now : nil
    }

    /// - Returns: how many failed in a row, this one counted.
    @discardableResult
    package mutating func failed(_ source: Source, at now: UInt64) -> Int {
        if records[source] == nil, records.count >= capacity { forget(at: now) }
        let before = records[source].flatMap { now - min(now, $0.last) < Self.memory ? $0.failures : nil } ?? 0
        records[source] = Record(failures: min(before + 1, 1000), last: now)
        return before + 1
    }

    /// - Returns: how many are forgiven.
    @discardableResult
    package mutating func succeeded(_ source: Source) -> Int {
        records.removeValue(forKey: source)?.failures ?? 0
    }

    /// Some that were held against a source are so no more.
    package mutating func forgive(_ source: Source, _ count: Int) {
        guard var record = records[source] else { return }
        record.failures -= count
        records[source] = record.failures > 0 ? record : nil
    }

    private mutating func forget(at now: UInt64) {
        let moments = records.values.map(\.last).sorted()
        let limit = max(moments[moments.count / 8], now > Self.memory ? now - Self.memory : 0)
        records = records.filter { $0.value.last > limit }
    }
}
