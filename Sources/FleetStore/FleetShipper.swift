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
        let row = try FleetShipper.transaction(connection) { () throws(DatabaseError) in
            try connection.query(
                """
                INSERT INTO bellhop.sources (site, ledger, host, version, segment) VALUES ($1, $2, $3, $4, $5)
                ON CONFLICT (site, ledger) DO UPDATE SET host = excluded.host, version = excluded.version, segment = excluded.segment,
                heard = now() RETURNING id, events, changes
                """, [site, "\(source.ledger)", source.host, source.version, source.segment]
            ).first
        }
        guard let row, let id = row[0], let position = ShippingPosition(row[1], row[2]) else {
            throw .unexpected("no row of this responder")
        }
        return (FleetShipper(connection: connection, site: site, source: id, segment: source.segment ?? ""), position)
    }

    /// Sends a shipment that goes on from a position.
    /// - Throws: ``DatabaseError/unexpected(_:)`` where the database is elsewhere: then ``open(_:_:)`` anew tells where.
    package func ship(_ shipment: Shipment, from before: ShippingPosition) throws(DatabaseError) {
        try FleetShipper.transaction(connection) { () throws(DatabaseError) in
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

    /// A transaction that takes locks. Where this machine or the network fails in the middle of one, the server would keep its locks for as
    /// long as it takes TCP to notice, two hours by default, and each new connection of the site would wait for them: so the server ends
    /// a transaction of which it hears nothing for 5 s, one that sends rows after 20 s by TCP, and nobody waits for a lock for more than 10 s
    /// (PostgreSQL manual, "Client Connection Defaults" and "TCP Settings").
    package static func transaction<Value>(
        _ connection: DatabaseConnection, _ body: () throws(DatabaseError) -> Value
    ) throws(DatabaseError) -> Value {
        try connection.transaction(
            """
            SET LOCAL idle_in_transaction_session_timeout = '5s'; SET LOCAL lock_timeout = '10s'; SET LOCAL tcp_user_timeout = '20s';
            SET LOCAL tcp_keepalives_idle = 10; SET LOCAL tcp_keepalives_interval = 5; SET LOCAL tcp_keepalives_count = 2
            """, body)
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
