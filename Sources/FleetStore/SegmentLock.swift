import PostgreSQL

/// The lock of a segment: an advisory one of the session (PostgreSQL manual, "Advisory Locks"), which ends with it.
package struct SegmentLock {
    private let connection: DatabaseConnection
    private let name: String

    package init(_ connection: DatabaseConnection, site: String, segment: String) {
        self.connection = connection
        name = "bellhop \(site) \(segment)"
    }

    /// - Returns: false where another session has it.
    package func take() throws(DatabaseError) -> Bool {
        try connection.query("SELECT pg_try_advisory_lock(hashtextextended($1, 0))", [name]).first?.first == "t"
    }

    /// Shows the server that this session lives, and that it does.
    package func isStillThere() throws(DatabaseError) -> Bool {
        try connection.query("SELECT true").first?.first == "t"
    }

    package func giveBack() throws(DatabaseError) {
        try connection.query("SELECT pg_advisory_unlock(hashtextextended($1, 0))", [name])
    }
}
