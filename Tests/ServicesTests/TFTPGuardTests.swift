import Foundation
import LinuxSystem
import Packets
import Provisioning
import Synchronization
import TFTPTransfers
import TestSupport
import Testing

@testable import FileServing

/// Who gets what by TFTP, and what strangers can do with it.
@Suite struct `TFTP and strangers` {
    private let grandstream = [
        ("grandstream_MODEL", "GXP2000"), ("grandstream_ID", "000B82123456"), ("grandstream_REV_PHONE", "1.2.5.3"),
    ]

    @Test(arguments: [(Settings.Files.Secrets.anyone, "own"), (.own, "brand")])
    func `the options of an old Grandstream say whose folder it is`(secrets: Settings.Files.Secrets, told: String) throws {
        var settings = Settings()
        settings.files.secrets = secrets
        let files = [
            "cfg.xml": "root", "grandstream/cfg.xml": "brand", "grandstream/GXP2000/cfg.xml": "model",
            "devices/000b82aabbcc/cfg.xml": "own",
        ]
        let scene = try TFTPScene(text: files, settings: settings)
        func get(_ options: [(String, String)]) throws -> String {
            let peer = try scene.peer()
            try peer.send(.readRequest(TFTPRequest("cfg.xml", options: options.map { TFTPOption($0.0, $0.1) })))
            guard case .data(1, let bytes)? = try peer.next()?.packet else { throw Unexpected(nil) }
            return String(decoding: bytes, as: UTF8.self)
        }
        #expect(try get([]) == "root")
        #expect(try get(grandstream) == "model")
        #expect(try get([("grandstream_MODEL", "X\u{1b}[2J")]) == "brand")
        // Its word alone opens what is one phone's only where everybody's does.
        #expect(try get([("GRANDSTREAM_id", "00:0b:82:aa:bb:cc")]) == told)
    }

    @Test func `what a phone tells of itself is evidence, and stands on the timeline`() throws {
        let scene = try TFTPScene(text: ["cfg.xml": "<x/>"])
        let peer = try scene.peer()
        let options = grandstream.map { TFTPOption($0.0, $0.1) }
        try peer.send(.readRequest(TFTPRequest("cfg.xml", options: options)))
        let (_, port) = try #require(try peer.next())
        try peer.acknowledge(1, to: port)
        let event = try #require(try scene.events(1).first)
        #expect(event.mac == MACAddress("00:0b:82:12:34:56"))
        #expect(event.served?.vendor == "grandstream")
    }

    @Test(arguments: ["snom/common.cfg", "/snom/common.cfg", "//snom//common.cfg", "\\snom\\common.cfg", "snom\\/common.cfg"])
    func `a name may begin with slashes and be written with backslashes`(_ name: String) throws {
        let scene = try TFTPScene(text: ["snom/common.cfg": "it"])
        #expect(try scene.peer().fetch(name).get() == Array("it".utf8))
    }

    @Test func `a percent sign in a name is part of the name`() throws {
        let scene = try TFTPScene(text: ["a%2eb": "it"])
        #expect(try scene.peer().fetch("a%2eb").get() == Array("it".utf8))
    }

    private static let ways = [
        "../canary", "/../canary", "..\\canary", "\\..\\canary", "a/../../canary", "a\\..\\..\\canary", "./../canary",
        "snom/../../canary", "/etc/passwd", "....//canary", "..%2fcanary", "%2e%2e/canary", "..%5ccanary", "C:\\canary",
        "\\\\host\\canary", "out", "out/canary", "snom", "", "/", ".", "..", "pipe", "/proc/self/environ", "..\u{2215}canary",
        "\u{ff0e}\u{ff0e}/canary",
    ]

    @Test func `T7 no name leads out of the tree`() throws {
        let scene = try TFTPScene(text: ["snom/common.cfg": "it"])
        let canary = (scene.folder.path as NSString).deletingLastPathComponent + "/canary"
        try Data("canary".utf8).write(to: URL(filePath: canary))
        defer { try? FileManager.default.removeItem(atPath: canary) }
        try scene.folder.link("out", to: "..")
        try #require(mkfifo("\(scene.folder.path)/pipe", 0o600) == 0)
        for name in `TFTP and strangers`.ways {
            let answer = try scene.peer().fetch(name)
            guard case .failure(let error) = answer else {
                Issue.record("\(name) gave \(answer)")
                continue
            }
            #expect([.fileNotFound, .accessViolation, .illegalOperation].contains(error.code), "\(name): \(error.text)")
        }
        // What is no text at all.
        let peer = try scene.peer()
        try peer.send(.readRequest(TFTPRequest(name: [0x2e, 0x2e, 0xff, 0x2f], mode: Array("octet".utf8))))
        guard case .error(let error)? = try peer.next()?.packet else { throw Unexpected(nil) }
        #expect(error.code == .accessViolation)
    }

