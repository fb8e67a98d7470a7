import LinuxSystem
import Packets
import Provisioning

/// A request that may be looked at: who asks for what, under which policy.
struct FileErrand: Sendable {
    let request: FileRequest
    let name: String
    let findings: FileFindings
    let policy: Policy
    let began: Moment

    var asker: FileAsker { findings.asker }

    func receipt(for path: String) -> FileReceipt {
        FileReceipt(request: request, name: name, path: path, identity: asker.identity, began: began)
    }
}

extension FileDesk {
    /// Whether a request may be looked at. A refusal is on the timeline already.
    ///
    /// A name that is another phone's, one that is nobody's, one whose asker proves nothing and one that comes with a wrong password are
    /// refused alike, by the same steps: see ``withheld(_:)``.
    func admit(_ request: FileRequest) throws(FileRefusal) -> FileErrand {
        let began = clock()
        let name: String
        switch request.name {
        case .name(let fit): name = fit
        case .unfit(let reason):
            throw refused(request, FileRefusal(.unfitName, reason), to: asker(of: request, policy.value))
        }
        let policy = policy.value
        let findings = findings(about: request, policy)
        let asker = findings.asker
        let errand = FileErrand(request: request, name: name, findings: findings, policy: policy, began: began)
        // A phone goes on: others can send in its name. That the host was shut out is on the timeline, and is enough.
        let isPhone = findings.isProvenPhone
        if !isPhone, probers.withLock({ $0.isShutOut(request.peer, at: began) }) { throw withheld(errand).refusal }
        // A stranger's request tells nothing of the phone whose name it uses.
        if isPhone || asker.isProven && asker.provenMAC.flatMap(memory.device) != nil {
            // Who proves who he is may do so from anywhere: the address says nothing of the next one who asks from there.
            memory.learn(asker.identity, address: request.provenMAC == nil ? request.peer : nil, interface: nil, at: began)
        }
        // Behind a router a phone shows no frames; what earlier ones told of its place is not so any more.
        if asker.isItself, request.provenMAC != nil || policy.settings.files.trusts(request.peer), let mac = asker.identity.mac {
            memory.hasLeft(mac, for: request.peer)
        }
        if let mac = request.provenMAC { probers.withLock { $0.proved(request.peer, NamedOwners(macs: [mac])) } }
        guard policy.logins.areAskedFor else { return errand }
        let demand = policy.demand(for: name, by: asker)
        guard !demand.isMet(by: request.shown.login, proven: request.provenMAC) else { return errand }
        if policy.isOthers(name, for: asker) { throw refused(errand, .notYours) }
        throw refused(
            request, passwordAsked(errand), demand.owner.mac ?? asker.identity.mac,
            detail: request.shown.sentence + policy.lackOfLogin(of: demand.owner))
    }

    /// What becomes of a file that is not there or not given.
    func refused(_ errand: FileErrand, _ miss: FileFinder.Miss) -> FileRefusal {
        let (request, asker, policy) = (errand.request, errand.asker, errand.policy)
        let owners = policy.owners(of: errand.name)
        switch miss {
        case .notThere:
            // Who is believed asks for whose files he likes, and shows what he is after where there are none.
            let files = policy.settings.files
            if files.secrets == .anyone, !files.trusts(request.peer), !owners.isNobody, !owners.macs.contains(where: policy.knows)
            {
                note(errand, asking: owners)
            }
            return refused(request, FileRefusal(.notFound, FileRefusal.noFile), to: asker)
        case .notYours:
            note(errand, asking: owners)
            let named = owners.macs.first ?? asker.identity.mac
            let (refusal, detail) = withheld(errand)
            return refused(
                request, refusal, asker.provenMAC ?? named.flatMap { mayBe($0, errand) },
                detail: detail + asker.refusalSentence(named))
        case .system(let error):
            let refusal = FileRefusal(error.isPermissionDenied ? .forbidden : .unreadable, "the file cannot be read now")
            return refused(request, refusal, to: asker, detail: error.description)
        case .template(let problem):
            let refusal = FileRefusal(.notMade, "the file cannot be made now")
            return refused(request, refusal, to: asker, detail: problem.description)
        }
    }

    /// The one refusal of what nothing proves to be the asker's (T9). Where phones have passwords, and the protocol can show them, it asks
    /// for one, so that a phone that is somewhere else can prove itself; whatever was shown, and whoever's the name is, the answer is the
    /// same.
    private func withheld(_ errand: FileErrand) -> (refusal: FileRefusal, detail: String) {
        guard errand.policy.logins.areAskedFor, errand.request.transport.showsLogins else {
            return (FileRefusal(.notYours, FileRefusal.noFile), "")
        }
        let detail = errand.request.shown.sentence + errand.policy.lackOfLogin(of: errand.asker.identity)
        return (passwordAsked(errand), detail + "; ")
    }

    private func passwordAsked(_ errand: FileErrand) -> FileRefusal {
        if case .tooManyWrong(let sentence) = errand.request.shown { return FileRefusal(.tooManyFailures, sentence) }
        let scheme = errand.policy.demand(for: errand.name, by: errand.asker).scheme
        return FileRefusal(.notAuthenticated, "a user and a password are asked for", scheme: scheme)
    }

    /// A host that nothing is known of may be the phone that it names, and `why` should say then what that one lacks; unless the phone
    /// has another address.
    private func mayBe(_ mac: MACAddress, _ errand: FileErrand) -> MACAddress? {
        let peer = errand.request.peer
        return errand.policy.knows(mac) && (memory.device(mac)?.address ?? peer) == peer ? mac : nil
    }

    private func note(_ errand: FileErrand, asking owners: NamedOwners) {
        let (peer, began) = (errand.request.peer, errand.began)
        guard !owners.isNobody, probers.withLock({ $0.note(peer, asking: owners, at: began) }) else { return }
        sink(
            Event(
                time: began, mac: errand.asker.provenMAC, interface: nil,
                .prober(Event.Prober(address: peer, phones: ProberTable.most, seconds: Int(ProberTable.shutOut)))))
    }
}

extension Policy {
    /// Why nothing that a phone could show would be right, behind a semicolon; empty where something would.
    fileprivate func lackOfLogin(of identity: Identity) -> String {
        do throws(MissingValue) {
            _ = try settings.login(of: identity, row: identity.mac.flatMap { settings.devices[$0] })
            return ""
        } catch {
            return "; nothing that it could show is right, since its \(error.name) is not known"
        }
    }
}

extension FileTransport {
    /// Whether a client can show a user and a password by it.
    fileprivate var showsLogins: Bool { self != .tftp }
}

extension FileAsker {
    /// Why a name is not given to it, and what an operator can do.
    fileprivate func refusalSentence(_ owner: MACAddress?) -> String {
        let whose = owner.map { "\($0)" } ?? "the phone that it is for"
        guard let provenMAC else {
            return
                "only \(whose) gets this, and nothing proves that \(address) is it; if it is behind a router, name its network in files.trust"
        }
        return "only \(whose) gets this, and \(address) is \(provenMAC) (files.secrets: own)"
    }
}
