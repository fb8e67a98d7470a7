/// Walks through one header value, front to back, and never past its end.
struct SIPScanner {
    let bytes: ArraySlice<UInt8>
    private var at: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        at = bytes.startIndex
    }

    var rest: ArraySlice<UInt8> { bytes[at...] }
    var isAtEnd: Bool { at >= bytes.endIndex }
    var next: UInt8? { at < bytes.endIndex ? bytes[at] : nil }

    mutating func skipBlanks() {
        while at < bytes.endIndex, bytes[at].isBlank { at += 1 }
    }

    /// Whether the next byte is this one, which is then behind us.
    mutating func take(_ byte: UInt8) -> Bool {
        guard at < bytes.endIndex, bytes[at] == byte else { return false }
        at += 1
        return true
    }

    /// The same with blanks on either side: `SLASH`, `SEMI`, `EQUAL` and their like of RFC 3261 §25.1.
    mutating func takeSeparator(_ byte: UInt8) -> Bool {
        var ahead = at
        while ahead < bytes.endIndex, bytes[ahead].isBlank { ahead += 1 }
        guard ahead < bytes.endIndex, bytes[ahead] == byte else { return false }
        at = ahead + 1
        skipBlanks()
        return true
    }

    mutating func take(while condition: (UInt8) -> Bool) -> ArraySlice<UInt8> { bytes[takePlace(while: condition)] }

    mutating func takePlace(while condition: (UInt8) -> Bool) -> Range<Int> {
        let start = at
        while at < bytes.endIndex, condition(bytes[at]) { at += 1 }
        return start..<at
    }

    /// The inside of a quoted string that begins here, its escapes resolved; `nil` when it has no end (RFC 3261 §25.1).
    mutating func quotedString() -> ArraySlice<UInt8>? {
        guard let (inside, hasEscapes) = takeQuoted() else { return nil }
        return hasEscapes ? SIPScanner.unescaped(bytes[inside]) : bytes[inside]
    }

    /// The same by place, escapes and all.
    mutating func takeQuoted() -> (inside: Range<Int>, hasEscapes: Bool)? {
        guard take(UInt8(ascii: "\"")) else { return nil }
        let start = at
        var hasEscapes = false
        while let byte = next {
            at += 1
            switch byte {
            case UInt8(ascii: "\""): return (start..<(at - 1), hasEscapes)
            case UInt8(ascii: "\\"):
                guard next != nil else { return nil }
                at += 1
                hasEscapes = true
            default: continue
            }
        }
        return nil
    }

    /// The inside of a quoted string without the backslash before each escaped character.
    static func unescaped(_ inside: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var text: [UInt8] = []
        var isEscaped = false
        for byte in inside {
            isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
            if !isEscaped { text.append(byte) }
        }
        return text[...]
    }
}

/// The elements of a comma-separated header value in order, trimmed.
func sipElements(_ value: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    var elements: [ArraySlice<UInt8>] = []
    var start = value.startIndex
    while let comma = endOfSIPElement(value[start...]) {
        elements.append(value[start..<comma].trimmed)
        start = comma + 1
    }
    elements.append(value[start...].trimmed)
    return elements
}

func firstSIPElement(_ value: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    value[..<(endOfSIPElement(value) ?? value.endIndex)].trimmed
}

/// The first comma that separates; those within quotes or angle brackets do not (RFC 3261 §7.3.1).
func endOfSIPElement(_ value: ArraySlice<UInt8>) -> Int? {
    var inQuotes = false
    var escaped = false
    var inBrackets = false
    for at in value.startIndex..<value.endIndex {
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
        case UInt8(ascii: ",") where !inBrackets: return at
        default: continue
        }
    }
    return nil
}
