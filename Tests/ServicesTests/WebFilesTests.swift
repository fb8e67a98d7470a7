import ConfigFiles
import ConfigTree
import Foundation
import LinuxSystem
import Packets
@testable import Provisioning
import Synchronization
import Testing
import VendorCatalogue
import WebServer

@testable import FileServing
@testable import FileTree

/// A tree on a real disk, the real catalogue, and requests as values.
@Suite final class `Files over HTTP` {
    private let folder: String
    private let memory = DeviceMemory()
    private let events = Events()

    private final class Events: Sendable {
        let all = Mutex<[Event]>([])
        func take(_ event: Event) { all.withLock { $0.append(event) } }
    }

    init() throws {
        folder = NSTemporaryDirectory() + "bellhop-files-\(UUID().uuidString)"
        try put("common.cfg", "root")
        try put("snom/common.cfg", "snom")
        try put("snom/D735/common.cfg", "D735")
        try put("snom/snomD735.htm", "settings")
        try put("devices/000413123456/common.cfg", "own")
        try put("devices/000413AABBCC/secret.xml", "another's")
        try put("yealink/Y000413AABBCC.cfg", "case")
        try put("big.bin", String(repeating: "0123456789", count: 10_000))
    }

    deinit {
        try? FileManager.default.removeItem(atPath: folder)
    }

