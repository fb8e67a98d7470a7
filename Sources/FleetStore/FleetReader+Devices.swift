import Packets
import PostgreSQL
import Provisioning

extension FleetQuery {
    /// The condition, and the values of its places in order.
    var condition: (sql: String, values: [String?]) {
        var conditions = others ? [] : ["d.vendor IS NOT NULL"]
        var values: [String?] = []
        func place(_ value: String) -> String {
            values.append(value)
            return "$\(values.count)"
        }
        // A number, so that an index is walked for it.
        if let site { conditions.append("d.site = (SELECT id FROM bellhop.sites WHERE name = \(place(site)))") }
        if let vendor {
            let vendor = place(vendor)
            conditions.append("(d.vendor = \(vendor) OR d.family = \(vendor))")
        }
        if let stage { conditions.append("coalesce(d.stage, 'seen') = \(place(stage))") }
        if let text = text?.prefix(128), !text.isEmpty {
            let pattern = place("%" + text.flatMap { "\\%_".contains($0) ? ["\\", $0] : [$0] } + "%")
            let columns = ["s.name", "d.vendor", "d.model", "d.interface", "l.label", "host('0.0.0.0'::inet + d.address)"]
            var ways = columns.map { "\($0) ILIKE \(pattern)" }
            let digits = text.filter { $0 != ":" && $0 != "-" }
            if !digits.isEmpty, digits.allSatisfy(\.isHexDigit) {
                ways.append("lpad(to_hex(d.mac), 12, '0') LIKE \(place("%\(digits.lowercased())%"))")
            }
            conditions.append("(\(ways.joined(separator: " OR ")))")
        }
        return (conditions.isEmpty ? "true" : conditions.joined(separator: " AND "), values)
    }
}

extension FleetReader {
    /// Those that fit, the ones heard last first; and how many there are in all.
    package func devices(_ query: FleetQuery) throws(DatabaseError) -> (devices: [FleetDevice], matching: Int) {
        let (condition, values) = query.condition
        let limit = max(0, query.limit)
        let devices = try rows(where: condition, values, "ORDER BY d.last_seen DESC LIMIT \(limit)").map(\.device)
        guard devices.count == limit else { return (devices, devices.count) }
        // Labels are looked at where a text is sought, and not joined for nothing.
        let labels = query.text == nil ? "" : try labels()
        let count = try connection.query(
            "SELECT count(*) FROM bellhop.devices d JOIN bellhop.sites s ON s.id = d.site \(labels) WHERE \(condition)", values)
        return (devices, Int(count.first?.number(0) ?? 0))
    }

    /// One device, at each site where it was heard; where it was heard last first.
    package func devices(_ mac: MACAddress, site: String?) throws(DatabaseError) -> [FleetDevice] {
        try rows(
            where: "d.mac = $1 AND ($2::text IS NULL OR s.name = $2)", ["\(mac.bits)", site],
            "ORDER BY d.last_seen DESC LIMIT 1000"
        ).map(\.device)
    }

    /// Every device that fits, however many, by site and MAC address: an index is walked, ten thousand at a time. The query's limit is
    /// not looked at.
    package func allDevices(_ query: FleetQuery) throws(DatabaseError) -> [FleetDevice] {
        let (condition, values) = query.condition
        var found: [String: [FleetDevice]] = [:]
        var last: (site: Int64, mac: Int64) = (0, 0)
        while true {
            let rows = try rows(
                where: "(d.site, d.mac) > (\(last.site), \(last.mac)) AND \(condition)", values,
                "ORDER BY d.site, d.mac LIMIT \(FleetReader.page)")
            for row in rows { found[row.device.site, default: []].append(row.device) }
            guard rows.count == FleetReader.page, let end = rows.last else { break }
            last = (end.site, Int64(end.device.device.mac.bits))
        }
        return found.sorted { $0.key < $1.key }.flatMap(\.value)
    }

    private static let page = 10_000

    /// With each the number of its site.
    private func rows(
        where condition: String, _ values: [String?], _ order: String
    ) throws(DatabaseError) -> [(site: Int64, device: FleetDevice)] {
        let rows = try connection.query(
            """
            SELECT s.name, l.label, d.mac, d.vendor, d.family, d.model, d.version, d.address, d.interface, d.stage,
                bellhop.microseconds(d.stage_since), bellhop.microseconds(d.first_seen), bellhop.microseconds(d.last_seen),
                encode(d.vlan_tags, 'hex'), d.relay, d.sip_port, d.site
            FROM bellhop.devices d JOIN bellhop.sites s ON s.id = d.site \(labels()) WHERE \(condition) \(order)
            """, values)
        return rows.map { row in
            var device = RecordedDevice(
                mac: row.mac(2), firstSeen: row.moment(11) ?? Moment(microseconds: 0),
                lastSeen: row.moment(12) ?? Moment(microseconds: 0))
            device.vendor = row[3]
            device.family = row[4]
            device.model = row[5]
            device.version = row[6]
            device.address = row.address(7)
            device.interface = row[8]
            device.stage = row[9]
            device.stageSince = row.moment(10)
            device.tags = row[13].flatMap(bytes(fromHexText:)).map([VLANTag].init(octets:)) ?? []
            device.relay = row.address(14)
            device.sipPort = row.number(15).flatMap { UInt16(exactly: $0) }
            return (row.number(16) ?? 0, FleetDevice(site: row[0] ?? "", label: row[1], device: device))
        }
    }

    /// A site's own role sees no labels of others, and so none.
    private func labels() throws(DatabaseError) -> String {
        let mayRead = try connection.query("SELECT has_table_privilege('bellhop.labels', 'SELECT')").first?.first
        return mayRead == "t"
            ? "LEFT JOIN bellhop.labels l ON l.mac = d.mac AND (l.site IS NULL OR l.site = d.site)"
            : "LEFT JOIN (SELECT NULL::bigint AS mac, NULL::text AS label) l ON false"
    }
}

extension [String?] {
    func address(_ column: Int) -> IPv4Address? { number(column).flatMap { UInt32(exactly: $0) }.map(IPv4Address.init(bits:)) }
}
