import Packets
import Provisioning

/// The table `outbox`: which rows of the other tables a fleet does not know as they are now. A row that changes again takes a new number
/// at the end, so there is one mark for each at most, and a fleet that is away for days costs no more than the rows there are.
///
/// New events need no mark: they are those behind the last that was shipped. Marks are made by triggers of the writer's connection, and
/// only where there is a fleet.
enum Outbox {
    enum Kind: Int64 {
        /// An event that was repeated; the key is its id.
        case event = 1
        /// The key is the MAC address.
        case device = 2
        /// The key is the IPv4 address.
        case lease = 3
        /// All servers of an IPv4 address.
        case server = 4
    }

    /// Where marks were not made for a while, every row is marked anew.
    static func prepare(_ connection: Connection, isFed: Bool) throws(LedgerError) {
        let isComplete = try connection.number("SELECT complete FROM outbox_state") == 1
        if isFed { try connection.execute(triggers, "preparing the fleet's outbox") }
        guard isFed != isComplete else { return }
        try connection.transaction { () throws(LedgerError) in
            try connection.execute(isFed ? everything : "DELETE FROM outbox", "preparing the fleet's outbox")
            try connection.run("UPDATE outbox_state SET complete = ?", [.integer(isFed ? 1 : 0)])
        }
    }

    /// What the fleet has: changes up to a number, of the database that numbered them.
    struct Shipped {
        let ledger: Int64
        let sequence: Int64
    }

    static func forget(_ shipped: Shipped, _ connection: Connection) throws(LedgerError) {
        try connection.run(
            "DELETE FROM outbox WHERE sequence <= ? AND (SELECT ledger FROM outbox_state) = ?",
            [.integer(shipped.sequence), .integer(shipped.ledger)])
    }

    /// Of the connection alone (https://sqlite.org/lang_createtrigger.html, TEMP triggers): another program's writes are not expected.
    private static let triggers = """
        PRAGMA temp_store = MEMORY;
        CREATE TEMP TRIGGER event_repeated AFTER UPDATE ON main.events
            BEGIN INSERT OR REPLACE INTO outbox (kind, key) VALUES (1, new.id); END;
        CREATE TEMP TRIGGER event_forgotten AFTER DELETE ON main.events
            BEGIN DELETE FROM outbox WHERE kind = 1 AND key = old.id; END;
        CREATE TEMP TRIGGER device_new AFTER INSERT ON main.devices
            BEGIN INSERT OR REPLACE INTO outbox (kind, key) VALUES (2, new.mac); END;
        CREATE TEMP TRIGGER device_changed AFTER UPDATE ON main.devices
            BEGIN INSERT OR REPLACE INTO outbox (kind, key) VALUES (2, new.mac); END;
        CREATE TEMP TRIGGER device_forgotten AFTER DELETE ON main.devices
            BEGIN DELETE FROM outbox WHERE kind = 2 AND key = old.mac; END;
        CREATE TEMP TRIGGER lease_changed AFTER INSERT ON main.leases
            BEGIN INSERT OR REPLACE INTO outbox (kind, key) VALUES (3, new.address); END;
        CREATE TEMP TRIGGER server_new AFTER INSERT ON main.other_servers
            BEGIN INSERT OR REPLACE INTO outbox (kind, key) VALUES (4, new.address); END;
        CREATE TEMP TRIGGER server_changed AFTER UPDATE ON main.other_servers
            BEGIN INSERT OR REPLACE INTO outbox (kind, key) VALUES (4, new.address); END;
        """

    private static let everything = """
        INSERT OR REPLACE INTO outbox (kind, key) SELECT 3, address FROM leases;
        INSERT OR REPLACE INTO outbox (kind, key) SELECT 2, mac FROM devices;
        INSERT OR REPLACE INTO outbox (kind, key) SELECT DISTINCT 4, address FROM other_servers;
        """
}

/// One row that changed, as it is now.
package enum LedgerChange: Hashable, Sendable {
    case event(RecordedEvent)
    case device(RecordedDevice)
    case lease(Lease)
    case servers([RecordedServer])
    /// It is gone by now.
    case none
}

extension LedgerReader {
    /// A number of this database's own; a new database has another.
    package func identity() throws(LedgerError) -> Int64 {
        try connection.number("SELECT ledger FROM outbox_state")
    }

    /// The oldest event's id; 0 where there is none.
    package func firstEvent() throws(LedgerError) -> Int64 {
        try connection.number("SELECT min(id) FROM events")
    }

    /// The newest change's number; 0 where there was none ever.
    package func lastChange() throws(LedgerError) -> Int64 {
        try connection.number("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'")
    }

    /// What changed after a number, in order.
    package func changes(after sequence: Int64, limit: Int) throws(LedgerError) -> [(sequence: Int64, change: LedgerChange)] {
        let marks = try connection.rows(
            "SELECT sequence, kind, key FROM outbox WHERE sequence > ? ORDER BY sequence LIMIT ?",
            [.integer(sequence), .integer(Int64(max(0, limit)))]
        ) { ($0.integer(0), Outbox.Kind(rawValue: $0.integer(1)), $0.integer(2)) }
        var changes: [(sequence: Int64, change: LedgerChange)] = []
        for (sequence, kind, key) in marks { changes.append((sequence, try change(kind, key) ?? .none)) }
        return changes
    }

    private func change(_ kind: Outbox.Kind?, _ key: Int64) throws(LedgerError) -> LedgerChange? {
        switch kind {
        case .event: try EventTable.rows(after: key - 1, limit: 1, connection).first { $0.id == key }.map(LedgerChange.event)
        case .device: try device(MACAddress(bits: UInt64(truncatingIfNeeded: key))).map(LedgerChange.device)
        case .lease:
            try LeaseTable(connection: connection).lease(at: IPv4Address(bits: UInt32(truncatingIfNeeded: key)))
                .map(LedgerChange.lease)
        case .server:
            .servers(try otherServers().filter { Int64($0.address.bits) == key })
        case nil: nil
        }
    }
}
