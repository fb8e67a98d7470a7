import Provisioning
/// The table `other_servers`.
struct ServerTable {
    let connection: Connection

    func note(_ server: RecordedServer, limit: Int) throws(LedgerError) {
        let told = DetailsText.write(server.told.map(\.fitForDisk))
        try connection.run(
            """
            INSERT INTO other_servers (address, mac, interface, told, first_seen, last_seen) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET told = excluded.told, first_seen = min(first_seen, excluded.first_seen),
            last_seen = max(last_seen, excluded.last_seen)
            """,
            [
                .address(server.address), .mac(server.mac), .text(server.interface), .text(told), .time(server.firstSeen),
                .time(server.lastSeen),
            ])
        let count = Int(try connection.number("SELECT count(*) FROM other_servers"))
        guard count > limit else { return }
        try connection.run(
            """
            DELETE FROM other_servers WHERE (address, mac, interface) IN
            (SELECT address, mac, interface FROM other_servers ORDER BY last_seen LIMIT ?)
            """, [.integer(Int64(count - limit))])
    }

    func all() throws(LedgerError) -> [RecordedServer] {
        let query =
            "SELECT address, mac, interface, told, first_seen, last_seen FROM other_servers ORDER BY address, mac, interface"
        return try connection.rows(query) { row throws(LedgerError) in
            guard let told = DetailsText.read(row.text(3)) else {
                throw .damaged(file: connection.file, words: "what the server \(row.address(0)) told")
            }
            return RecordedServer(
                address: row.address(0), mac: row.mac(1), interface: row.text(2), told: told, firstSeen: row.time(4),
                lastSeen: row.time(5))
        }
    }
}
