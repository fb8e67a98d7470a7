import Packets
import Provisioning

/// Leases of a damaged database.
struct RescuedLeases {
    var leases: [Lease] = []
    /// Whether no other was there.
    var areWhole = true

    /// From a database that cannot be read at all.
    static let nothing = RescuedLeases(areWhole: false)
}

/// The table `leases`.
struct LeaseTable {
    let connection: Connection

    func apply(_ change: LeaseChange) throws(LedgerError) {
        switch change {
        case .remove(let address):
            try connection.run("DELETE FROM leases WHERE address = ?", [.address(address)])
        case .put(let lease):
            try connection.run(
                """
                INSERT OR REPLACE INTO leases
                (address, mac, client_identifier, interface, state, granted, expires, host_name, vendor) VALUES (?,?,?,?,?,?,?,?,?)
                """,
                [
                    .address(lease.address), .mac(lease.mac), .bytes(lease.clientIdentifier), .text(lease.interface),
                    .integer(Int64(lease.state.rawValue)), .time(lease.granted), .time(lease.expires), .optional(lease.hostName),
                    .optional(lease.vendor),
                ])
        }
    }

    /// Every lease, by address.
    func all() throws(LedgerError) -> [Lease] {
        try connection.rows(LeaseTable.query) { row throws(LedgerError) in try read(row) }
    }

    func lease(at address: IPv4Address) throws(LedgerError) -> Lease? {
        try connection.rows("\(LeaseTable.columns) WHERE address = ?", [.address(address)]) { row throws(LedgerError) in
            try read(row)
        }.first
    }

    /// The leases of a damaged database, as far as they can be read.
    func readable() -> RescuedLeases {
        var rescued = RescuedLeases()
        do throws(LedgerError) {
            _ = try connection.rows(LeaseTable.query) { row in
                if let lease = try? read(row) { rescued.leases.append(lease) } else { rescued.areWhole = false }
            }
        } catch {
            rescued.areWhole = false
        }
        return rescued
    }

    private static let columns =
        "SELECT address, mac, client_identifier, interface, state, granted, expires, host_name, vendor FROM leases"
    private static let query = "\(columns) ORDER BY address"

    private func read(_ row: Statement) throws(LedgerError) -> Lease {
        guard let state = Lease.State(rawValue: Int(row.integer(4))), (0...0xffff_ffff).contains(row.integer(0)),
            (0...0xffff_ffff_ffff).contains(row.integer(1))
        else { throw .damaged(file: connection.file, words: "a lease of address \(row.integer(0)), state \(row.integer(4))") }
        return Lease(
            address: row.address(0), mac: row.mac(1), clientIdentifier: row.bytes(2), interface: row.text(3), state: state,
            granted: row.time(5), expires: row.time(6), hostName: row.optionalText(7), vendor: row.optionalText(8))
    }
}
