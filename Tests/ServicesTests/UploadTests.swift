import Foundation
import Packets
import Testing
import WebServer

@testable import FileServing

@Suite struct `Uploads` {
    static let mac = MACAddress(bits: 0x0004_1312_3456)
    static let configuration = """
        rules:
          - match: {mac: "00:04:13"}
            uploads: {file-size: 4k, files: 3, total: 10k}
        """

    private func scene(_ configuration: String = configuration, free: Int64 = 999) throws -> WebScene {
        let scene = try WebScene(configuration, files: ["a.cfg": "a"], free: free)
        scene.meet(Self.mac, at: WebScene.peer)
        return scene
    }

    private func kept(_ scene: WebScene) -> [String: String] {
        let folder = scene.folder + "/uploads/000413123456"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return Dictionary(
            uniqueKeysWithValues: names.map { ($0, (try? String(contentsOfFile: "\(folder)/\($0)", encoding: .utf8)) ?? "?") })
    }

    @Test(arguments: ["PUT", "POST"])
    func `a phone leaves a file in a folder of its own, and the timeline tells`(method: String) throws {
        let scene = try scene()
        let answer = try scene.leave("/logs/000413123456-app.log", Array("hello".utf8), method: method)
        #expect(answer.status == 201)
        #expect(kept(scene) == ["000413123456-app.log": "hello"])
        #expect(scene.events.texts.first?.hasPrefix("file.uploaded ") == true)
        #expect(scene.events.texts.first?.contains("path=000413123456/000413123456-app.log bytes=5") == true)
        #expect(scene.events.list.first?.mac == Self.mac)
        #expect(try scene.ask("/logs/000413123456-app.log").status == 404, "what was left is not served")
    }

    @Test func `where somebody took the folder of uploads away it is made again`() throws {
        let scene = try scene()
        #expect(try scene.leave("/one.log", Array("1".utf8)).status == 201)
        try FileManager.default.removeItem(atPath: scene.folder + "/uploads")
        #expect(try scene.leave("/two.log", Array("2".utf8)).status == 201)
        #expect(kept(scene) == ["two.log": "2"])
    }

