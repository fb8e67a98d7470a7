/// The database open for writing, and what the writer remembers of it.
struct LedgerTables {
    let connection: Connection
    let leases: LeaseTable
    var events: EventTable
    var devices: DeviceTable
    let servers: ServerTable
    private let pageSize: Int64

    init(_ connection: Connection) throws(LedgerError) {
        self.connection = connection
        leases = LeaseTable(connection: connection)
        events = try EventTable(connection)
        devices = try DeviceTable(connection)
        servers = ServerTable(connection: connection)
        pageSize = try connection.number("PRAGMA page_size")
    }

    /// - Parameter serverLimit: rows of other servers that there may be.
    /// - Returns: the ids of the batch's rows.
    mutating func write(_ batch: Batch, serverLimit: Int) throws(LedgerError) -> Range<Int64> {
        if let shipped = batch.shipped { try Outbox.forget(shipped, connection) }
        for server in batch.servers { try servers.note(server, limit: serverLimit) }
        let ids = try events.insert(batch.rows)
        for sighting in batch.devices.all { try devices.note(sighting) }
        return ids
    }

    func write(_ held: Held) throws(LedgerError) {
        for (id, repetitions) in held.events { try events.raise(id, repetitions) }
        for (mac, time) in held.devices { try devices.hear(mac, at: time) }
    }

    /// Bytes of pages in use. The file itself does not shrink: what is free in it is used again.
    func usedBytes() throws(LedgerError) -> Int {
        let pages = try connection.number("PRAGMA page_count") - connection.number("PRAGMA freelist_count")
        return Int(pages * pageSize)
    }
}
