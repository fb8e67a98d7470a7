import FileTree
import LinuxSystem
import Packets
import Provisioning
import Synchronization
import VendorCatalogue

/// Finds the file that a client means, as the phone that asks sees the tree: one way for every protocol. Tells the timeline of what was
/// given and what was not.
package final class FileDesk: Sendable {
    /// What the kernel knows of the hosts on this machine's links.
    package struct Neighbourhood: Sendable {
        var mac: @Sendable (IPv4Address) -> MACAddress?
        var ownAddress: @Sendable (IPv4Address) -> IPv4Address?

        package init(
            mac: @escaping @Sendable (IPv4Address) -> MACAddress?,
            ownAddress: @escaping @Sendable (IPv4Address) -> IPv4Address? = { _ in nil }
        ) {
            self.mac = mac
            self.ownAddress = ownAddress
        }

        package init(_ table: NeighbourTable) {
            self.init(mac: { table.mac(of: $0) }, ownAddress: { table.ownAddress(facing: $0) })
        }

        package static let unknown = Neighbourhood(mac: { _ in nil })
    }

    let tree: FileTree
    let policy: CurrentPolicy
    private let memory: DeviceMemory
    private let neighbourhood: Neighbourhood
    private let probers = Mutex(ProberTable())
    private let sink: EventSink
    private let clock: @Sendable () -> Moment

    package init(
        tree: FileTree, policy: CurrentPolicy, memory: DeviceMemory, neighbourhood: Neighbourhood = .unknown,
        clock: @escaping @Sendable () -> Moment, sink: @escaping EventSink
    ) {
        self.tree = tree
        self.policy = policy
        self.memory = memory
        self.neighbourhood = neighbourhood
        self.clock = clock
        self.sink = sink
    }

    /// The file that a request means, open. A refusal is on the timeline already; of a file, ``ended(_:bytes:isComplete:)`` tells.
    ///
    /// A name that is another phone's, one that is nobody's, and one whose asker proves nothing are refused alike, by the same steps
    /// (``FileRefusal/Kind/notYours``): who answers that by asking for credentials must answer wrong ones in the same way.
    package func find(_ request: FileRequest) throws(FileRefusal) -> FoundFile {
        let began = clock()
        let name: String
        switch request.name {
        case .name(let fit): name = fit
        case .unfit(let reason): throw refused(request, FileRefusal(.unfitName, reason), nil)
        }
        let policy = policy.value
        let asker = asker(of: request, policy)
        // A phone goes on: others can send in its name. That the host was shut out is on the timeline, and is enough.
        let isPhone = asker.isProven && asker.provenMAC.map(policy.knows) ?? false
        if !isPhone, probers.withLock({ $0.isShutOut(request.peer, at: began) }) {
            throw FileRefusal(.notYours, FileRefusal.noFile)
        }
        // A stranger's request tells nothing of the phone whose name it uses.
        if isPhone || asker.isProven && asker.provenMAC.flatMap(memory.device) != nil {
            memory.learn(asker.identity, address: request.provenMAC == nil ? request.peer : nil, interface: nil, at: began)
        }
        do throws(FileFinder.Miss) {
            let found = try FileFinder(tree, policy).find(name, for: asker)
            let receipt = FileReceipt(
                request: request, name: name, path: found.file.path, identity: asker.identity, began: began)
            return FoundFile(content: found.content, isSecret: found.isSecret, receipt: receipt)
        } catch {
            throw refused(request, name, error, asker, policy, at: began)
        }
    }

    /// Nothing more of a file will be sent.
    ///
    /// - Parameters:
    ///   - bytes: of the file's that went out.
    ///   - isComplete: whether the client has all that it asked for.
    ///   - reason: why not, where that is known.
    package func ended(_ receipt: FileReceipt, bytes: Int64, isComplete: Bool, because reason: String? = nil) {
        let end = clock()
        let identity = receipt.identity
        var served = Event.FileServed(
            transport: receipt.request.transport, name: receipt.name, path: receipt.path, bytes: bytes, isComplete: isComplete,
            took: .microseconds(max(0, end.microseconds - receipt.began.microseconds)), address: receipt.request.peer,
            vendor: identity.vendor, userAgent: receipt.request.userAgent, reason: reason)
        (served.family, served.model, served.version) = (identity.family?.id, identity.model, identity.version)
        sink(Event(time: end, mac: receipt.mac, interface: nil, .fileServed(served)))
    }

    /// Puts a refusal on the timeline.
    ///
    /// - Parameter detail: what people are told in place of the refusal's own sentence.
    @discardableResult
    package func refused(_ request: FileRequest, _ refusal: FileRefusal, _ mac: MACAddress?, detail: String? = nil) -> FileRefusal
    {
        let what = Event.FileRefused(
            transport: request.transport, name: request.rawName, status: refusal.status(in: request.transport),
            why: refusal.kind.rawValue, reason: detail ?? refusal.sentence, address: request.peer)
        sink(Event(time: clock(), mac: mac, interface: nil, .fileRefused(what)))
        return refusal
    }

    /// Who asks, and how far it is proven.
    package func asker(of request: FileRequest) -> FileAsker { asker(of: request, policy.value) }

    /// What proves it, the best first: credentials; the kernel's neighbour table, which is never older than the connection;
    /// the address that a phone's own frame came from.
    private func asker(of request: FileRequest, _ policy: Policy) -> FileAsker {
        var name = ""
        if case .name(let fit) = request.name { name = fit }
        let met = memory.device(at: request.peer)?.mac
        let proven = request.provenMAC ?? neighbourhood.mac(request.peer) ?? met
        return policy.asker(
            for: name, userAgent: request.userAgent, told: request.told, at: request.peer,
            server: request.local ?? neighbourhood.ownAddress(request.peer), provenMAC: proven, metMAC: met,
            learnt: memory.device)
    }

    private func refused(
        _ request: FileRequest, _ name: String, _ miss: FileFinder.Miss, _ asker: FileAsker, _ policy: Policy, at now: Moment
    ) -> FileRefusal {
        let owners = policy.owners(of: name)
        switch miss {
        case .notThere:
            // Who is believed asks for whose files he likes, and shows what he is after where there are none.
            let files = policy.settings.files
            if files.secrets == .anyone, !files.trusts(request.peer), !owners.isNobody, !owners.macs.contains(where: policy.knows)
            {
                note(request, asking: owners, asker, at: now)
            }
            return refused(request, FileRefusal(.notFound, FileRefusal.noFile), asker.identity.mac)
        case .notYours:
            note(request, asking: owners, asker, at: now)
            let named = owners.macs.first ?? asker.identity.mac
            return refused(
                request, FileRefusal(.notYours, FileRefusal.noFile),
                asker.provenMAC ?? named.flatMap { mayBe($0, request, policy) },
                detail: asker.refusalSentence(named))
        case .system(let error):
            let refusal = FileRefusal(error.isPermissionDenied ? .forbidden : .unreadable, "the file cannot be read now")
            return refused(request, refusal, asker.identity.mac, detail: error.description)
        case .template(let problem):
            let refusal = FileRefusal(.notMade, "the file cannot be made now")
            return refused(request, refusal, asker.identity.mac, detail: problem.description)
        }
    }

    /// A host that nothing is known of may be the phone that it names, and `why` should say then what that one lacks; unless the phone
    /// has another address.
    private func mayBe(_ mac: MACAddress, _ request: FileRequest, _ policy: Policy) -> MACAddress? {
        policy.knows(mac) && (memory.device(mac)?.address ?? request.peer) == request.peer ? mac : nil
    }

    private func note(_ request: FileRequest, asking owners: NamedOwners, _ asker: FileAsker, at now: Moment) {
        guard !owners.isNobody, probers.withLock({ $0.note(request.peer, asking: owners, at: now) }) else { return }
        sink(
            Event(
                time: now, mac: asker.provenMAC, interface: nil,
                .prober(Event.Prober(address: request.peer, phones: ProberTable.most, seconds: Int(ProberTable.shutOut)))))
    }
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
