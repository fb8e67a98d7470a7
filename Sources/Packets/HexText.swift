/// Lower-case hexadecimal, two digits a byte, with nothing or one ASCII character between bytes.
public func hexText(_ bytes: ArraySlice<UInt8>, separator: UInt8? = nil) -> String {
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count * (separator == nil ? 2 : 3))
    for byte in bytes {
        if let separator, !text.isEmpty { text.append(separator) }
        text.append(hexDigit(byte >> 4))
        text.append(hexDigit(byte & 0x0f))
    }
    return String(decoding: text, as: UTF8.self)
}

public func hexText(_ bytes: [UInt8], separator: UInt8? = nil) -> String {
    hexText(bytes[...], separator: separator)
}

public func hexText(_ byte: UInt8) -> String {
    hexText([byte])
}

/// The bytes that hexadecimal text names: spaces, line ends, `:` and `-` between octets are passed over and `#` begins a comment
/// that ends with its line. `nil` when anything else stands in it or a digit is left over.
public func bytes(fromHexText text: String) -> [UInt8]? {
    var result: [UInt8] = []
    var high: UInt8?
    var inComment = false
    for character in text.utf8 {
        if inComment {
            inComment = character != UInt8(ascii: "\n")
            continue
        }
        switch character {
        case UInt8(ascii: "#"): inComment = true
        case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"), UInt8(ascii: ":"), UInt8(ascii: "-"):
            continue
        default:
            guard let digit = hexValue(character) else { return nil }
            if let first = high {
                result.append(first << 4 | digit)
                high = nil
            } else {
                high = digit
            }
        }
    }
    return high == nil ? result : nil
}

/// The value of one hexadecimal digit in ASCII, or `nil`.
public func hexValue(_ character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
    default: nil
    }
}

/// The lower-case digit of a value below 16.
public func hexDigit(_ nibble: UInt8) -> UInt8 {
    nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
}
