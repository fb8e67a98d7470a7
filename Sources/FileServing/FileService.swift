import FileTree
import LinuxSystem
import Packets
import Provisioning
import VendorCatalogue
import WebServer

/// Answers HTTP requests from the file tree, as the phone that asks sees it.
package final class FileService: Sendable {
    private let tree: FileTree
    private let policy: CurrentPolicy
    private let memory: DeviceMemory
    private let sink: EventSink
    private let clock: @Sendable () -> Moment

    package init(
        tree: FileTree, policy: CurrentPolicy, memory: DeviceMemory, clock: @escaping @Sendable () -> Moment, sink: @escaping EventSink
    ) {
        self.tree = tree
        self.policy = policy
        self.memory = memory
        self.clock = clock
        self.sink = sink
    }

    /// Files up to this many bytes are read at once; longer ones go from the disk to the socket (sendfile(2)).
    private static let shortFile: Int64 = 32_768

    package func answer(_ request: WebRequest) -> WebAnswer {
        guard request.method == "GET" || request.method == "HEAD" else {
            return refuse(request, 405, "\(safe(request.method)) is not served; GET and HEAD are", mac: nil, headers: [("Allow", "GET, HEAD")])
        }
        let name: String
        switch RequestedName(request.rawPath) {
        case .name(let decoded): name = decoded
        case .unfit(let reason): return refuse(request, 400, reason, mac: nil)
        }
        let policy = policy.value
        let met = memory.device(at: request.peer)
        let identity = identify(request, name, met, policy)
        // A stranger's request tells nothing of the phone whose name it uses.
        if met != nil { memory.learn(identity, address: request.peer, interface: nil, at: clock()) }
        do throws(SystemError) {
            guard let (path, file) = try open(name, PhoneView(of: tree.snapshot, for: identity)) else {
                return refuse(request, 404, "there is no file for this phone under that name", mac: identity.mac)
            }
            let body = try body(of: file)
            let served = Event.FileServed(
                name: name, path: path, bytes: file.size, address: request.peer, vendor: identity.vendor, userAgent: request.header("User-Agent"))
            sink(Event(time: clock(), mac: identity.mac, interface: nil, .fileServed(served)))
            return WebAnswer(
                status: 200, headers: [("Content-Type", mediaType(of: path)), ("X-Content-Type-Options", "nosniff")], body: body)
        } catch {
            return refuse(request, error.isPermissionDenied ? 403 : 503, "the file cannot be read now", mac: identity.mac, detail: error.description)
        }
    }

    /// By the snapshot of names; a file that came this moment may not be in it yet, so the disk has the last word.
    private func open(_ name: String, _ view: PhoneView) throws(SystemError) -> (path: String, file: OpenFile)? {
        if let path = view.file(name), let file = try tree.open(path) { return (path, file) }
        for path in view.candidates(name) {
            if let file = try tree.open(path) { return (path, file) }
        }
        return nil
    }

    private func body(of file: OpenFile) throws(SystemError) -> WebAnswer.Body {
        if file.size <= FileService.shortFile { return .bytes(try file.read(from: 0, count: Int(file.size))) }
        return .file(descriptor: try file.descriptor.duplicate(), offset: 0, length: file.size)
    }

    /// Who asks: the address where a phone was met already, the User-Agent, the address in it or in the name.
    private func identify(
        _ request: WebRequest, _ name: String, _ met: (mac: MACAddress, device: LearntDevice)?, _ policy: Policy
    ) -> Identity {
        var seen = Observations(mac: met?.mac)
        seen.learnt = met?.device
        seen.userAgent = request.header("User-Agent").map { Array($0.utf8)[...] }
        seen.fileName = name
        if seen.mac == nil {
            seen.mac = policy.catalogue.identify(seen).mac ?? firstMAC(in: name)
            seen.learnt = seen.mac.flatMap(memory.device)
        }
        seen.known = seen.mac.flatMap { policy.settings.devices[$0] }
        return policy.catalogue.identify(seen)
    }

    private func refuse(
        _ request: WebRequest, _ status: Int, _ reason: String, mac: MACAddress?, headers: [(name: String, value: String)] = [],
        detail: String? = nil
    ) -> WebAnswer {
        sink(
            Event(
                time: clock(), mac: mac, interface: nil,
                .fileRefused(name: request.rawPath, status: status, reason: detail ?? reason, address: request.peer)))
        let plain = WebAnswer.text(status: status, reason)
        return WebAnswer(status: status, headers: plain.headers + headers, body: plain.body)
    }

    private func safe(_ text: String) -> String { printable(Array(text.utf8)[...]) }
}