    @Test func `nothing is ever written over`() throws {
        let scene = try scene()
        for text in ["one", "two", "three"] { #expect(try scene.leave("/app.log", Array(text.utf8)).status == 201) }
        #expect(kept(scene) == ["app.log": "one", "app.log.1": "two", "app.log.2": "three"])
    }

    @Test func `a file, a phone's files and all of them together have their limits`() throws {
        let scene = try scene()
        #expect(try scene.leave("/a", [UInt8](repeating: 97, count: 4096)).status == 201)
        #expect(try scene.leave("/b", [UInt8](repeating: 97, count: 4097)).status == 413)
        #expect(try scene.leave("/c", [UInt8](repeating: 97, count: 4096)).status == 201)
        // 10 KiB less twice 4 KiB.
        #expect(try scene.leave("/d", [UInt8](repeating: 97, count: 2049)).status == 413)
        #expect(try scene.leave("/e", [UInt8](repeating: 97, count: 2048)).status == 201)
        #expect(try scene.leave("/f", []).status == 507)
        #expect(kept(scene).keys.sorted() == ["a", "c", "e"])
    }

    @Test(arguments: [(126, 201), (125, 507)])
    func `of a disk an eighth stays free`(free: Int64, status: Int) throws {
        let scene = try scene(free: free)
        #expect(try scene.leave("/app.log", Array("x".utf8)).status == status)
    }

    @Test func `what is on its way counts, and counts no more when it broke off`() throws {
        let scene = try scene()
        var sinks: [any BodySink] = []
        for number in 0..<3 {
            guard case .sink(let sink, _) = scene.files.receive(scene.request("/\(number)", method: "PUT")) else {
                Issue.record("\(number) was refused")
                return
            }
            sinks.append(sink)
        }
        #expect(try scene.leave("/x", []).status == 507)
        for sink in sinks { sink.abandon() }
        #expect(kept(scene).isEmpty, "what broke off leaves nothing behind")
        #expect(try scene.leave("/x", []).status == 201)
    }

    @Test(arguments: [
        ("/../../etc/passwd", 400), ("/%2e%2e/x", 400), ("/a%00b", 400), ("/a%2fb", 400), ("/", 201), ("/..hidden", 201),
        ("/a%20b;rm%20-rf.log", 201), ("/.incoming-1", 201), ("/caf%C3%A9.log", 201),
    ])
    func `T7 a name is reduced to what is safe`(path: String, status: Int) throws {
        let scene = try scene()
        #expect(try scene.leave(path, Array("x".utf8)).status == status)
        let safe = CharacterSet(charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
        for name in kept(scene).keys {
            #expect(name.unicodeScalars.allSatisfy(safe.contains), "\(name)")
            #expect(!name.hasPrefix("."), "\(name)")
        }
        #expect(kept(scene).count == (status == 201 ? 1 : 0))
    }

    @Test func `T9 a stranger leaves nothing, and a phone nothing in another's name`() throws {
        let scene = try scene()
        let agent = ("User-Agent", `Passwords for files`.snom)
        let stranger = IPv4Address(10, 0, 0, 66)
        #expect(try scene.leave("/000413123456-app.log", [], [agent], from: stranger).status == 403)
        #expect(try scene.leave("/000413AABBCC-app.log", []).status == 403)
        #expect(kept(scene).isEmpty)
        #expect(scene.events.texts.map { $0.hasPrefix("file.refused ") } == [true, true])
    }

    @Test func `T8 where no rule takes them there are no PUT and POST`() throws {
        let scene = try scene("rules: [{match: {vendor: yealink}, uploads: true}]")
        #expect(try scene.leave("/app.log", []).status == 403)
        #expect(try scene.ask("/", method: "OPTIONS")["Allow"] == "GET, HEAD, OPTIONS, PUT, POST")
        let closed = try self.scene("rules: [{match: {vendor: snom}, uploads: false}]")
        #expect(try closed.leave("/app.log", []).status == 405)
        #expect(try closed.ask("/", method: "OPTIONS")["Allow"] == "GET, HEAD, OPTIONS")
    }

    @Test func `H5 a part of a file, or another version of one that is not here, is not taken`() throws {
        let scene = try scene()
        #expect(try scene.leave("/app.log", [], [("Content-Range", "bytes 0-4/10")]).status == 400)
        #expect(try scene.leave("/app.log", [], [("If-Match", "\"1\"")]).status == 412)
        #expect(try scene.leave("/app.log", [], [("If-None-Match", "*")]).status == 201)
    }

    @Test func `T7 a link in place of a phone's folder is not followed`() throws {
        let scene = try scene()
        let outside = scene.folder + "/outside"
        try FileManager.default.createDirectory(atPath: outside, withIntermediateDirectories: true)
        try FileManager.default.createDirectory(atPath: scene.folder + "/uploads", withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: scene.folder + "/uploads/000413123456", withDestinationPath: outside)
        #expect(try scene.leave("/app.log", Array("x".utf8)).status == 503)
        #expect(try FileManager.default.contentsOfDirectory(atPath: outside).isEmpty)
    }

    @Test func `T7 a link in place of a file is not written through`() throws {
        let scene = try scene()
        let folder = scene.folder + "/uploads/000413123456"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try "canary".write(toFile: scene.folder + "/canary", atomically: true, encoding: .utf8)
        for name in ["app.log", ".incoming-1"] {
            try FileManager.default.createSymbolicLink(atPath: "\(folder)/\(name)", withDestinationPath: scene.folder + "/canary")
        }
        #expect(try scene.leave("/app.log", Array("x".utf8)).status == 503, "the temporary name is taken by a link")
        #expect(try scene.leave("/app.log", Array("x".utf8)).status == 201)
        #expect(try String(contentsOfFile: scene.folder + "/canary", encoding: .utf8) == "canary")
        #expect(kept(scene)["app.log.1"] == "x")
    }

    @Test func `what a run left behind that died is taken away, and what phones left is not`() throws {
        let scene = try scene()
        let folder = scene.folder + "/uploads/000413123456"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for name in [".incoming-7", "old.log"] { try "x".write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8) }
        #expect(try scene.leave("/app.log", []).status == 201)
        #expect(kept(scene).keys.sorted() == ["app.log", "old.log"])
    }

    @Test func `a password is asked for before a file is taken`() throws {
        let scene = try scene(
            """
            rules:
              - match: {mac: "00:04:13"}
                auth: {user: phones, password: sesame, scheme: basic}
                uploads: true
            """)
        #expect(try scene.leave("/app.log", Array("x".utf8)).status == 401)
        #expect(kept(scene).isEmpty)
        #expect(try scene.leave("/app.log", Array("x".utf8), [`Passwords for files`.basic("phones:sesame")]).status == 201)
    }
}
