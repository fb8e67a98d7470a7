import HTTPSemantics
import LinuxSystem
import Packets
import Provisioning
import WebServer

/// Who is given a file over HTTP only if it shows a password, and whether it did.
package final class FileGate: Sendable {
    private let policy: CurrentPolicy
    private let desk: FileDesk
    private let authenticator: Authenticator

    package init(policy: CurrentPolicy, desk: FileDesk, authenticator: Authenticator = Authenticator()) {
        self.policy = policy
        self.desk = desk
        self.authenticator = authenticator
    }

    /// A client that has to show something else first.
    struct Refusal: Error {
        let answer: WebAnswer
    }

    /// The request, with the address that its certificate or its password proves.
    ///
    /// To be called once for a request: a Digest nonce is good once. A refusal is on the timeline already.
    func admit(_ request: WebRequest, _ asked: FileRequest) throws(Refusal) -> FileRequest {
        var asked = asked
        if let certificate = request.certificate, certificate.fault == nil {
            asked.provenMAC = certificate.names.lazy.compactMap { firstMAC(in: $0) }.first
        }
        let policy = policy.value
        guard policy.settings.asksForLogins, case .name(let name) = asked.name else { return asked }
        var wanted = demand(name, asked, policy)
        let candidates = { (user: String) in
            policy.logins.logins(of: user) + [try? wanted.login.get()].compactMap { $0 }.filter { $0.user == user }
        }
        let verdict = authenticator.check(request) { user in candidates(user).map(Authenticator.Account.init) }
        var shown: Login?
        if case .right(let account) = verdict {
            shown = candidates(account.user).first { Authenticator.Account($0) == account }
        }
        if let mac = shown?.mac {
            asked.provenMAC = mac
            wanted = demand(name, asked, policy)
        }
        switch wanted.login {
        case .success(nil): return asked
        case .success(let login?):
            if login == shown || asked.provenMAC != nil && asked.provenMAC == wanted.mac { return asked }
            throw refuse(request, asked, verdict, scheme: login.scheme, wanted.mac)
        case .failure(let missing):
            throw refuse(
                request, asked, verdict, scheme: .digest, wanted.mac,
                detail: "nothing that it could show is right, since its \(missing.name) is not known")
        }
    }

    /// What has to be shown, and by whom.
    private struct Demand {
        let mac: MACAddress?
        let login: Result<Login?, MissingValue>
    }

    /// Asked of the phone whose name or brand stands in the path, where that is another than the one that asks: nobody gets around a
    /// password by saying that he is somebody else.
    private func demand(_ name: String, _ asked: FileRequest, _ policy: Policy) -> Demand {
        let asker = desk.identity(of: asked, policy)
        var owner = asker
        let folder = name.contains("/") ? name.prefix { $0 != "/" }.lowercased() : ""
        if let mac = firstMAC(in: name), mac != asker.mac {
            var seen = Observations(mac: mac)
            seen.known = policy.settings.devices[mac]
            seen.fileName = name
            owner = policy.catalogue.identify(seen)
        } else if let brand = policy.catalogue.families(named: folder).first?.vendor, brand != asker.vendor {
            owner = Identity(vendor: brand)
        }
        return Demand(mac: owner.mac, login: Result { () throws(MissingValue) in try policy.settings.login(of: owner) })
    }

    private func refuse(
        _ request: WebRequest, _ asked: FileRequest, _ verdict: Authenticator.Verdict, scheme: AuthScheme, _ mac: MACAddress?,
        detail: String? = nil
    ) -> Refusal {
        let kind: FileRefusal.Kind = if case .tooMany = verdict { .tooManyFailures } else { .notAuthenticated }
        var reason = detail ?? verdict.reason
        if let fault = request.certificate?.fault { reason += "; its certificate proves nothing: \(fault)" }
        desk.refused(asked, FileRefusal(kind, reason), mac)
        return Refusal(answer: authenticator.refusal(verdict, to: request, scheme: scheme))
    }
}

extension Authenticator.Account {
    init(_ login: Login) {
        self.init(user: login.user, password: login.password.text, scheme: login.scheme, countsNonces: login.countsNonces)
    }
}

extension Authenticator.Verdict {
    /// Why a file is not given. What is right for one file may be wrong for another.
    fileprivate var reason: String {
        if case .right = self { "user and password are right, and not this file's" } else { sentence }
    }
}
