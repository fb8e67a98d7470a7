import Foundation
import Packets
import Testing
import WebServer

@testable import FileServing
@testable import Provisioning

/// Passwords where a name is given only to the phone that owns it (`files.secrets: own`): whatever comes in place of the right one, the
/// answer tells nothing.
@Suite struct `T9 passwords and whose files these are` {
    static let devices = """
        mac,user,password,serial,vendor
        000413123456,anna,one,S1,
        000413123457,,,S2,
        0a0b0c0d0e0f,otto,two,,snom
        """
    static let rule = "rules: [{match: {vendor: snom}, auth: {user: \"{serial}\", password: \"{serial}\", scheme: basic}}]\n"
    static let files = [
        "000413123456.cfg": "first", "000413123457.cfg": "second", "0a0b0c0d0e0f.cfg": "third",
        "devices/000413123456/own.cfg": "own", "snom/row.cfg.tmpl": "{{serial}}", "firmware.bin": "everybody's",
    ]
    private static let paths = [
        "/000413123456.cfg", "/000413123457.cfg", "/0004130000ff.cfg", "/00-04-13-12-34-56.cfg",
        "/devices/000413123456/own.cfg", "/devices/0004130000ff/own.cfg", "/snom/000413123456.cfg", "/nothing-000413123456.cfg",
    ]

    private func answer(_ desk: FileDesk, _ path: String, _ pair: String?, from peer: IPv4Address = Desk.router) -> String {
        let headers = pair.map { [("Authorization", "Basic " + Data($0.utf8).base64EncodedString())] } ?? []
        let answer = WebFiles(desk, gate: FileGate(desk)).answer(
            WebRequest(method: "GET", rawPath: path, headers: headers, peer: peer, peerPort: 40_000))
        guard case .bytes(let bytes) = answer.body else { return "no bytes" }
        return "\(answer.status) \(answer.headers) \(String(decoding: bytes, as: UTF8.self))"
    }

    @Test func `over HTTP an unknown phone, another's name, no password, a wrong one and another's are one answer`() throws {
        let desk = try Desk(Self.files).desk(Self.rule, devices: Self.devices)
        let asked = answer(desk, "/0004130000fe.cfg", nil)
        #expect(asked.hasPrefix("401") && asked.contains("Basic realm"))
        for path in Self.paths {
            for pair in [nil, "anna:wrong", "nobody:wrong", "otto:two"] {
                #expect(answer(desk, path, pair) == asked, "\(path) \(pair ?? "")")
                // A phone that its frames prove to be another one.
                #expect(answer(desk, path, pair, from: Desk.laptop.address) == asked, "\(path) \(pair ?? "")")
            }
        }
        #expect(answer(desk, "/firmware.bin", nil).hasSuffix("everybody's"))
    }

    @Test func `a password in a row proves its phone from anywhere, and nothing else of the row is asked before`() throws {
        let desk = try Desk(Self.files).desk(Self.rule, devices: Self.devices)
        #expect(answer(desk, "/000413123456.cfg", "anna:one").hasSuffix("first"))
        #expect(answer(desk, "/own.cfg", "anna:one").hasSuffix("own"))
        #expect(answer(desk, "/000413123457.cfg", "S2:S2").hasSuffix("second"))
        #expect(answer(desk, "/row.cfg", "S2:S2").hasSuffix("S2"))
        #expect(answer(desk, "/0a0b0c0d0e0f.cfg", "otto:two").hasSuffix("third"))
        // Its own password goes before the rule's.
        #expect(answer(desk, "/000413123456.cfg", "S1:S1").hasPrefix("401"))
        // Where frames prove it, the password is wanted all the same.
        #expect(answer(desk, "/000413123456.cfg", nil, from: Desk.phone.address).hasPrefix("401"))
        #expect(answer(desk, "/000413123456.cfg", "anna:one", from: Desk.phone.address).hasSuffix("first"))
    }

    @Test func `a password that is made of the address proves nothing to who is not met`() throws {
        let desk = try Desk(Self.files).desk(
            "rules: [{match: {mac: \"00:04:13\"}, auth: {user: \"{mac}\", password: \"{mac}\", scheme: basic}}]")
        let pair = "000413123456:000413123456"
        #expect(answer(desk, "/000413123456.cfg", pair).hasPrefix("401"))
        #expect(answer(desk, "/000413123456.cfg", pair, from: Desk.phone.address).hasSuffix("first"))
        #expect(answer(desk, "/000413123456.cfg", nil, from: Desk.phone.address).hasPrefix("401"))
    }

    @Test(arguments: [(FileTransport.ftp, 530), (.tftp, 2)])
    func `what HTTP withholds until a password is shown, FTP and TFTP withhold as well`(by: FileTransport, status: Int) throws {
        let lab = try Desk(Self.files)
        let desk = try lab.desk(Self.rule, devices: Self.devices)
        func ask(_ name: String, _ login: Login?) -> Int {
            var request = FileRequest(
                by, rawName: name, name: .name(name), peer: Desk.phone.address, provenMAC: login?.mac)
            if let login { request.shown = .right(login) }
            do throws(FileRefusal) {
                _ = try desk.find(request)
                return 0
            } catch {
                return error.status(in: by)
            }
        }
        #expect(ask("000413123456.cfg", nil) == status)
        #expect(ask("own.cfg", nil) == status)
        #expect(ask("nothing.cfg", nil) == status)
        #expect(ask("snom/firmware.bin", nil) == status)
        let login = try #require(desk.policy.value.logins.login(user: "anna", password: "one"))
        #expect(ask("000413123456.cfg", login) == 0)
        let told = lab.told("file.refused")
        #expect(told.count == 4 && told.allSatisfy { $0.details.contains { $0.text == "unauthorized" } })
    }

    @Test func `by TFTP, which knows no password, another's name is not found as ever`() throws {
        let desk = try Desk(Self.files).desk(Self.rule, devices: Self.devices)
        for name in ["000413123456.cfg", "000413123457.cfg", "0004130000ff.cfg"] {
            let request = FileRequest(.tftp, rawName: name, name: .name(name), peer: Desk.router)
            #expect(throws: FileRefusal(.notYours, FileRefusal.noFile)) { try desk.find(request) }
        }
    }

    @Test func `phones behind one address that show their passwords are no prober, and one that guesses names is`() throws {
        let lab = try Desk(Self.files)
        var rows = "mac,user,password\n"
        for number in 10..<60 { rows += "0004131200\(number),u\(number),p\(number)\n" }
        let desk = try lab.desk("rules: [{match: {vendor: snom}, auth: {scheme: basic}}]", devices: rows)
        for number in 10..<60 {
            #expect(answer(desk, "/0004131200\(number).cfg", nil).hasPrefix("401"))
            #expect(answer(desk, "/0004131200\(number).cfg", "u\(number):p\(number)").hasPrefix("404"))
        }
        #expect(lab.told("file.prober").isEmpty)
        for number in 10..<30 { #expect(answer(desk, "/0004131300\(number).cfg", nil).hasPrefix("401")) }
        #expect(lab.told("file.prober").count == 1)
        #expect(
            answer(desk, "/firmware.bin", nil).hasPrefix("401"),
            "it is shut out, and a phone behind it could still show a password")
    }
}
