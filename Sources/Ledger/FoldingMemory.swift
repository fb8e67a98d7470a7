import Packets
import Provisioning

/// Which row of the timeline a repeated event belongs to. Bounded: of many different events the older half is forgotten at once, and
/// a repeat of those begins a row of its own.
struct FoldingMemory {
    struct Key: Hashable {
        let mac: MACAddress?
        let interface: String?
        let name: String
        let details: String
    }

    struct Row {
        let id: Int64
        let time: Moment
    }

    /// A row takes up repeats for this long.
    static let windowMicroseconds: Int64 = 60_000_000
    private static let capacity = 8192

    /// Rows of the transaction under way.
    private var fresh: [Key: Row] = [:]
    private var recent: [Key: Row] = [:]
    private var older: [Key: Row] = [:]

    /// The row that an event at that time repeats. Threads hand in events a little out of order, hence a window to both sides.
    func row(for key: Key, at time: Moment) -> Row? {
        guard let row = fresh[key] ?? recent[key] ?? older[key] else { return nil }
        let (distance, isFar) = time.microseconds.subtractingReportingOverflow(row.time.microseconds)
        return !isFar && distance.magnitude < UInt64(FoldingMemory.windowMicroseconds) ? row : nil
    }

    /// Until ``settle()``, in a part of its own: a copy that a transaction works on takes little.
    mutating func remember(_ key: Key, _ row: Row) {
        fresh[key] = row
    }

    /// What was remembered is on disk.
    mutating func settle() {
        for (key, row) in fresh {
            if recent.count >= FoldingMemory.capacity {
                older = recent
                recent = [:]
            }
            recent[key] = row
        }
        fresh = [:]
    }
}
