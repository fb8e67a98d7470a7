import CGnuTLS

/// Hashes by GnuTLS, which libmicrohttpd and libcurl bring along: no program that runs bellhop lacks it.
package enum Hash {
    /// 16 octets (RFC 1321). `nil` where the system forbids MD5, as in FIPS mode.
    package static func md5(_ bytes: [UInt8]) -> [UInt8]? { hash(bytes, GNUTLS_DIG_MD5) }

    /// 32 octets (FIPS 180-4).
    package static func sha256(_ bytes: [UInt8]) -> [UInt8]? { hash(bytes, GNUTLS_DIG_SHA256) }

    private static func hash(_ bytes: [UInt8], _ algorithm: gnutls_digest_algorithm_t) -> [UInt8]? {
        var digest = [UInt8](repeating: 0, count: Int(gnutls_hash_get_len(algorithm)))
        return gnutls_hash_fast(algorithm, bytes, bytes.count, &digest) == 0 ? digest : nil
    }

    /// HMAC with SHA-256 (RFC 2104), 32 octets.
    package static func authenticationCode(_ bytes: [UInt8], key: [UInt8]) -> [UInt8] {
        var code = [UInt8](repeating: 0, count: 32)
        // Fails where there is no memory only.
        _ = gnutls_hmac_fast(GNUTLS_MAC_SHA256, key, key.count, bytes, bytes.count, &code)
        return code
    }
}

/// Whether two secrets are the same, in a time that tells nothing of where they differ.
package func isSameSecret(_ one: String, _ other: String) -> Bool {
    isSameSecret(Array(one.utf8), Array(other.utf8))
}

package func isSameSecret(_ one: [UInt8], _ other: [UInt8]) -> Bool {
    one.count == other.count && gnutls_memcmp(one, other, one.count) == 0
}

/// Octets that nobody can guess, from the kernel (getrandom(2)).
package func randomKey(_ count: Int) -> [UInt8] {
    var source = SystemRandomNumberGenerator()
    return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &source) }
}
