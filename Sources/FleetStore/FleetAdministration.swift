import PostgreSQL

/// What the fleet's owner does: makes and migrates the schema, and lets sites in. It takes a role that may create roles and schemas.
package struct FleetAdministration {
    private let connection: DatabaseConnection

    package init(_ connection: DatabaseConnection) {
        self.connection = connection
    }

    /// Brings the schema to the newest version. Each migration is there wholly, with its number, or not at all.
    /// - Parameter keepDays: how long events are kept; `nil` leaves it.
    /// - Returns: the version before and after.
    package func migrate(keepDays: Int? = nil) throws(DatabaseError) -> (before: Int, after: Int) {
        connection.patienceMilliseconds = 600_000
        let newest = FleetSchema.migrations.count
        return try connection.transaction { () throws(DatabaseError) in
            // Two at once: the second finds the first one's work done.
            try connection.script("SELECT pg_advisory_xact_lock(1651272808, 0); SET LOCAL client_min_messages = warning")
            for role in ["bellhop_shipper", "bellhop_page"] {
                if try connection.query("SELECT 1 FROM pg_roles WHERE rolname = $1", [role]).isEmpty {
                    try connection.script("CREATE ROLE \(role) NOLOGIN")
                }
            }
            try connection.script(
                """
                CREATE SCHEMA IF NOT EXISTS bellhop;
                CREATE TABLE IF NOT EXISTS bellhop.version (number integer NOT NULL);
                INSERT INTO bellhop.version SELECT 0 WHERE NOT EXISTS (SELECT FROM bellhop.version)
                """)
            let before = try FleetVersion.number(connection)
            guard before <= newest else {
                throw .unexpected("its schema is of a newer bellhop (\(before), this one knows \(newest)); use that version")
            }
            for next in FleetSchema.migrations.indices.dropFirst(before) {
                try connection.script(FleetSchema.migrations[next])
                try connection.query("UPDATE bellhop.version SET number = $1", ["\(next + 1)"])
            }
            if let keepDays { try connection.query("UPDATE bellhop.house SET keep_days = $1, tended = NULL", ["\(keepDays)"]) }
            try connection.script("SELECT bellhop.tend()")
            return (before, newest)
        }
    }

    /// Lets a site in: its role may ship that site's rows and read them. A role that is missing is made, without a password.
    /// - Parameter seesAll: whether its page shows the other sites too.
    /// - Returns: whether the role was made.
    package func add(site: String, role: String, seesAll: Bool) throws(DatabaseError) -> Bool {
        try connection.transaction { () throws(DatabaseError) in
            let isMissing = try connection.query("SELECT 1 FROM pg_roles WHERE rolname = $1", [role]).isEmpty
            let quoted = try connection.query("SELECT quote_ident($1)", [role]).first?.first.flatMap { $0 } ?? ""
            if isMissing { try connection.script("CREATE ROLE \(quoted) LOGIN") }
            try connection.script("GRANT bellhop_shipper\(seesAll ? ", bellhop_page" : "") TO \(quoted)")
            try connection.query(
                "INSERT INTO bellhop.sites (name, role) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET role = excluded.role",
                [site, role])
            return isMissing
        }
    }
}

enum FleetVersion {
    static func number(_ connection: DatabaseConnection) throws(DatabaseError) -> Int {
        try connection.query("SELECT number FROM bellhop.version").first?.first.flatMap { $0 }.flatMap { Int($0) } ?? 0
    }

    /// - Throws: where the schema is not this program's; another may be used by nobody but its own version.
    static func check(_ connection: DatabaseConnection) throws(DatabaseError) {
        let found: Int
        do throws(DatabaseError) {
            found = try number(connection)
        } catch {
            guard case .refused(let state, _) = error, ["42P01", "3F000"].contains(state) else { throw error }
            throw .unexpected("it has no fleet: run `bellhop fleet migrate` as its owner")
        }
        guard found != FleetSchema.migrations.count else { return }
        throw .unexpected(
            "its fleet has schema \(found) and this program knows \(FleetSchema.migrations.count); "
                + (found < FleetSchema.migrations.count ? "run `bellhop fleet migrate`" : "use the newer program"))
    }
}
