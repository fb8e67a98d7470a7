import Provisioning

/// What the notes of one commit come to.
struct Batch {
    /// A new row of the timeline.
    struct Row {
        let mark: Fingerprint
        let event: Event
        let details: String
        var latest: Moment
        var repeats: Int64 = 0
    }

    private(set) var rows: [Row] = []
    private var places: [Fingerprint: Int] = [:]
    /// Devices whose rows change.
    var devices = Sightings()
    var servers: [RecordedServer] = []
    var shipped: Outbox.Shipped?
    /// Events that were taken in.
    var notes = 0
    /// Events that repeat rows of earlier commits.
    var held = 0
    /// Events that are not written, since too many like them came.
    var refused = 0

    var isEmpty: Bool { rows.isEmpty && devices.all.isEmpty && servers.isEmpty && shipped == nil }
    /// Events that repeat others of this batch.
    var folded: Int { rows.reduce(0) { $0 + Int($1.repeats) } }

    /// Counts an event up that repeats another of this batch.
    mutating func fold(_ mark: Fingerprint, at time: Moment) -> Bool {
        guard !rows.isEmpty, let place = places[mark], FoldingMemory.isNear(time, rows[place].event.time) else { return false }
        rows[place].repeats += 1
        rows[place].latest = max(rows[place].latest, time)
        return true
    }

    mutating func add(_ row: Row) {
        places[row.mark] = rows.count
        rows.append(row)
    }
}
