import DHCPMessages
import Foundation
import FrameLink
import LinuxSystem
import Packets
import Testing

//  bellhop          phone            laptop
//  10.9.0.1         10.9.0.10        10.9.0.20
//     └──── switch ────┴────────────────┘
//           tcpdump: the capture that is replayed
final class CommandScene: Scene {
    let lab: Lab
    let server: Station
    let phone: Station
    let laptop: Station
    /// A phone's INFORM and SUBSCRIBE with what the daemon said, and a laptop's INFORM without.
    let recording: String

    init(_ lab: Lab) throws {
        self.lab = lab
        try copyExampleTree(to: lab)
        server = try lab.station("bellhop", mac: "02:00:00:00:00:01", address: "10.9.0.1/16")
        phone = try lab.station("phone", mac: "00:04:13:12:34:56", address: "10.9.0.10/16")
        laptop = try lab.station("laptop", mac: "52:54:00:00:00:07", address: "10.9.0.20/16")
        let capture = try lab.capture()
        let bellhop = try Bellhop(on: server, "root: tree\ndevices: devices.csv\nhttp: {port: 8080}\n")
        _ = try InformClient(phone).provisioningURL()
        _ = try SIPPhone(phone).provision(server: server.address)
        try InformClient(laptop).ask()
        try bellhop.wait(for: "ignored", mac: laptop.mac)
        try bellhop.wait(for: "pnp.notify-answered", mac: phone.mac)
        _ = try capture.frames(markedBy: phone)
        capture.stop()
        bellhop.program.end()
        recording = capture.path
    }

    func bellhop(_ arguments: String...) throws -> Program.Outcome {
        try lab.run(try Bellhop.binary(), arguments, in: server.namespace)
    }
}

