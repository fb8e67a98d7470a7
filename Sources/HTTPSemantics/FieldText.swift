/// RFC 9110 §5.6.2: what a method, a field name and the name of a parameter are made of.
package func isToken(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy(isTokenOctet)
}

/// Field names and schemes are ASCII, compared without regard to case (RFC 9110 §5.1, §11.1).
package func sameFieldName(_ one: String, _ other: String) -> Bool {
    guard one.utf8.count == other.utf8.count else { return false }
    return one == other || zip(one.utf8, other.utf8).allSatisfy { lowerCase($0) == lowerCase($1) }
}

/// A field value, read from left to right (RFC 9110 §5.6).
struct FieldReader {
    var rest: ArraySlice<UInt8>

    init(_ value: String) {
        rest = Array(value.utf8)[...]
    }

    /// Optional white space (§5.6.3).
    mutating func skipSpace() {
        rest = rest.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    }

    /// `false`, and nothing read, where another character or none stands here.
    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest.removeFirst()
        return true
    }

    mutating func token() -> String? {
        let token = rest.prefix(while: isTokenOctet)
        guard !token.isEmpty else { return nil }
        rest = rest[token.endIndex...]
        return String(decoding: token, as: UTF8.self)
    }

    /// A quoted string without its quotes and with its backslashes resolved (§5.6.4); `nil` where none begins or it never ends.
    mutating func quotedString() -> String? {
        var ahead = rest
        guard ahead.popFirst() == UInt8(ascii: "\"") else { return nil }
        var text: [UInt8] = []
        while let octet = ahead.popFirst() {
            switch octet {
            case UInt8(ascii: "\""):
                rest = ahead
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard let escaped = ahead.popFirst() else { return nil }
                text.append(escaped)
            default: text.append(octet)
            }
        }
        return nil
    }

    /// Everything up to the next comma, without the white space around it.
    mutating func element() -> ArraySlice<UInt8> {
        skipSpace()
        var element = rest.prefix { $0 != UInt8(ascii: ",") }
        rest = rest[element.endIndex...]
        while let last = element.last, last == UInt8(ascii: " ") || last == UInt8(ascii: "\t") { element.removeLast() }
        return element
    }
}

private func isTokenOctet(_ octet: UInt8) -> Bool {
    switch octet {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
    case UInt8(ascii: "-"): true
    default: "!#$%&'*+.^_`|~".utf8.contains(octet)
    }
}

private func lowerCase(_ octet: UInt8) -> UInt8 {
    octet >= UInt8(ascii: "A") && octet <= UInt8(ascii: "Z") ? octet | 0x20 : octet
}
