import Packets

/// What is asked of a server.
package struct ClientRequest: Sendable {
    package var url: String
    package var method = "GET"
    package var headers: [(name: String, value: String)] = []
    /// Sent where there is one, with the media type that `headers` name.
    package var body: [UInt8]?
    package var userAgent: String?
    /// Who asks, where the server wants to know and the URL does not say.
    package var login: (user: String, password: String)?
    /// HTTP's Basic is answered as well as Digest.
    package var answersBasic = true
    /// TFTP's option blksize (RFC 2348), 512 where there is none.
    package var blockSize: Int?
    /// The local address that it is asked from; the kernel's choice where there is none.
    package var source: IPv4Address?
    /// Schemes that the URL may have, with commas between.
    package var schemes = "http"
    package var followsRedirects = false
    /// Certificates are looked at.
    package var verifiesServer = true
    /// A file of certificates, in PEM, of those that are believed; libcurl's own where there is none.
    package var authorities: String?
    /// The most that all of it, and that connecting, may take.
    package var milliseconds = 30_000
    package var connectMilliseconds = 5000
    /// The longest answer that is read, in bytes.
    package var longest = 64 << 20
    /// What is kept of it, in bytes from its beginning.
    package var mostKept = Int.max

    package init(url: String) {
        self.url = url
    }
}

package struct ClientAnswer: Sendable {
    /// The status of HTTP or FTP; 0 where the protocol has none.
    package var status: Int
    package var body: [UInt8]
    /// Bytes that came, whether kept or not.
    package var length: Int
}

/// Why there is no answer.
package struct ClientFault: Error, Hashable, Sendable {
    package enum Kind: Sendable {
        /// The server itself, or libcurl: there is no point in asking for more.
        case unreachable
        case tooLong
        case other
    }

    package let kind: Kind
    /// The status, where the server got as far as one.
    package let status: Int
    package let why: String

    static func withoutLibrary(_ why: String) -> ClientFault { ClientFault(kind: .unreachable, status: 0, why: why) }
}
