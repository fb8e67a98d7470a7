import Cryptography
import Foundation
import HTTPSemantics
import Packets
import Testing

@testable import FileServing
@testable import WebServer

/// Who has to show a password for which file. How passwords are shown is tested with the web server; here it is Basic.
@Suite struct `Passwords for files` {
    static let snom = "Mozilla/4.0 (compatible; snomD735-SIP 10.1.33.33 2010.12-00004-g9ba52f5 000413123456 SXM:0 UXM:0)"
    static let other = "Mozilla/4.0 (compatible; snomD735-SIP 10.1.33.33 2010.12-00004-g9ba52f5 000413AABBCC SXM:0 UXM:0)"
    static let files = [
        "firmware.bin": "open", "snom/common.htm": "snoms'", "devices/000413123456/own.xml": "one's",
        "devices/000413AABBCC/own.xml": "another's", "yealink/y.cfg": "yealinks'", "cfg000413AABBCC.xml": "named",
    ]

    static func basic(_ pair: String) -> (String, String) {
        ("Authorization", "Basic " + Data(pair.utf8).base64EncodedString())
    }

    static let ruleOfSnom = """
        rules:
          - match: {vendor: snom}
            auth: {user: phones, password: sesame, scheme: basic}
        """

    @Test func `H10 a rule asks the phones that it means, and 401 says how`() throws {
        let scene = try WebScene(Self.ruleOfSnom, files: Self.files)
        let refused = try scene.ask("/common.htm", [("User-Agent", Self.snom)])
        #expect(refused.status == 401)
        #expect(refused.all("WWW-Authenticate") == ["Basic realm=\"bellhop\", charset=\"UTF-8\""])
        #expect(try scene.ask("/common.htm", [("User-Agent", Self.snom), Self.basic("phones:sesame")]).text == "snoms'")
        #expect(try scene.ask("/common.htm", [("User-Agent", Self.snom), Self.basic("phones:x")]).status == 401)
        #expect(try scene.ask("/firmware.bin").text == "open")
        #expect(try scene.ask("/yealink/y.cfg").text == "yealinks'")
    }

    @Test func `T9 nobody gets around a password by saying that he is somebody else`() throws {
        let scene = try WebScene(Self.ruleOfSnom, files: Self.files)
        for agent in ["curl/8", "Yealink SIP-T46U 108.86.0.20 80:5e:c0:11:22:33"] {
            for path in [
                "/snom/common.htm", "/SNOM/common.htm", "/snom-desk/common.htm", "//snom//common.htm", "/%73nom/common.htm",
            ] {
                #expect(try scene.ask(path, [("User-Agent", agent)]).status == 401, "\(path) by \(agent)")
            }
            #expect(try scene.ask("/cfg000413AABBCC.xml", [("User-Agent", agent)]).status == 401)
        }
    }

    @Test func `H10 whether a file is there is told only to who shows the password`() throws {
        let scene = try WebScene(Self.ruleOfSnom, files: Self.files)
        #expect(try scene.ask("/snom/nothing.htm").status == 401)
        #expect(try scene.ask("/snom/nothing.htm", [Self.basic("phones:sesame")]).status == 404)
    }

    static let devices = """
        mac,user,password,serial
        000413123456,anna,one,S1
        000413AABBCC,otto,two,S2
        000413000003,,,S3
        000413000004,,,
        """

    @Test func `H9 a device of devices.csv shows its own password, and no other's opens its folder`() throws {
        let scene = try WebScene(
            "rules: [{match: {mac: \"00:04:13\"}, auth: {scheme: basic}}]", devices: Self.devices, files: Self.files)
        let snom = ("User-Agent", Self.snom)
        #expect(try scene.ask("/own.xml", [snom]).status == 401)
        #expect(try scene.ask("/own.xml", [snom, Self.basic("anna:one")]).text == "one's")
        // The password is the stronger proof: who shows another's is that other one.
        #expect(try scene.ask("/own.xml", [snom, Self.basic("otto:two")]).text == "another's")
        #expect(try scene.ask("/devices/000413AABBCC/own.xml", [snom, Self.basic("anna:one")]).status == 401)
        #expect(try scene.ask("/cfg000413AABBCC.xml", [snom, Self.basic("anna:one")]).status == 401)
        #expect(try scene.ask("/cfg000413AABBCC.xml", [("User-Agent", Self.other), Self.basic("otto:two")]).text == "named")
        // Without any other sign of who asks, the user says it.
        #expect(try scene.ask("/own.xml", [Self.basic("anna:one")]).text == "one's")
        #expect(try scene.ask("/own.xml", [Self.basic("anna:two")], from: IPv4Address(10, 0, 0, 8)).status == 404)
    }

