import Packets

// The character classes of RFC 3261 §25.1, on ASCII bytes.
extension UInt8 {
    /// SP or HTAB: "WSP" of the grammar.
    var isBlank: Bool { self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") }

    /// What no line of a header may hold: C0 controls save for HTAB, and DEL.
    var isForbiddenControl: Bool { (self < 0x20 && self != UInt8(ascii: "\t")) || self == 0x7f }

    var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }

    var isLetter: Bool {
        (self | 0x20) >= UInt8(ascii: "a") && (self | 0x20) <= UInt8(ascii: "z")
    }

    /// `token = 1*(alphanum / "-" / "." / "!" / "%" / "*" / "_" / "+" / "`" / "'" / "~")`
    var isToken: Bool {
        switch self {
        case _ where isDigit || isLetter: true
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "!"), UInt8(ascii: "%"), UInt8(ascii: "*"), UInt8(ascii: "_"),
            UInt8(ascii: "+"), UInt8(ascii: "`"), UInt8(ascii: "'"), UInt8(ascii: "~"):
            true
        default: false
        }
    }

    /// A character of a host name; `_` is no part of the grammar, and is common in the names of test networks.
    var isHostName: Bool {
        isDigit || isLetter || self == UInt8(ascii: "-") || self == UInt8(ascii: ".") || self == UInt8(ascii: "_")
    }
}

extension Collection<UInt8> {
    /// One character at least, and each one of `token`.
    var isToken: Bool { !isEmpty && allSatisfy(\.isToken) }
}

extension ArraySlice<UInt8> {
    /// Without blanks at either end.
    var trimmed: ArraySlice<UInt8> {
        var rest = drop(while: \.isBlank)
        while let last = rest.last, last.isBlank { rest = rest.dropLast() }
        return rest
    }

    var text: String { String(decoding: self, as: UTF8.self) }
}

/// Whether two names are the same but for the case of ASCII letters.
func isSameName(_ one: String, _ other: String) -> Bool {
    one.utf8.count == other.utf8.count
        && zip(one.utf8, other.utf8).allSatisfy { $0 == $1 || ($0 | 0x20 == $1 | 0x20 && $0.isLetter) }
}

/// A run of decimal digits compared with the most that its field may hold; leading zeros are legal (RFC 3261 §25.1, `1*DIGIT`).
enum SIPNumber: Equatable {
    case value(UInt32)
    case notANumber
    case tooLarge

    /// RFC 3261 §8.1.1.5: a sequence number "MUST be less than 2**31". The same bound for every number without one of its own.
    static let most: UInt32 = 0x7fff_ffff

    init(_ digits: ArraySlice<UInt8>, atMost most: UInt32 = SIPNumber.most) {
        guard !digits.isEmpty, digits.allSatisfy(\.isDigit) else {
            self = .notANumber
            return
        }
        var number: UInt64 = 0
        for digit in digits {
            number = number * 10 + UInt64(digit - UInt8(ascii: "0"))
            guard number <= UInt64(most) else {
                self = .tooLarge
                return
            }
        }
        self = .value(UInt32(truncatingIfNeeded: number))
    }

    var value: UInt32? {
        guard case .value(let number) = self else { return nil }
        return number
    }
}

/// A port other than 0 in decimal, or `nil`.
func sipPort(_ digits: ArraySlice<UInt8>) -> UInt16? {
    guard let number = SIPNumber(digits, atMost: 65535).value, number > 0 else { return nil }
    return UInt16(truncatingIfNeeded: number)
}

/// `host` of RFC 3261 §25.1: a name, dotted decimal, or an IPv6 address in brackets.
func isSIPHost(_ host: ArraySlice<UInt8>) -> Bool {
    guard host.first == UInt8(ascii: "[") else { return !host.isEmpty && host.allSatisfy(\.isHostName) }
    let inside = host.dropFirst().dropLast()
    return host.last == UInt8(ascii: "]") && !inside.isEmpty
        && inside.allSatisfy { hexValue($0) != nil || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") }
}
