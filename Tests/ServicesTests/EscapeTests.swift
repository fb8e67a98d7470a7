import FileServing
import Foundation
import LinuxSystem
import Packets
import Synchronization
import Testing

@Suite struct `T7 nothing outside the root` {
    @Test(arguments: [
        "../canary", "..%2fcanary", "%2e%2e/canary", "%2e%2e%2fcanary", "%252e%252e/canary", "..%252fcanary", "....//canary",
        "..;/canary", "..\\canary", "..%5ccanary", "%5c..%5ccanary", "a/../../canary", "./../canary", "/../canary", "//../canary",
        "..",
        "../", "a/%2e%2e/%2e%2e/canary", "%c0%ae%c0%ae/canary", "%e0%80%ae%e0%80%ae/canary", "\u{ff0e}\u{ff0e}/canary",
        "\u{2025}/canary", "canary%00.cfg", "..%00/canary", "/etc/passwd", "file:///etc/passwd", "/proc/self/environ",
        "proc/self/root/etc/passwd",
        "out", "out-absolute", "folder-out/canary", "loop", "pipe", "socket", "null", "CON", "C:/canary", "~/canary",
        "a/\r\nX: y", "a%0d%0aX:%20y",
        "\u{1b}[2J", String(repeating: "../", count: 400) + "canary", String(repeating: "a/", count: 600),
        String(repeating: "a", count: 300),
    ])
    func `by no name`(path: String) throws {
        let lab = try Desk(["a/x": "inside"])
        let files = FileManager.default
        try files.createSymbolicLink(atPath: lab.root + "/out", withDestinationPath: "../canary")
        try files.createSymbolicLink(atPath: lab.root + "/out-absolute", withDestinationPath: lab.folder + "/canary")
        try files.createSymbolicLink(atPath: lab.root + "/folder-out", withDestinationPath: "..")
        try files.createSymbolicLink(atPath: lab.root + "/loop", withDestinationPath: "loop")
        try files.createSymbolicLink(atPath: lab.root + "/null", withDestinationPath: "/dev/null")
        try #require(mkfifo(lab.root + "/pipe", 0o644) == 0)
        // An alias and a template are one more way to the same place.
        let desk = try lab.desk(
            "files: {secrets: anyone}\nrules: [{match: {mac: \"000413\"}, aliases: {\"*\": out, \"{model}\": \"folder-out/canary\"}}]"
        )
        for peer in [Desk.phone.address, Desk.laptop.address] {
            let answer = try Desk.answer(desk, path.hasPrefix("/") ? path : "/" + path, from: peer)
            #expect([400, 404].contains(answer.status))
            #expect(!answer.whole.contains("CANARY") && !answer.whole.contains("root:"))
        }
    }

    /// A link and a folder change places with what leads outside while they are asked for.
    @Test func `nor in a race`() throws {
        let lab = try Desk(["sub/x.cfg": "inside", "x.cfg": "inside", "y.cfg.tmpl": "inside"])
        let files = FileManager.default
        try "CANARY".write(toFile: lab.folder + "/x.cfg", atomically: false, encoding: .utf8)
        for (name, inside, outside) in [
            ("x.cfg", "x0.cfg", "../x.cfg"), ("y.cfg.tmpl", "y0.tmpl", "../x.cfg"), ("sub", "sub0", ".."),
        ] {
            try files.moveItem(atPath: lab.root + "/" + name, toPath: lab.root + "/" + inside)
            try files.createSymbolicLink(atPath: lab.root + "/\(name)-in", withDestinationPath: inside)
            try files.createSymbolicLink(atPath: lab.root + "/\(name)-out", withDestinationPath: outside)
            try files.createSymbolicLink(atPath: lab.root + "/" + name, withDestinationPath: inside)
        }
        let isDone = Atomic(false)
        let root = lab.root
        let swapper = try SystemThread.start(name: "swap") {
            var round = 0
            while !isDone.load(ordering: .relaxed) {
                for name in ["x.cfg", "y.cfg.tmpl", "sub"] {
                    let target = round % 2 == 0 ? "out" : "in"
                    _ = unlink("\(root)/\(name)-new")
                    guard link("\(root)/\(name)-\(target)", "\(root)/\(name)-new") == 0 else { continue }
                    _ = rename("\(root)/\(name)-new", "\(root)/\(name)")
                }
                round += 1
            }
        }
        defer {
            isDone.store(true, ordering: .relaxed)
            swapper.join()
        }
        let desk = try lab.desk()
        var seen: [String: Int] = [:]
        for _ in 0..<3000 {
            for path in ["/x.cfg", "/y.cfg", "/sub/x.cfg"] {
                let answer = try Desk.answer(desk, path, from: Desk.phone.address)
                #expect(!answer.whole.contains("CANARY"))
                seen["\(answer.status)", default: 0] += 1
            }
        }
        #expect(seen["200", default: 0] > 0 && seen["404", default: 0] > 0, "the race was on: \(seen)")
    }

    @Test func `a file that is written to while it is sent is given up, and one that is replaced is sent whole`() throws {
        let lab = try Desk(["a.bin": String(repeating: "a", count: 5000)])
        let desk = try lab.desk()
        func find() throws -> FoundFile {
            try desk.find(FileRequest(.tftp, rawName: "a.bin", name: .name("a.bin"), peer: Desk.phone.address))
        }
        let replaced = try find()
        try lab.put("b.bin", String(repeating: "b", count: 5000))
        try #require(rename(lab.root + "/b.bin", lab.root + "/a.bin") == 0)
        #expect(try replaced.content.read(from: 4000, count: 1) == [UInt8(ascii: "a")])
        let written = try find()
        #expect(try written.content.read(from: 0, count: 1) == [UInt8(ascii: "b")])
        try lab.put("a.bin", "c")
        #expect(throws: SystemError.self) { try written.content.read(from: 1, count: 1) }
    }
}
