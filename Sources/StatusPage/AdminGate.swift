import Hashing
import Packets
import Provisioning
import Synchronization
import WebServer

/// Who may come in, and who may change things (threat T14). What it lets pass came from somebody who knows this host by a name of its
/// own, knows the password where there is one, and, for a change, holds the token and was not sent by another site's page.
package final class AdminGate: Sendable {
    /// The header that carries the token. No page of another site can send it without asking first, and it is never allowed.
    package static let tokenHeader = "X-Bellhop-Token"

    private let names: Set<String>
    private let hasPassword: Bool
    private let token: String
    private let failures = Mutex(FailedLogins())

    package init(_ settings: AdminSettings, token: String) {
        names = Set(settings.names + ["localhost"])
        hasPassword = settings.password != nil
        self.token = token
    }

    /// Why a request is refused; `nil` where it may pass.
    ///
    /// - Parameter now: nanoseconds of the steady clock.
    package func refusal(of request: WebRequest, at now: UInt64) -> WebAnswer? {
        // A name that an attacker's DNS leads here would make this page his page's own.
        guard let host = request.header("Host"), isOwn(host, request.localAddress) else {
            return .error(421, "this host is not known by that name; admin.names may list it")
        }
        let told = request.header(AdminGate.tokenHeader)
        let hasToken = told.map { isSameSecret($0, token) } ?? false
        if let answer = loginRefusal(of: request, hasToken: hasToken, at: now) { return answer }
        guard request.method != "GET", request.method != "HEAD" else { return nil }
        // Fetch, §3.2: a browser says where a request was made; what is no browser says nothing.
        if let site = request.header("Sec-Fetch-Site"), site != "same-origin" {
            return .error(403, "another site's page asked for this")
        }
        if let origin = request.header("Origin"), origin.lowercased() != "http://\(host.lowercased())" {
            return .error(403, "a page of \(printable(Array(origin.utf8)[...])) asked for this")
        }
        guard told != nil else { return .error(403, "a change needs the token, in the header \(AdminGate.tokenHeader)") }
        guard hasToken else { return .error(403, "that is not the token of this daemon") }
        return nil
    }

    /// The name in a Host header, without its port: this host's address, `localhost`, or one of the operator's names.
    private func isOwn(_ host: String, _ local: IPv4Address?) -> Bool {
        let parts = host.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2, let name = parts.first?.lowercased() else { return false }
        if names.contains(name) { return true }
        return local != nil && IPv4Address(name) == local
    }

    private func loginRefusal(of request: WebRequest, hasToken: Bool, at now: UInt64) -> WebAnswer? {
        guard hasPassword, !hasToken else { return nil }
        if failures.withLock({ $0.isBarred(request.peer, at: now) }) {
            return .error(429, "too many wrong passwords; wait a minute")
        }
        switch request.login {
        case .right: return nil
        case .wrong: failures.withLock { $0.note(request.peer, at: now) }
        case .none, .stale: break
        }
        let isStale = if case .stale = request.login { true } else { false }
        return .error(401, "the password of \(AdminSettings.user) is needed").askingForPassword(isStale: isStale)
    }
}

/// Wrong passwords by the address that they came from. Bounded: where too many addresses fail, all are forgotten, and each begins anew.
struct FailedLogins {
    private var failures: [IPv4Address: (count: Int, since: UInt64)] = [:]

    static let most = 10
    static let window: UInt64 = 60_000_000_000
    static let capacity = 4096

    mutating func note(_ address: IPv4Address, at now: UInt64) {
        if failures.count >= FailedLogins.capacity { failures = [:] }
        let earlier = failures[address].flatMap { now - min($0.since, now) < FailedLogins.window ? $0 : nil }
        failures[address] = ((earlier?.count ?? 0) + 1, earlier?.since ?? now)
    }

    func isBarred(_ address: IPv4Address, at now: UInt64) -> Bool {
        guard let (count, since) = failures[address] else { return false }
        return count >= FailedLogins.most && now - min(since, now) < FailedLogins.window
    }
}
