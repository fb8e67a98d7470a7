import FileTree
import LinuxSystem
import Packets
import Provisioning
import VendorCatalogue

/// Finds the file that a client means, as the phone that asks sees the tree: one way for every protocol. Tells the timeline of what was
/// given and what was not.
package final class FileDesk: Sendable {
    let tree: FileTree
    let policy: CurrentPolicy
    let memory: DeviceMemory
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
        let policy = policy.value
        let met = memory.device(at: request.peer)
        let identity = identify(request, name, met, policy)
        // A stranger's request tells nothing of the phone whose name it uses, nor of one whose password somebody else has.
        if let met, identity.mac == met.mac { memory.learn(identity, address: request.peer, interface: nil, at: began) }
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
    ///   - reason: why not, where that is known.
    package func ended(_ receipt: FileReceipt, bytes: Int64, isComplete: Bool, because reason: String? = nil) {
        let end = clock()
        let served = Event.FileServed(
            transport: receipt.request.transport, name: receipt.name, path: receipt.path, bytes: bytes, isComplete: isComplete,
            took: .microseconds(max(0, end.microseconds - receipt.began.microseconds)), address: receipt.request.peer,
            vendor: receipt.vendor, userAgent: receipt.request.userAgent, reason: reason)
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
            reason: detail ?? refusal.sentence, address: request.peer)
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

    /// Who asks: what is proven, the address where a phone was met already, the User-Agent, the address in it or in the name.
    ///
    /// - Parameter name: `nil` where what is asked for says nothing of who asks.
    func identify(
        _ request: FileRequest, _ name: String?, _ met: (mac: MACAddress, device: LearntDevice)?, _ policy: Policy
    ) -> Identity {
        var seen = Observations(mac: request.provenMAC ?? met?.mac)
        seen.learnt = seen.mac == met?.mac ? met?.device : seen.mac.flatMap(memory.device)
        seen.userAgent = request.userAgent.map { Array($0.utf8)[...] }
        seen.told = request.told
        seen.fileName = name
        if seen.mac == nil, let name {
            seen.mac = policy.catalogue.identify(seen).mac ?? firstMAC(in: name)
            seen.learnt = seen.mac.flatMap(memory.device)
        }
        seen.known = seen.mac.flatMap { policy.settings.devices[$0] }
        return policy.catalogue.identify(seen)
    }
}
