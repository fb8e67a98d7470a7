import HTTPSemantics
import LinuxSystem
import Packets
import Provisioning
import WebServer

/// What a request over HTTP shows of who sent it: a client certificate, a user and a password. And how it is asked for them.
package final class FileGate: Sendable {
    private let desk: FileDesk
    private let authenticator: Authenticator

    package init(_ desk: FileDesk, authenticator: Authenticator = Authenticator()) {
        self.desk = desk
        self.authenticator = authenticator
    }

    /// A request and what became of its credentials.
    struct Reading {
        var asked: FileRequest
        var verdict = Authenticator.Verdict.nothing
    }

    /// To be called once for a request: a Digest nonce is good once.
    func read(_ request: WebRequest, _ asked: FileRequest) -> Reading {
        var reading = Reading(asked: asked)
        if let certificate = request.certificate, certificate.fault == nil {
            reading.asked.provenMAC = certificate.names.lazy.compactMap { firstMAC(in: $0) }.first
        }
        let policy = desk.policy.value
        guard policy.logins.areAskedFor else { return reading }
        var candidates: [Login] = []
        reading.verdict = authenticator.check(request) { user in
            candidates = policy.logins.logins(of: user) + unbooked(reading.asked, policy, user)
            return candidates.map(Authenticator.Account.init)
        }
        var why = reading.verdict.sentence
        if let fault = request.certificate?.fault { why += "; its certificate proves nothing: \(fault)" }
        switch reading.verdict {
        case .right(let account):
            guard let login = candidates.first(where: { Authenticator.Account($0) == account }) else { break }
            reading.asked.shown = .right(login)
            reading.asked.provenMAC = login.mac ?? reading.asked.provenMAC
        case .tooMany: reading.asked.shown = .tooManyWrong(why)
        case .nothing, .stale, .replayed, .wrong: reading.asked.shown = .nothing(why)
        }
        return reading
    }

    /// The login of a phone that is nowhere listed, where rules make one of its address.
    private func unbooked(_ asked: FileRequest, _ policy: Policy, _ user: String) -> [Login] {
        guard case .name(let name) = asked.name else { return [] }
        let login = try? policy.demand(for: name, by: desk.asker(of: asked, policy)).login.get()
        return [login].compactMap { $0 }.filter { $0.user == user }
    }

    /// The answer to a refusal; with the challenge, where it is that nobody showed what was asked for.
    func answer(_ refusal: FileRefusal, _ request: WebRequest, _ reading: Reading) -> WebAnswer {
        switch refusal.kind {
        case .notAuthenticated, .tooManyFailures:
            authenticator.refusal(reading.verdict, to: request, scheme: refusal.scheme ?? .any)
        default: .text(status: refusal.status(in: reading.asked.transport), refusal.sentence)
        }
    }
}

extension Authenticator.Account {
    init(_ login: Login) {
        self.init(user: login.user, password: login.password.text, scheme: login.scheme, countsNonces: login.countsNonces)
    }
}
