import Packets

/// What a phone that asks for credentials wants to be proved (RFC 7616 §3.3, RFC 3261 §22).
package struct DigestChallenge: Hashable, Sendable {
    package enum Algorithm: String, Sendable {
        case md5 = "MD5"
        case sha256 = "SHA-256"
    }

    package let realm: String
    package let nonce: String
    package let opaque: String?
    package let algorithm: Algorithm
    /// As sent; `nil` where the challenge names none, which means MD5.
    private let algorithmText: String?
    /// The phone knows `qop`, and takes `auth`; else it is answered as RFC 2069 had it.
    package let wantsQuality: Bool
    /// The credentials were right and the nonce was too old: they may be sent again.
    package let isStale: Bool
    /// Asked by a 407 rather than a 401.
    package let isProxys: Bool

    /// The first challenge that can be answered: "the user agent SHOULD choose the first challenge it supports" (RFC 7616 §3.7).
    package init?(in response: SIPMessage) {
        let isProxys = response.status == 407
        let headers = response.headers(isProxys ? "Proxy-Authenticate" : "WWW-Authenticate")
        for header in headers {
            guard let challenge = DigestChallenge(parsing: header.bytes[...], isProxys: isProxys) else { continue }
            self = challenge
            return
        }
        return nil
    }

    /// - Returns: `nil` for another scheme than Digest, an algorithm or quality that is not known, and what cannot be read.
    package init?(parsing bytes: ArraySlice<UInt8>, isProxys: Bool = false) {
        var scanner = SIPScanner(bytes.trimmed)
        guard scanner.take(while: \.isToken).isNamed(SIPWord("Digest")), let read = SIPParameters(ofChallenge: &scanner),
            let realm = read.value("realm"), let nonce = read.value("nonce")
        else { return nil }
        algorithmText = read.value("algorithm")
        switch algorithmText?.uppercased() {
        case nil, "MD5": algorithm = .md5
        case "SHA-256": algorithm = .sha256
        default: return nil
        }
        let qualities = read.value("qop")?.split(whereSeparator: { $0 == "," || $0 == " " }).map { $0.lowercased() }
        guard qualities?.contains("auth") != false else { return nil }
        wantsQuality = qualities != nil
        isStale = read.value("stale")?.lowercased() == "true"
        opaque = read.value("opaque")
        self.realm = realm
        self.nonce = nonce
        self.isProxys = isProxys
    }

    /// The header that answers it (RFC 7616 §3.4).
    ///
    /// - Parameters:
    ///   - clientNonce: at random, of hexadecimal digits.
    ///   - hash: the algorithm's; `nil` where this system does not have it.
    package func answer(
        user: String, password: String, method: String, uri: String, clientNonce: String,
        hash: (Algorithm, [UInt8]) -> [UInt8]?
    ) -> SIPHeader? {
        func hashed(_ text: String) -> String? {
            hash(algorithm, Array(text.utf8)).map { hexText($0) }
        }
        // One question is answered once with a nonce.
        let count = "00000001"
        guard let secret = hashed("\(user):\(realm):\(password)"), let request = hashed("\(method):\(uri)"),
            let response = hashed(
                wantsQuality
                    ? "\(secret):\(nonce):\(count):\(clientNonce):auth:\(request)" : "\(secret):\(nonce):\(request)")
        else { return nil }
        var parts = [
            "username=\(quoted(user))", "realm=\(quoted(realm))", "nonce=\(quoted(nonce))", "uri=\(quoted(uri))",
            "response=\(quoted(response))",
        ]
        if let algorithmText { parts.append("algorithm=\(algorithmText)") }
        if let opaque { parts.append("opaque=\(quoted(opaque))") }
        if wantsQuality { parts += ["qop=auth", "nc=\(count)", "cnonce=\(quoted(clientNonce))"] }
        return SIPHeader(isProxys ? "Proxy-Authorization" : "Authorization", "Digest " + parts.joined(separator: ", "))
    }

    private func quoted(_ text: String) -> String {
        let escaped = text.utf8.flatMap { byte -> [UInt8] in
            byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") ? [UInt8(ascii: "\\"), byte] : [byte]
        }
        return "\"\(escaped[...].text)\""
    }
}
