/// The tables, version by version: the migration at index N makes schema N + 1 from schema N, which `PRAGMA user_version` names.
///
/// A migration that was ever released is never changed: add another. Times are microseconds since 1970, addresses the 32 bits of IPv4
/// and the 48 of Ethernet as numbers; a text named `details` or `told` is a JSON object whose values are strings.
enum Schema {
    static let migrations = [tables, stages, whereabouts, outbox, strangers]

    private static let tables = """
        CREATE TABLE leases (
            address INTEGER PRIMARY KEY CHECK (address BETWEEN 0 AND 4294967295),
            mac INTEGER NOT NULL CHECK (mac BETWEEN 0 AND 281474976710655),
            client_identifier BLOB NOT NULL,
            interface TEXT NOT NULL,
            state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 5),
            granted INTEGER NOT NULL,
            expires INTEGER NOT NULL,
            host_name TEXT,
            vendor TEXT
        ) STRICT;

        CREATE TABLE devices (
            mac INTEGER PRIMARY KEY CHECK (mac BETWEEN 0 AND 281474976710655),
            vendor TEXT,
            family TEXT,
            model TEXT,
            version TEXT,
            address INTEGER CHECK (address BETWEEN 0 AND 4294967295),
            interface TEXT,
            first_seen INTEGER NOT NULL,
            last_seen INTEGER NOT NULL
        ) STRICT;
        -- The order in which devices are forgotten: unrecognised ones first, then by how long they have been silent.
        CREATE INDEX devices_to_forget ON devices (vendor IS NOT NULL, last_seen);

        CREATE TABLE events (
            id INTEGER PRIMARY KEY,
            time INTEGER NOT NULL,
            last_time INTEGER NOT NULL,
            repeats INTEGER NOT NULL,
            mac INTEGER CHECK (mac BETWEEN 0 AND 281474976710655),
            interface TEXT,
            name TEXT NOT NULL,
            details TEXT NOT NULL
        ) STRICT;
        -- An index ends with the row's id: one device's events stand in it in the order of the timeline.
        CREATE INDEX events_of_device ON events (mac) WHERE mac IS NOT NULL;

        CREATE TABLE other_servers (
            address INTEGER NOT NULL CHECK (address BETWEEN 0 AND 4294967295),
            mac INTEGER NOT NULL CHECK (mac BETWEEN 0 AND 281474976710655),
            interface TEXT NOT NULL,
            told TEXT NOT NULL,
            first_seen INTEGER NOT NULL,
            last_seen INTEGER NOT NULL,
            PRIMARY KEY (address, mac, interface)
        ) STRICT, WITHOUT ROWID;
        """

    private static let stages = """
        ALTER TABLE devices ADD COLUMN stage TEXT;
        ALTER TABLE devices ADD COLUMN stage_since INTEGER;
        CREATE INDEX devices_heard ON devices (last_seen);
        """

    /// `vlan_tags` holds four octets a tag as on the wire: type, then priority and identifier.
    private static let whereabouts = """
        ALTER TABLE devices ADD COLUMN vlan_tags BLOB;
        ALTER TABLE devices ADD COLUMN relay INTEGER CHECK (relay BETWEEN 0 AND 4294967295);
        ALTER TABLE devices ADD COLUMN sip_port INTEGER CHECK (sip_port BETWEEN 1 AND 65535);
        -- Phones by brand and stage are counted in it alone.
        CREATE INDEX devices_by_stage ON devices (vendor, stage);
        """

    /// What has to be told to a fleet, where there is one: see ``Outbox``.
    private static let outbox = """
        CREATE TABLE outbox (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            kind INTEGER NOT NULL,
            key INTEGER NOT NULL,
            UNIQUE (kind, key)
        ) STRICT;
        CREATE TABLE outbox_state (ledger INTEGER NOT NULL, complete INTEGER NOT NULL) STRICT;
        INSERT INTO outbox_state VALUES (random() & 9223372036854775807, 0);
        """

    /// Phones are in no index but those of when they were heard and of their stages; the others, which are forgotten first, in one more.
    private static let strangers = """
        DROP INDEX devices_to_forget;
        CREATE INDEX devices_unrecognised ON devices (last_seen) WHERE vendor IS NULL;
        """
}
