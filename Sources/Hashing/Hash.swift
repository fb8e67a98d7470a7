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
}

/// Whether two secrets are the same, in a time that tells nothing of where they differ.
package func isSameSecret(_ one: String, _ other: String) -> Bool {
    let one = Array(one.utf8)
    let other = Array(other.utf8)
    return one.count == other.count && gnutls_memcmp(one, other, one.count) == 0
}
