import CGnuTLS

/// Certificates as a file or a client gave them, the owner's first.
final class CertificateChain {
    private let certificates: [gnutls_x509_crt_t]

    /// Of PEM; `nil` where that holds no certificate.
    init?(_ pem: [UInt8]) {
        var list: UnsafeMutablePointer<gnutls_x509_crt_t?>?
        var count: UInt32 = 0
        guard withDatum(pem, { gnutls_x509_crt_list_import2(&list, &count, $0, GNUTLS_X509_FMT_PEM, 0) }) >= 0, let list else {
            return nil
        }
        defer { bellhop_gnutls_free(list) }
        certificates = UnsafeBufferPointer(start: list, count: Int(count)).compactMap { $0 }
    }

    /// The one that a client showed; `nil` where it showed none.
    init?(ownerOf session: gnutls_session_t) {
        var count: UInt32 = 0
        var made: gnutls_x509_crt_t?
        guard let first = gnutls_certificate_get_peers(session, &count), count > 0, gnutls_x509_crt_init(&made) == 0,
            let certificate = made
        else { return nil }
        certificates = [certificate]
        guard gnutls_x509_crt_import(certificate, first, GNUTLS_X509_FMT_DER) == 0 else { return nil }
    }

    deinit {
        for certificate in certificates { gnutls_x509_crt_deinit(certificate) }
    }

    /// The last moment of the owner's certificate, in seconds since 1970.
    var end: Int64? {
        certificates.first.map { Int64(gnutls_x509_crt_get_expiration_time($0)) }
    }

    /// The common name and every DNS name or URI in subjectAltName (RFC 5280 §4.2.1.6) of the owner, as text.
    var names: [String] {
        guard let owner = certificates.first else { return [] }
        var names: [String] = []
        if let name = text({ gnutls_x509_crt_get_dn_by_oid(owner, "2.5.4.3", 0, 0, $0, $1) }) { names.append(name) }
        // A certificate with more names than that is made to keep us busy.
        for place in UInt32(0)..<16 {
            guard let name = text({ gnutls_x509_crt_get_subject_alt_name(owner, place, $0, $1, nil) }) else { break }
            names.append(name)
        }
        return names
    }

    /// What a call wrote into a buffer of 256 octets; `nil` where it failed, or where that is no text.
    private func text(_ call: (UnsafeMutablePointer<CChar>?, UnsafeMutablePointer<Int>) -> Int32) -> String? {
        var buffer = [CChar](repeating: 0, count: 256)
        var size = buffer.count
        guard call(&buffer, &size) >= 0, size <= buffer.count else { return nil }
        return String(validating: buffer.prefix(size).prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// The last moment of the first certificate in PEM text, in seconds since 1970; `nil` where there is none.
package func certificateEnd(_ pem: [UInt8]) -> Int64? { CertificateChain(pem)?.end }

/// The certificate that a client showed when its connection began.
package struct ClientCertificate: Equatable, Sendable {
    /// The owner's common name and those in subjectAltName.
    package let names: [String]
    /// Why it proves nothing: not signed by a known authority, expired; `nil` where it is believed.
    package let fault: String?

    /// `nil` where the client showed none.
    ///
    /// - Parameter session: a `gnutls_session_t` whose handshake is done.
    package init?(of session: OpaquePointer) {
        guard let chain = CertificateChain(ownerOf: session) else { return nil }
        names = chain.names
        var status: UInt32 = 0
        let failure = gnutls_certificate_verify_peers2(session, &status)
        if failure < 0 {
            fault = errorText(failure)
        } else if status != 0 {
            fault = statusText(status)
        } else {
            fault = nil
        }
    }

    package init(names: [String], fault: String? = nil) {
        self.names = names
        self.fault = fault
    }
}

private func statusText(_ status: UInt32) -> String {
    var text = gnutls_datum_t()
    guard gnutls_certificate_verification_status_print(status, GNUTLS_CRT_X509, &text, 0) == 0, let data = text.data else {
        return "it is not trusted"
    }
    defer { bellhop_gnutls_free(data) }
    return String(decoding: UnsafeBufferPointer(start: data, count: Int(text.size)), as: UTF8.self)
}
