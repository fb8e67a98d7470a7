import FileTree
import LinuxSystem
import Packets
import Provisioning
import VendorCatalogue

/// Finds the file that a client means, as the phone that asks sees the tree: one way for every protocol. Tells the timeline of what was
/// given and what was not.
package final class FileDesk: Sendable {
    private let tree: FileTree
    private let policy: CurrentPolicy
    private let memory: DeviceMemory
    private let sink: EventSink
    private let clock: @Sendable () -> Moment

    package init(
        tree: FileTree, policy: CurrentPolicy, memory: DeviceMemory, clock: @escaping @Sendable () -> Moment,
        sink: @escaping EventSink
    ) {
        self.tree = tree
        self.policy = policy
        self.memory = memory
        self.clock = clock
        self.sink = sink
    }

    /// The file that a request means, open. A refusal is on the timeline already; of a file, ``ended(_:bytes:isComplete:)`` tells.
    package func find(_ request: FileRequest) throws(FileRefusal) -> FoundFile {
        let began = clock()
        let name: String
        switch request.name {
        case .name(let fit): name = fit
        case .unfit(let reason): throw refused(request, FileRefusal(.unfitName, reason), nil)
        }
        let identity = identity(of: request, policy.value)
        // A stranger's request tells nothing of the phone whose name it uses.
        if certainMAC(of: request) != nil {
            // Who proves who he is may do so from anywhere: the address says nothing of the next one who asks from there.
            memory.learn(identity, address: request.provenMAC == nil ? request.peer : nil, interface: nil, at: began)
        }
        do throws(SystemError) {
            if let (path, file) = try open(name, PhoneView(of: tree.snapshot, for: identity)) {
                let receipt = FileReceipt(
                    request: request, name: name, path: path, mac: identity.mac, vendor: identity.vendor, began: began)
                let isSecret = firstMAC(in: path) != nil
                return FoundFile(content: .disk(file), isSecret: isSecret, receipt: receipt)
            }
        } catch {
            let refusal = FileRefusal(error.isPermissionDenied ? .forbidden : .unreadable, "the file cannot be read now")
            throw refused(request, refusal, identity.mac, detail: error.description)
        }
        throw refused(request, FileRefusal(.notFound, FileRefusal.noFile), identity.mac)
    }

    /// Nothing more of a file will be sent.
    ///
    /// - Parameters:
    ///   - bytes: of the file's that went out.
    ///   - isComplete: whether the client has all that it asked for.
    ///   - isUnchanged: the client has this version already, and was told so.
    package func ended(_ receipt: FileReceipt, bytes: Int64, isComplete: Bool, isUnchanged: Bool = false) {
        let end = clock()
        let served = Event.FileServed(
            transport: receipt.request.transport, name: receipt.name, path: receipt.path, bytes: bytes, isComplete: isComplete,
            isUnchanged: isUnchanged, took: .microseconds(max(0, end.microseconds - receipt.began.microseconds)),
            address: receipt.request.peer,
            vendor: receipt.vendor, userAgent: receipt.request.userAgent)
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

    /// By the snapshot of names; a file that came this moment may not be in it yet, so the disk has the last word.
    private func open(_ name: String, _ view: PhoneView) throws(SystemError) -> (path: String, file: OpenFile)? {
        if let path = view.file(name), let file = try tree.open(path) { return (path, file) }
        for path in view.candidates(name) {
            if let file = try tree.open(path) { return (path, file) }
        }
        return nil
    }

    /// A phone left a file here.
    func uploaded(_ request: FileRequest, path: String, bytes: Int64, by mac: MACAddress) {
        let what = Event.FileUploaded(
            transport: request.transport, name: request.rawName, path: path, bytes: bytes, address: request.peer)
        sink(Event(time: clock(), mac: mac, interface: nil, .fileUploaded(what)))
    }

    /// The phone that asks, where that is more than a claim: proven, or met at this address.
    package func certainMAC(of request: FileRequest) -> MACAddress? {
        request.provenMAC ?? memory.device(at: request.peer)?.mac
    }

    /// Who asks: what is certain, the User-Agent, the address in it or in the name.
    package func identity(of request: FileRequest, _ policy: Policy) -> Identity {
        var seen = Observations(mac: certainMAC(of: request))
        seen.learnt = seen.mac.flatMap(memory.device)
        seen.userAgent = request.userAgent.map { Array($0.utf8)[...] }
        if case .name(let name) = request.name { seen.fileName = name }
        if seen.mac == nil {
            seen.mac = policy.catalogue.identify(seen).mac ?? seen.fileName.flatMap(firstMAC)
            seen.learnt = seen.mac.flatMap(memory.device)
        }
        seen.known = seen.mac.flatMap { policy.settings.devices[$0] }
        return policy.catalogue.identify(seen)
    }
}
