import Packets
import Provisioning

/// The table `devices`.
struct DeviceTable {
    let connection: Connection
    private(set) var count: Int

    init(_ connection: Connection) throws(LedgerError) {
        self.connection = connection
        count = Int(try connection.number("SELECT count(*) FROM devices"))
    }

    /// What the sighting does not know stays as it was.
    mutating func note(_ seen: Sighting) throws(LedgerError) {
        let values: [SQLValue] = [
            .mac(seen.mac), .optional(seen.vendor), .optional(seen.model), .optional(seen.address), .optional(seen.interface),
            .time(seen.time),
        ]
        try connection.run(
            """
            UPDATE devices SET vendor = coalesce(?2, vendor), model = coalesce(?3, model), address = coalesce(?4, address),
            interface = coalesce(?5, interface), first_seen = min(first_seen, ?6), last_seen = max(last_seen, ?6) WHERE mac = ?1
            """, values)
        guard connection.changes == 0 else { return }
        try connection.run(
            """
            INSERT INTO devices (mac, vendor, model, address, interface, first_seen, last_seen) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)
            """, values)
        count += 1
    }

    /// Deletes those that matter least.
    /// - Returns: how many there were.
    mutating func forget(_ number: Int) throws(LedgerError) -> Int {
        try connection.run(
            "DELETE FROM devices WHERE mac IN (SELECT mac FROM devices ORDER BY vendor IS NOT NULL, last_seen LIMIT ?)",
            [.integer(Int64(number))])
        count -= connection.changes
        return connection.changes
    }

    static func rows(after: MACAddress?, limit: Int, _ connection: Connection) throws(LedgerError) -> [DeviceRow] {
        let bound = after.map { Int64($0.bits) } ?? -1
        return try connection.rows(query, [.integer(bound), .integer(Int64(max(0, limit)))], row)
    }

    static func rows(of mac: MACAddress, _ connection: Connection) throws(LedgerError) -> [DeviceRow] {
        try connection.rows("SELECT \(columns) FROM devices WHERE mac = ?", [.mac(mac)], row)
    }

    private static func row(_ row: Statement) -> DeviceRow {
        DeviceRow(
            mac: row.mac(0), vendor: row.optionalText(1), family: row.optionalText(2), model: row.optionalText(3),
            version: row.optionalText(4), address: row.optionalAddress(5), interface: row.optionalText(6), firstSeen: row.time(7),
            lastSeen: row.time(8))
    }

    private static let columns = "mac, vendor, family, model, version, address, interface, first_seen, last_seen"
    static let query = "SELECT \(columns) FROM devices WHERE mac > ? ORDER BY mac LIMIT ?"
}
