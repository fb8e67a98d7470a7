import Provisioning

/// The table `events`, where rows come at the end and go from the beginning.
struct EventTable {
    let connection: Connection
    /// Ids of the rows; between them none is missing.
    private var ids: Range<Int64>
    private var folding = FoldingMemory()
    /// Of rows, by their ids, since the last ``flush()``.
    private var repetitions: [Int64: Repetitions] = [:]

    private struct Repetitions {
        var count: Int64
        var latest: Moment
    }

    init(_ connection: Connection) throws(LedgerError) {
        self.connection = connection
        let oldest = try connection.number("SELECT min(id) FROM events")
        let newest = try connection.number("SELECT max(id) FROM events")
        ids = newest == 0 ? 0..<0 : oldest..<newest + 1
    }

    var count: Int { ids.count }

    enum Written {
        case row
        case repetition
    }

    /// Writes a row, or counts a repetition, which ``flush()`` writes.
    mutating func write(_ event: RecordedEvent) throws(LedgerError) -> Written {
        let details = DetailsText.write(event.details.map(\.fitForDisk))
        let key = FoldingMemory.Key(mac: event.mac, interface: event.interface, name: event.name, details: details)
        if let row = folding.row(for: key, at: event.time), ids.contains(row.id) {
            let earlier = repetitions[row.id]
            repetitions[row.id] = Repetitions(
                count: (earlier?.count ?? 0) + 1, latest: max(earlier?.latest ?? event.time, event.time))
            return .repetition
        }
        try connection.run(
            "INSERT INTO events (time, last_time, repeats, mac, interface, name, details) VALUES (?1, ?1, 0, ?2, ?3, ?4, ?5)",
            [.time(event.time), .optional(event.mac), .optional(event.interface), .text(event.name), .text(details)])
        let id = connection.lastRow
        ids = (ids.isEmpty ? id : ids.lowerBound)..<id + 1
        folding.remember(key, FoldingMemory.Row(id: id, time: event.time))
        return .row
    }

    /// Writes the repetitions that were counted, to be called before a transaction ends: each row that rose is written once.
    mutating func flush() throws(LedgerError) {
        for (id, repetition) in repetitions {
            try connection.run(
                "UPDATE events SET repeats = repeats + ?, last_time = max(last_time, ?) WHERE id = ?",
                [.integer(repetition.count), .time(repetition.latest), .integer(id)])
        }
        repetitions = [:]
    }

    /// The transaction is on disk.
    mutating func settle() {
        folding.settle()
    }

    /// Deletes the oldest rows.
    /// - Returns: how many there were.
    mutating func forget(_ number: Int) throws(LedgerError) -> Int {
        let bound = ids.lowerBound + Int64(min(number, count))
        try connection.run("DELETE FROM events WHERE id < ?", [.integer(bound)])
        ids = bound..<ids.upperBound
        return connection.changes
    }

    /// One device's newest rows, the oldest of them first.
    static func rows(of device: SQLValue, limit: Int, before: Int64?, _ connection: Connection) throws(LedgerError)
        -> [RecordedEvent]
    {
        let values: [SQLValue] = [device, .integer(before ?? .max), .integer(Int64(max(0, limit)))]
        return try rows(query, values, connection).reversed()
    }

    /// Every device's, in order, after one.
    static func rows(after id: Int64, limit: Int, _ connection: Connection) throws(LedgerError) -> [RecordedEvent] {
        try rows(
            "SELECT id, time, last_time, repeats, mac, interface, name, details FROM events WHERE id > ? ORDER BY id LIMIT ?",
            [.integer(id), .integer(Int64(max(0, limit)))], connection)
    }

    private static func rows(_ query: String, _ values: [SQLValue], _ connection: Connection) throws(LedgerError)
        -> [RecordedEvent]
    {
        try connection.rows(query, values) { row throws(LedgerError) in
            guard let details = DetailsText.read(row.text(7)) else {
                throw .damaged(file: connection.file, words: "details of event \(row.integer(0))")
            }
            return RecordedEvent(
                id: row.integer(0), time: row.time(1), lastTime: row.time(2), repeats: Int(row.integer(3)),
                mac: row.optionalMAC(4), interface: row.optionalText(5), name: row.text(6), details: details)
        }
    }

    static let query = """
        SELECT id, time, last_time, repeats, mac, interface, name, details FROM events
        WHERE mac = ? AND id < ? ORDER BY id DESC LIMIT ?
        """
}