    @Test func `H9 user and password may be the serial number`() throws {
        let configuration = """
            rules:
              - match: {mac: "00:04:13:00"}
                auth: {user: "{serial}", password: "{serial}", scheme: basic}
            """
        let scene = try WebScene(
            configuration, devices: Self.devices, files: ["cfg000413000003.xml": "3", "cfg000413000004.xml": "4"])
        #expect(try scene.ask("/cfg000413000003.xml").status == 401)
        #expect(try scene.ask("/cfg000413000003.xml", [Self.basic("S3:S3")]).text == "3")
        #expect(try scene.ask("/cfg000413000003.xml", [Self.basic("S1:S1")]).status == 401)
        // One whose serial number nobody wrote down: no empty password lets it in.
        for pair in [":", "S3:S3", "{serial}:{serial}"] {
            #expect(try scene.ask("/cfg000413000004.xml", [Self.basic(pair)]).status == 401, "\(pair)")
        }
        #expect(scene.events.texts.last?.contains("its serial is not known") == true)
    }

    @Test func `H12 a certificate that is believed stands for the phone's password, and one that is not does not`() throws {
        let scene = try WebScene(
            "rules: [{match: {mac: \"00:04:13\"}, auth: {scheme: digest}}]", devices: Self.devices, files: Self.files)
        let status = { (certificate: ClientCertificate?, path: String) in
            scene.files.answer(scene.request(path, isEncrypted: true, certificate: certificate)).status
        }
        let own = ClientCertificate(names: ["000413123456"])
        #expect(status(own, "/own.xml") == 200)
        #expect(status(ClientCertificate(names: ["CP-8845-SEP000413123456"]), "/own.xml") == 200)
        #expect(status(own, "/cfg000413AABBCC.xml") == 401)
        #expect(status(ClientCertificate(names: ["000413123456"], fault: "expired"), "/devices/000413123456/own.xml") == 401)
        #expect(status(nil, "/devices/000413123456/own.xml") == 401)
        #expect(scene.events.texts.contains { $0.contains("expired") })
    }

    @Test func `T11 over plain HTTP Basic is neither offered nor taken unless the rule says so`() throws {
        let scene = try WebScene(
            "rules: [{match: {}, auth: {user: phones, password: sesame}}]", files: ["a.cfg": "a"])
        let refused = try scene.ask("/a.cfg", [Self.basic("phones:sesame")])
        #expect(refused.status == 401)
        let asked = refused.all("WWW-Authenticate")
        #expect(!asked.isEmpty && asked.allSatisfy { $0.hasPrefix("Digest ") })
        let encrypted = scene.request("/a.cfg", [Self.basic("phones:sesame")], isEncrypted: true)
        #expect(scene.files.answer(encrypted).status == 200)
    }

    @Test func `T11 no event holds a password, right or wrong`() throws {
        let scene = try WebScene(
            Self.ruleOfSnom, devices: "mac,user,password\n000413123456,anna,kettle\n", files: Self.files)
        for pair in ["phones:sesame", "phones:guess", "anna:kettle", "anna:guess"] {
            _ = try scene.ask("/common.htm", [("User-Agent", Self.snom), Self.basic(pair)])
            _ = try scene.ask("/own.xml", [("User-Agent", Self.snom), Self.basic(pair)])
        }
        let texts = scene.events.texts
        #expect(texts.contains { $0.hasPrefix("file.refused") && $0.contains("status=401") })
        let encoded = ["phones:sesame", "anna:kettle"].map { Data($0.utf8).base64EncodedString() }
        for secret in ["sesame", "guess", "kettle"] + encoded {
            #expect(!texts.contains { $0.contains(secret) }, "\(secret)")
        }
    }

    @Test func `T11 an address that guesses has to wait`() throws {
        let scene = try WebScene(Self.ruleOfSnom, files: Self.files)
        for _ in 0..<6 { #expect(try scene.ask("/snom/common.htm", [Self.basic("phones:x")]).status == 401) }
        let refused = try scene.ask("/snom/common.htm", [Self.basic("phones:sesame")])
        #expect(refused.status == 429)
        #expect(refused["Retry-After"] != nil)
        #expect(try scene.ask("/snom/common.htm", [Self.basic("phones:sesame")], from: IPv4Address(10, 0, 0, 8)).status == 200)
    }
}
