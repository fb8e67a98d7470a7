/// The database open for writing, and what the writer remembers of it.
struct LedgerTables {
    let connection: Connection
    let leases: LeaseTable
    var events: EventTable
    var devices: DeviceTable
    let servers: ServerTable

    init(_ connection: Connection) throws(LedgerError) {
        self.connection = connection
        leases = LeaseTable(connection: connection)
        events = try EventTable(connection)
        devices = try DeviceTable(connection)
        servers = ServerTable(connection: connection)
    }

    /// Bytes of pages in use. The file itself does not shrink: what is free in it is used again.
    func usedBytes() throws(LedgerError) -> Int {
        let pages = try connection.number("PRAGMA page_count") - connection.number("PRAGMA freelist_count")
        return Int(pages * (try connection.number("PRAGMA page_size")))
    }
}
