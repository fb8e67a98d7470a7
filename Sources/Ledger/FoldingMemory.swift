import Provisioning

/// Which row of the timeline a repeated event belongs to. Bounded: of many different events the older half is forgotten at once, and
/// a repeat of those begins a row of its own.
struct FoldingMemory {
    struct Row {
        let id: Int64
        let time: Moment
    }

    /// A row takes up repeats for this long.
    private static let windowMicroseconds: UInt64 = 60_000_000
    private static let capacity = 8192

    private var recent: [Fingerprint: Row] = [:]
    private var older: [Fingerprint: Row] = [:]

    /// The row that an event at that time repeats.
    func row(for mark: Fingerprint, at time: Moment) -> Row? {
        guard let row = recent[mark] ?? older[mark], FoldingMemory.isNear(time, row.time) else { return nil }
        return row
    }

    mutating func remember(_ mark: Fingerprint, _ row: Row) {
        if recent.count >= FoldingMemory.capacity {
            older = recent
            recent = [:]
        }
        recent[mark] = row
    }

    /// Threads hand in events a little out of order, hence a window to both sides.
    static func isNear(_ time: Moment, _ first: Moment) -> Bool {
        let (distance, isFar) = time.microseconds.subtractingReportingOverflow(first.microseconds)
        return !isFar && distance.magnitude < windowMicroseconds
    }
}
