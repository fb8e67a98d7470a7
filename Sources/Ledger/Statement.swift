import CSQLite
import Packets
import Provisioning

/// A prepared statement, and while it is stepped the row that it stands on. Columns count from 0.
final class Statement {
    private let handle: OpaquePointer
    private let database: OpaquePointer
    private let file: String

    /// Takes the handle over.
    init(_ handle: OpaquePointer, of database: OpaquePointer, file: String) {
        self.handle = handle
        self.database = database
        self.file = file
    }

    deinit {
        sqlite3_finalize(handle)
    }

    func bind(_ values: [SQLValue]) throws(LedgerError) {
        try bind { bound in
            for value in values { bound.add(value) }
        }
    }

    func bind(_ add: (inout StatementValues) -> Void) throws(LedgerError) {
        var values = StatementValues(handle)
        add(&values)
        guard values.isBound else { throw LedgerError(database, file: file, action: "binding a value") }
    }

    /// Goes to the next row.
    /// - Returns: false at the end.
    func step(_ action: String) throws(LedgerError) -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw LedgerError(database, file: file, action: action)
        }
    }

    /// Ready to be bound and stepped again. The code it returns repeats that of the last step, so it tells nothing new.
    func reset() {
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
    }

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    /// Damaged UTF-8 is repaired.
    func text(_ column: Int32) -> String {
        // The text first: asking for it may change its length (sqlite3_column_bytes).
        guard let text = sqlite3_column_text(handle, column) else { return "" }
        let length = Int(sqlite3_column_bytes(handle, column))
        return String(decoding: UnsafeBufferPointer(start: text, count: length), as: UTF8.self)
    }

    func bytes(_ column: Int32) -> [UInt8] {
        guard let bytes = sqlite3_column_blob(handle, column) else { return [] }
        return [UInt8](UnsafeRawBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(handle, column))))
    }

    func optionalText(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }
    func time(_ column: Int32) -> Moment { Moment(microseconds: integer(column)) }
    func address(_ column: Int32) -> IPv4Address { IPv4Address(bits: UInt32(truncatingIfNeeded: integer(column))) }
    func mac(_ column: Int32) -> MACAddress { MACAddress(bits: UInt64(truncatingIfNeeded: integer(column))) }
    func tags(_ column: Int32) -> [VLANTag] { [VLANTag](octets: bytes(column)) }

    func optionalAddress(_ column: Int32) -> IPv4Address? { isNull(column) ? nil : address(column) }
    func optionalTime(_ column: Int32) -> Moment? { isNull(column) ? nil : time(column) }
    func optionalMAC(_ column: Int32) -> MACAddress? { isNull(column) ? nil : mac(column) }
}

extension LedgerError {
    /// What SQLite says of the last call on a connection.
    init(_ database: OpaquePointer, file: String, action: String) {
        self = .database(
            file: file, code: sqlite3_extended_errcode(database), words: String(cString: sqlite3_errmsg(database)), action: action
        )
    }
}
