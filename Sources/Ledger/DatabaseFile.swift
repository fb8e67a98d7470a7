import Glibc
import LinuxSystem
import Provisioning

/// The file that the ledger lies in: opened, checked and brought up to date, or set aside where it is damaged.
struct DatabaseFile: Sendable {
    let folder: String
    var migrations = Schema.migrations
    /// `PRAGMA max_page_count`; `nil` leaves it to the disk.
    var maximumPages: Int?
    /// Whether changes are noted for a fleet.
    var feedsFleet = false

    var path: String { "\(folder)/\(LedgerReader.fileName)" }

    /// Above this the timeline is not read through at every start: it would take minutes on a slow disk. The other tables are, since
    /// answers depend on them; what is wrong with the timeline shows when it is written.
    private static let largestWhollyChecked: Int64 = 256 << 20

    /// A connection to write with, to a database of the newest schema.
    /// - Returns: with it, what became of a damaged file.
    func open() throws(LedgerError) -> (Connection, LedgerRemark?) {
        try makeFolder()
        var leases = RescuedLeases.nothing
        do throws(LedgerError) {
            return (try openAsItIs { leases = $0 }, nil)
        } catch {
            guard error.isDamage else { throw explained(error) }
            return try replace(for: error, keeping: leases)
        }
    }

    /// Puts a new database, with these leases, in the place of a damaged one to which there is no connection any more.
    func replace(for damage: LedgerError, keeping rescued: RescuedLeases) throws(LedgerError) -> (Connection, LedgerRemark) {
        let setAside = try setAside()
        let connection = try openAsItIs { _ in }
        let table = LeaseTable(connection: connection)
        try connection.transaction { () throws(LedgerError) in
            for lease in rescued.leases { try table.apply(.put(lease)) }
        }
        let remark = LedgerRemark(
            time: Moment(microseconds: WallClock.now().microsecondsSince1970), setAside: setAside, words: damage.words,
            leasesKept: rescued.leases.count, leasesAreWhole: rescued.areWhole)
        return (connection, remark)
    }

    /// - Parameter rescue: gets the leases that can be read from a database that a check finds damaged.
    private func openAsItIs(rescue: (RescuedLeases) -> Void) throws(LedgerError) -> Connection {
        try makeFile()
        let connection = try Connection(path, for: .writing)
        do throws(LedgerError) {
            try connection.run("PRAGMA journal_mode = WAL", [], "opening")
            // Each commit waits for the disk: what was promised is kept after a power failure (https://sqlite.org/pragma.html).
            try connection.run("PRAGMA synchronous = FULL", [], "opening")
            try connection.run("PRAGMA foreign_keys = ON", [], "opening")
            if let maximumPages { try connection.run("PRAGMA max_page_count = \(maximumPages)", [], "opening") }
            let version = Int(try connection.number("PRAGMA user_version"))
            guard version <= migrations.count, version >= 0 else {
                throw LedgerError.newerSchema(file: path, found: version, newest: migrations.count)
            }
            if version > 0 { try check(connection) }
            try migrate(connection, from: version)
            if migrations.count == Schema.migrations.count { try Outbox.prepare(connection, isFed: feedsFleet) }
            return connection
        } catch {
            if error.isDamage { rescue(LeaseTable(connection: connection).readable()) }
            throw error
        }
    }

    /// Each migration is there wholly, with its number, or not at all.
    private func migrate(_ connection: Connection, from version: Int) throws(LedgerError) {
        for next in migrations.indices.dropFirst(version) {
            try connection.transaction { () throws(LedgerError) in
                try connection.execute(migrations[next], "making schema \(next + 1)")
                try connection.execute("PRAGMA user_version = \(next + 1)", "making schema \(next + 1)")
            }
        }
    }

    private func check(_ connection: Connection) throws(LedgerError) {
        let pages = try connection.number("PRAGMA page_count")
        let size = pages * (try connection.number("PRAGMA page_size"))
        let parts = size <= DatabaseFile.largestWhollyChecked ? ["1"] : ["leases", "devices", "other_servers"]
        for part in parts {
            let answers = try connection.rows("PRAGMA quick_check(\(part))") { $0.text(0) }
            if let first = answers.first, first != "ok" { throw .damaged(file: path, words: first) }
        }
    }

    private func makeFolder() throws(LedgerError) {
        do throws(SystemError) {
            try makePrivateFolder(folder)
        } catch {
            throw .system(error)
        }
    }

    /// For bellhop's user alone, and so are the files that SQLite lays beside it: it takes their mode and owner from this one. An empty
    /// file is an empty database.
    private func makeFile() throws(LedgerError) {
        do throws(SystemError) {
            try makePrivateFile(path)
        } catch {
            throw .system(error)
        }
    }

    /// The same error, or which file is another user's where that is the trouble.
    private func explained(_ error: LedgerError) -> LedgerError {
        guard error.isForbidden else { return error }
        for file in [path, "\(path)-wal", "\(path)-shm"] {
            if let (owner, user) = ownerShuttingOut(of: file) { return .anothers(file: file, owner: owner, user: user) }
        }
        return error
    }

    /// - Returns: the new name.
    private func setAside() throws(LedgerError) -> String {
        let stamp = WallClock.now().description.prefix(19).filter { $0 != "-" && $0 != ":" }
        var name = "\(path).damaged-\(stamp)Z"
        var number = 1
        while access(name, F_OK) == 0 {
            number += 1
            name = "\(path).damaged-\(stamp)Z-\(number)"
        }
        guard rename(path, name) == 0 else { throw .system(.last("rename", path)) }
        // The log belongs to the file, the index of the log is made anew. Neither need exist.
        _ = rename("\(path)-wal", "\(name)-wal")
        _ = unlink("\(path)-shm")
        return name
    }
}

extension LedgerError {
    /// What is wrong, without the file's name.
    fileprivate var words: String {
        switch self {
        case .damaged(_, let words), .database(_, _, let words, _): words
        default: "\(self)"
        }
    }
}
