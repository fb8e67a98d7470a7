import Provisioning

/// Which row of the timeline a repeated event belongs to. Bounded: a repeat of one that was forgotten begins a row of its own.
struct FoldingMemory {
    struct Row {
        let id: Int64
        let time: Moment
    }

    /// A row takes up repeats for this long.
    private static let windowMicroseconds: UInt64 = 60_000_000

    private var rows = RecentlyUsed<Fingerprint, Row>(cost: 16_384)

    /// The row that an event at that time repeats.
    mutating func row(for mark: Fingerprint, at time: Moment) -> Row? {
        guard let row = rows.value(for: mark), FoldingMemory.isNear(time, row.time) else { return nil }
        return row
    }

    mutating func remember(_ mark: Fingerprint, _ row: Row) {
        rows.keep(row, for: mark)
    }

    /// Threads hand in events a little out of order, hence a window to both sides.
    static func isNear(_ time: Moment, _ first: Moment) -> Bool {
        let (distance, isFar) = time.microseconds.subtractingReportingOverflow(first.microseconds)
        return !isFar && distance.magnitude < windowMicroseconds
    }
}
