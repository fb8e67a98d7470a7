import Packets
import Provisioning

/// What goes into a column.
enum SQLValue {
    case null
    case integer(Int64)
    case text(String)
    case bytes([UInt8])

    static func optional(_ text: String?) -> SQLValue { text.map(SQLValue.text) ?? .null }
    static func optional(_ address: IPv4Address?) -> SQLValue { address.map(SQLValue.address) ?? .null }
    static func optional(_ mac: MACAddress?) -> SQLValue { mac.map(SQLValue.mac) ?? .null }

    /// Four octets a tag, as on the wire; NULL for none.
    static func optional(_ tags: [VLANTag]?) -> SQLValue {
        guard let tags, !tags.isEmpty else { return .null }
        return .bytes(tags.octets)
    }

    /// The 32 bits as a number.
    static func address(_ address: IPv4Address) -> SQLValue { .integer(Int64(address.bits)) }
    /// The 48 bits as a number.
    static func mac(_ mac: MACAddress) -> SQLValue { .integer(Int64(mac.bits)) }
    /// Microseconds since 1970.
    static func time(_ time: Moment) -> SQLValue { .integer(time.microseconds) }
}
