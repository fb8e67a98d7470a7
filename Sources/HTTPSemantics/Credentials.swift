/// What the Authorization field of a request holds (RFC 9110 §11.6.2).
package enum Credentials: Equatable, Sendable {
    case basic(user: String, password: String)
    case digest(DigestCredentials)

    /// `nil` for another scheme, and for what is none of these.
    package init?(_ field: String) {
        var reader = FieldReader(field)
        guard let scheme = reader.token(), reader.take(" ") else { return nil }
        reader.skipSpace()
        // §11.1: the scheme is a token in any case.
        if sameFieldName(scheme, "Basic") {
            self.init(basic: reader.rest)
        } else if sameFieldName(scheme, "Digest"), let digest = DigestCredentials(&reader) {
            self = .digest(digest)
        } else {
            return nil
        }
    }

    package var user: String {
        switch self {
        case .basic(let user, _): user
        case .digest(let digest): digest.user
        }
    }

    /// RFC 7617 §2: user and password in base64, UTF-8, joined by the first colon; neither holds a control character.
    private init?(basic token: ArraySlice<UInt8>) {
        guard let bytes = bytes(fromBase64: token), let colon = bytes.firstIndex(of: UInt8(ascii: ":")),
            !bytes.contains(where: { $0 < 0x20 || $0 == 0x7f }), let user = String(validating: bytes[..<colon], as: UTF8.self),
            let password = String(validating: bytes[(colon + 1)...], as: UTF8.self)
        else { return nil }
        self = .basic(user: user, password: password)
    }
}

/// RFC 4648 §4, with or without padding; `nil` for anything else.
func bytes(fromBase64 text: ArraySlice<UInt8>) -> [UInt8]? {
    var text = text
    while let last = text.last, last == UInt8(ascii: " ") || last == UInt8(ascii: "\t") { text.removeLast() }
    for _ in 0..<2 where text.last == UInt8(ascii: "=") { text.removeLast() }
    // One character left over is six bits of an octet.
    guard text.count % 4 != 1 else { return nil }
    var result: [UInt8] = []
    var bits: UInt32 = 0
    var count = 0
    for octet in text {
        guard let value = base64Value(octet) else { return nil }
        bits = bits << 6 | UInt32(value)
        count += 6
        if count >= 8 {
            count -= 8
            result.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
        }
    }
    return result
}

private func base64Value(_ octet: UInt8) -> UInt8? {
    switch octet {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): octet - UInt8(ascii: "A")
    case UInt8(ascii: "a")...UInt8(ascii: "z"): octet - UInt8(ascii: "a") + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): octet - UInt8(ascii: "0") + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
}
