/// How a client may prove that it knows a password.
package enum AuthScheme: String, CaseIterable, Sendable {
    /// Digest, and Basic where the connection is encrypted.
    case any
    /// Digest with SHA-256 or MD5.
    case digest
    /// Digest with MD5 alone, for clients that give up at a first challenge with an algorithm they do not know.
    case md5
    /// Basic, encrypted or not: who listens to an open connection reads the password.
    case basic

    package func allows(_ credentials: Credentials, isEncrypted: Bool) -> Bool {
        switch credentials {
        case .basic: allowsBasic(isEncrypted: isEncrypted)
        case .digest(let digest): algorithms.contains(digest.algorithm)
        }
    }

    var algorithms: [DigestAlgorithm] {
        switch self {
        case .any, .digest: [.sha256, .md5]
        case .md5: [.md5]
        case .basic: []
        }
    }

    func allowsBasic(isEncrypted: Bool) -> Bool {
        self == .basic || self == .any && isEncrypted
    }

    /// The values of WWW-Authenticate (RFC 9110 §11.6.1), a field line each, the strongest first.
    ///
    /// - Parameters:
    ///   - realm: no quote and no backslash in it.
    ///   - nonce: a fresh one for each time that this is called.
    ///   - isStale: the password was right, and only the nonce is no longer good (RFC 7616 §3.3).
    package func challenges(
        realm: String, opaque: String, isEncrypted: Bool, isStale: Bool, nonce: () -> String
    ) -> [String] {
        let digests = algorithms.map { algorithm in
            "Digest realm=\"\(realm)\", qop=\"auth\", algorithm=\(algorithm.rawValue), nonce=\"\(nonce())\", opaque=\"\(opaque)\", "
                + "charset=UTF-8" + (isStale ? ", stale=true" : "")
        }
        return digests + (allowsBasic(isEncrypted: isEncrypted) ? ["Basic realm=\"\(realm)\", charset=\"UTF-8\""] : [])
    }
}
