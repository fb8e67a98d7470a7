/// Rows for `COPY … FROM STDIN` (PostgreSQL manual, COPY, "Text Format").
package struct CopyText: Sendable {
    package private(set) var bytes: [UInt8] = []
    package private(set) var count = 0

    package init() {}

    /// A column's value.
    package enum Value {
        case null
        case number(Int64)
        case text(String)

        package static func optional(_ text: String?) -> Value { text.map(Value.text) ?? .null }
        package static func optional(_ number: Int64?) -> Value { number.map(Value.number) ?? .null }
    }

    package mutating func add(_ row: [Value]) {
        for (place, value) in row.enumerated() {
            if place > 0 { bytes.append(UInt8(ascii: "\t")) }
            switch value {
            case .null: bytes += "\\N".utf8
            case .number(let number): bytes += "\(number)".utf8
            case .text(let text): write(text)
            }
        }
        bytes.append(UInt8(ascii: "\n"))
        count += 1
    }

    private mutating func write(_ text: String) {
        for byte in text.utf8 {
            switch byte {
            // PostgreSQL's text cannot hold it.
            case 0: continue
            case UInt8(ascii: "\\"): bytes += "\\\\".utf8
            case UInt8(ascii: "\t"): bytes += "\\t".utf8
            case UInt8(ascii: "\n"): bytes += "\\n".utf8
            case UInt8(ascii: "\r"): bytes += "\\r".utf8
            default: bytes.append(byte)
            }
        }
    }
}
