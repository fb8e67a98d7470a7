import Packets
import Provisioning

/// The ledger, to read: beside the daemon that writes it, or without one. Used by one thread at a time; it waits for nobody, and what was
/// recorded shows when its commit is done.
package final class LedgerReader {
    /// Of the database in the state folder.
    package static let fileName = "bellhop.db"

    let connection: Connection

    /// - Parameter folder: the state folder of a bellhop that has run.
    /// - Throws: where there is no database, or one of another version than this program's.
    package convenience init(folder: String) throws(LedgerError) {
        try self.init(file: DatabaseFile(folder: folder).path)
        let version = Int(try connection.number("PRAGMA user_version"))
        guard version == Schema.migrations.count else {
            throw .otherSchema(file: connection.file, found: version, known: Schema.migrations.count)
        }
    }

    init(file: String) throws(LedgerError) {
        connection = try Connection(file, for: .reading)
    }

    /// Every lease, by address.
    package func leases() throws(LedgerError) -> [Lease] {
        try LeaseTable(connection: connection).all()
    }

    /// Devices by MAC address.
    /// - Parameters:
    ///   - limit: the most to return.
    ///   - after: the last device of the page before; `nil` begins.
    package func devices(limit: Int, after: MACAddress? = nil) throws(LedgerError) -> [RecordedDevice] {
        try DeviceTable.rows(from: after.map { MACAddress(bits: $0.bits + 1) }, limit: limit, connection)
    }

    /// Those that were heard last, the newest first.
    package func newestDevices(limit: Int) throws(LedgerError) -> [RecordedDevice] {
        try DeviceTable.newest(limit: limit, connection)
    }

    /// `nil` for a device that was never heard.
    package func device(_ mac: MACAddress) throws(LedgerError) -> RecordedDevice? {
        try DeviceTable.rows(from: mac, limit: 1, connection).first { $0.mac == mac }
    }

    /// The events of all devices that follow one, in order.
    package func events(after id: Int64, limit: Int) throws(LedgerError) -> [RecordedEvent] {
        try EventTable.rows(after: id, limit: limit, connection)
    }

    /// The newest event's id; 0 where there is none.
    package func lastEvent() throws(LedgerError) -> Int64 {
        try connection.number("SELECT max(id) FROM events")
    }

    /// One device's newest events, the oldest of them first.
    /// - Parameters:
    ///   - limit: the most to return.
    ///   - before: the id of the first event of the page that follows; `nil` begins with the newest.
    package func timeline(of mac: MACAddress, limit: Int, before: Int64? = nil) throws(LedgerError) -> [RecordedEvent] {
        try EventTable.rows(of: .mac(mac), limit: limit, before: before, connection)
    }

    /// Every other DHCP server heard, by address.
    package func otherServers() throws(LedgerError) -> [RecordedServer] {
        try ServerTable(connection: connection).all()
    }

    package func counts() throws(LedgerError) -> LedgerCounts {
        func count(_ query: String) throws(LedgerError) -> Int { Int(try connection.number(query)) }
        return LedgerCounts(
            leases: try count("SELECT count(*) FROM leases"),
            devices: try count("SELECT count(*) FROM devices"),
            // Ids have no gaps: counting millions of rows would read them all.
            events: try count("SELECT (SELECT max(id) FROM events) - (SELECT min(id) FROM events) + 1"),
            otherServers: try count("SELECT count(*) FROM other_servers"))
    }
}
