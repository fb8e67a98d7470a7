import PostgreSQL
import Provisioning

/// Takes one source's rows to the database. The position goes up in the same transaction as the rows, so that each arrives once whatever
/// breaks; and were a row sent twice, its number is known and it stays one row.
package struct FleetShipper {
    private let connection: DatabaseConnection
    private let site: String
    private let source: String
    private let segment: String

    /// Notes the source among those of its site.
    /// - Returns: with the shipper, how far the source was sent before.
    package static func open(
        _ connection: DatabaseConnection, _ source: ShippingSource
    ) throws(DatabaseError) -> (FleetShipper, ShippingPosition) {
        try FleetVersion.check(connection)
        let site = try FleetSite.number(source.site, connection)
        let row = try connection.query(
            """
            INSERT INTO bellhop.sources (site, ledger, host, version, segment) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (site, ledger) DO UPDATE SET host = excluded.host, version = excluded.version, segment = excluded.segment,
            heard = now() RETURNING id, events, changes
            """, [site, "\(source.ledger)", source.host, source.version, source.segment]
        ).first
        guard let row, let id = row[0], let position = ShippingPosition(row[1], row[2]) else {
            throw .unexpected("no row of this responder")
        }
        return (FleetShipper(connection: connection, site: site, source: id, segment: source.segment ?? ""), position)
    }

    /// Sends a shipment that goes on from a position.
    /// - Throws: ``DatabaseError/unexpected(_:)`` where the database is elsewhere: then ``open(_:_:)`` anew tells where.
    package func ship(_ shipment: Shipment, from before: ShippingPosition) throws(DatabaseError) {
        try connection.transaction { () throws(DatabaseError) in
            let row = try connection.query("SELECT events, changes FROM bellhop.sources WHERE id = $1 FOR UPDATE", [source]).first
            guard let row, ShippingPosition(row[0], row[1]) == before else {
                throw DatabaseError.unexpected("another process ships for this ledger; was its state folder copied?")
            }
            try send(Staging.events, shipment.events.map { Staging.row($0) })
            try send(Staging.devices, shipment.devices.map { Staging.row($0) })
            try send(Staging.leases, shipment.leases.map { Staging.row($0) })
            try send(Staging.servers, shipment.servers.map { Staging.row($0) })
            try connection.query(
                """
                UPDATE bellhop.sources SET events = $2, changes = $3, waiting = $4, lost = lost + $5, answers = $6, heard = now()
                WHERE id = $1
                """,
                [
                    source, "\(shipment.position.events)", "\(shipment.position.changes)", "\(shipment.waiting)",
                    "\(shipment.newlyLost)", shipment.answers ? "t" : "f",
                ])
        }
    }

    /// Days to come and days that are over, if nobody saw to them this hour.
    package func tend() throws(DatabaseError) {
        try connection.script("SELECT bellhop.tend()")
    }

    private func send(_ staging: Staging, _ rows: [[CopyText.Value]]) throws(DatabaseError) {
        guard !rows.isEmpty else { return }
        var text = CopyText()
        for row in rows { text.add(row) }
        try connection.script(
            "CREATE TEMP TABLE IF NOT EXISTS \(staging.name) (\(staging.columns)) ON COMMIT DELETE ROWS")
        try connection.copy("COPY pg_temp.\(staging.name) FROM STDIN", text)
        let values: [String?] = [site, source, segment]
        let used = staging.places
        try connection.query(staging.insert, Array(values.prefix(used)))
    }
}

extension ShippingPosition {
    fileprivate init?(_ events: String?, _ changes: String?) {
        guard let events = events.flatMap({ Int64($0) }), let changes = changes.flatMap({ Int64($0) }) else { return nil }
        self.init(events: events, changes: changes)
    }
}

enum FleetSite {
    /// The number of a site, as text.
    static func number(_ name: String, _ connection: DatabaseConnection) throws(DatabaseError) -> String {
        let row = try connection.query(
            "SELECT id, id = ANY (bellhop.my_sites()) FROM bellhop.sites WHERE name = $1", [name]
        ).first
        guard let row, let id = row[0] else {
            throw .unexpected("it knows no site \(name): `bellhop fleet add \(name)` lets it in")
        }
        guard row[1] == "t" else { throw .unexpected("the site \(name) is another role's; `bellhop fleet add` can change that") }
        return id
    }
}