    private func put(_ path: String, _ text: String) throws {
        let whole = folder + "/" + path
        try FileManager.default.createDirectory(
            atPath: (whole as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try text.write(toFile: whole, atomically: false, encoding: .utf8)
    }

    private func service() throws -> (WebFiles, FileTree) {
        let problems = ConfigProblems()
        let vendors = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../../conf/vendors")
            .standardized.path
        let catalogue = CatalogueFolder.load(program: vendors, usersOwn: nil, problems)
        #expect(problems.isEmpty)
        let tree = try FileTree(root: folder)
        var settings = Settings()
        // Who a client is, is what it says: these are about names.
        settings.files.secrets = .anyone
        let policy = CurrentPolicy(Policy(settings: settings, catalogue: catalogue, tree: tree.snapshot))
        let clock: @Sendable () -> Moment = { Moment(microseconds: 0) }
        let desk = FileDesk(tree: tree, policy: policy, memory: memory, clock: clock, sink: { [events] in events.take($0) })
        return (WebFiles(desk, gate: FileGate(desk)), tree)
    }

    private func get(
        _ path: String, method: String = "GET", agent: String? = nil, from peer: IPv4Address = IPv4Address(10, 0, 0, 9)
    ) throws -> (
        status: Int, text: String
    ) {
        let headers = agent.map { [(name: "User-Agent", value: $0)] } ?? []
        let answer = try service().0.answer(
            WebRequest(method: method, rawPath: path, headers: headers, peer: peer, peerPort: 40_000))
        switch answer.body {
        case .bytes(let bytes): return (answer.status, String(decoding: bytes, as: UTF8.self))
        case .file(let descriptor, let offset, let length):
            let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
            try handle.seek(toOffset: UInt64(offset))
            return (answer.status, String(decoding: handle.readData(ofLength: Int(length)), as: UTF8.self))
        default: return (answer.status, "")
        }
    }

    private let snom = "Mozilla/4.0 (compatible; snomD735-SIP 10.1.33.33 2010.12-00004-g9ba52f5 000413123456 SXM:0 UXM:0)"
    private let otherSnom = "Mozilla/4.0 (compatible; snomD735-SIP 10.1.33.33 2010.12-00004-g9ba52f5 000413000001 SXM:0 UXM:0)"

    @Test func `a phone sees its own folder over its model's, its brand's and the root`() throws {
        #expect(try get("/common.cfg", agent: snom).text == "own")
        #expect(try get("/common.cfg", agent: otherSnom).text == "D735")
        #expect(try get("/common.cfg", agent: "Mozilla/4.0 (compatible; snom320-SIP 8.4.18 1.1.3-s)").text == "snom")
        #expect(try get("/common.cfg", agent: "curl/8").text == "root")
    }

    @Test func `a phone that was met before is known by its address`() throws {
        let identity = Identity(mac: MACAddress("00:04:13:12:34:56"), vendor: "snom", model: "D735")
        memory.learn(identity, address: IPv4Address(10, 0, 0, 7), interface: "eth0", at: Moment(microseconds: 0))
        #expect(try get("/common.cfg", from: IPv4Address(10, 0, 0, 7)).text == "own")
        #expect(try get("/common.cfg", from: IPv4Address(10, 0, 0, 8)).text == "root")
    }

    @Test func `the MAC inside a name matches in any case`() throws {
        #expect(try get("/yealink/Y000413aabbcc.cfg").text == "case")
        #expect(try get("/yealink/y000413aabbcc.cfg").status == 404)
    }

    @Test func `T9 another phone's folder is not seen by asking for its path`() throws {
        #expect(try get("/devices/000413AABBCC/secret.xml", agent: snom).status == 404)
        #expect(try get("/Devices/000413aabbcc/secret.xml", agent: snom).status == 404)
        #expect(try get("/devices/000413123456/common.cfg", agent: snom).text == "own")
    }

    @Test func `a long file goes out whole, from an open descriptor`() throws {
        #expect(try get("/big.bin").text == String(repeating: "0123456789", count: 10_000))
    }

    @Test func `a file that came this moment is found though the snapshot does not have it`() throws {
        let (service, _) = try service()
        try put("snom/new.cfg", "fresh")
        let answer = service.answer(
            WebRequest(
                method: "GET", rawPath: "/new.cfg", headers: [("User-Agent", snom)], peer: IPv4Address(10, 0, 0, 9), peerPort: 1))
        guard case .bytes(let bytes) = answer.body else { throw Unexpected() }
        #expect(String(decoding: bytes, as: UTF8.self) == "fresh")
    }

    private struct Unexpected: Error {}

    @Test(arguments: ["POST", "PUT", "DELETE", "TRACE", "PROPFIND", "get"])
    func `H4 other methods get 405 and the list of those that are served`(method: String) throws {
        let answer = try service().0.answer(WebRequest(method: method, rawPath: "/common.cfg", peer: .any, peerPort: 1))
        #expect(answer.status == 405)
        #expect(answer.headers.contains { $0.name == "Allow" && $0.value == "GET, HEAD, OPTIONS" })
    }

    @Test func `what is not there is 404, a folder too, and a name that leads out is 400`() throws {
        #expect(try get("/nothing.cfg").status == 404)
        #expect(try get("/").status == 404)
        #expect(try get("/snom").status == 404)
        #expect(try get("/../etc/passwd").status == 400)
        #expect(try get("/%2e%2e/%2e%2e/etc/passwd").status == 400)
    }

    @Test func `T7 a symbolic link that leads out is not followed, one that stays inside is`() throws {
        try FileManager.default.createSymbolicLink(atPath: folder + "/out.cfg", withDestinationPath: "/etc/passwd")
        try FileManager.default.createSymbolicLink(atPath: folder + "/in.cfg", withDestinationPath: "snom/common.cfg")
        #expect(try get("/out.cfg").status == 404)
        #expect(try get("/in.cfg").text == "snom")
    }

    @Test func `T9 a stranger who uses a phone's name is not remembered as that phone`() throws {
        _ = try get("/snomD735-000413123456.htm", from: IPv4Address(10, 0, 0, 66))
        #expect(memory.device(at: IPv4Address(10, 0, 0, 66)) == nil)
    }

    @Test func `every request is an event, with who asked and what became of it`() throws {
        let answer = try service().0.answer(
            WebRequest(
                method: "GET", rawPath: "/snomD735.htm", headers: [("User-Agent", snom)], peer: IPv4Address(10, 0, 0, 9),
                peerPort: 1))
        #expect(events.all.withLock { $0.isEmpty }, "what is on its way is not served yet")
        answer.ended?(true, nil)
        _ = try get("/nothing.cfg", agent: snom)
        let events = events.all.withLock { $0 }
        #expect(events.map(\.name) == ["file.served", "file.refused"])
        #expect(events.allSatisfy { $0.mac == MACAddress("00:04:13:12:34:56") })
        guard case .fileServed(let file)? = events.first?.what else { throw Unexpected() }
        #expect(file.path == "snom/snomD735.htm")
        #expect(file.bytes == 8)
    }

    @Test func `the snapshot follows the disk: files, folders, renames and removals`() throws {
        let (_, tree) = try service()
        let changes = Mutex(0)
        let watch = try FileTreeWatch(tree, changed: { changes.withLock { $0 += 1 } }, trouble: { Issue.record("\($0)") })
        defer { watch.stop() }
        func eventually(_ what: String, _ holds: () -> Bool) {
            for _ in 0..<6000 where !holds() { Thread.sleep(forTimeInterval: 0.01) }
            #expect(holds(), "\(what)")
        }
        try put("fanvil/x4/a.cfg", "1")
        eventually("a file in two new folders") { tree.snapshot.file("fanvil/x4/a.cfg") != nil }
        try FileManager.default.moveItem(atPath: folder + "/fanvil", toPath: folder + "/panasonic")
        eventually("a renamed folder") {
            tree.snapshot.file("panasonic/x4/a.cfg") != nil && tree.snapshot.file("fanvil/x4/a.cfg") == nil
        }
        try put("panasonic/x4/b.cfg", "2")
        eventually("a file in the renamed folder") { tree.snapshot.file("panasonic/x4/b.cfg") != nil }
        try FileManager.default.removeItem(atPath: folder + "/panasonic")
        eventually("a removed folder") {
            tree.snapshot.folder("panasonic") == nil && tree.snapshot.file("panasonic/x4/b.cfg") == nil
        }
        eventually("told of each") { changes.withLock { $0 } >= 4 }
    }
}
