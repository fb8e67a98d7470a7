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

extension ArraySlice<UInt8> {
    /// One character at least, and each one of `token`.
    var isToken: Bool { !isEmpty && allSatisfy(\.isToken) }

    /// Without blanks at either end.
    var trimmed: ArraySlice<UInt8> {
        var (start, end) = (startIndex, endIndex)
        while start < end, self[start].isBlank { start += 1 }
        while start < end, self[end - 1].isBlank { end -= 1 }
        return self[start..<end]
    }

    var text: String { String(decoding: self, as: UTF8.self) }

    /// The same octets.
    func reads(_ word: SIPWord) -> Bool {
        guard count == word.text.count else { return false }
        var at = startIndex
        for byte in word.text {
            guard self[at] == byte else { return false }
            at += 1
        }
        return true
    }

    /// The same but for the case of ASCII letters.
    func isNamed(_ word: SIPWord) -> Bool {
        guard count == word.text.count else { return false }
        var at = startIndex
        for byte in word.text {
            guard self[at].lowercased == byte.lowercased else { return false }
            at += 1
        }
        return true
    }

    func isNamed(_ other: ArraySlice<UInt8>) -> Bool {
        guard count == other.count else { return false }
        for (at, place) in zip(startIndex..<endIndex, other.startIndex..<other.endIndex) {
            guard self[at].lowercased == other[place].lowercased else { return false }
        }
        return true
    }
}

/// A word that is looked for, or written, again and again.
struct SIPWord: Sendable {
    let text: [UInt8]

    init(_ text: String) { self.text = Array(text.utf8) }

    static let sip = SIPWord("sip")
    static let sips = SIPWord("sips")
    static let sipSlash = SIPWord("SIP/")
    static let version = SIPWord("2.0")
    static let mac = SIPWord("MAC")
    static let escapedMAC = SIPWord("MAC%3a")
    static let subscribe = SIPWord("SUBSCRIBE")
    static let userAgentProfile = SIPWord(PnPSubscribe.eventPackage)
    static let magicCookie = SIPWord(SIPTransactionKey.magicCookie)

    // What is written.
    static let lineEnd = SIPWord("\r\n")
    static let versionSlash = SIPWord("SIP/2.0/")
    static let semicolonTag = SIPWord(";tag=")
    static let semicolonReceived = SIPWord(";received=")
    static let semicolonBranch = SIPWord(";branch=")
    static let semicolonPort = SIPWord(";rport")
    static let uriStart = SIPWord("<sip:")

    // Parameters.
    static let tag = SIPWord("tag")
    static let branch = SIPWord("branch")
    static let rport = SIPWord("rport")
    static let received = SIPWord("received")
    static let id = SIPWord("id")
    static let vendor = SIPWord("vendor")
    static let vender = SIPWord("vender")
    static let model = SIPWord("model")
    static let versionName = SIPWord("version")
    static let profileType = SIPWord("profile-type")
}

/// A run of decimal digits compared with the most that its field may hold; leading zeros are legal (RFC 3261 §25.1, `1*DIGIT`).
enum SIPNumber: Equatable {
    case value(UInt32)
    case notANumber
    case tooLarge

    /// RFC 3261 §8.1.1.5: a sequence number "MUST be less than 2**31". The same bound for every number without one of its own.
    static let most: UInt32 = 0x7fff_ffff

    init(_ digits: ArraySlice<UInt8>, atMost most: UInt32 = SIPNumber.most) {
        var number: UInt64 = 0
        for digit in digits {
            guard digit.isDigit else {
                self = .notANumber
                return
            }
            // What is too large stays so, whatever follows.
            if number <= UInt64(most) { number = number * 10 + UInt64(digit - UInt8(ascii: "0")) }
        }
        self = digits.isEmpty ? .notANumber : number > UInt64(most) ? .tooLarge : .value(UInt32(truncatingIfNeeded: number))
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
