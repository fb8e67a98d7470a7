import CPostgreSQL
import LinuxSystem

/// One connection to PostgreSQL, used by one thread at a time. Nothing waits longer than its patience, nor after the stop is signalled; a
/// connection on which something was given up is of no more use.
package final class DatabaseConnection {
    /// Rows of text; `nil` is NULL.
    package typealias Rows = [[String?]]

    package struct Notification: Hashable, Sendable {
        package let channel: String
        package let payload: String
    }

    let pq: bellhop_libpq
    let handle: OpaquePointer
    private let stop: Wakeup?
    /// The longest wait for the answer to one statement.
    package var patienceMilliseconds: Int
    private(set) var isBroken = false

    /// - Parameters:
    ///   - stop: once signalled, every wait ends with ``DatabaseError/stopped``.
    package init(_ address: DatabaseAddress, patienceMilliseconds: Int = 10_000, stop: Wakeup? = nil) throws(DatabaseError) {
        let pq = try LibPQ.calls.get()
        let parameters = try address.parameters(patienceMilliseconds: patienceMilliseconds)
        let keys = CStrings(parameters.map(\.0))
        let values = CStrings(parameters.map(\.1))
        guard let handle = pq.connectStartParams(keys.pointers, values.pointers, 1) else {
            throw .unreachable("no memory for a connection")
        }
        self.pq = pq
        self.handle = handle
        self.stop = stop
        self.patienceMilliseconds = patienceMilliseconds
        // Notices of the server go nowhere: by default libpq prints them.
        _ = pq.setNoticeProcessor(handle, { _, _ in }, nil)
        try connect()
    }

    deinit {
        pq.finish(handle)
    }

    private func connect() throws(DatabaseError) {
        guard pq.status(handle) != CONNECTION_BAD else { throw .unreachable(lastWords) }
        let deadline = self.deadline
        // "If this function returns …_WRITING, wait until the socket is ready to write": the manual, "Database Connection Control".
        var wanted = PGRES_POLLING_WRITING
        while true {
            try wait(wanted == PGRES_POLLING_WRITING ? .writing : .reading, until: deadline, "connecting")
            wanted = pq.connectPoll(handle)
            if wanted == PGRES_POLLING_OK { break }
            guard wanted != PGRES_POLLING_FAILED else { throw .unreachable(lastWords) }
        }
        guard pq.setnonblocking(handle, 1) == 0 else { throw .lost(lastWords) }
    }

    /// To be watched for reading by whoever waits for notifications.
    package var descriptor: Int32 { pq.socket(handle) }

    /// What libpq said last, on one line.
    var lastWords: String { DatabaseConnection.line(pq.errorMessage(handle)) }

    static func line(_ words: UnsafePointer<CChar>?) -> String {
        let text = words.map { String(cString: $0) } ?? ""
        return text.split(separator: "\n").map { $0.drop { $0 == " " || $0 == "\t" } }.joined(separator: "; ")
    }

    // MARK: Statements

    /// Runs one statement with values in the places `$1`, `$2` and so on.
    @discardableResult
    package func query(_ sql: String, _ values: [String?] = []) throws(DatabaseError) -> Rows {
        let pointers = CStrings(values)
        let isSent = pq.sendQueryParams(handle, sql, Int32(values.count), nil, pointers.pointers, nil, nil, 0)
        guard isSent == 1 else { throw broken(.lost(lastWords)) }
        return try answer(sql)
    }

    /// Runs statements that take no values, separated by semicolons; the rows of the last are returned.
    @discardableResult
    package func script(_ sql: String) throws(DatabaseError) -> Rows {
        guard pq.sendQuery(handle, sql) == 1 else { throw broken(.lost(lastWords)) }
        return try answer(sql)
    }

    /// Runs `body` in a transaction, which is the database's when this returns and undone when it throws.
    /// - Parameter limits: statements that set what holds for this transaction alone (SET LOCAL).
    package func transaction<Value>(
        _ limits: String = "", _ body: () throws(DatabaseError) -> Value
    ) throws(DatabaseError) -> Value {
        try script("BEGIN; \(limits)")
        do throws(DatabaseError) {
            let value = try body()
            try script("COMMIT")
            return value
        } catch {
            if !isBroken { _ = try? script("ROLLBACK") }
            throw error
        }
    }

    /// What was notified since the last call; never waits.
    package func notifications() throws(DatabaseError) -> [Notification] {
        guard pq.consumeInput(handle) == 1 else { throw broken(.lost(lastWords)) }
        var found: [Notification] = []
        while let notification = pq.notifies(handle) {
            found.append(
                Notification(
                    channel: String(cString: notification.pointee.relname), payload: String(cString: notification.pointee.extra)))
            pq.freemem(notification)
        }
        return found
    }

    // MARK: Waiting

    var deadline: UInt64 { MonotonicClock.now() + UInt64(patienceMilliseconds) * 1_000_000 }

    private func answer(_ sql: String) throws(DatabaseError) -> Rows {
        let deadline = self.deadline
        try flush(until: deadline)
        return try results(until: deadline, String(sql.prefix(60)))
    }

    /// Takes every result that is due: "PQgetResult must be called repeatedly until it returns a null pointer" (the manual).
    func results(until deadline: UInt64, _ action: String) throws(DatabaseError) -> Rows {
        var rows: Rows = []
        var failure: DatabaseError?
        while true {
            try waitForResult(until: deadline, action)
            guard let result = pq.getResult(handle) else { break }
            defer { pq.clear(result) }
            switch pq.resultStatus(result) {
            case PGRES_TUPLES_OK: rows = self.rows(of: result)
            case PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: rows = []
            case PGRES_COPY_IN: _ = pq.putCopyEnd(handle, "not expected")
            default: failure = failure ?? refusal(result)
            }
        }
        if pq.status(handle) == CONNECTION_BAD { throw broken(.lost(lastWords)) }
        if let failure { throw failure }
        return rows
    }

    private func rows(of result: OpaquePointer) -> Rows {
        let columns = pq.nfields(result)
        return (0..<pq.ntuples(result)).map { row in
            (0..<columns).map { column in
                guard pq.getisnull(result, row, column) == 0, let value = pq.getvalue(result, row, column) else { return nil }
                let length = Int(pq.getlength(result, row, column))
                return String(decoding: UnsafeRawBufferPointer(start: value, count: length), as: UTF8.self)
            }
        }
    }

    func refusal(_ result: OpaquePointer) -> DatabaseError {
        let state = pq.resultErrorField(result, Int32(bellhop_pq_sqlstate)).map { String(cString: $0) } ?? ""
        let words = DatabaseConnection.line(pq.resultErrorMessage(result))
        // Without SQLSTATE it is libpq's own message. 57P01 to 57P05: the server ends the connection.
        guard !state.isEmpty, !state.hasPrefix("57P") else { return broken(.lost(words)) }
        return .refused(state: state, words: words)
    }

    func flush(until deadline: UInt64) throws(DatabaseError) {
        while true {
            let left = pq.flush(handle)
            if left == 0 { return }
            guard left == 1 else { throw broken(.lost(lastWords)) }
            let isReadable = try wait([.reading, .writing], until: deadline, "sending")
            // The server may wait for us to read before it reads.
            if isReadable, pq.consumeInput(handle) != 1 { throw broken(.lost(lastWords)) }
        }
    }

    func waitForResult(until deadline: UInt64, _ action: String) throws(DatabaseError) {
        while pq.isBusy(handle) == 1 {
            try wait(.reading, until: deadline, action)
            guard pq.consumeInput(handle) == 1 else { throw broken(.lost(lastWords)) }
        }
    }

    @discardableResult
    private func wait(_ purpose: Watched.Purpose, until deadline: UInt64, _ action: String) throws(DatabaseError) -> Bool {
        let now = MonotonicClock.now()
        guard now < deadline else { throw broken(.timedOut(action)) }
        let milliseconds = Int32(clamping: (deadline - now) / 1_000_000 + 1)
        let watched = [stop.map { Watched($0.descriptor, .reading) } ?? .nothing, Watched(descriptor, purpose)]
        let ready: [Bool]
        do throws(SystemError) {
            ready = try waitReady(watched, milliseconds: milliseconds)
        } catch {
            throw broken(.lost(error.description))
        }
        if ready[0] { throw broken(.stopped) }
        guard ready[1] else { throw broken(.timedOut(action)) }
        return true
    }

    /// Notes that the connection is of no more use.
    func broken(_ error: DatabaseError) -> DatabaseError {
        isBroken = true
        return error
    }
}
