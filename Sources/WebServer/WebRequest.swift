import Cryptography
import HTTPSemantics
import Packets

/// One HTTP request as the client sent it. Nothing in it is decoded or trusted: strings may hold any character but NUL, CR and LF,
/// octets that are no UTF-8 are replaced by U+FFFD.
package struct WebRequest: Sendable {
    /// As sent and case-sensitive (RFC 9110 §9.1): `GET`, `HEAD`, or anything else.
    package let method: String
    /// The path of the request target with its percent signs (RFC 3986 §2.1): begins with `/`, or is `*` for `OPTIONS *`.
    package let rawPath: String
    /// What follows the first `?` of the target, percent signs kept; `nil` without one.
    package let query: String?
    /// `HTTP/1.1` or `HTTP/1.0`.
    package let httpVersion: String
    /// In the order sent; names in the case sent; a name may come more than once.
    package let headers: [(name: String, value: String)]
    package let peer: IPv4Address
    package let peerPort: UInt16
    /// The peer's hardware address, or that it has none on this machine's links; `nil` where nobody has looked (``WebService/station``).
    package let station: MACAddress??
    /// The server's address that the client connected to; `nil` where the kernel no longer says.
    package let localAddress: IPv4Address?
    /// Where the service keeps bodies (``BodyPlan/keep(upTo:)``); else empty.
    package internal(set) var body: [UInt8]
    /// By TLS.
    package let isEncrypted: Bool
    /// What the client showed of itself by TLS, believed or not.
    package let certificate: ClientCertificate?

    package init(
        method: String, rawPath: String, query: String? = nil, httpVersion: String = "HTTP/1.1",
        headers: [(name: String, value: String)] = [], peer: IPv4Address, peerPort: UInt16, station: MACAddress?? = nil,
        localAddress: IPv4Address? = nil, body: [UInt8] = [], isEncrypted: Bool = false, certificate: ClientCertificate? = nil
    ) {
        self.method = method
        self.rawPath = rawPath
        self.query = query
        self.httpVersion = httpVersion
        self.headers = headers
        self.peer = peer
        self.peerPort = peerPort
        self.station = station
        self.localAddress = localAddress
        self.body = body
        self.isEncrypted = isEncrypted
        self.certificate = certificate
    }

    /// The first value under this name, in whatever case either is written (RFC 9110 §5.1).
    package func header(_ name: String) -> String? {
        headers.first { sameFieldName($0.name, name) }?.value
    }

    /// Every value under this name, in the order sent.
    package func headers(_ name: String) -> [String] {
        var values: [String] = []
        for field in headers where sameFieldName(field.name, name) { values.append(field.value) }
        return values
    }
}
