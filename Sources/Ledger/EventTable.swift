import Provisioning

/// The table `events`, where rows come at the end and go from the beginning.
struct EventTable {
    let connection: Connection
    /// Ids of the rows; between them none is missing.
    private(set) var ids: Range<Int64>

    init(_ connection: Connection) throws(LedgerError) {
        self.connection = connection
        let oldest = try connection.number("SELECT min(id) FROM events")
        let newest = try connection.number("SELECT max(id) FROM events")
        ids = newest == 0 ? 0..<0 : oldest..<newest + 1
    }

    var count: Int { ids.count }

    /// Rows, in order.
    /// - Returns: their ids.
    mutating func insert(_ rows: [Batch.Row]) throws(LedgerError) -> Range<Int64> {
        var new: Range<Int64> = ids.upperBound..<ids.upperBound
        for row in rows {
            try connection.write(
                "INSERT INTO events (time, last_time, repeats, mac, interface, name, details) VALUES (?, ?, ?, ?, ?, ?, ?)"
            ) { values in
                values.add(row.event.time)
                values.add(row.latest)
                values.add(row.repeats)
                values.add(row.event.mac)
                values.add(row.event.interface)
                values.add(row.event.name)
                values.add(row.details)
            }
            let id = connection.lastRow
            ids = (ids.isEmpty ? id : ids.lowerBound)..<id + 1
            new = (new.isEmpty ? id : new.lowerBound)..<id + 1
        }
        return new
    }

    func raise(_ id: Int64, _ repetitions: Held.Repetitions) throws(LedgerError) {
        try connection.write("UPDATE events SET repeats = repeats + ?, last_time = max(last_time, ?) WHERE id = ?") { values in
            values.add(repetitions.count)
            values.add(repetitions.latest)
            values.add(id)
        }
    }

    /// Deletes the oldest rows, but never the newest: ids would begin anew, and who reads on from the last that he knows would be ahead of
    /// all that comes.
    /// - Returns: how many there were.
    mutating func forget(_ number: Int) throws(LedgerError) -> Int {
        let bound = ids.lowerBound + Int64(min(number, count - 1))
        guard bound > ids.lowerBound else { return 0 }
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