extension LabTests.Files {
    @Suite(.scene(CommandScene.self)) struct CommandTests {
        private let lab: CommandScene = scene()

        private static let wrong = "root: tree\ndhcp:\n  anser: inform\npnp: {port: 70000}\n"

        @Test func `check names every mistake as FILE, line and sentence, and says no`() throws {
            let path = try lab.lab.write(CommandTests.wrong, to: "wrong.yaml")
            let outcome = try lab.bellhop("check", "--config", path)
            #expect(outcome.status == 1)
            #expect(outcome.output.contains("\(path):3: "), "\(outcome.text)")
            #expect(outcome.output.contains("\(path):4: "), "\(outcome.text)")
            #expect(outcome.output.contains("answer"), "the nearest known key")
            let right = try lab.bellhop("check", "--config", Bellhop.configurationPath(lab.lab))
            #expect(right.status == 0, "\(right.text)")
        }

        @Test func `vendors lists the catalogue, tells of one family, and knows when it has none`() throws {
            let list = try lab.bellhop("vendors")
            #expect(list.status == 0)
            let shipped = ["snom-desk", "avaya-1200-sip", "ale-dbid", "spectralink-ipdect", "alcatel-ot4135", "yealink"]
            for id in shipped { #expect(list.output.contains("\n\(id) ") || list.output.hasPrefix("\(id) "), "\(id)") }
            let one = try lab.bellhop("vendors", "snom-desk", "--json")
            let families = try #require(try JSONSerialization.jsonObject(with: Data(one.output.utf8)) as? [[String: Any]])
            #expect(families.count == 1)
            #expect(families.first?["id"] as? String == "snom-desk")
            #expect(families.first?["vendor"] as? String == "snom")
            #expect((families.first?["sources"] as? [String])?.isEmpty == false)
            let none = try lab.bellhop("vendors", "snmo")
            #expect(none.status == 1)
            #expect(none.errors.contains("did you mean snom?"))
        }

        @Test func `run with a wrong configuration does not begin`() throws {
            let path = try lab.lab.write(CommandTests.wrong, to: "wrong.yaml")
            let outcome = try lab.bellhop("run", "--config", path, "--interface", "lab0")
            #expect(outcome.status == 78)
            #expect(outcome.output.isEmpty)
            #expect(outcome.errors.contains("\(path):3: "), "\(outcome.text)")
        }

        @Test(arguments: [
            ("10.8.255.0-10.9.1.9", "outside the network 10.9.0.1/16"), ("10.9.0.1-10.9.0.9", "own address 10.9.0.1"),
            ("192.168.7.1-192.168.7.9", "no network of a served interface"),
            ("[10.9.1.1-10.9.1.9, 10.9.1.9-10.9.1.12]", "overlap"),
        ])
        func `T18 run with addresses to give that do not fit where it serves does not begin`(range: String, fault: String) throws
        {
            let path = try lab.lab.write("root: tree\ndhcp:\n  answer: lease\n  lease: {range: \(range)}\n", to: "unfit.yaml")
            let outcome = try lab.bellhop("run", "--config", path, "--interface", "lab0", "--http-port", "8080")
            #expect(outcome.status == 78)
            #expect(outcome.output.isEmpty)
            #expect(outcome.errors.contains("\(path):4: ") && outcome.errors.contains(fault), "\(outcome.text)")
        }

        @Test(arguments: [
            ("10.8.255.0-10.9.1.9", 78, "outside the network 10.9.0.1/16"), ("10.9.0.1-10.9.0.9", 78, "own address 10.9.0.1"),
            ("10.9.5.0-10.9.5.9", 78, "holds the gateway 10.9.5.5"),
            ("10.9.1.9-10.9.1.0", 64, "--lease is \"10.9.1.9-10.9.1.0\""),
        ])
        func `T18 nor does run with such addresses on the command line`(range: String, status: Int32, fault: String) throws {
            let path = try lab.lab.write("root: tree\ndhcp: {lease: {gateway: 10.9.5.5}}\n", to: "unfit.yaml")
            let outcome = try lab.bellhop(
                "run", "--config", path, "--interface", "lab0", "--http-port", "8080", "--lease", range)
            #expect(outcome.status == status)
            #expect(outcome.output.isEmpty)
            #expect(outcome.errors.contains(fault), "\(outcome.text)")
        }

        @Test(arguments: ["run", "check", "explain"])
        func `a configuration that is not there is a missing file`(command: String) throws {
            let more = command == "explain" ? ["--mac", "00:04:13:12:34:56"] : []
            let outcome = try lab.lab.run(
                try Bellhop.binary(), [command, "--config", "nowhere.yaml"] + more, in: lab.server.namespace)
            #expect(outcome.status == 66)
            #expect(outcome.errors.contains("nowhere.yaml"), "\(outcome.text)")
        }

        @Test func `a capture that is not there is a missing file`() throws {
            let outcome = try lab.bellhop("replay", "--config", Bellhop.configurationPath(lab.lab), "nowhere.pcap")
            #expect(outcome.status == 66)
            #expect(outcome.errors.contains("nowhere.pcap"), "\(outcome.text)")
        }

        @Test(arguments: [["run", "--intrface", "lab0"], ["check", "--jsn"], ["replay"], ["rn"], []])
        func `wrong usage is told as such`(arguments: [String]) throws {
            let outcome = try lab.lab.run(try Bellhop.binary(), arguments, in: lab.server.namespace)
            #expect(outcome.status == 64)
            #expect(outcome.errors.hasPrefix("bellhop: "))
            if arguments.contains("--intrface") { #expect(outcome.errors.contains("--interface")) }
        }

        @Test func `explain tells who it is, on what evidence, and what it would be told`() throws {
            let outcome = try lab.bellhop(
                "explain", "--config", Bellhop.configurationPath(lab.lab), "--interface", "lab0", "--mac", "00:04:13:12:34:56",
                "--json")
            #expect(outcome.status == 0, "\(outcome.text)")
            let json = try JSON(outcome.output)
            #expect(json["identity"]["vendor"].text == "snom")
            #expect(json["identity"]["mac"].text == "00:04:13:12:34:56")
            #expect(json["identity"]["evidence"].list.contains { $0["value"].text == "000413" && $0["weight"].number ?? 0 > 0 })
            #expect(json.has("rule"))
            #expect(json["url"].text == "http://10.9.0.1:8080/")
            let option = try #require(json["dhcp"]["options"].list.first { $0["code"].number == 66 })
            #expect(option["name"].text?.isEmpty == false)
            #expect(option["text"].text?.contains("http://10.9.0.1:8080/") == true)
            #expect(option["hex"].text == hexText(Array("http://10.9.0.1:8080/".utf8)))
            #expect(json["pnp"]["body"].text == "http://10.9.0.1:8080/")
        }

        @Test func `replay gives each frame's decision, the same as the daemon's`() throws {
            let outcome = try lab.bellhop(
                "replay", "--config", Bellhop.configurationPath(lab.lab), "--interface", "lab0", lab.recording, "--json")
            #expect(outcome.status == 0, "\(outcome.errors)")
            let objects = try outcome.output.split(separator: "\n").map { try JSON(String($0)) }
            // tcpdump counts them too.
            let tcpdump = try lab.lab.run("tcpdump", ["-n", "-r", lab.recording, "--count"])
            #expect(tcpdump.output.hasPrefix("\(objects.count) packet"), "\(tcpdump.text)")
            for object in objects {
                #expect(object["time"].text?.isEmpty == false)
                #expect(object.has("mac"))
                #expect(object["kind"].text?.isEmpty == false)
                #expect(["answer", "ignore"].contains(object["decision"].text ?? ""))
                #expect(object["reason"].text?.isEmpty == false)
                #expect((object["decision"].text == "answer") == object.has("reply"))
            }
            let phone = objects.filter { $0["mac"].text == "00:04:13:12:34:56" && $0["decision"].text == "answer" }
            #expect(phone.compactMap { $0["kind"].text } == ["dhcp-inform", "pnp-subscribe"])
            #expect(phone.allSatisfy { $0["url"].text == "http://10.9.0.1:8080/" })
            let laptop = objects.filter { $0["mac"].text == "52:54:00:00:00:07" && $0["kind"].text == "dhcp-inform" }
            #expect(laptop.map { $0["reason-name"].text } == ["not-a-phone"])
        }

        @Test func `replay gives addresses where the configuration does, none that a host of the capture has`() throws {
            let path = try lab.lab.write(
                "root: tree\nhttp: {port: 8080}\ndhcp: {answer: lease, lease: {range: 10.9.100.1-10.9.100.9}}\n", to: "lease.yaml"
            )
            let phone = try #require(MACAddress(lab.phone.mac.colons))
            let server = try #require(IPv4Address("10.9.0.1"))
            var discover = DHCPMessage(type: .discover, transactionID: 7, client: phone)
            discover.options[.vendorClass] = Array("snomD735".utf8)[...]
            var request = DHCPMessage(type: .request, transactionID: 7, client: phone)
            request.options[.vendorClass] = discover.options[.vendorClass]
            request.options[.serverIdentifier] = [10, 9, 0, 1]
            request.options[.requestedAddress] = [10, 9, 100, 2]
            let other = MACAddress(bits: 0x0200_0000_0077)
            let capture = lab.lab.folder.appending(path: "lease.pcap").path
            let writer = try CaptureWriter(path: capture)
            let frames =
                [ARPPacket.question(about: server, from: other, IPv4Address(10, 9, 100, 1)).encoded()]
                + [discover, request].compactMap { message in
                    UDPFrame(
                        from: phone, .any, port: 68, to: .broadcast, .broadcast, port: 67, payload: message.encoded().bytes
                    ).encoded()
                }
            for (number, frame) in frames.enumerated() {
                writer.write(
                    CapturedFrame(time: WallTime(microsecondsSince1970: 1_700_000_000_000_000 + Int64(number)), bytes: frame))
            }
            try writer.flush()
            let answers = lab.lab.folder.appending(path: "given.pcap").path
            let outcome = try lab.bellhop(
                "replay", "--config", path, "--interface", "lab0", capture, "--json", "--write", answers)
            #expect(outcome.status == 0, "\(outcome.text)")
            let decisions = try outcome.output.split(separator: "\n").map { try JSON(String($0))["decision"].text }
            #expect(decisions == ["ignore", "answer", "answer"], "\(outcome.output)")
            let tshark = try lab.lab.run(
                "tshark", ["-r", answers, "-T", "fields", "-e", "dhcp.option.dhcp", "-e", "dhcp.ip.your"])
            #expect(tshark.output == "2\t10.9.100.2\n5\t10.9.100.2\n", "\(tshark.text)")
        }

        @Test func `render finds the rule about the interface that is named`() throws {
            try lab.lab.write("begin", to: "tree/start-here.cfg")
            let path = try lab.lab.write(
                "root: tree\nrules: [{match: {interface: lab0}, aliases: {boot-me.cfg: start-here.cfg}}]\n", to: "aliases.yaml")
            func render(_ interface: String) throws -> Program.Outcome {
                try lab.bellhop("render", "--config", path, "--interface", interface, "00:04:13:12:34:56", "boot-me.cfg")
            }
            #expect(try render("lab0").output == "begin")
            #expect(try render("lab1").status == 1)
        }

        @Test func `lint finds a file by its whole path beneath a root that is written with a slash at its end`() throws {
            let root = lab.lab.folder.appending(path: "tree").path
            let path = try lab.lab.write("root: \(root)/\n", to: "slash.yaml")
            try lab.lab.write("x", to: "tree/alone.txt")
            let outcome = try lab.bellhop("lint", "--config", path, "\(root)/alone.txt")
            #expect(outcome.status == 0 && outcome.output.contains("1 file,"), "\(outcome.text)")
        }

        @Test func `explain makes up no address for a SUBSCRIBE that names none`() throws {
            let text =
                "SUBSCRIBE sip:phone@224.0.1.75 SIP/2.0\r\nVia: SIP/2.0/UDP 10.9.0.10:5060;branch=z9hG4bK1\r\nMax-Forwards: 70\r\n"
                + "From: <sip:phone@224.0.1.75>;tag=1\r\nTo: <sip:phone@224.0.1.75>\r\nCall-ID: 1\r\nCSeq: 1 SUBSCRIBE\r\n"
                + "Event: ua-profile;profile-type=\"device\";vendor=\"snom\";model=\"D735\"\r\nExpires: 0\r\n"
                + "Contact: <sip:10.9.0.10:5060>\r\nContent-Length: 0\r\n\r\n"
            let path = try lab.lab.write(text, to: "nameless.sip")
            let outcome = try lab.bellhop(
                "explain", "--config", Bellhop.configurationPath(lab.lab), "--interface", "lab0", "--subscribe", path, "--json")
            let identity = try JSON(outcome.output)["identity"]
            #expect(identity["vendor"].text == "snom", "\(outcome.text)")
            #expect(identity["mac-evidence"].list.isEmpty && identity["mac"].text == nil, "\(outcome.text)")
        }

        @Test func `what replay writes is a capture that tshark reads as DHCP and SIP`() throws {
            let written = lab.lab.folder.appending(path: "answers.pcap").path
            let outcome = try lab.bellhop(
                "replay", "--config", Bellhop.configurationPath(lab.lab), "--interface", "lab0", lab.recording, "--write", written
            )
            #expect(outcome.status == 0, "\(outcome.errors)")
            let fields = [
                "frame.protocols", "udp.checksum.status", "dhcp.option.dhcp", "dhcp.option.tftp_server_name", "sip.Status-Code",
                "sip.Method",
                "_ws.malformed",
            ]
            let tshark = try lab.lab.run(
                "tshark",
                ["-r", written, "-o", "udp.check_checksum:TRUE", "-T", "fields", "-E", "separator=|"]
                    + fields.flatMap { ["-e", $0] })
            #expect(tshark.status == 0, "\(tshark.errors)")
            let rows = tshark.output.split(separator: "\n").map {
                $0.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
            }
            try #require(rows.count == 3 && rows.allSatisfy { $0.count == fields.count }, "\(tshark.text)")
            #expect(rows[0][0].contains(":udp:dhcp"))
            #expect(Array(rows[0][2...]) == ["5", "http://10.9.0.1:8080/", "", "", ""])
            #expect(rows[1][0].contains(":udp:sip"))
            #expect(Array(rows[1][2...]) == ["", "", "200", "", ""])
            #expect(rows[2][0].contains(":udp:sip"))
            #expect(Array(rows[2][2...]) == ["", "", "", "NOTIFY", ""])
            // 1: good
            #expect(rows.allSatisfy { $0[1] == "1" || $0[1] == "Good" })
        }
    }
}

/// JSON as a test looks at it: what is not there is empty.
struct JSON {
    private let value: Any?

    init(_ text: String) throws {
        value = try JSONSerialization.jsonObject(with: Data(text.utf8))
    }

    private init(value: Any?) {
        self.value = value
    }

    subscript(name: String) -> JSON { JSON(value: (value as? [String: Any])?[name]) }
    func has(_ name: String) -> Bool { (value as? [String: Any])?.keys.contains(name) == true }
    var text: String? { value as? String }
    var number: Int? { value as? Int }
    var list: [JSON] { (value as? [Any])?.map { JSON(value: $0) } ?? [] }
}
