import Packets
import PostgreSQL
import Provisioning

/// All sites, to read: what the role may see. Used by one thread at a time.
package struct FleetReader {
    let connection: DatabaseConnection

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
            guard let address = row.address(0), let state = row.number(4).flatMap({ Lease.State(rawValue: Int($0)) }),
                let granted = row.moment(5),
                let expires = row.moment(6)
            else { return nil }
            return Lease(
                address: address, mac: row.mac(1), clientIdentifier: bytes(fromHexText: row[2] ?? "") ?? [],
                interface: row[3] ?? "", state: state,
                granted: granted, expires: expires, hostName: row[7], vendor: row[8])
        }
    }
}

extension [String?] {
    func number(_ column: Int) -> Int64? { self[column].flatMap { Int64($0) } }
    /// What is no MAC address is its lower 48 bits.
    func mac(_ column: Int) -> MACAddress {
        MACAddress(bits: UInt64(truncatingIfNeeded: number(column) ?? 0))
    }
    func moment(_ column: Int) -> Moment? { number(column).map { Moment(microseconds: $0) } }
}
