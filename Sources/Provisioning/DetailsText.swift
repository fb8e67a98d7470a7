import Packets

/// Details as they lie in the database: a JSON object whose values are strings (RFC 8259), in order.
package enum DetailsText {
    package static func write(_ details: [EventDetail]) -> String {
        var out: [UInt8] = []
        for detail in details { write(Array(detail.name.utf8)[...], Array(detail.text.utf8)[...], to: &out) }
        return ended(&out)
    }

    package static func write(_ text: EventText) -> String {
        var out: [UInt8] = []
        out.reserveCapacity(text.bytes.count + 4 * text.fields.count + 2)
        for field in text.fields {
            if text.needsEscapes {
                write(text.bytes[field.name], text.bytes[field.value], to: &out)
            } else {
                out += (out.isEmpty ? "{\"" : ",\"").utf8
                out += text.bytes[field.name]
                out += "\":\"".utf8
                out += text.bytes[field.value]
                out.append(UInt8(ascii: "\""))
            }
        }
        return ended(&out)
    }

    private static func write(_ name: ArraySlice<UInt8>, _ text: ArraySlice<UInt8>, to out: inout [UInt8]) {
        out.append(UInt8(ascii: out.isEmpty ? "{" : ","))
        write(name, to: &out)
        out.append(UInt8(ascii: ":"))
        write(text, to: &out)
    }

    private static func ended(_ out: inout [UInt8]) -> String {
        if out.isEmpty { out.append(UInt8(ascii: "{")) }
        out.append(UInt8(ascii: "}"))
        return String(decoding: out, as: UTF8.self)
    }

    private static func write(_ text: ArraySlice<UInt8>, to out: inout [UInt8]) {
        out.append(UInt8(ascii: "\""))
        defer { out.append(UInt8(ascii: "\"")) }
        guard text.contains(where: { $0 < 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }) else {
            out += text
            return
        }
        for byte in text {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): out += [UInt8(ascii: "\\"), byte]
            // RFC 8259 §7: control characters must be escaped.
            case 0..<0x20:
                out += "\\u00".utf8
                out += [hexDigit(byte >> 4), hexDigit(byte & 15)]
            default: out.append(byte)
            }
        }
    }

    /// Reads what ``write(_:)`` wrote.
    /// - Returns: `nil` for anything else.
    package static func read(_ text: String) -> [EventDetail]? {
        var reader = Reader(bytes: Array(text.utf8)[...])
        guard reader.take("{") else { return nil }
        if reader.take("}") { return reader.bytes.isEmpty ? [] : nil }
        var details: [EventDetail] = []
        repeat {
            guard let name = reader.string(), reader.take(":"), let text = reader.string() else { return nil }
            details.append(EventDetail(name, text))
        } while reader.take(",")
        return reader.take("}") && reader.bytes.isEmpty ? details : nil
    }

    private struct Reader {
        var bytes: ArraySlice<UInt8>

        mutating func take(_ character: Unicode.Scalar) -> Bool {
            guard bytes.first == UInt8(ascii: character) else { return false }
            bytes.removeFirst()
            return true
        }

        mutating func string() -> String? {
            guard take("\"") else { return nil }
            var out: [UInt8] = []
            while let byte = bytes.popFirst() {
                switch byte {
                case UInt8(ascii: "\""): return String(decoding: out, as: UTF8.self)
                case UInt8(ascii: "\\"):
                    guard let escaped = bytes.popFirst() else { return nil }
                    guard escaped == UInt8(ascii: "u") else {
                        out.append(escaped)
                        continue
                    }
                    // Only control characters are written so.
                    let digits = String(decoding: bytes.prefix(4), as: UTF8.self)
                    guard digits.utf8.count == 4, let value = UInt8(digits, radix: 16) else { return nil }
                    bytes.removeFirst(4)
                    out.append(value)
                default: out.append(byte)
                }
            }
            return nil
        }
    }
}
