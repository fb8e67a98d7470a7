import Foundation
import FrameLink
import LinuxSystem
import Packets
import Testing

extension LabTests.Wire {
    @Suite(.scene(ResyncScene.self)) struct ResyncTests {
        private let lab: ResyncScene = scene()

        @Test(arguments: [
            (UInt8(1), "200 OK", Int32(0), "took it"), (2, "202 Accepted", 0, "took it (202)"),
            (3, "481 Subscription Does Not Exist", 1, "does not know check-sync;reboot=false outside a subscription (481)"),
            (4, "489 Bad Event", 1, "does not know check-sync;reboot=false outside a subscription (489)"),
            (5, "403 Forbidden", 1, "this phone obeys only its registrar; such a phone needs challenge_checksync off"),
            (6, "401 Unauthorized", 1, "asks for credentials (401): set sip-user and sip-password"),
        ])
        func `S11 what sipp answers is told in a sentence, and decides the exit status`(
            row: (number: UInt8, status: String, exit: Int32, words: String)
        ) throws {
            let (mac, address) = try lab.phone(row.number)
            let sipp = try lab.sipp("notified", ["STATUS": row.status, "EVENT": "check-sync;reboot=false"], at: address)
            let outcome = try lab.resync(mac.colons)
            #expect(outcome.status == row.exit, "\(outcome.text)")
            #expect(outcome.output.hasPrefix("\(mac.colons) (snom, \(address)) "), "\(outcome.text)")
            #expect(outcome.output.contains(row.words), "\(outcome.text)")
            #expect(try sipp.outcome(within: 30).status == 0)
            let status = String(row.status.prefix(3))
            try lab.bellhop.wait(for: "resync.answered", mac: mac, ["status": status])
            #expect(lab.bellhop.log("resync.sent", mac: mac).first?["sip-event"] == "check-sync;reboot=false")
        }

        @Test(arguments: [
            (UInt8(1), "MD5", ""), (2, "MD5", ", qop=\"auth\""), (3, "MD5", ", qop=\"auth,auth-int\", opaque=\"5ccc069c\""),
        ])
        func `a challenge is answered with the credentials of the rule, as sipp computes them`(
            row: (number: UInt8, algorithm: String, more: String)
        ) throws {
            let (mac, address) = try lab.phone(row.number, group: 0x2b)
            let sipp = try lab.sipp("challenging", ["ALGORITHM": row.algorithm, "MORE": row.more], at: address)
            let outcome = try lab.resync(mac.colons)
            #expect(outcome.status == 0, "\(outcome.text)")
            #expect(outcome.output.contains("took it"), "\(outcome.text)")
            #expect(try sipp.outcome(within: 30).status == 0)
            #expect(!lab.bellhop.program.text.contains("well: met"))
        }

        @Test func `a challenge with SHA-256 is answered as coreutils compute it`() throws {
            let (mac, address) = try lab.phone(4, group: 0x2b)
            let socket = try lab.phones.inside { try UDPSocket(address: address, port: 5060) }
            let command = try lab.lab.start(
                try Bellhop.binary(), ["resync", "--config", Bellhop.configurationPath(lab.lab), mac.colons],
                in: lab.server.namespace)
            func receive() throws -> SIPText {
                _ = try waitReadable([socket.descriptor], milliseconds: 30_000)
                return SIPText(try #require(try socket.receive()).bytes)
            }
            func answer(_ request: SIPText, _ status: String, _ more: String...) throws {
                let copied = ["Via", "From", "To", "Call-ID", "CSeq"].map { "\($0): \(request[$0] ?? "")" }
                let lines = ["SIP/2.0 \(status)"] + copied + more + ["Content-Length: 0", "", ""]
                try socket.send(Array(lines.joined(separator: "\r\n").utf8), to: lab.server.address, port: 5060)
            }
            let challenge = #"WWW-Authenticate: Digest realm="a \"phone\"", nonce="4/7=", algorithm=SHA-256, qop="auth""#
            try answer(receive(), "401 Unauthorized", challenge)
            let proved = try receive()
            let proof = try #require(proved["Authorization"])
            func part(_ name: String) throws -> String {
                let pattern = try Regex("\(name)=\"?([^\",]+)", as: (Substring, Substring).self)
                return String(try #require(proof.firstMatch(of: pattern)).output.1)
            }
            func hash(_ text: String) throws -> String {
                let path = try lab.lab.write(text, to: "hashed")
                return String(try lab.lab.run("sha256sum", [path]).output.prefix(64))
            }
            let secret = try hash("101:a \"phone\":well: met")
            let request = try hash("NOTIFY:sip:\(address):5060")
            let expected = try hash("\(secret):4/7=:\(part("nc")):\(part("cnonce")):auth:\(request)")
            #expect(try part("response") == expected)
            #expect(proof.contains(#"realm="a \"phone\"""#))
            try answer(proved, "200 OK")
            #expect(try command.outcome(within: 30).status == 0, "\(command.text)")
        }

        @Test func `a wrong password is tried once, and said to be wrong`() throws {
            let (mac, address) = try lab.phone(1, group: 0x2c)
            let sipp = try lab.sipp("challenging", ["ALGORITHM": "MD5", "MORE": ""], at: address)
            let outcome = try lab.resync(mac.colons)
            #expect(outcome.status == 1)
            #expect(outcome.output.contains("does not take the password of \"101\" (401)"), "\(outcome.text)")
            _ = try sipp.outcome(within: 30)
            #expect(try lab.notifies(to: address).count == 2)
        }

        @Test func `a phone with an account of its own is asked at that account, and named by its label`() throws {
            let (mac, address) = try lab.phone(7)
            let sipp = try lab.sipp("notified", ["STATUS": "200 OK", "EVENT": "check-sync;reboot=false"], at: address)
            let outcome = try lab.resync(mac.colons)
            #expect(outcome.status == 0, "\(outcome.text)")
            #expect(outcome.output.hasPrefix("\(mac.colons) Reception "))
            #expect(try sipp.outcome(within: 30).status == 0)
            #expect(try lab.notifies(to: address).first?.sip?.startLine == "NOTIFY sip:10%207@\(address):5060 SIP/2.0")
            #expect(!lab.bellhop.program.text.contains("s3cret-of-7"))
        }

        @Test func `T6 a phone that never answers is asked three times in the same words, and then the log says so`() throws {
            let (mac, address) = try lab.phone(20)
            let outcome = try lab.resync(mac.colons)
            #expect(outcome.status == 1)
            #expect(outcome.output.contains("did not answer 3 times of asking at \(address):5060"), "\(outcome.text)")
            let sent = try lab.notifies(to: address)
            #expect(sent.count == 3)
            #expect(Set(sent.compactMap { $0.sip?.bytes }).count == 1)
            // The first by the socket, to whoever has the address; the others to the phone itself.
            #expect(sent.map(\.destinationMAC) == [lab.phones.mac, mac, mac])
            try lab.bellhop.wait(for: "resync.unanswered", mac: mac, ["sends": "3"])
        }

        @Test func `a phone that went behind a relay is asked there, and whoever has its address since is left alone`() throws {
            let (mac, old) = try lab.phone(41)
            let (_, new) = try lab.phone(42)
            try lab.moves(mac, behindRouterTo: new)
            let sipp = try lab.sipp("notified", ["STATUS": "200 OK", "EVENT": "check-sync;reboot=false"], at: new)
            let outcome = try lab.resync(mac.colons)
            #expect(outcome.status == 0, "\(outcome.text)")
            #expect(outcome.output.hasPrefix("\(mac.colons) (snom, \(new)) "), "\(outcome.text)")
            #expect(try sipp.outcome(within: 30).status == 0)
            #expect(try lab.notifies(to: old).isEmpty)
        }

        @Test func `T17 a phone that may have taken it is left alone for a while`() throws {
            let (mac, address) = try lab.phone(21)
            let sipp = try lab.sipp("notified", ["STATUS": "200 OK", "EVENT": "check-sync;reboot=false"], at: address)
            #expect(try lab.resync(mac.colons).status == 0)
            _ = try sipp.outcome(within: 30)
            let again = try lab.resync(mac.colons)
            #expect(again.status == 1)
            #expect(again.output.contains("was asked a moment ago: try again in "), "\(again.text)")
            #expect(try lab.notifies(to: address).count == 1)
        }

        @Test func `--reboot says reboot=true, and --json tells it in parts`() throws {
            let (mac, address) = try lab.phone(22)
            let sipp = try lab.sipp("notified", ["STATUS": "200 OK", "EVENT": "check-sync;reboot=true"], at: address)
            let outcome = try lab.resync(mac.colons, "--reboot", "--json")
            #expect(outcome.status == 0, "\(outcome.text)")
            let phones = try JSON(outcome.output)["phones"].list
            #expect(phones.map { $0["mac"].text } == [mac.colons])
            #expect(phones[0]["outcome"].text == "took")
            #expect(phones[0]["status"].number == 200)
            #expect(phones[0]["event"].text == "check-sync;reboot=true")
            #expect(try sipp.outcome(within: 30).status == 0)
        }

        @Test func `the port of a phone's Contact is asked first, and 5060 where nobody hears there`() throws {
            let mac = MACAddress("00:04:13:12:34:57")
            let phone = try SIPPhone(lab.other, port: 5082)
            _ = try phone.provision(server: lab.server.address)
            let outcome = try lab.resync(lab.other.mac.colons)
            #expect(outcome.output.contains("did not answer 6 times of asking at 10.9.0.11:5082 and 5060"), "\(outcome.text)")
            let sent = try lab.notifies(to: lab.other.address).filter { $0.sip?["Event"] == "check-sync;reboot=false" }
            #expect(sent.map { $0.udp?.destinationPort } == [5082, 5082, 5082, 5060, 5060, 5060])
            #expect(Set(sent.compactMap { $0.sip?["Call-ID"] }).count == 1)
            #expect(mac == lab.other.mac)
        }

        @Test func `a tagged phone is asked with its tags, and its tagged answer is heard`() throws {
            let mac = MACAddress(bits: 0x0004_1320_00c8)
            let address = IPv4Address(10, 9, 0, 200)
            let tags = [VLANTag(control: 100)]
            try InformClient(lab.phones).ask(as: mac, from: address, tags: tags)
            try lab.bellhop.wait(for: "dhcp.answered", mac: mac)
            let link = try lab.phones.link(filter: "less 1")
            let command = try lab.lab.start(
                try Bellhop.binary(), ["resync", "--config", Bellhop.configurationPath(lab.lab), mac.colons],
                in: lab.server.namespace)
            var notify: Heard?
            try eventually("no NOTIFY came") {
                notify = try lab.notifies(to: address).first
                return notify != nil
            }
            let asked = try #require(notify)
            #expect(asked.udp?.tags == tags)
            #expect(asked.destinationMAC == mac)
            let answer = UDPFrame(
                from: mac, address, port: 5060, to: lab.server.mac, lab.server.address, port: 5060, tags: tags,
                payload: SIPPhone.okay(to: try #require(asked.sip)))
            try link.send(answer.encoded() ?? [])
            #expect(try command.outcome(within: 30).status == 0, "\(command.text)")
        }

        @Test func `a phone that was never seen is told so, beside one that was`() throws {
            let (mac, address) = try lab.phone(23)
            let sipp = try lab.sipp("notified", ["STATUS": "200 OK", "EVENT": "check-sync;reboot=false"], at: address)
            let outcome = try lab.resync(mac.colons, "00:04:13:99:99:99")
            #expect(outcome.status == 1)
            #expect(outcome.output.contains("00:04:13:99:99:99 (snom) has never been seen"), "\(outcome.text)")
            #expect(outcome.output.contains("\(mac.colons) (snom, \(address)) took it"), "\(outcome.text)")
            _ = try sipp.outcome(within: 30)
        }

        @Test func `T17 more than 20 phones want --yes, and those of a rule that ignores are not among them`() throws {
            for number in UInt8(1)...22 { _ = try lab.phone(number, group: 0x30) }
            let foreign = MACAddress(bits: 0x0004_132d_0001)
            try InformClient(lab.phones).ask(as: foreign, from: IPv4Address(10, 9, 45, 1))
            try lab.bellhop.wait(for: "ignored", mac: foreign)
            let refused = try lab.resync("--vendor", "snom")
            #expect(refused.status == 64)
            #expect(refused.errors.contains("phones would be asked: say --yes if that is meant"), "\(refused.text)")
            let count = try #require(refused.errors.split(separator: " ").compactMap { Int($0) }.first)
            #expect(count > 20)
            let outcome = try lab.resync("--all", "--yes", "--json")
            let phones = try JSON(outcome.output)["phones"].list
            #expect(phones.count == count)
            let macs = Set(phones.compactMap { $0["mac"].text })
            #expect((1...22).allSatisfy { macs.contains(MACAddress(bits: 0x0004_1330_0000 + UInt64($0)).colons) })
            #expect(!macs.contains(foreign.colons))
            // Nobody of these is there to answer.
            #expect(outcome.status == 1)
        }

        @Test func `phonesim is told to come again, and boots again`() throws {
            let phone = try lab.lab.station("simulated", mac: "00:04:13:20:00:aa", address: "10.9.0.170/16")
            let simulator = try lab.lab.start(
                try Bellhop.binary("phonesim"), ["--interface", "lab0", "--family", "snom-desk", "--stay", "600"],
                in: phone.namespace)
            try simulator.wait(for: "done: ")
            let outcome = try lab.resync(phone.mac.colons)
            #expect(outcome.status == 0, "\(outcome.text)")
            #expect(outcome.output.contains("(snom D735, 10.9.0.170) took it"), "\(outcome.text)")
            try eventually("the phone did not boot again", showing: { simulator.text }) {
                simulator.outputLines.count { $0.contains("  done: ") } == 2
            }
            #expect(simulator.text.contains("check-sync check-sync;reboot=false from 10.9.0.1:5060"), "\(simulator.text)")
        }

        @Test func `over a restart the ledger knows where a phone is`() throws {
            let path = try lab.lab.write("root: tree\nstate: restarted\nhttp: {port: 8080}\n", to: "restarted.yaml")
            let start = ["run", "--config", path, "--interface", "lab0"]
            let first = try lab.lab.start(try Bellhop.binary(), start, in: lab.other.namespace)
            try first.wait(for: "ready")
            let (mac, address) = try lab.phone(24)
            try first.wait(for: "mac=\(mac.colons) event=dhcp.answered")
            first.end()
            let second = try lab.lab.start(try Bellhop.binary(), start, in: lab.other.namespace)
            try second.wait(for: "ready")
            defer { second.end() }
            let sipp = try lab.sipp("notified", ["STATUS": "200 OK", "EVENT": "check-sync;reboot=false"], at: address)
            let outcome = try lab.lab.run(
                try Bellhop.binary(), ["resync", "--config", path, mac.colons], in: lab.other.namespace)
            #expect(outcome.status == 0, "\(outcome.text)")
            #expect(try sipp.outcome(within: 30).status == 0)
        }

        @Test func `over a restart the ledger knows at which port a phone hears SIP`() throws {
            let path = try lab.lab.write("root: tree\nstate: restarted-sip\nhttp: {port: 8080}\n", to: "restarted-sip.yaml")
            let start = ["run", "--config", path, "--interface", "lab0"]
            let first = try lab.lab.start(try Bellhop.binary(), start, in: lab.other.namespace)
            try first.wait(for: "ready")
            let phone = try SIPPhone(lab.phones, port: 5083)
            try phone.multicast(phone.request())
            try first.wait(for: "mac=\(lab.phones.mac.colons) event=pnp.answered")
            first.end()
            let second = try lab.lab.start(try Bellhop.binary(), start, in: lab.other.namespace)
            try second.wait(for: "ready")
            defer { second.end() }
            let command = try lab.lab.start(
                try Bellhop.binary(), ["resync", "--config", path, lab.phones.mac.colons], in: lab.other.namespace)
            var check: SIPText?
            try eventually("no check-sync came to port 5083", showing: { command.text }) {
                guard let message = try phone.receive()?.message else { return false }
                check = message
                return message["Event"]?.hasPrefix("check-sync") == true
            }
            try phone.accept(try #require(check), at: lab.other.address)
            #expect(try command.outcome(within: 30).status == 0, "\(command.text)")
        }
    }
}
