/// A JSON value (RFC 8259) to print. Objects keep the order in which they were written.
package enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case number(Int)
    case string(String)
    case array([JSONValue])
    case object([(String, JSONValue)])

    package static func == (left: JSONValue, right: JSONValue) -> Bool { left.text == right.text }

    package static func optional(_ text: String?) -> JSONValue { text.map(JSONValue.string) ?? .null }
    package static func strings(_ texts: some Sequence<String>) -> JSONValue { .array(texts.map(JSONValue.string)) }

    /// On one line, without spaces.
    package var text: String {
        var out = ""
        write(to: &out, indent: nil)
        return out
    }

    /// Over several lines, two spaces a level; empty and flat arrays stay on one line.
    package var prettyText: String {
        var out = ""
        write(to: &out, indent: 0)
        return out
    }

    private func write(to out: inout String, indent: Int?) {
        switch self {
        case .null: out += "null"
        case .bool(let value): out += value ? "true" : "false"
        case .number(let value): out += String(value)
        case .string(let value): JSONValue.write(value, to: &out)
        case .array(let values):
            let flat = values.allSatisfy(\.isLeaf)
            JSONValue.write(values, open: "[", close: "]", to: &out, indent: flat ? nil : indent) {
                $0.write(to: &$1, indent: $2)
            }
        case .object(let members):
            JSONValue.write(members, open: "{", close: "}", to: &out, indent: indent) { member, out, indent in
                JSONValue.write(member.0, to: &out)
                out += indent == nil ? ":" : ": "
                member.1.write(to: &out, indent: indent)
            }
        }
    }

    private var isLeaf: Bool {
        switch self {
        case .array, .object: false
        default: true
        }
    }

    private static func write<Item>(
        _ items: [Item], open: String, close: String, to out: inout String, indent: Int?,
        _ writeItem: (Item, inout String, Int?) -> Void
    ) {
        out += open
        let inner = indent.map { $0 + 1 }
        for (index, item) in items.enumerated() {
            if index > 0 { out += "," }
            if let inner { out += "\n" + String(repeating: "  ", count: inner) }
            writeItem(item, &out, inner)
        }
        if let indent, !items.isEmpty { out += "\n" + String(repeating: "  ", count: indent) }
        out += close
    }

    /// Quotes, backslashes and control characters escaped (RFC 8259 §7), and what could end a line or turn text round elsewhere:
    /// DEL, C1 controls, U+2028, U+2029 and the bidirectional controls.
    private static func write(_ value: String, to out: inout String) {
        out += "\""
        if value.utf8.allSatisfy({ (0x20..<0x7f).contains($0) && $0 != 0x22 && $0 != 0x5c }) {
            out += value
        } else {
            writeEscaped(value, to: &out)
        }
        out += "\""
    }

    private static func writeEscaped(_ value: String, to out: inout String) {
        for scalar in value.unicodeScalars {
            switch scalar.value {
            case 0x22: out += "\\\""
            case 0x5c: out += "\\\\"
            case 0x0a: out += "\\n"
            case 0x0d: out += "\\r"
            case 0x09: out += "\\t"
            case 0..<0x20, 0x7f..<0xa0, 0x2028, 0x2029, 0x061c, 0x200e, 0x200f, 0x202a...0x202e, 0x2066...0x2069:
                let hex = String(scalar.value, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: out.unicodeScalars.append(scalar)
            }
        }
    }
}
