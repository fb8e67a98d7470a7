import CSQLite

/// A connection to the database, used by one thread at a time.
final class Connection {
    enum Purpose {
        case writing
        /// Never waits for the writer, nor the writer for it (WAL).
        case reading
    }

    /// How long another program may hold the file before an attempt fails.
    private static let patienceMilliseconds: Int32 = 5000

    let file: String
    private let handle: OpaquePointer
    private var statements: [String: Statement] = [:]
    /// Of texts that stand in the program, by their places in it.
    private var fixedStatements: [UnsafeRawPointer: Statement] = [:]
    /// Pages in the write-ahead log after the last commit.
    private let logPages: UnsafeMutablePointer<Int32>

    /// SQLite counts no memory, which would be a lock for each piece of it (https://sqlite.org/c3ref/c_config_covering_index_scan.html).
    private static let isSetUp: Bool = bellhop_count_no_memory() == SQLITE_OK

    init(_ file: String, for purpose: Purpose) throws(LedgerError) {
        _ = Connection.isSetUp
        let access = purpose == .writing ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY
        var opened: OpaquePointer?
        let code = sqlite3_open_v2(file, &opened, access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
        guard let handle = opened else {
            throw .database(file: file, code: code, words: String(cString: sqlite3_errstr(code)), action: "opening")
        }
        guard code == SQLITE_OK else {
            let error = LedgerError(handle, file: file, action: "opening")
            sqlite3_close(handle)
            throw error
        }
        self.file = file
        self.handle = handle
        logPages = .allocate(capacity: 1)
        logPages.initialize(to: 0)
        sqlite3_busy_timeout(handle, Connection.patienceMilliseconds)
        // Takes the place of SQLite's own checkpoint within COMMIT, which whoever waits for a lease would wait for too.
        if purpose == .writing { sqlite3_wal_hook(handle, noteLogPages, logPages) }
    }

    deinit {
        statements = [:]
        fixedStatements = [:]
        sqlite3_close(handle)
        logPages.deallocate()
    }

    /// Runs statements that bring no rows and take no values, separated by semicolons.
    func execute(_ script: String, _ action: String) throws(LedgerError) {
        guard sqlite3_exec(handle, script, nil, nil, nil) == SQLITE_OK else {
            throw LedgerError(handle, file: file, action: action)
        }
    }

    /// Runs one statement to its end; rows that it brings are passed over.
    func run(_ sql: String, _ values: [SQLValue] = [], _ action: String = "writing") throws(LedgerError) {
        let statement = try prepared(sql)
        defer { statement.reset() }
        try statement.bind(values)
        while try statement.step(action) {}
    }

    /// The same for what is written often.
    func write(
        _ sql: StaticString, _ action: String = "writing", values bind: (inout StatementValues) -> Void
    ) throws(LedgerError) {
        let statement = try prepared(sql)
        defer { statement.reset() }
        try statement.bind(bind)
        while try statement.step(action) {}
    }

    /// Every row of a query, as `read` sees it.
    func rows<Row>(
        _ sql: String, _ values: [SQLValue] = [], _ read: (Statement) throws(LedgerError) -> Row
    ) throws(LedgerError) -> [Row] {
        let statement = try prepared(sql)
        defer { statement.reset() }
        try statement.bind(values)
        var rows: [Row] = []
        while try statement.step("reading") { rows.append(try read(statement)) }
        return rows
    }

    /// The first column of the first row, 0 where it is NULL or there is none.
    func number(_ sql: String) throws(LedgerError) -> Int64 {
        try rows(sql) { $0.integer(0) }.first ?? 0
    }

    /// Runs `body` in one transaction, which is on disk when this returns and undone when it throws.
    func transaction(_ body: () throws(LedgerError) -> Void) throws(LedgerError) {
        try run("BEGIN IMMEDIATE")
        do {
            try body()
            try run("COMMIT")
        } catch {
            // SQLite itself has rolled back after some errors (https://sqlite.org/lang_transaction.html §3).
            if sqlite3_get_autocommit(handle) == 0 { try? run("ROLLBACK") }
            throw error
        }
    }

    /// Rows that the last statement wrote.
    var changes: Int { Int(sqlite3_changes64(handle)) }
    /// The id of the row inserted last; 0 where there was none since ``forgetLastRow()``.
    var lastRow: Int64 { sqlite3_last_insert_rowid(handle) }
    func forgetLastRow() { sqlite3_set_last_insert_rowid(handle, 0) }
    /// Pages in the write-ahead log that a checkpoint would move.
    var pagesToMove: Int { Int(logPages.pointee) }

    /// Moves what the write-ahead log holds into the database, as far as no reader needs it.
    func checkpoint(truncating: Bool = false) throws(LedgerError) {
        logPages.pointee = 0
        try run("PRAGMA wal_checkpoint(\(truncating ? "TRUNCATE" : "PASSIVE"))", [], "moving the log into the database")
    }

    private func prepared(_ sql: StaticString) throws(LedgerError) -> Statement {
        if let statement = fixedStatements[sql.utf8Start] { return statement }
        let statement = try prepared("\(sql)")
        fixedStatements[sql.utf8Start] = statement
        return statement
    }

    private func prepared(_ sql: String) throws(LedgerError) -> Statement {
        if let statement = statements[sql] { return statement }
        var made: OpaquePointer?
        let code = sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &made, nil)
        guard code == SQLITE_OK, let made else { throw LedgerError(handle, file: file, action: "preparing a statement") }
        let statement = Statement(made, of: handle, file: file)
        statements[sql] = statement
        return statement
    }
}

private func noteLogPages(
    _ context: UnsafeMutableRawPointer?, _ database: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ pages: Int32
) -> Int32 {
    context?.assumingMemoryBound(to: Int32.self).pointee = pages
    return SQLITE_OK
}
