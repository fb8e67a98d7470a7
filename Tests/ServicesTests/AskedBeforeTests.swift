import Foundation
import Packets
import Testing

@testable import FileTree
@testable import Provisioning

/// What is remembered of a question for a file is told again only while everything that it came from is as it was.
@Suite struct `A question that was asked before` {
    private static let agent = [("User-Agent", "Mozilla/4.0 (compatible; snomD735-SIP 10.1.33.33)")]
    private static let phones = [MACAddress(bits: 0x0004_1312_3456), MACAddress(bits: 0x0004_1312_3457)]

    private let scene: WebScene

    init() throws {
        scene = try WebScene(
            files: [
                "x.cfg": "everybody", "snom/x.cfg": "brand", "snom/D735/x.cfg": "model",
                "devices/000413123456/x.cfg": "first", "devices/000413123457/x.cfg": "second", "only.cfg": "only",
            ], later: 3600)
    }

    /// Asked twice, so that the second answer is a remembered one.
    private func told(_ path: String, _ headers: [(String, String)] = []) throws -> String {
        let first = try scene.ask(path, headers)
        let again = try scene.ask(path, headers)
        #expect((first.status, first.text) == (again.status, again.text))
        return again.status == 200 ? again.text : "\(again.status)"
    }

    @Test func `is another one with another User-Agent`() throws {
        #expect(try told("/x.cfg") == "everybody")
        #expect(try told("/x.cfg", Self.agent) == "model")
        #expect(try told("/x.cfg") == "everybody")
    }

    @Test func `T9 is another one when another phone was met at the address`() throws {
        #expect(try told("/x.cfg") == "everybody")
        for (phone, text) in zip(Self.phones, ["first", "second"]) {
            scene.meet(phone, at: WebScene.peer)
            #expect(try told("/x.cfg") == text)
        }
        scene.meet(Self.phones[1], at: IPv4Address(10, 0, 0, 10))
        #expect(try told("/x.cfg") == "everybody")
    }

    @Test func `T9 is another one when another station is at the address`() throws {
        func told(_ station: MACAddress) throws -> String {
            try WebScene.Answer(scene.files.answer(scene.request("/x.cfg", station: station))).text
        }
        for _ in 0..<2 {
            #expect(try told(Self.phones[0]) == "first")
            #expect(try told(Self.phones[1]) == "second")
        }
    }

    @Test func `has another answer when more was learnt of the phone`() throws {
        let phone = MACAddress(bits: 0x0004_1312_3458)
        scene.meet(phone, at: WebScene.peer)
        #expect(try told("/x.cfg") == "brand")
        let identity = Identity(mac: phone, model: "D735")
        scene.memory.learn(identity, address: WebScene.peer, interface: "eth0", at: Moment(microseconds: 0))
        #expect(try told("/x.cfg") == "model")
    }

    @Test func `has another answer with another tree or another configuration`() throws {
        #expect(try told("/x.cfg", Self.agent) == "model")
        let tree = try FileTree(root: scene.folder + "/tree")
        var snapshot = tree.snapshot
        snapshot.folders["snom/D735"] = nil
        scene.policy.update { $0.with(tree: snapshot) }
        #expect(scene.policy.value.findings(for: question, learnt: { _ in nil }).place?.file.path == "snom/x.cfg")
        scene.policy.update { $0.with($0.settings, .empty) }
        #expect(scene.policy.value.findings(for: question, learnt: { _ in nil }).place?.file.path == "x.cfg")
    }

    private var question: FileQuestion {
        FileQuestion(name: "x.cfg", userAgent: Self.agent[0].1, address: WebScene.peer)
    }

    @Test func `T7 finds nothing where the file became a link that leads out`() throws {
        #expect(try told("/only.cfg") == "only")
        let file = scene.folder + "/tree/only.cfg"
        try FileManager.default.removeItem(atPath: file)
        try "canary".write(toFile: scene.folder + "/outside", atomically: false, encoding: .utf8)
        try FileManager.default.createSymbolicLink(atPath: file, withDestinationPath: scene.folder + "/outside")
        #expect(try told("/only.cfg") == "404")
        try FileManager.default.removeItem(atPath: file)
        try FileManager.default.createDirectory(atPath: file, withIntermediateDirectories: true)
        #expect(try told("/only.cfg") == "404")
    }

    @Test func `is forgotten in its turn`() {
        var lately = RecentlyUsed<Int, Int>(cost: 8)
        for number in 0..<4 { lately.keep(number, for: number) }
        for number in 4..<7 { lately.keep(number, for: number) }
        #expect(lately.value(for: 0) == 0)
        for number in 7..<11 { lately.keep(number, for: number) }
        #expect((0..<11).filter { lately.value(for: $0) != nil }.contains(0))
        for number in 100..<200 { lately.keep(number, for: number) }
        #expect((0..<200).filter { lately.value(for: $0) != nil }.count <= 8)
    }
}
