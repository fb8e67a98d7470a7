import Packets

/// The hash functions that Digest is offered with (RFC 7616 §3.3): without `-sess`, which no phone asks for.
package enum DigestAlgorithm: String, CaseIterable, Sendable {
    /// First, since a client takes the first that it knows (RFC 7616 §3.7).
    case sha256 = "SHA-256"
    case md5 = "MD5"
}

/// What a client sends for Digest (RFC 7616 §3.4).
package struct DigestCredentials: Equatable, Sendable {
    package let user: String
    package let realm: String
    package let nonce: String
    /// The request target as the client sent it.
    package let uri: String
    /// Lower-case hexadecimal.
    package let response: String
    package let algorithm: DigestAlgorithm
    package let clientNonce: String
    /// "nc": how many requests were made with this nonce, this one included.
    package let count: UInt32
    package let opaque: String?
    private let countText: String

    /// Reads the parameters after the scheme. `nil` where one is missing, comes twice, or asks for what was not offered: another
    /// algorithm, another quality of protection than `auth`, or a hashed user name.
    init?(_ reader: inout FieldReader) {
        guard var given = authParameters(&reader) else { return nil }
        guard let realm = given["realm"], let nonce = given["nonce"], let uri = given["uri"],
            let response = given["response"]?.lowercased(), let clientNonce = given["cnonce"], let countText = given["nc"],
            given["qop"] == "auth", given["userhash"]?.lowercased() != "true"
        else { return nil }
        // §3.4: "nc" is eight hexadecimal digits.
        guard countText.utf8.count == 8, countText.utf8.allSatisfy({ hexValue($0) != nil }),
            let count = UInt32(countText, radix: 16)
        else { return nil }
        // §3.3: without an algorithm it is MD5.
        let name = given.removeValue(forKey: "algorithm") ?? DigestAlgorithm.md5.rawValue
        guard let algorithm = DigestAlgorithm.allCases.first(where: { sameFieldName($0.rawValue, name) }) else { return nil }
        switch (given["username"], given["username*"]) {
        case (let user?, nil): self.user = user
        case (nil, let extended?):
            guard let user = text(fromExtendedValue: extended) else { return nil }
            self.user = user
        default: return nil
        }
        self.realm = realm
        self.nonce = nonce
        self.uri = uri
        self.response = response
        self.algorithm = algorithm
        self.clientNonce = clientNonce
        self.count = count
        self.countText = countText
        opaque = given["opaque"]
    }

    /// What ``response`` has to be for a password (§3.4.1 to §3.4.3).
    ///
    /// - Parameter hash: of octets, by ``algorithm``.
    package func expectedResponse(password: String, method: String, hash: ([UInt8]) -> [UInt8]) -> String {
        let secret = hexText(hash(Array("\(user):\(realm):\(password)".utf8)))
        let request = hexText(hash(Array("\(method):\(uri)".utf8)))
        return hexText(hash(Array("\(secret):\(nonce):\(countText):\(clientNonce):auth:\(request)".utf8)))
    }
}

/// `name=value` with commas between (RFC 9110 §11.2), names in lower case; `nil` where that breaks off or a name comes twice.
private func authParameters(_ reader: inout FieldReader) -> [String: String]? {
    var parameters: [String: String] = [:]
    while true {
        reader.skipSpace()
        // Empty elements of a list count for nothing (RFC 9110 §5.6.1).
        if reader.take(",") { continue }
        if reader.rest.isEmpty { return parameters }
        guard let name = reader.token()?.lowercased(), parameters[name] == nil else { return nil }
        reader.skipSpace()
        guard reader.take("=") else { return nil }
        reader.skipSpace()
        guard let value = reader.quotedString() ?? reader.token() else { return nil }
        parameters[name] = value
        reader.skipSpace()
        guard reader.take(",") || reader.rest.isEmpty else { return nil }
    }
}

/// `UTF-8''J%C3%A4rvi` (RFC 8187 §3.2.1), the form of `username*`.
private func text(fromExtendedValue value: String) -> String? {
    let parts = value.split(separator: "'", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, sameFieldName(String(parts[0]), "UTF-8") else { return nil }
    var bytes: [UInt8] = []
    var rest = Array(parts[2].utf8)[...]
    while let octet = rest.popFirst() {
        guard octet == UInt8(ascii: "%") else {
            bytes.append(octet)
            continue
        }
        guard let high = rest.popFirst().flatMap(hexValue), let low = rest.popFirst().flatMap(hexValue) else { return nil }
        bytes.append(high << 4 | low)
    }
    return String(validating: bytes, as: UTF8.self)
}
