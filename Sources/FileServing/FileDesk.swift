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
    let memory: DeviceMemory
    let neighbourhood: Neighbourhood
    let probers = Mutex(ProberTable())
    let sink: EventSink
    let clock: @Sendable () -> Moment

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
    package func find(_ request: FileRequest) throws(FileRefusal) -> FoundFile {
        try find(try admit(request))
    }

    func find(_ errand: FileErrand) throws(FileRefusal) -> FoundFile {
        do throws(FileFinder.Miss) {
            let found = try FileFinder(tree, errand.policy).find(errand.name, for: errand.asker, at: errand.findings.place)
            return FoundFile(content: found.content, isSecret: found.isSecret, receipt: errand.receipt(for: found.file.path))
        } catch {
            throw refused(errand, error)
        }
    }

    /// The version on disk of the file that ``find(_:)`` would open, for who holds what he once read of it; `nil` where it has to be opened.
    func version(for errand: FileErrand) -> (version: FileVersion, place: FilePlace)? {
        guard let place = errand.findings.place, let version = tree.version(of: place.file.path) else { return nil }
        return (version, place)
    }

    /// Whether somebody has written to the file since it was opened as this version. Of one that gave its name to another, which is how files
    /// should be replaced, nothing is known, and it stays what it was.
    func isWrittenTo(_ version: FileVersion, at path: String) -> Bool {
        guard let there = tree.version(of: path), there.identity == version.identity else { return false }
        return (there.size, there.modified) != (version.size, version.modified)
    }

    /// Who asks, and how far it is proven. What proves it, the best first: credentials; the kernel's neighbour table, which is never older
    /// than the connection; the address that a phone's own frame came from.
    func asker(of request: FileRequest, _ policy: Policy) -> FileAsker { findings(about: request, policy).asker }

    func findings(about request: FileRequest, _ policy: Policy) -> FileFindings {
        var name = ""
        if case .name(let fit) = request.name { name = fit }
        // Who shows a password is that phone, whoever was met there.
        let met = request.provenMAC == nil ? memory.mac(at: request.peer) : nil
        let neighbour = request.provenMAC == nil ? request.neighbour ?? neighbourhood.mac(request.peer) : nil
        let question = FileQuestion(
            name: name, userAgent: request.userAgent, told: request.told, address: request.peer,
            server: request.local ?? neighbourhood.ownAddress(request.peer), provenMAC: request.provenMAC ?? neighbour ?? met,
            metMAC: met)
        return policy.findings(for: question, learnt: memory.device)
    }

    /// Nothing more of a file will be sent.
    ///
    /// - Parameters:
    ///   - bytes: of the file's that went out; `nil` where that is not known.
    ///   - isComplete: whether the client has all that it asked for.
    ///   - isUnchanged: the client has this version already, and was told so.
    ///   - only: what it asked for, where that leaves it without the end of the file.
    ///   - reason: why not, where that is known.
    package func ended(
        _ receipt: FileReceipt, bytes: Int64?, isComplete: Bool, isUnchanged: Bool = false, only: Event.Excerpt? = nil,
        because reason: String? = nil
    ) {
        let end = clock()
        var served = receipt.served(bytes, isComplete: isComplete, at: end)
        (served.isUnchanged, served.only, served.reason) = (isUnchanged, only, reason)
        sink(Event(time: end, mac: receipt.mac, interface: nil, .fileServed(served)))
    }

    /// Nanoseconds after which a file that is on its way is told of, once: until then most have arrived.
    static let patience: UInt64 = 5_000_000_000

    /// A file has been on its way for ``patience``.
    ///
    /// - Parameters:
    ///   - bytes: of it, that the client has.
    ///   - size: what it is to get.
    func isUnderWay(_ receipt: FileReceipt, bytes: Int64, of size: Int64) {
        let now = clock()
        let served = receipt.served(bytes, isComplete: false, at: now)
        sink(Event(time: now, mac: receipt.mac, interface: nil, .fileUnderWay(served, of: size)))
    }

    /// A phone left a file here.
    func uploaded(_ request: FileRequest, path: String, bytes: Int64, by mac: MACAddress) {
        let what = Event.FileUploaded(
            transport: request.transport, name: request.rawName, path: path, bytes: bytes, address: request.peer)
        sink(Event(time: clock(), mac: mac, interface: nil, .fileUploaded(what)))
    }

    /// Puts a refusal on the timeline of who asked.
    @discardableResult
    package func refused(
        _ request: FileRequest, _ refusal: FileRefusal, to asker: FileAsker, detail: String? = nil, status: Int? = nil
    ) -> FileRefusal {
        refused(
            request, refusal, asker.identity.mac, as: asker.isProven ? asker.identity : nil, detail: detail, status: status)
    }

    /// Puts a refusal on the timeline.
    ///
    /// - Parameters:
    ///   - identity: who it is, where that is proven.
    ///   - detail: what people are told in place of the refusal's own sentence.
    ///   - status: what the client was told, where that is another number than the kind of refusal has.
    @discardableResult
    package func refused(
        _ request: FileRequest, _ refusal: FileRefusal, _ mac: MACAddress?, as identity: Identity? = nil, detail: String? = nil,
        status: Int? = nil
    ) -> FileRefusal {
        let what = Event.FileRefused(
            transport: request.transport, name: request.rawName, status: status ?? refusal.status(in: request.transport),
            why: refusal.kind.rawValue, reason: detail ?? refusal.sentence, address: request.peer)
        sink(Event(time: clock(), mac: mac, interface: nil, identity: identity, .fileRefused(what)))
        return refusal
    }
}
