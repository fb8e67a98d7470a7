import Cryptography
import ConfigFiles
import ConfigTree
import Foundation
import HTTPSemantics
import LinuxSystem
import Packets
import Synchronization
import Testing
import VendorCatalogue
import WebServer

@testable import FileServing
@testable import FileTree
@testable import Provisioning

/// Files over HTTP, without the wire: a tree on a real disk, the real catalogue, a configuration, and requests as values.
final class WebScene {
    let folder: String
    let memory = DeviceMemory()
    let events = Events()
    let policy: CurrentPolicy
    let files: WebFiles

    final class Events: Sendable {
        private let all = Mutex<[Event]>([])
        func take(_ event: Event) { all.withLock { $0.append(event) } }
        var list: [Event] { all.withLock { $0 } }
        /// As log and timeline show them.
        var texts: [String] {
            list.map { event in "\(event.name) \(event.details.map { "\($0.name)=\($0.text)" }.joined(separator: " "))" }
        }
    }

    /// - Parameters:
    ///   - later: seconds by which the service's clock is ahead, so that files are old for it.
    ///   - free: thousandths of the disk, for uploads: the tests' own may be full.
    init(
        _ configuration: String = "", devices: String? = nil, files: [String: String] = [:], later: Int64 = 0, free: Int64 = 999
    ) throws {
        folder = NSTemporaryDirectory() + "bellhop-web-\(UUID().uuidString)"
        for (path, text) in files { try WebScene.put(folder + "/tree/" + path, text) }
        try FileManager.default.createDirectory(atPath: folder + "/tree", withIntermediateDirectories: true)
        let problems = ConfigProblems()
        let vendors = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../../conf/vendors")
            .standardized.path
        let catalogue = CatalogueFolder.load(program: vendors, usersOwn: nil, problems)
        var settings = Settings(
            try YAMLDocument.parse(Array(configuration.utf8), file: "bellhop.yaml"), vendors: catalogue.names, problems)
        if let devices {
            settings.take(readKnownDevices(devices, file: "devices.csv", vendors: catalogue.names, problems))
        }
        settings.checkColumns(problems)
        guard problems.isEmpty else { throw Wrong(problems: problems.inOrder.map(\.description)) }
        let tree = try FileTree(root: folder + "/tree")
        let policy = CurrentPolicy(Policy(settings: settings, catalogue: catalogue, tree: tree.snapshot))
        self.policy = policy
        let desk = FileDesk(
            tree: tree, policy: policy, memory: memory,
            clock: { Moment(microseconds: WallClock.now().microsecondsSince1970 + later * 1_000_000) },
            sink: { [events] in events.take($0) })
        self.files = WebFiles(
            desk, gate: FileGate(desk),
            uploads: UploadDesk(
                folder: folder + "/uploads", policy: policy, desk: desk, space: { _ in (1000 << 20, free << 20) }))
    }

    struct Wrong: Error { let problems: [String] }

    deinit {
        try? FileManager.default.removeItem(atPath: folder)
    }

    func put(_ path: String, _ text: String) throws {
        try WebScene.put(folder + "/tree/" + path, text)
    }

    private static func put(_ path: String, _ text: String) throws {
        try FileManager.default.createDirectory(
            atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try text.write(toFile: path, atomically: false, encoding: .utf8)
    }

    /// A phone was met at an address, as the frames of its boot show it.
    func meet(_ mac: MACAddress, at address: IPv4Address) {
        memory.learn(Identity(mac: mac), address: address, interface: "eth0", at: Moment(microseconds: 0))
    }

    func request(
        _ path: String, method: String = "GET", _ headers: [(String, String)] = [], from peer: IPv4Address = WebScene.peer,
        station: MACAddress?? = nil, isEncrypted: Bool = false, certificate: ClientCertificate? = nil
    ) -> WebRequest {
        WebRequest(
            method: method, rawPath: path, headers: headers, peer: peer, peerPort: 40_000, station: station,
            isEncrypted: isEncrypted, certificate: certificate)
    }

    static let peer = IPv4Address(10, 0, 0, 9)

    /// The answer to a request, its file read.
    func ask(
        _ path: String, method: String = "GET", _ headers: [(String, String)] = [], from peer: IPv4Address = WebScene.peer
    ) throws -> Answer {
        try Answer(files.answer(request(path, method: method, headers, from: peer)))
    }

    /// Leaves a file, in parts of 1,000 octets.
    func leave(
        _ path: String, _ bytes: [UInt8], method: String = "PUT", _ headers: [(String, String)] = [],
        from peer: IPv4Address = WebScene.peer
    ) throws -> Answer {
        switch files.receive(request(path, method: method, headers, from: peer)) {
        case .discard, .keep: return try ask(path, method: method, headers, from: peer)
        case .answer(let answer, _): return try Answer(answer)
        case .sink(let sink, let limit):
            guard bytes.count <= limit else {
                sink.abandon()
                return try Answer(WebAnswer(status: 413))
            }
            var rest = bytes[...]
            while !rest.isEmpty {
                guard rest.prefix(1000).withUnsafeBytes({ sink.take($0) }) else { break }
                rest = rest.dropFirst(1000)
            }
            return try Answer(sink.finish())
        }
    }

    struct Answer {
        let status: Int
        let headers: [(name: String, value: String)]
        let text: String

        init(_ answer: WebAnswer) throws {
            // One that is built already stands for what it was built of.
            let told = if case .cached(let cached) = answer.body { cached.answer } else { answer }
            status = told.status
            headers = told.headers
            switch told.body {
            case .bytes(let bytes): text = String(decoding: bytes, as: UTF8.self)
            case .file(let descriptor, let offset, let length):
                let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
                try handle.seek(toOffset: UInt64(offset))
                text = String(decoding: handle.readData(ofLength: Int(length)), as: UTF8.self)
            case .none, .cached, .stream, .later: text = ""
            }
            answer.ended?(true, nil)
        }

        subscript(_ name: String) -> String? { headers.first { $0.name == name }?.value }
        func all(_ name: String) -> [String] { headers.filter { $0.name == name }.map(\.value) }
    }
}
