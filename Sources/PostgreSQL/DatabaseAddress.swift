import LinuxSystem

/// Where a database is, and who comes. The password is in a file, or where libpq itself looks: `PGPASSWORD`, `PGPASSFILE`, `~/.pgpass`
/// (PostgreSQL manual, "Environment Variables", "The Password File").
package struct DatabaseAddress: Hashable, Sendable {
    /// A connection URI without a password (PostgreSQL manual, "Connection URIs"); `sslmode` and the rest stand in its query.
    package var uri: String
    /// Read before every connection, so that a changed one is taken up.
    package var passwordFile: String?
    /// What `pg_stat_activity` shows.
    package var name: String

    package init(_ uri: String, passwordFile: String? = nil, name: String = "bellhop") {
        self.uri = uri
        self.passwordFile = passwordFile
        self.name = name
    }

    /// Keywords of libpq, in an order in which later ones win over the URI's.
    func parameters(patienceMilliseconds: Int) throws(DatabaseError) -> [(String, String)] {
        var parameters = [
            ("dbname", uri), ("fallback_application_name", name), ("client_encoding", "UTF8"),
            ("connect_timeout", "\(max(2, patienceMilliseconds / 1000))"),
        ]
        if let passwordFile { parameters.append(("password", try DatabaseAddress.firstLine(of: passwordFile))) }
        return parameters
    }

    private static func firstLine(of file: String) throws(DatabaseError) -> String {
        do throws(SystemError) {
            let bytes = try readWholeFile(file, limit: 4096)
            return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }, as: UTF8.self)
        } catch {
            throw .unreachable("the password of the database cannot be read: \(error.description)")
        }
    }
}
