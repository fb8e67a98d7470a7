import Cryptography
import HTTPSemantics
import LinuxSystem
import Packets
import Synchronization

/// Asks clients for passwords and looks at what they send: Digest (RFC 7616) and Basic (RFC 7617). libmicrohttpd's own Digest offers one
/// algorithm an answer, ties a nonce to one path, and compares in a time that tells where two responses differ.
package final class Authenticator: Sendable {
    /// Who may come in, and how it has to be shown.
    package struct Account: Hashable, Sendable {
        package var user: String
        package var password: String
        package var scheme: AuthScheme
        /// Each count of a nonce is good once; off for phones that always send the same one.
        package var countsNonces: Bool

        package init(user: String, password: String, scheme: AuthScheme = .any, countsNonces: Bool = true) {
            self.user = user
            self.password = password
            self.scheme = scheme
            self.countsNonces = countsNonces
        }
    }

    package enum Verdict: Equatable, Sendable {
        /// Nothing was sent that could be looked at.
        case nothing
        case right(Account)
        /// The password is right; the nonce is too old, of another process, or was used before.
        case stale
        case replayed
        case wrong
        /// After too many wrong ones nothing is looked at for so many seconds.
        case tooMany(wait: Int)

        /// For people who look for the reason.
        package var sentence: String {
            switch self {
            case .nothing: "no user and password were sent"
            case .right: "user and password are right"
            case .stale: "the nonce is too old; a new one was sent"
            case .replayed: "the same credentials were sent twice; a new nonce was sent"
            case .wrong: "the user or the password is wrong"
            case .tooMany(let wait): "too many wrong passwords came from this address; it has to wait \(wait) s"
            }
        }
    }

    private let realm: String
    private let opaque = hexText(randomKey(8))
    private let state: Mutex<State>
    private let now: @Sendable () -> UInt64
    /// For passwords of different length to be compared in the same time.
    private let key = randomKey(32)
    private let decoy = Account(user: "", password: hexText(randomKey(16)))

    /// - Parameters:
    ///   - realm: what the client shows its user; no quote and no backslash in it.
    ///   - now: milliseconds of a clock that only goes forward.
    package init(realm: String = "bellhop", now: @escaping @Sendable () -> UInt64 = { MonotonicClock.now() / 1_000_000 }) {
        self.realm = realm
        self.now = now
        let sealKey = randomKey(32)
        state = Mutex(State(nonces: NonceBook { Hash.authenticationCode($0, key: sealKey) }))
    }

    private struct State {
        var nonces: NonceBook
        var failures = Failures()
    }

    /// Wrong passwords of each user that an address names, and of the address, so that one guess at each of many users is waited for too. Who
    /// shows a right one is forgiven the wrong ones of that user alone: a phone's own login helps it nothing to guess another's.
    private struct Failures {
        private struct Guessed: Hashable {
            let peer: IPv4Address
            /// By this process's seed: users are as long as a client likes.
            let user: Int
        }

        private var ofUsers = LoginFailures<Guessed>()
        /// Many phones may share the address of a router.
        private var ofAddresses = LoginFailures<IPv4Address>(free: 20)
        /// Of one user's that count against its address: a phone with a wrong password keeps those behind the same router from nothing.
        private static let mostOfUser = 3

        func wait(_ peer: IPv4Address, _ user: String, at now: UInt64) -> UInt64? {
            let waits = [ofUsers.wait(Guessed(peer: peer, user: user.hashValue), at: now), ofAddresses.wait(peer, at: now)]
            return waits.compactMap { $0 }.max()
        }

        mutating func failed(_ peer: IPv4Address, _ user: String, at now: UInt64) {
            let count = ofUsers.failed(Guessed(peer: peer, user: user.hashValue), at: now)
            if count <= Failures.mostOfUser { ofAddresses.failed(peer, at: now) }
        }

        mutating func succeeded(_ peer: IPv4Address, _ user: String) {
            let forgiven = ofUsers.succeeded(Guessed(peer: peer, user: user.hashValue))
            ofAddresses.forgive(peer, min(forgiven, Failures.mostOfUser))
        }
    }

    /// Looks at the Authorization field of a request. To be called once for a request: the count of its nonce is then used up.
    ///
    /// - Parameter accounts: those that a user name may mean; none where nobody has that name.
    package func check(_ request: WebRequest, accounts: (_ user: String) -> [Account]) -> Verdict {
        let fields = request.headers("Authorization")
        guard fields.count == 1, let credentials = Credentials(fields[0]) else { return .nothing }
        if let wait = state.withLock({ $0.failures.wait(request.peer, credentials.user, at: now()) }) {
            return .tooMany(wait: Int(wait / 1000) + 1)
        }
        let allowed = accounts(credentials.user).filter { $0.scheme.allows(credentials, isEncrypted: request.isEncrypted) }
        // A name that nobody has takes as long as one that somebody has.
        let found = (allowed.isEmpty ? [decoy] : allowed).filter { knows($0, credentials, request) }
        return state.withLock { state -> Verdict in
            guard let account = found.first, account != decoy else {
                state.failures.failed(request.peer, credentials.user, at: now())
                return .wrong
            }
            if case .digest(let digest) = credentials {
                let client = request.peer.octets
                // One that is not of this process came with a nonce that is not, either.
                guard digest.opaque == nil || digest.opaque == opaque else { return .stale }
                switch state.nonces.check(
                    digest.nonce, count: digest.count, of: client, at: now(), isStrict: account.countsNonces)
                {
                case .fresh: break
                case .stale: return .stale
                case .replayed: return .replayed
                }
            }
            state.failures.succeeded(request.peer, credentials.user)
            return .right(account)
        }
    }

    /// 401 with what the client may send instead (RFC 9110 §15.5.2), or 429 with when it may (RFC 6585 §4).
    package func refusal(_ verdict: Verdict, to request: WebRequest, scheme: AuthScheme) -> WebAnswer {
        let (status, headers) = demand(verdict, to: request, scheme: scheme)
        return .text(
            status: status, status == 429 ? "Too many wrong passwords." : "A user and a password are asked for.", headers: headers
        )
    }

    /// The status of that answer, and the header fields that it has to have.
    package func demand(
        _ verdict: Verdict, to request: WebRequest, scheme: AuthScheme
    ) -> (status: Int, headers: [(name: String, value: String)]) {
        if case .tooMany(let wait) = verdict { return (429, [("Retry-After", "\(wait)")]) }
        let challenges = scheme.challenges(
            realm: realm, opaque: opaque, isEncrypted: request.isEncrypted, isStale: verdict == .stale || verdict == .replayed
        ) {
            state.withLock { $0.nonces.nonce(for: request.peer.octets, at: now()) }
        }
        return (401, challenges.map { ("WWW-Authenticate", $0) } + [("Cache-Control", "no-store")])
    }

    private func knows(_ account: Account, _ credentials: Credentials, _ request: WebRequest) -> Bool {
        switch credentials {
        case .basic(_, let password):
            return isSameSecret(code(of: password), code(of: account.password))
        case .digest(let digest):
            let expected = digest.expectedResponse(password: account.password, method: request.method) {
                Authenticator.hash($0, digest.algorithm)
            }
            // RFC 7616 §3.4.6: the server "MUST check that the resource named by the "uri" is the same as that in the request line".
            return !expected.isEmpty && isSameSecret(expected, digest.response) && digest.realm == realm
                && RequestTarget(digest.uri).map { $0.path == request.rawPath && $0.query == request.query } ?? false
        }
    }

    private func code(of password: String) -> [UInt8] {
        Hash.authenticationCode(Array(password.utf8), key: key)
    }

    /// Nothing, which no response equals, where the system forbids the algorithm.
    private static func hash(_ octets: [UInt8], _ algorithm: DigestAlgorithm) -> [UInt8] {
        switch algorithm {
        case .sha256: Hash.sha256(octets) ?? []
        case .md5: Hash.md5(octets) ?? []
        }
    }
}
