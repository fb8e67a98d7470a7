import CMicroHTTPD

/// What a client proved of itself.
package enum WebLogin: Sendable {
    /// It said nothing, or the server has no password.
    case none
    case right
    case wrong
    /// It knew the password, and proved it by a nonce that is too old.
    case stale
}

/// The one user of a server and his password, proved by HTTP Digest with SHA-256 (RFC 7616) through libmicrohttpd, so that the password
/// itself never crosses the wire.
package final class WebPassword: Sendable {
    private let realm: String
    private let user: String
    private let password: String
    /// From which nonces are made; libmicrohttpd reads it where it is.
    nonisolated(unsafe) private let secret: UnsafeMutableBufferPointer<UInt8>

    /// Seconds for which a nonce is good.
    private static let nonceSeconds: UInt32 = 300
    /// Nonces that are remembered at once, to count their uses.
    private static let nonces = 256

    package init(realm: String, user: String, password: String) {
        self.realm = realm
        self.user = user
        self.password = password
        secret = .allocate(capacity: 32)
        var generator = SystemRandomNumberGenerator()
        _ = secret.initialize(from: (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) })
    }

    deinit {
        secret.deallocate()
    }

    var options: [MHD_OptionItem] {
        [
            MHD_OptionItem(option: .DIGEST_AUTH_RANDOM, value: secret.count, ptr_value: secret.baseAddress),
            MHD_OptionItem(option: .NONCE_NC_SIZE, value: WebPassword.nonces, ptr_value: nil),
        ]
    }

    /// Asked once for a request: libmicrohttpd counts each proof as used.
    func login(of connection: OpaquePointer, _ request: WebRequest) -> WebLogin {
        guard request.header("Authorization") != nil else { return .none }
        return switch bellhop_web_check_password(connection, realm, user, password, WebPassword.nonceSeconds) {
        case Int32(MHD_Result.YES.rawValue): .right
        case MHD_INVALID_NONCE: .stale
        default: .wrong
        }
    }

    func ask(on connection: OpaquePointer, with response: OpaquePointer, isStale: Bool) -> Bool {
        bellhop_web_ask_password(connection, realm, response, isStale ? 1 : 0) == .YES
    }
}
