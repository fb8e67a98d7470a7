import CGnuTLS
import HTTPSemantics

/// The hash of Digest's algorithms (GnuTLS).
package func hash(_ algorithm: DigestAlgorithm, _ octets: [UInt8]) -> [UInt8] {
    switch algorithm {
    case .sha256: hash(GNUTLS_DIG_SHA256, octets, size: 32)
    case .md5: hash(GNUTLS_DIG_MD5, octets, size: 16)
    }
}

private func hash(_ algorithm: gnutls_digest_algorithm_t, _ octets: [UInt8], size: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: size) { digest, count in
        // Fails for an algorithm only that the system's policy forbids (FIPS forbids MD5): then no response is right.
        count = gnutls_hash_fast(algorithm, octets, octets.count, digest.baseAddress) == 0 ? size : 0
    }
}

/// HMAC with SHA-256 (RFC 2104).
func authenticationCode(_ key: [UInt8], _ octets: [UInt8]) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 32) { code, count in
        count = gnutls_hmac_fast(GNUTLS_MAC_SHA256, key, key.count, octets, octets.count, code.baseAddress) == 0 ? 32 : 0
    }
}

/// Octets that nobody can guess, from the kernel (getrandom(2)).
func randomKey(_ count: Int) -> [UInt8] {
    var source = SystemRandomNumberGenerator()
    return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &source) }
}

/// Takes the same time wherever the two differ.
func areEqual(_ one: [UInt8], _ other: [UInt8]) -> Bool {
    one.count == other.count && !one.isEmpty && gnutls_memcmp(one, other, one.count) == 0
}
