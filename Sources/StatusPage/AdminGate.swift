import Cryptography
import Packets
import Provisioning
import WebServer

/// Who may come in, and who may change things (threat T14). What it lets pass came from somebody who knows this host by a name of its
/// own, knows the password where there is one, and, for a change, holds the token and was not sent by another site's page.
package final class AdminGate: Sendable {
    /// The header that carries the token. No page of another site can send it without asking first, and it is never allowed.
    package static let tokenHeader = "X-Bellhop-Token"

    private let names: Set<String>
    private let token: String
    /// `nil` where there is no password.
    private let account: Authenticator.Account?
    private let authenticator: Authenticator

    package init(_ settings: AdminSettings, token: String, authenticator: Authenticator = Authenticator()) {
        names = Set(settings.names + ["localhost"])
        self.token = token
        account = settings.password.map {
            Authenticator.Account(user: AdminSettings.user, password: $0.text, scheme: .digest)
        }
        self.authenticator = authenticator
    }

    /// Why a request is refused; `nil` where it may pass. To be called once for a request: what proves the password is used up by it.
    package func refusal(of request: WebRequest) -> WebAnswer? {
        // A name that an attacker's DNS leads here would make this page his page's own.
        guard let host = request.header("Host"), isOwn(host, request.localAddress) else {
            return .error(421, "this host is not known by that name; admin.names may list it")
        }
        let told = request.header(AdminGate.tokenHeader)
        let hasToken = told.map { isSameSecret($0, token) } ?? false
        if let account, !hasToken, let answer = loginRefusal(of: request, account) { return answer }
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

    private func loginRefusal(of request: WebRequest, _ account: Authenticator.Account) -> WebAnswer? {
        let verdict = authenticator.check(request) { $0 == account.user ? [account] : [] }
        if case .right = verdict { return nil }
        let (status, headers) = authenticator.demand(verdict, to: request, scheme: account.scheme)
        let sentence =
            if case .tooMany(let wait) = verdict {
                "too many wrong passwords; wait \(wait) s"
            } else {
                "the password of \(account.user) is needed"
            }
        return .error(status, sentence).adding(headers)
    }
}
