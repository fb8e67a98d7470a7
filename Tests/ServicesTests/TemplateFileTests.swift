import Glibc
import HTTPSemantics
import LinuxSystem
import Packets
import Testing

@testable import FileServing

@Suite struct `Files made from templates` {
    private let devices = "mac,password\n000413123456,s3cret\n"

    @Test func `what is on the disk this moment is what is made, and its tag follows it`() throws {
        let lab = try Desk(["snom/a.cfg.tmpl": "p={{password}}"])
        let desk = try lab.desk(devices: devices)
        func find() throws -> FoundFile {
            try desk.find(FileRequest(.tftp, rawName: "a.cfg", name: .name("a.cfg"), peer: Desk.phone.address))
        }
        func tag(_ found: FoundFile) throws -> EntityTag? {
            try FoundVersion(found.content, now: WallTime(seconds: 0)).validators.tag
        }
        let first = try find()
        #expect(try tag(first)?.isWeak == false)
        #expect(try first.content.read(from: 0, count: 100) == Array("p=s3cret".utf8))
        #expect(try first.content.read(from: 2, count: 3) == Array("s3c".utf8))
        #expect(try first.content.read(from: 8, count: 1) == [] && first.content.read(from: -1, count: 1) == [])
        #expect(try tag(find()) == tag(first))
        try lab.put("snom/a.cfg.tmpl", "q={{password}}")
        let second = try find()
        #expect(try second.content.read(from: 0, count: 100) == Array("q=s3cret".utf8))
        #expect(try tag(second) != tag(first))
        #expect(try first.content.read(from: 0, count: 2) == Array("p=".utf8), "what is on its way stays what it was")
        #expect(first.receipt.path == "snom/a.cfg.tmpl")
    }

    @Test(arguments: [
        ("a missing value", "a\n{{password}}", "2: {{password}}: nothing stands under it for 00:04:13:12:34:57 (devices.csv:2)"),
        ("a mistyped name", "{{pasword}}", "1: {{pasword}}: no column of devices.csv and no variable; there are"),
        ("a broken template", "{{#a}}", "1: {{#a}} is never closed by {{/a}}"),
        ("a value that does not fit", "a\n\n{{label}}", "3: the value of {{label}} holds a line break"),
    ])
    func `what cannot be made is an error of the server, and the operator hears where`(
        name: String, template: String, expected: String
    ) throws {
        let lab = try Desk(["a.cfg.tmpl": template])
        let desk = try lab.desk(devices: "mac,password,label\n000413123457,,\"b\nc\"\n")
        let answer = try Desk.answer(desk, "/a.cfg", from: Desk.other.address)
        #expect(answer.status == 500)
        #expect(!answer.body.contains("password") && !answer.body.contains("tmpl"))
        let told = lab.told("file.refused")
        #expect(told.map(\.mac) == [Desk.other.mac])
        #expect(told.first?.details.first { $0.name == "why" }?.text == "template")
        let text = told.first?.details.first { $0.name == "text" }?.text ?? ""
        #expect(text.hasPrefix("\(lab.root)/a.cfg.tmpl:\(expected)"), "\(text)")
    }

    @Test func `this machine's address is the one that the phone came to`() throws {
        let lab = try Desk(["a.cfg.tmpl": "{{server}} {{ip}} {{url}} {{host}} {{port}}"])
        let desk = try lab.desk()
        func made(_ local: IPv4Address?) throws -> String {
            let found = try desk.find(
                FileRequest(.http, rawName: "a.cfg", name: .name("a.cfg"), peer: Desk.phone.address, local: local))
            return String(decoding: try found.content.read(from: 0, count: 100), as: UTF8.self)
        }
        #expect(try made(IPv4Address(10, 0, 0, 2)) == "10.0.0.2 10.0.0.7 http://10.0.0.2/ 10.0.0.2 80")
        #expect(try made(nil) == "10.0.0.1 10.0.0.7 http://10.0.0.1/ 10.0.0.1 80")
    }

    @Test func `a template is not given itself, and no folder or pipe is one`() throws {
        let lab = try Desk(["a.cfg.tmpl": "x", "b.cfg.tmpl/x": "y"])
        try #require(mkfifo(lab.root + "/c.cfg.tmpl", 0o644) == 0)
        let desk = try lab.desk()
        for name in ["a.cfg.tmpl", "a.cfg.TMPL", "b.cfg", "c.cfg", "a.cfg.tmpl.tmpl"] {
            #expect(try Desk.answer(desk, "/" + name, from: Desk.phone.address).status == 404, "\(name)")
        }
    }
}