    @Test func `T8 a write request gets ERROR 2, and nothing is written`() throws {
        let scene = try TFTPScene(text: ["f": "it"])
        for name in ["f", "new"] {
            let peer = try scene.peer()
            try peer.send(.writeRequest(TFTPRequest(name)))
            guard case .error(let error)? = try peer.next()?.packet else { throw Unexpected(nil) }
            #expect(error.code == .accessViolation)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: scene.folder.path) == ["f"])
        #expect(try scene.peer().fetch("f").get() == Array("it".utf8))
        let refusals = try scene.events(3).compactMap(\.refused)
        #expect(refusals.map(\.name) == ["f", "new"] && refusals.allSatisfy { $0.status == 2 && $0.transport == .tftp })
    }

    /// Whoever forges the source of a request chooses who gets the answers.
    @Test func `T6 a peer that says nothing more gets three times the first block, or three times an OACK, and no more`() throws {
        let scene = try TFTPScene(["f": TFTPScene.noise(5000)])
        let (plain, asking) = (try scene.peer(), try scene.peer())
        try plain.ask("f")
        try asking.ask("f", ("blksize", "1428"), ("windowsize", "64"), ("tsize", "0"))
        let files = try scene.events(2).compactMap(\.served)
        #expect(files.allSatisfy { !$0.isComplete && $0.reason == "the phone answered none of 3 sends" })
        func bytes(to peer: TFTPPeer) throws -> [Int] {
            var sizes: [Int] = []
            while let (bytes, _, _) = try peer.socket.receive() { sizes.append(bytes.count) }
            return sizes
        }
        #expect(try bytes(to: plain) == [516, 516, 516])
        let offer = TFTPPacket.optionAcknowledgement([
            TFTPOption("blksize", "1428"), TFTPOption("windowsize", "45"), TFTPOption("tsize", "5000"),
        ])
        #expect(try bytes(to: asking) == Array(repeating: offer.encoded().count, count: 3))
    }

    @Test func `T6 ERRORs are bounded, and the operator is told so once`() throws {
        let scene = try TFTPScene(text: ["f": "it"])
        let peer = try scene.peer()
        var errors = 0
        for _ in 0..<3 {
            for _ in 0..<200 { try peer.ask("missing") }
            // A file is given all the same, after all that came before it was heard.
            #expect(try scene.peer().fetch("f").get() == Array("it".utf8))
            while try peer.socket.receive() != nil { errors += 1 }
        }
        #expect(errors >= DeskLimits().errorsOfAddress.atOnce && errors < 600)
        let lines = scene.log.filter { $0.event == "tftp.not-answered" }
        #expect(lines.count == 1 && lines.first?.level == .warning)
    }

    @Test func `T10 no more transfers are under way than allowed, and the operator is told`() throws {
        let scene = try TFTPScene(["f": TFTPScene.noise(600)], transfers: 2)
        let peers = try (0..<3).map { _ in try scene.peer() }
        var ports: [UInt16] = []
        for peer in peers.prefix(2) {
            try peer.ask("f")
            ports.append(try #require(try peer.next()).port)
            try peer.acknowledge(1, to: ports[ports.count - 1])
        }
        guard case .data(2, _)? = try peers[0].next()?.packet else { throw Unexpected(nil) }
        try peers[2].ask("f")
        // Nothing comes of it; the others go on, and make room.
        try peers[0].acknowledge(2, to: ports[0])
        _ = try scene.events(1)
        #expect(try peers[2].socket.receive() == nil)
        #expect(try peers[2].fetch("f").get().count == 600)
        #expect(scene.log.map(\.event) == ["tftp.not-answered"])
    }

    @Test func `what is under way when the service stops is told`() throws {
        let scene = try TFTPScene(["f": TFTPScene.noise(5000)])
        let peer = try scene.peer()
        try peer.ask("f")
        let (_, port) = try #require(try peer.next())
        try peer.acknowledge(1, to: port)
        _ = try peer.next()
        scene.service.stop()
        let file = try #require(scene.events.first?.served)
        #expect(!file.isComplete && file.bytes == 512 && file.reason == "bellhop stops serving TFTP")
    }
}
