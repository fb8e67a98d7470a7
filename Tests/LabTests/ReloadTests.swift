import Foundation
import Packets
import Testing

extension LabTests.Wire {
    @Suite(.scene(TwoNetworkScene.self)) struct ReloadTests {
        private let lab: TwoNetworkScene = scene()

        @Test func `a new rule takes effect with SIGHUP, and nothing else changes hands`() throws {
            let bellhop = try Bellhop(on: lab.server, "root: tree\n", "--http-port", "8080")
            defer { bellhop.program.end() }
            let client = try InformClient(lab.phone)
            #expect(try client.provisioningURL() == "http://10.9.0.1:8080/")
            try bellhop.reload(
                """
                root: tree
                rules:
                  - name: elsewhere
                    match: {mac: "00:04:13:12"}
                    url: "http://pbx.example.net/{mac}/"
                """)
            try bellhop.wait(for: "configuration.loaded", ["rules": "1"])
            #expect(try client.provisioningURL() == "http://pbx.example.net/000413123456/")
            try bellhop.wait(for: "dhcp.answered", mac: lab.phone.mac, ["rule": "elsewhere"])
            #expect(bellhop.log("interface.open").count == 1)
        }

        @Test func `a fixed address of devices csv follows a reload, and another label restarts nothing`() throws {
            let configuration = "root: tree\ndevices: devices.csv\ndhcp: {answer: lease, lease: {range: 10.9.1.0-10.9.1.99}}\n"
            func devices(_ rows: String) throws { try lab.lab.write("mac,label,url,address\n\(rows)\n", to: "devices.csv") }
            try devices("\(lab.phone.mac),reception,,10.9.2.1")
            let bellhop = try Bellhop(on: lab.server, configuration, "--http-port", "8080")
            defer { bellhop.program.end() }
            try bellhop.wait(for: "leasing.begun")
            #expect(try lab.phone.addressByUDHCPC() == "10.9.2.1")

            // Another label changes nothing that was opened: no interface is closed, no guard asks anew.
            try devices("\(lab.phone.mac),lobby,,10.9.2.1")
            try bellhop.reload(configuration)
            try bellhop.wait(for: "configuration.loaded", ["devices": "1"])
            #expect(try lab.phone.addressByUDHCPC() == "10.9.2.1")
            #expect(bellhop.count(of: "interface.open") == 1)
            #expect(bellhop.count(of: "leasing.begun") == 1)

            try devices("\(lab.phone.mac),lobby,,10.9.2.2")
            try bellhop.reload(configuration)
            try eventually("it never leased anew", showing: { bellhop.program.text }) { bellhop.log("leasing.begun").count == 2 }
            #expect(try lab.phone.addressByUDHCPC() == "10.9.2.2")
            // The address that it had is nobody's any more, and this client's is not taken from the pool.
            try devices("02:00:00:00:00:99,other,,10.9.2.2")
            try bellhop.reload(configuration)
            try eventually("it never leased anew", showing: { bellhop.program.text }) { bellhop.log("leasing.begun").count == 3 }
            let pooled = try #require(try lab.phone.addressByUDHCPC())
            #expect(pooled.hasPrefix("10.9.1."))
        }

        @Test func `a devices csv that comes to lie beside the configuration is read at the next reload`() throws {
            let devices = lab.lab.folder.appending(path: "devices.csv")
            try? FileManager.default.removeItem(at: devices)
            let bellhop = try Bellhop(on: lab.server, "root: tree\n", "--http-port", "8080")
            defer {
                bellhop.program.end()
                try? FileManager.default.removeItem(at: devices)
            }
            try lab.lab.write("mac,url\n\(lab.phone.mac),http://pbx.example.net/lobby\n", to: "devices.csv")
            try bellhop.reload("root: tree\n")
            try bellhop.wait(for: "configuration.loaded", ["devices": "1"])
            #expect(try InformClient(lab.phone).provisioningURL() == "http://pbx.example.net/lobby")
        }

        @Test func `a wrong configuration is refused by its line, and the one in force stays`() throws {
            let bellhop = try Bellhop(
                on: lab.server,
                """
                root: tree
                rules:
                  - name: elsewhere
                    match: {mac: "00:04:13:12"}
                    url: "http://pbx.example.net/"
                """,
                "--http-port", "8080")
            defer { bellhop.program.end() }
            let client = try InformClient(lab.phone)
            #expect(try client.provisioningURL() == "http://pbx.example.net/")
            try bellhop.reload("root: tree\nrules:\n  - name: elsewhere\n    mach: {mac: \"00:04:13:12\"}\n")
            let entry = try bellhop.wait(for: "configuration.refused")
            #expect(entry["at"] == "\(Bellhop.configurationPath(lab.lab)):4")
            #expect(entry["text"]?.contains("match") == true)
            #expect(bellhop.log("configuration.loaded").isEmpty)
            #expect(try client.provisioningURL() == "http://pbx.example.net/")
            // Set right again, it is taken.
            try bellhop.reload("root: tree\n")
            try bellhop.wait(for: "configuration.loaded", ["rules": "0"])
            #expect(try client.provisioningURL() == "http://10.9.0.1:8080/")
        }

        @Test func `a file that comes into the tree makes a silent phone heard, without a reload`() throws {
            try FileManager.default.createDirectory(
                at: lab.lab.folder.appending(path: "files"), withIntermediateDirectories: true)
            let bellhop = try Bellhop(on: lab.server, "root: files\n", "--http-port", "8080")
            defer { bellhop.program.end() }
            let client = try InformClient(lab.phone)
            let number = try client.ask()
            try bellhop.wait(for: "ignored", mac: lab.phone.mac, ["kind": "dhcp-inform", "reason": "nothing-to-serve"])
            #expect(throws: LabFailure.self) { try client.answer(to: number, seconds: 0.3) }
            try lab.lab.write("<settings/>\n", to: "files/snom/snomD735.htm")
            // The kernel tells of the new folder; until the daemon has read it, it stays silent.
            var url: String?
            try eventually("the file never made a difference", showing: { bellhop.program.text }) {
                let number = try client.ask()
                let answer = try? client.answer(to: number, seconds: 0.3)
                url = try answer?.message.options.text(.tftpServerName).map { String(decoding: $0, as: UTF8.self) }
                return url != nil
            }
            #expect(url == "http://10.9.0.1:8080/")
            #expect(bellhop.log("configuration.loaded").isEmpty)
        }

        @Test func `whoever observes DHCP says what it would tell and sends nothing, until it is switched on`() throws {
            // Of a phone that was told something before, `why` says that.
            try? FileManager.default.removeItem(at: lab.lab.folder.appending(path: "state"))
            let bellhop = try Bellhop(on: lab.server, "root: tree\ndhcp: {answer: observe}\n", "--http-port", "8080")
            defer { bellhop.program.end() }
            let client = try InformClient(lab.phone)
            let number = try client.ask()
            let entry = try bellhop.wait(for: "dhcp.observed", mac: lab.phone.mac, ["vendor": "snom"])
            #expect(entry["url"] == "http://10.9.0.1:8080/")
            #expect(throws: LabFailure.self) { try client.answer(to: number, seconds: 0.3) }
            // What happened is on record a moment after it did.
            var why = ""
            try eventually("why never told it", showing: { why }) {
                why = try Bellhop.run(
                    lab.lab, "why", "\(lab.phone.mac)", "--config", Bellhop.configurationPath(lab.lab), "--state",
                    lab.lab.folder.appending(path: "state").path, in: lab.server
                ).output
                return why.contains("Bellhop only observes; it would have told it http://10.9.0.1:8080/.")
            }
            // What is on its way is not cut by that: more than sockets hold.
            try lab.lab.write(Data(count: 24 << 20), to: "tree/firmware.bin")
            let fetching = try lab.phone.start(
                "curl", "-sS", "-o", "got-firmware", "--limit-rate", "4M", "http://10.9.0.1:8080/firmware.bin")
            try eventually("nothing came") { lab.lab.hasBegun("got-firmware") }
            try bellhop.reload("root: tree\ndhcp: {answer: inform}\n")
            try bellhop.wait(for: "configuration.loaded")
            #expect(try client.provisioningURL() == entry["url"])
            #expect(try fetching.outcome(within: 60).status == 0)
            #expect(bellhop.count(of: "interface.open") == 1)
        }

        @Test func `a line that is put above the leases restarts nothing`() throws {
            let configuration = "root: tree\ndhcp: {answer: lease, lease: {range: 10.9.1.0-10.9.1.99}}\n"
            let bellhop = try Bellhop(on: lab.server, configuration, "--http-port", "8080")
            defer { bellhop.program.end() }
            try bellhop.wait(for: "leasing.begun")
            try bellhop.reload("# What follows is for the bench.\n" + configuration)
            try bellhop.wait(for: "configuration.loaded")
            #expect(try lab.phone.addressByUDHCPC()?.hasPrefix("10.9.1.") == true)
            #expect(bellhop.count(of: "interface.open") == 1)
            #expect(bellhop.count(of: "leasing.begun") == 1)
        }

        @Test func `whoever observes PnP says what it would tell and sends nothing, until it is switched on`() throws {
            let bellhop = try Bellhop(on: lab.server, "root: tree\npnp: {answer: observe}\n", "--http-port", "8080")
            defer { bellhop.program.end() }
            let phone = try SIPPhone(lab.phone, port: 5064)
            let observed = phone.request()
            try phone.multicast(observed)
            let entry = try bellhop.wait(for: "pnp.observed", mac: lab.phone.mac, ["vendor": "snom"])
            #expect(entry["body"] == "http://10.9.0.1:8080/")
            // To us alone either: what is refused elsewhere is not.
            try phone.send(phone.request(method: "OPTIONS"), to: lab.server.address)
            try bellhop.wait(for: "ignored", ["kind": "sip", "reason": "bad-sip"])
            try bellhop.reload("root: tree\npnp: {answer: on}\n")
            try bellhop.wait(for: "configuration.loaded")
            let (okay, notify, _) = try phone.provision(server: lab.server.address)
            #expect(okay["Call-ID"] != SIPText(observed)["Call-ID"])
            #expect(notify.body == entry["body"])
        }

        @Test func `an interface that comes up later is served, and so is one that got another address`() throws {
            let bellhop = try Bellhop(on: lab.server, "root: tree\n", "--http-port", "8080", "--interface", "lab*")
            defer { bellhop.program.end() }
            #expect(bellhop.ready.hasPrefix("ready lab0=10.9.0.1 "))
            #expect(try InformClient(lab.phone).provisioningURL() == "http://10.9.0.1:8080/")

            try lab.plugInSecond()
            try bellhop.wait(for: "interface.open", ["interface": "lab1", "address": "10.10.0.1"])
            #expect(try InformClient(lab.guest).provisioningURL() == "http://10.10.0.1:8080/")
            let (_, notify, _) = try SIPPhone(lab.guest).provision(server: IPv4Address(10, 10, 0, 1))
            #expect(notify.body == "http://10.10.0.1:8080/")
            try bellhop.wait(for: "pnp.notify-answered", mac: lab.guest.mac)

            try lab.server.ip("addr", "del", "10.9.0.1/16", "dev", "lab0")
            try lab.server.ip("addr", "add", "10.9.0.77/16", "dev", "lab0")
            defer {
                try? lab.server.ip("addr", "flush", "dev", "lab0")
                try? lab.server.ip("addr", "add", "10.9.0.1/16", "dev", "lab0")
                try? lab.server.ip("route", "replace", "224.0.0.0/4", "dev", "lab0")
            }
            try eventually("lab0 was never served with its new address", showing: { bellhop.program.text }) {
                bellhop.log("interface.open", ["interface": "lab0"]).last?["address"] == "10.9.0.77"
            }
            #expect(try InformClient(lab.phone).provisioningURL() == "http://10.9.0.77:8080/")
            // The other interface was left alone.
            #expect(bellhop.log("interface.open", ["interface": "lab1"]).count == 1)
        }
    }
}
