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
        connection.forgetLastRow()
        try connection.write(
            """
            INSERT INTO devices (mac, vendor, model, address, interface, first_seen, last_seen, family, version, stage, stage_since,
            vlan_tags, relay, sip_port) VALUES (?1, ?2, ?3, ?4, ?5, ?15, ?6, ?7, ?8, ?9, ?10, ?12, ?13, ?14) ON CONFLICT DO
            UPDATE SET vendor = coalesce(?2, vendor), model = coalesce(?3, model), address = coalesce(?4, address),
            interface = coalesce(?5, interface), family = coalesce(?7, family), version = coalesce(?8, version),
            stage = coalesce(?9, stage), stage_since = coalesce(?10, stage_since), first_seen = min(first_seen, ?15),
            last_seen = max(last_seen, ?6), vlan_tags = CASE WHEN ?11 THEN ?12 ELSE vlan_tags END,
            relay = CASE WHEN ?11 THEN ?13 ELSE relay END, sip_port = coalesce(?14, sip_port)
            """, values: seen.bind)
        if connection.lastRow != 0 { count += 1 }
    }

    /// It was heard again, and nothing else about it changed.
    func hear(_ mac: MACAddress, at time: Moment) throws(LedgerError) {
        try connection.write("UPDATE devices SET last_seen = max(last_seen, ?) WHERE mac = ?") { values in
            values.add(time)
            values.add(mac)
        }
    }

    /// Deletes those that matter least: unrecognised ones first, then by how long they have been silent.
    /// - Returns: which.
    mutating func forget(_ number: Int) throws(LedgerError) -> [MACAddress] {
        var forgotten: [MACAddress] = []
        for query in DeviceTable.leastQueries where forgotten.count < number {
            forgotten += try connection.rows(
                "DELETE FROM devices WHERE mac IN (\(query)) RETURNING mac", [.integer(Int64(number - forgotten.count))]
            ) { $0.mac(0) }
        }
        count -= forgotten.count
        return forgotten
    }

    static let leastQueries = [
        "SELECT mac FROM devices INDEXED BY devices_unrecognised WHERE vendor IS NULL ORDER BY last_seen LIMIT ?",
        "SELECT mac FROM devices ORDER BY last_seen LIMIT ?",
    ]

    /// By address, from this one on.
    static func rows(from first: MACAddress?, limit: Int, _ connection: Connection) throws(LedgerError) -> [RecordedDevice] {
        let bound = first.map { Int64($0.bits) } ?? 0
        return try connection.rows(query, [.integer(bound), .integer(Int64(max(0, limit)))], row)
    }

    static func newest(limit: Int, _ connection: Connection) throws(LedgerError) -> [RecordedDevice] {
        try connection.rows(
            "SELECT \(columns) FROM devices ORDER BY last_seen DESC LIMIT ?", [.integer(Int64(max(0, limit)))], row)
    }

    /// Those heard last first.
    static func rows(where condition: String, _ values: [SQLValue], limit: Int, _ connection: Connection) throws(LedgerError)
        -> [RecordedDevice]
    {
        let order = "ORDER BY last_seen DESC LIMIT \(max(0, limit))"
        return try connection.rows("SELECT \(columns) FROM devices WHERE \(condition) \(order)", values, row)
    }

    static func rows(heardAfter time: Moment, limit: Int, _ connection: Connection) throws(LedgerError) -> [RecordedDevice] {
        try connection.rows(
            "SELECT \(columns) FROM devices WHERE last_seen > ? ORDER BY last_seen LIMIT ?",
            [.time(time), .integer(Int64(max(0, limit)))], row)
    }

    private static func row(_ row: Statement) -> RecordedDevice {
        var device = RecordedDevice(mac: row.mac(0), firstSeen: row.time(7), lastSeen: row.time(8))
        device.vendor = row.optionalText(1)
        device.family = row.optionalText(2)
        device.model = row.optionalText(3)
        device.version = row.optionalText(4)
        device.address = row.optionalAddress(5)
        device.interface = row.optionalText(6)
        device.stage = row.optionalText(9)
        device.stageSince = row.optionalTime(10)
        device.tags = row.tags(11)
        device.relay = row.optionalAddress(12)
        device.sipPort = row.isNull(13) ? nil : UInt16(truncatingIfNeeded: row.integer(13))
        return device
    }

    private static let columns =
        "mac, vendor, family, model, version, address, interface, first_seen, last_seen, stage, stage_since, vlan_tags, "
        + "relay, sip_port"
    static let query = "SELECT \(columns) FROM devices WHERE mac >= ? ORDER BY mac LIMIT ?"
}

extension Sighting {
    /// In the order in which ``DeviceTable/note(_:)`` numbers them.
    fileprivate func bind(_ values: inout StatementValues) {
        values.add(mac)
        values.add(make?.vendor)
        values.add(make?.model)
        values.add(address)
        values.add(interface)
        values.add(times.upperBound)
        values.add(make?.family)
        values.add(make?.version)
        values.add(standing?.stage)
        values.add(standing?.since)
        values.add(arrival == nil ? 0 : 1)
        values.add(arrival?.tags)
        values.add(arrival?.relay)
        values.add(arrival?.sipPort.map { Int64($0) })
        values.add(times.lowerBound)
    }
}
