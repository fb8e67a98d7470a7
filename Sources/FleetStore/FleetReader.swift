import Packets
import PostgreSQL
import Provisioning

/// All sites, to read: what the role may see. Used by one thread at a time.
package struct FleetReader {
    private let connection: DatabaseConnection

    package init(_ connection: DatabaseConnection) throws(DatabaseError) {
        try FleetVersion.check(connection)
        self.connection = connection
    }

    /// Every site that is let in, by name.
    package func sites() throws(DatabaseError) -> [FleetSiteState] {
        let counts = try connection.query(
            """
            SELECT s.name, coalesce(d.stage, 'seen'), count(*) FROM bellhop.devices d JOIN bellhop.sites s ON s.id = d.site
            WHERE d.vendor IS NOT NULL GROUP BY 1, 2
            """)
        var stages: [String: [String: Int]] = [:]
        for row in counts {
            guard let site = row[0], let stage = row[1], let count = row[2].flatMap({ Int($0) }) else { continue }
            stages[site, default: [:]][stage] = count
        }
        let rows = try connection.query(
            """
            SELECT s.name, bellhop.microseconds(max(r.heard)), coalesce(sum(r.waiting), 0), coalesce(sum(r.lost), 0), count(r.id)
            FROM bellhop.sites s LEFT JOIN bellhop.sources r ON r.site = s.id GROUP BY s.name ORDER BY s.name
            """)
        return rows.map { row in
            let name = row[0] ?? ""
            return FleetSiteState(
                name: name, heard: row.moment(1), waiting: row.number(2) ?? 0, lost: row.number(3) ?? 0,
                responders: Int(row.number(4) ?? 0), stages: stages[name] ?? [:])
        }
    }

    /// Those that fit, the ones heard last first.
    package func devices(_ query: FleetQuery) throws(DatabaseError) -> [FleetDevice] {
        var conditions = query.others ? [] : ["d.vendor IS NOT NULL"]
        var values: [String?] = []
        func place(_ value: String) -> String {
            values.append(value)
            return "$\(values.count)"
        }
        if let site = query.site { conditions.append("s.name = \(place(site))") }
        if let vendor = query.vendor {
            let vendor = place(vendor)
            conditions.append("(d.vendor = \(vendor) OR d.family = \(vendor))")
        }
        if let stage = query.stage { conditions.append("coalesce(d.stage, 'seen') = \(place(stage))") }
        if let text = query.text?.prefix(128), !text.isEmpty {
            let pattern = place("%" + text.flatMap { "\\%_".contains($0) ? ["\\", $0] : [$0] } + "%")
            var ways = ["s.name", "d.vendor", "d.model", "l.label"].map { "\($0) ILIKE \(pattern)" }
            let digits = text.filter { $0 != ":" && $0 != "-" }
            if !digits.isEmpty, digits.allSatisfy(\.isHexDigit) {
                ways.append("lpad(to_hex(d.mac), 12, '0') LIKE \(place("%\(digits.lowercased())%"))")
            }
            conditions.append("(\(ways.joined(separator: " OR ")))")
        }
        return try devices(where: conditions.isEmpty ? "true" : conditions.joined(separator: " AND "), values, query.limit)
    }

    /// One device, at each site where it was heard.
    package func devices(_ mac: MACAddress, site: String?) throws(DatabaseError) -> [FleetDevice] {
        try devices(where: "d.mac = $1 AND ($2::text IS NULL OR s.name = $2)", ["\(mac.bits)", site], 1000)
    }

    private func devices(where condition: String, _ values: [String?], _ limit: Int) throws(DatabaseError) -> [FleetDevice] {
        let rows = try connection.query(
            """
            SELECT s.name, l.label, d.mac, d.vendor, d.family, d.model, d.version, d.address, d.interface, d.stage,
                bellhop.microseconds(d.stage_since), bellhop.microseconds(d.first_seen), bellhop.microseconds(d.last_seen)
            FROM bellhop.devices d JOIN bellhop.sites s ON s.id = d.site
            \(FleetReader.labels(connection)) WHERE \(condition) ORDER BY d.last_seen DESC LIMIT \(max(0, limit))
            """, values)
        return rows.map { row in
            var device = RecordedDevice(
                mac: MACAddress(bits: UInt64(row.number(2) ?? 0)), firstSeen: row.moment(11) ?? Moment(microseconds: 0),
                lastSeen: row.moment(12) ?? Moment(microseconds: 0))
            device.vendor = row[3]
            device.family = row[4]
            device.model = row[5]
            device.version = row[6]
            device.address = row.number(7).flatMap { UInt32(exactly: $0) }.map(IPv4Address.init(bits:))
            device.interface = row[8]
            device.stage = row[9]
            device.stageSince = row.moment(10)
            return FleetDevice(site: row[0] ?? "", label: row[1], device: device)
        }
    }

    /// A site's own role sees no labels of others, and so none.
    private static func labels(_ connection: DatabaseConnection) -> String {
        let mayRead = try? connection.query("SELECT has_table_privilege('bellhop.labels', 'SELECT')").first?.first
        return mayRead == "t"
            ? "LEFT JOIN bellhop.labels l ON l.mac = d.mac AND (l.site IS NULL OR l.site = d.site)"
            : "LEFT JOIN (SELECT NULL::bigint AS mac, NULL::text AS label) l ON false"
    }

    /// One device's newest events, the oldest of them first, with the site of each.
    package func timeline(
        of mac: MACAddress, site: String?, limit: Int
    ) throws(DatabaseError) -> [(site: String, event: RecordedEvent)] {
        let rows = try connection.query(
            """
            SELECT s.name, e.id, bellhop.microseconds(e.time), bellhop.microseconds(e.last_time), e.repeats, e.interface, e.name,
                e.details
            FROM bellhop.events e JOIN bellhop.sites s ON s.id = e.site
            WHERE e.mac = $1 AND ($2::text IS NULL OR s.name = $2) ORDER BY e.time DESC, e.id DESC LIMIT \(max(0, limit))
            """, ["\(mac.bits)", site])
        return rows.reversed().map { row in
            let time = row.moment(2) ?? Moment(microseconds: 0)
            return (
                row[0] ?? "",
                RecordedEvent(
                    id: row.number(1) ?? 0, time: time, lastTime: row.moment(3), repeats: Int(row.number(4) ?? 0), mac: mac,
                    interface: row[5], name: row[6] ?? "", details: DetailsText.read(row[7] ?? "") ?? [])
            )
        }
    }

    /// Leases of a segment, by address.
    package func leases(site: String, segment: String) throws(DatabaseError) -> [Lease] {
        let rows = try connection.query(
            """
            SELECT l.address, l.mac, encode(l.client_identifier, 'hex'), l.interface, l.state, bellhop.microseconds(l.granted),
                bellhop.microseconds(l.expires), l.host_name, l.vendor
            FROM bellhop.leases l JOIN bellhop.sites s ON s.id = l.site WHERE s.name = $1 AND l.segment = $2 ORDER BY l.address
            """, [site, segment])
        return rows.compactMap { row in
            guard let address = row.number(0).flatMap({ UInt32(exactly: $0) }),
                let mac = row.number(1).flatMap({ UInt64(exactly: $0) }),
                let state = row.number(4).flatMap({ Lease.State(rawValue: Int($0)) }), let granted = row.moment(5),
                let expires = row.moment(6)
            else { return nil }
            return Lease(
                address: IPv4Address(bits: address), mac: MACAddress(bits: mac),
                clientIdentifier: bytes(fromHexText: row[2] ?? "") ?? [], interface: row[3] ?? "", state: state,
                granted: granted, expires: expires, hostName: row[7], vendor: row[8])
        }
    }
}

extension [String?] {
    func number(_ column: Int) -> Int64? { self[column].flatMap { Int64($0) } }
    func moment(_ column: Int) -> Moment? { number(column).map { Moment(microseconds: $0) } }
}
