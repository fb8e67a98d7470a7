/// Walks through one header value, front to back, and never past its end.
struct SIPScanner {
    private(set) var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) {
        rest = bytes
    }

    var isAtEnd: Bool { rest.isEmpty }
    var next: UInt8? { rest.first }

    mutating func skipBlanks() {
        rest = rest.drop(while: \.isBlank)
    }

    /// Whether the next byte is this one, which is then behind us.
    mutating func take(_ byte: UInt8) -> Bool {
        guard rest.first == byte else { return false }
        rest = rest.dropFirst()
        return true
    }

    /// The same with blanks on either side: `SLASH`, `SEMI`, `EQUAL` and their like of RFC 3261 §25.1.
    mutating func takeSeparator(_ byte: UInt8) -> Bool {
        var ahead = self
        ahead.skipBlanks()
        guard ahead.take(byte) else { return false }
        ahead.skipBlanks()
        self = ahead
        return true
    }

    mutating func take(while condition: (UInt8) -> Bool) -> ArraySlice<UInt8> {
        let taken = rest.prefix(while: condition)
        rest = rest.dropFirst(taken.count)
        return taken
    }

    /// The inside of a quoted string that begins here, its escapes resolved; `nil` when it has no end (RFC 3261 §25.1).
    mutating func quotedString() -> [UInt8]? {
        guard take(UInt8(ascii: "\"")) else { return nil }
        var inside: [UInt8] = []
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""):
                return inside
            case UInt8(ascii: "\\"):
                guard let escaped = rest.popFirst() else { return nil }
                inside.append(escaped)
            default:
                inside.append(byte)
            }
        }
        return nil
    }
}

/// The elements of a comma-separated header value in order, trimmed; commas within quotes or angle brackets separate nothing
/// (RFC 3261 §7.3.1).
func sipElements(_ value: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    var elements: [ArraySlice<UInt8>] = []
    var start = value.startIndex
    var inQuotes = false
    var escaped = false
    var inBrackets = false
    for at in value.indices {
        let byte = value[at]
        if inQuotes {
            if escaped {
                escaped = false
            } else if byte == UInt8(ascii: "\\") {
                escaped = true
            } else if byte == UInt8(ascii: "\"") {
                inQuotes = false
            }
            continue
        }
        switch byte {
        case UInt8(ascii: "\""): inQuotes = !inBrackets
        case UInt8(ascii: "<"): inBrackets = true
        case UInt8(ascii: ">"): inBrackets = false
        case UInt8(ascii: ",") where !inBrackets:
            elements.append(value[start..<at].trimmed)
            start = at + 1
        default: continue
        }
    }
    elements.append(value[start...].trimmed)
    return elements
}
