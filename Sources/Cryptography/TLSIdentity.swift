import CGnuTLS

/// A certificate with its key, and which clients' certificates are believed, ready to serve with (GnuTLS). Connections keep the one that
/// they began with.
package final class TLSIdentity: Sendable {
    /// Which versions of TLS a listener speaks.
    package enum Versions: Sendable {
        /// TLS 1.2 and 1.3.
        case current
        /// TLS 1.0 and 1.1 too, with SHA-1 and CBC, for phones that know nothing better (RFC 8996 deprecates both).
        case legacy

        /// GnuTLS's priority string. Keys are agreed on by Diffie-Hellman, so that a key that is stolen later opens nothing recorded before;
        /// CBC is left for phones without GCM. X25519 goes first, since that is what clients send a key for unasked (RFC 8446 §4.2.8):
        /// GnuTLS's own first choice makes nearly each of them begin again, by a HelloRetryRequest.
        fileprivate var priorities: String {
            let groups = ":-GROUP-ALL:+GROUP-X25519:+GROUP-ALL:%SERVER_PRECEDENCE"
            return switch self {
            case .current: "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA:-DHE-DSS" + groups
            case .legacy:
                "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:+VERS-TLS1.1:+VERS-TLS1.0:+SHA1:+SIGN-RSA-SHA1:+SIGN-ECDSA-SHA1"
                    + ":%VERIFY_ALLOW_SIGN_WITH_SHA1:%COMPAT" + groups
            }
        }
    }

    /// Both are only read once they are made, and GnuTLS allows that to several threads.
    nonisolated(unsafe) private let credentials: gnutls_certificate_credentials_t
    nonisolated(unsafe) private let priorities: gnutls_priority_t
    package let asksForCertificates: Bool
    /// Seals the tickets by which clients resume sessions (RFC 5077, RFC 8446 §2.2). Of this identity alone, so that no session outlives it.
    nonisolated(unsafe) private let ticketKey: gnutls_datum_t

    /// - Parameters:
    ///   - certificate: PEM: the server's own, then those that lead to the authority's.
    ///   - key: PEM, not encrypted.
    ///   - clientAuthorities: PEM: who signs the certificates of clients that are believed; without them clients are asked for none.
    package init(
        certificate: [UInt8], key: [UInt8], clientAuthorities: [UInt8]? = nil, versions: Versions = .current
    ) throws(TLSFault) {
        var made: gnutls_certificate_credentials_t?
        guard gnutls_certificate_allocate_credentials(&made) == 0, let credentials = made else { throw .outOfMemory }
        do throws(TLSFault) {
            try check(certificate, key)
            let failure = withDatum(certificate) { certificate in
                withDatum(key) { key in
                    gnutls_certificate_set_x509_key_mem2(credentials, certificate, key, GNUTLS_X509_FMT_PEM, nil, 0)
                }
            }
            if failure == GNUTLS_E_CERTIFICATE_KEY_MISMATCH { throw .mismatch }
            guard failure >= 0 else { throw .certificate(errorText(failure)) }
            if let clientAuthorities {
                let count = withDatum(clientAuthorities) {
                    gnutls_certificate_set_x509_trust_mem(credentials, $0, GNUTLS_X509_FMT_PEM)
                }
                guard count > 0 else { throw .clientAuthorities(count < 0 ? errorText(count) : "it holds no certificate") }
            }
            var priorities: gnutls_priority_t?
            var ticketKey = gnutls_datum_t()
            guard gnutls_priority_init(&priorities, versions.priorities, nil) == 0, let priorities else {
                throw .versionsNotSupported
            }
            guard gnutls_session_ticket_key_generate(&ticketKey) == 0 else {
                gnutls_priority_deinit(priorities)
                throw .outOfMemory
            }
            self.credentials = credentials
            self.priorities = priorities
            self.ticketKey = ticketKey
            asksForCertificates = clientAuthorities != nil
        } catch {
            gnutls_certificate_free_credentials(credentials)
            throw error
        }
    }

    deinit {
        gnutls_certificate_free_credentials(credentials)
        gnutls_priority_deinit(priorities)
        gnutls_memset(ticketKey.data, 0, Int(ticketKey.size))
        bellhop_gnutls_free(ticketKey.data)
    }

    /// Makes a session that has not begun its handshake this identity's, which then has to be kept until the session is gone. One that
    /// cannot be set up is left without a certificate, and its handshake fails.
    ///
    /// - Parameter session: a `gnutls_session_t`.
    package func take(_ session: OpaquePointer) -> Bool {
        var key = ticketKey
        guard gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, UnsafeMutableRawPointer(credentials)) == 0,
            gnutls_priority_set(session, priorities) == 0, gnutls_session_ticket_enable_server(session, &key) == 0
        else { return false }
        if asksForCertificates { gnutls_certificate_server_set_request(session, GNUTLS_CERT_REQUEST) }
        return true
    }
}

/// For a library that wants to be told of a certificate before connections have their own (a `gnutls_certificate_retrieve_function3`): there
/// is none.
package let noCertificate: @convention(c) () -> Int32 = { GNUTLS_E_NO_CERTIFICATE_FOUND }

/// What is wrong with the files of a TLS server, as a sentence for the operator.
package enum TLSFault: Error, Equatable, Sendable {
    case certificate(String)
    case key(String)
    case mismatch
    case clientAuthorities(String)
    case versionsNotSupported
    case outOfMemory
}

/// Each file by itself, since GnuTLS does not say which of two it could not read.
private func check(_ certificate: [UInt8], _ key: [UInt8]) throws(TLSFault) {
    guard CertificateChain(certificate) != nil else { throw .certificate("it holds no certificate in PEM") }
    var made: gnutls_privkey_t?
    guard gnutls_privkey_init(&made) == 0, let parsed = made else { throw .outOfMemory }
    defer { gnutls_privkey_deinit(parsed) }
    let failure = withDatum(key) { gnutls_privkey_import_x509_raw(parsed, $0, GNUTLS_X509_FMT_PEM, nil, 0) }
    if failure == GNUTLS_E_DECRYPTION_FAILED {
        throw .key("it is encrypted; `openssl pkey -in KEY -out PLAIN` takes the password off")
    }
    guard failure == 0 else { throw .key("it holds no private key in PEM") }
}

func withDatum<Result>(_ octets: [UInt8], _ body: (UnsafePointer<gnutls_datum_t>) -> Result) -> Result {
    octets.withUnsafeBufferPointer { buffer in
        // GnuTLS only reads what it takes as a pointer to a constant datum.
        var datum = gnutls_datum_t(data: UnsafeMutablePointer(mutating: buffer.baseAddress), size: UInt32(buffer.count))
        return body(&datum)
    }
}

func errorText(_ code: Int32) -> String {
    gnutls_strerror(code).map { String(cString: $0) } ?? "GnuTLS error \(code)"
}
