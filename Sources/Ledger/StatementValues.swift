import CSQLite
import Packets
import Provisioning

/// Binds the values of a statement in their order.
struct StatementValues {
    private let handle: OpaquePointer
    private var place: Int32 = 0
    /// Whether SQLite took every value.
    private(set) var isBound = true

    init(_ handle: OpaquePointer) {
        self.handle = handle
    }

    private mutating func bind(_ value: (OpaquePointer, Int32) -> Int32) {
        place += 1
        if value(handle, place) != SQLITE_OK { isBound = false }
    }

    mutating func add(_ number: Int64?) {
        guard let number else { return bind(sqlite3_bind_null) }
        bind { sqlite3_bind_int64($0, $1, number) }
    }

    mutating func add(_ text: String?) {
        guard var text else { return bind(sqlite3_bind_null) }
        bind { handle, place in text.withUTF8 { bellhop_bind_text(handle, place, $0.baseAddress, $0.count) } }
    }

    mutating func add(_ bytes: [UInt8]) {
        bind { handle, place in bytes.withUnsafeBytes { bellhop_bind_blob(handle, place, $0.baseAddress, $0.count) } }
    }

    mutating func add(_ value: SQLValue) {
        switch value {
        case .null: bind(sqlite3_bind_null)
        case .integer(let number): add(number)
        case .text(let text): add(text)
        case .bytes(let bytes): add(bytes)
        }
    }

    mutating func add(_ mac: MACAddress?) { add(mac.map { Int64($0.bits) }) }
    mutating func add(_ address: IPv4Address?) { add(address.map { Int64($0.bits) }) }
    mutating func add(_ time: Moment?) { add(time.map(\.microseconds)) }
    mutating func add(_ tags: [VLANTag]?) { add(SQLValue.optional(tags)) }
}
