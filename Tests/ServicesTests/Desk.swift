import ConfigFiles
import ConfigTree
import Foundation
import LinuxSystem
import Packets
import Synchronization
import Testing
import VendorCatalogue
import WebServer

@testable import FileServing
@testable import FileTree
@testable import Provisioning

/// A tree on a real disk with a secret beside it, two phones on the wire and a laptop, and requests as values.
final class Desk: Sendable {
    static let phone = (mac: MACAddress(bits: 0x0004_1312_3456), address: IPv4Address(10, 0, 0, 7))
    static let other = (mac: MACAddress(bits: 0x0004_1312_3457), address: IPv4Address(10, 0, 0, 8))
    static let laptop = (mac: MACAddress(bits: 0x5254_0000_0007), address: IPv4Address(10, 0, 0, 66))
    static let router = IPv4Address(10, 9, 9, 9)

    let folder: String
    var root: String { folder + "/root" }
    let events = Mutex<[Event]>([])
    let seconds = Mutex<UInt64>(0)
    let memory = DeviceMemory()

    init(_ files: [String: String]) throws {
        folder = NSTemporaryDirectory() + "bellhop-desk-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder + "/root", withIntermediateDirectories: true)
        try "CANARY".write(toFile: folder + "/canary", atomically: false, encoding: .utf8)
        for (path, text) in files { try put(path, text) }
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func put(_ path: String, _ text: String) throws {
        let whole = root + "/" + path
        try FileManager.default.createDirectory(
            atPath: (whole as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try text.write(toFile: whole, atomically: false, encoding: .utf8)
    }

    func desk(_ yaml: String = "", devices: String = "mac\n") throws -> FileDesk {
        let problems = ConfigProblems()
        let vendors = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../../conf/vendors")
            .standardized.path
        let catalogue = CatalogueFolder.load(program: vendors, usersOwn: nil, problems)
        var settings = Settings(
            try YAMLDocument.parse(Array(yaml.utf8), file: "x.yaml"), vendors: catalogue.names, problems)
        settings.take(readKnownDevices(devices, file: "devices.csv", vendors: catalogue.names, problems))
        #expect(problems.inOrder.map(\.description) == [])
        let tree = try FileTree(root: root)
        return FileDesk(
            tree: tree, policy: CurrentPolicy(Policy(settings: settings, catalogue: catalogue, tree: tree.snapshot)),
            memory: memory,
            neighbourhood: .init(
                mac: { address in [Desk.phone, Desk.other, Desk.laptop].first { $0.address == address }?.mac },
                ownAddress: { _ in IPv4Address(10, 0, 0, 1) }),
            clock: { [self] in Moment(microseconds: 0, steady: seconds.withLock { $0 } * 1_000_000_000) },
            sink: { [self] event in events.withLock { $0.append(event) } })
    }

    /// What goes out for a request, as bytes: status, headers, body.
    static func answer(
        _ desk: FileDesk, _ path: String, from peer: IPv4Address, agent: String? = nil
    ) throws -> (status: Int, whole: String, body: String) {
        let answer = WebFiles(desk, gate: FileGate(desk)).answer(
            WebRequest(
                method: "GET", rawPath: path, headers: agent.map { [("User-Agent", $0)] } ?? [], peer: peer, peerPort: 40_000))
        guard case .bytes(let bytes) = answer.body else { throw Unexpected() }
        let body = String(decoding: bytes, as: UTF8.self)
        return (answer.status, "\(answer.status) \(answer.headers) \(body)", body)
    }

    struct Unexpected: Error {}

    func told(_ name: String) -> [Event] { events.withLock { $0 }.filter { $0.name == name } }
}
