import DHCPMessages
import FrameLink
import Foundation
import LinuxSystem
import Packets
import Provisioning
import TestSupport
import Testing

//  bellhop          wire: every phone of these tests, each with a MAC and an address of its own
//  10.9.0.1         10.9.1.1, 10.9.1.2, …
//     └──── switch ────┘
final class WhyScene: Scene {
    let lab: Lab
    let server: Station
    let wire: Station
    let link: LiveLink
    let bellhop: Bellhop

    init(_ lab: Lab) throws {
        self.lab = lab
        try copyExampleTree(to: lab)
        try lab.write(Data(count: 40 << 20), to: "tree/firmware.bin")
        server = try lab.station("bellhop", mac: "02:00:00:00:00:01", address: "10.9.0.1/16")
        wire = try lab.station("wire", mac: "02:00:00:00:00:02", address: "10.9.0.2/16")
        link = try wire.link()
        // The file names another root than the command line: `why` goes by what is served.
        let root = lab.folder.appending(path: "tree").path
        bellhop = try Bellhop(on: server, WhyScene.configuration(), "--http-port", "8080", "--root", root)
    }

    static func configuration(_ dhcp: String = "answer: inform", pnp: String = "answer: on") -> String {
        """
        root: unused
        dhcp: {\(dhcp)}
        pnp: {\(pnp)}
        rules:
          - {name: not ours, match: {mac: "00:04:13:01"}, answer: ignore}
          - {name: elsewhere, match: {mac: "00:04:13:02"}, url: "http://10.9.7.7/"}
          - {name: version, match: {mac: "00:04:13:03"}, url: "http://10.9.7.7/{version}.cfg"}
          - {name: empty, match: {mac: "00:04:13:04"}, url: "http://{server}/nothing/"}
          - {name: again, match: {mac: "00:04:13:06"}, url: "http://{server}/again/"}
          - {name: by ftp, match: {mac: "00:04:13:05"}, url: "ftp://{server}/"}
          - {name: by port, match: {mac: "00:13:cb"}, url: "tftp://10.9.7.7:6969/"}
        """
    }

    /// A phone's DHCP message as a frame of its own.
    func send(
        _ type: DHCPMessageType, _ mac: MACAddress, from source: IPv4Address, _ change: (inout DHCPMessage) -> Void = { _ in }
    ) throws {
        var message = DHCPMessage(type: type, transactionID: .random(in: 1 ... .max), client: mac)
        message.clientAddress = type == .inform ? source : .any
        message.options[.parameterRequestList] = [1, 3, 6, 43, 66, 67]
        change(&message)
        try send(message, mac, from: source)
    }

    func send(_ message: DHCPMessage, _ mac: MACAddress, from source: IPv4Address) throws {
        let isReply = message.operation == DHCPMessage.reply
        let frame = UDPFrame(
            from: mac, source, port: isReply ? 67 : 68, to: .broadcast, .broadcast, port: isReply ? 68 : 67,
            payload: message.encoded().bytes)
        try link.send(frame.encoded() ?? [])
    }

    /// What another DHCP server tells a phone, to everybody's ears.
    func otherServer(tells mac: MACAddress) throws {
        let other = IPv4Address(10, 9, 0, 66)
        var message = DHCPMessage(
            replyingTo: DHCPMessage(type: .discover, transactionID: 7, client: mac), type: .acknowledge, server: other)
        message.options[.tftpServerName] = Array("http://10.9.0.66/".utf8)[...]
        message.options[.leaseTime] = [0, 0, 14, 16]
        try send(message, MACAddress(bits: 0x0200_0000_0066), from: other)
    }

    /// A phone asks for a file from its own address.
    func fetch(_ name: String, as address: IPv4Address, _ arguments: String...) throws -> Program.Outcome {
        _ = try? wire.ip("addr", "add", "\(address)/16", "dev", "lab0")
        return try lab.run(
            "curl", ["-sS", "-o", "/dev/null", "--interface", "\(address)"] + arguments + ["http://10.9.0.1:8080/\(name)"],
            in: wire.namespace)
    }

    struct Answer {
        let status: Int32
        let sentence: String
        let cause: String
        let causes: [String]
    }

    /// `bellhop why`, as scripts read it.
    func why(_ mac: MACAddress) throws -> Answer {
        let outcome = try Bellhop.run(
            lab, "why", mac.colons, "--json", "--config", Bellhop.configurationPath(lab), "--state",
            lab.folder.appending(path: "state").path, in: server)
        guard let object = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any],
            let cause = object["cause"] as? String, let sentence = object["sentence"] as? String,
            let also = object["also"] as? [[String: Any]]
        else { throw LabFailure("why said \(outcome.text)") }
        return Answer(
            status: outcome.status, sentence: sentence, cause: cause, causes: [cause] + also.compactMap { $0["cause"] as? String }
        )
    }

    /// The same, once it says so: events reach the ledger a moment after they happen.
    func why(_ mac: MACAddress, saying cause: String) throws -> Answer {
        var answer: Answer?
        try eventually("why never said \(cause) of \(mac)", showing: { "\(answer.map { "\($0)" } ?? "")" }) {
            answer = try why(mac)
            return answer?.cause == cause
        }
        return try #require(answer)
    }
}

/// A phone in trouble: what it does, and what is to be said of it.
struct Trouble: Sendable, CustomTestStringConvertible {
    let cause: String
    let mac: MACAddress
    let says: String
    let act: @Sendable (WhyScene, MACAddress, IPv4Address) throws -> Void

    init(
        _ cause: String, _ mac: UInt64, _ says: String,
        _ act: @escaping @Sendable (WhyScene, MACAddress, IPv4Address) throws -> Void
    ) {
        self.cause = cause
        self.mac = MACAddress(bits: mac)
        self.says = says
        self.act = act
    }

    var testDescription: String { cause }
    /// Its own, by the last octets of its MAC address.
    var address: IPv4Address { IPv4Address(10, 9, 1, UInt8(truncatingIfNeeded: mac.bits)) }
}

private let inform: @Sendable (WhyScene, MACAddress, IPv4Address) throws -> Void = { try $0.send(.inform, $1, from: $2) }

/// A phone that is told the usual URL, and then does something with files.
private func told(
    vendorClass: String? = nil, _ then: @escaping @Sendable (WhyScene, IPv4Address) throws -> Void
) -> @Sendable (WhyScene, MACAddress, IPv4Address) throws -> Void {
    { lab, mac, address in
        try lab.send(.inform, mac, from: address) { $0.options[.vendorClass] = vendorClass.map { Array($0.utf8)[...] } }
        try lab.bellhop.wait(for: "dhcp.answered", mac: mac)
        try then(lab, address)
    }
}

private let troubles = [
    Trouble("unknown-prefix", 0x5254_0000_0001, "its prefix 52:54:00 is unknown", inform),
    Trouble("rule-ignores", 0x0004_1301_0002, "the rule \"not ours\" says to ignore it", inform),
    Trouble("told-elsewhere", 0x0004_1302_0003, "what it does at 10.9.7.7 is not seen from here", inform),
    Trouble("unknown-variable", 0x0004_1303_0004, "{version} in http://10.9.7.7/{version}.cfg is not known", inform),
    Trouble("nothing-to-serve", 0x0004_1304_0005, "http://10.9.0.1:8080/nothing/, where bellhop has no file for it", inform),
    Trouble("scheme-not-served", 0x0004_1305_0006, "ftp://10.9.0.1/, which bellhop does not serve", inform),
    Trouble("asks-for-other-option", 0x0004_1300_0007, "it asked for options 160 only") { lab, mac, address in
        try lab.send(.inform, mac, from: address) { $0.options[.parameterRequestList] = [160] }
    },
    Trouble("url-does-not-fit", 0x0013_cb00_0031, "at port 69, and the URL says 6969", inform),
    Trouble("never-informs", 0x0004_1300_0008, "DISCOVER but never INFORM") { lab, mac, _ in
        try lab.send(.discover, mac, from: .any)
    },
    Trouble("leased-elsewhere", 0x0004_1300_0009, "another server, 10.9.0.66, gave it an address with 66=http://10.9.0.66/") {
        lab, mac, _ in
        try lab.send(.discover, mac, from: .any)
        try lab.bellhop.wait(for: "ignored", mac: mac)
        try lab.otherServer(tells: mac)
    },
    Trouble("relay-not-configured", 0x0004_1300_000a, "the relay 10.99.0.1, which dhcp.relays does not name") {
        lab, mac, address in
        try lab.send(.inform, mac, from: address) { $0.relayAddress = IPv4Address(10, 99, 0, 1) }
    },
    Trouble("wrong-network", 0x0004_1300_000b, "172.16.0.5 does not belong to a network of this interface") { lab, mac, _ in
        try lab.send(.inform, mac, from: IPv4Address(172, 16, 0, 5))
    },
    Trouble("address-does-not-fit", 0x0004_1300_000c, "it claims the address 10.9.9.9 but came from") { lab, mac, address in
        try lab.send(.inform, mac, from: address) { $0.clientAddress = IPv4Address(10, 9, 9, 9) }
    },
    Trouble("other-server", 0x0004_1300_000d, "another server, 10.9.0.66, answered too with 66=http://10.9.0.66/") {
        lab, mac, address in
        try lab.send(.inform, mac, from: address)
        try lab.bellhop.wait(for: "dhcp.answered", mac: mac)
        try lab.otherServer(tells: mac)
    },
    Trouble("notify-refused", 0x0004_1300_000e, "the phone refused the NOTIFY with 481") { lab, mac, _ in
        let phone = try SIPPhone(lab.wire, port: 5081)
        try phone.multicast(phone.request(mac: mac))
        _ = try phone.receive()
        guard let notify = try phone.receive()?.message else { throw LabFailure("no NOTIFY") }
        try phone.answer(notify, "481 Call/Transaction Does Not Exist", at: lab.server.address)
    },
    Trouble("notify-unanswered", 0x0004_1300_000f, "NOTIFY was not answered, though it was sent") { lab, mac, _ in
        let phone = try SIPPhone(lab.wire, port: 5082)
        try phone.multicast(phone.request(mac: mac))
        try lab.bellhop.wait(for: "pnp.notify-unanswered", mac: mac)
    },
    Trouble("not-come", 0x0004_1300_0010, "and has not come; can it reach 10.9.0.1?", inform),
    Trouble(
        "name-differs", 0x0004_1300_0011, "asked for SnomD735.htm and got 404; the tree has snom/snomD735.htm",
        told { lab, address in
            _ = try lab.fetch("SnomD735.htm", as: address)
        }),
    Trouble(
        "file-there-now", 0x0004_1300_0016, "; the tree has it now",
        told { lab, address in
            _ = try lab.fetch("late.xml", as: address)
            try lab.lab.write(Data("<settings/>".utf8), to: "tree/late.xml")
        }),
    Trouble("nothing-to-serve", 0x0004_1306_0017, "/again/, where bellhop has no file for it") { lab, mac, address in
        try lab.lab.write(Data("<html/>".utf8), to: "tree/again/snomD735.htm")
        try eventually("it was never answered", showing: { lab.bellhop.program.text }) {
            try lab.send(.inform, mac, from: address)
            return !lab.bellhop.log("dhcp.answered", mac: mac).isEmpty
        }
        try FileManager.default.removeItem(at: lab.lab.folder.appending(path: "tree/again"))
        try eventually("it was answered for ever", showing: { lab.bellhop.program.text }) {
            try lab.send(.inform, mac, from: address)
            return try lab.why(mac).cause == "nothing-to-serve"
        }
    },
    Trouble(
        "file-missing", 0x0004_1300_0012, "asked for quite-another.xml and got 404; the tree has no such file",
        told { lab, address in
            _ = try lab.fetch("quite-another.xml", as: address)
        }),
    Trouble(
        "unfit-name", 0x0004_1300_0032, "a name that no tree holds, a/../b.cfg",
        told { lab, address in
            _ = try lab.fetch("a/../b.cfg", as: address, "--path-as-is")
        }),
    Trouble(
        "not-served", 0x0004_1300_0033, "wanted of left.log what bellhop does not do: PUT is not served",
        told { lab, address in
            _ = try lab.fetch("left.log", as: address, "-T", Bellhop.configurationPath(lab.lab))
        }),
    Trouble(
        "not-served", 0x0004_1300_0034, "what bellhop does not do: nothing is written here",
        told { lab, address in
            try lab.wire.ip("addr", "add", "\(address)/16", "dev", "lab0")
            _ = try lab.lab.run(
                "curl",
                [
                    "-sS", "--interface", "\(address)", "-T", Bellhop.configurationPath(lab.lab), "tftp://10.9.0.1/left.log",
                ], in: lab.wire.namespace)
        }),
    Trouble(
        "file-broken-off", 0x0004_1300_0013, "firmware.bin broke off",
        told { lab, address in
            _ = try lab.fetch("firmware.bin", as: address, "--limit-rate", "64k", "--max-time", "1")
        }),
    Trouble(
        "still-fetching", 0x0017_6500_0014, "it is fetching: DeviceConfig.cfg",
        told(vendorClass: "Nortel-SIP-Phone-A") { lab, address in
            _ = try lab.fetch("DeviceConfig.cfg", as: address)
        }),
    Trouble("damaged-request", 0x0004_1300_0015, "its request cannot be answered") { lab, mac, address in
        var inform = DHCPMessage(type: .inform, transactionID: 9, client: mac)
        inform.clientAddress = address
        var bytes = inform.encoded().bytes
        bytes[236] = 0
        let frame = UDPFrame(from: mac, address, port: 68, to: .broadcast, .broadcast, port: 67, payload: bytes)
        try lab.link.send(frame.encoded() ?? [])
    },
]

extension LabTests.Wire {
    @Suite(.scene(WhyScene.self)) struct WhyTests {
        private let lab: WhyScene = scene()

        @Test(arguments: troubles) func `why says what holds a phone back, and says no`(_ trouble: Trouble) throws {
            try trouble.act(lab, trouble.mac, trouble.address)
            let answer = try lab.why(trouble.mac, saying: trouble.cause)
            #expect(answer.sentence.contains(trouble.says), "\(answer.sentence)")
            #expect(answer.status == 1)
        }

        @Test func `a phone that booted has none of these, and the answer is yes`() throws {
            let mac = MACAddress(bits: 0x0004_1300_0020)
            try told { lab, address in _ = try lab.fetch("snomD735.htm", as: address) }(lab, mac, IPv4Address(10, 9, 1, 0x20))
            let answer = try lab.why(mac, saying: "done")
            #expect(answer.status == 0)
            #expect(answer.causes == ["done"])
        }

        @Test(arguments: [(FileTransport.http, UInt64(0x24)), (.tftp, 0x25)])
        func `of a file that takes long why says since when it is fetched, and how far it came`(
            row: (transport: FileTransport, number: UInt64)
        ) throws {
            let mac = MACAddress(bits: 0x0004_1300_0000 + row.number)
            let address = IPv4Address(10, 9, 1, UInt8(row.number))
            try told { _, _ in }(lab, mac, address)
            try lab.wire.ip("addr", "add", "\(address)/16", "dev", "lab0")
            let socket = try lab.wire.inside { try UDPSocket(address: address, port: 0) }
            if row.transport == .http {
                _ = try lab.wire.start(
                    "curl", "-sS", "-o", "/dev/null", "--interface", "\(address)", "--limit-rate", "20k",
                    "http://10.9.0.1:8080/firmware.bin")
            } else {
                // It takes two blocks, and then its time.
                let peer = TFTPPeer(socket, server: lab.server.address, port: 69)
                try peer.ask("firmware.bin")
                for block in UInt16(1)...2 { try peer.acknowledge(block, to: #require(try peer.next()).port) }
            }
            defer { socket.close() }
            try lab.bellhop.wait(for: "file.under-way", mac: mac, ["by": row.transport.rawValue, "name": "firmware.bin"])
            let answer = try lab.why(mac, saying: "still-fetching")
            #expect(answer.sentence.contains("it is fetching firmware.bin since "), "\(answer.sentence)")
            #expect(answer.sentence.contains(/: [1-9][0-9]* of 41943040 octets in the first [4-9] s/), "\(answer.sentence)")
            #expect(answer.status == 1)
        }

        @Test func `a phone that polls by a known rhythm is done, and why says when it is due`() throws {
            let mac = MACAddress(bits: 0x0017_6500_0021)
            try told(vendorClass: "Nortel-SIP-Phone-A") { lab, address in
                _ = try lab.fetch("1230SIP.cfg", as: address, "-A", "Avaya 1230 IP Deskphone")
            }(
                lab, mac, IPv4Address(10, 9, 1, 0x21))
            let answer = try lab.why(mac, saying: "waits-for-poll")
            #expect(answer.status == 0)
            #expect(answer.sentence.contains("waiting for its next poll at"))
        }

        @Test func `nothing is known of a phone that nobody heard`() throws {
            let answer = try lab.why(MACAddress(bits: 0x0004_1300_0022))
            #expect(answer.cause == "unheard" && answer.status == 1)
        }

        @Test func `devices and timeline show the same phones and events`() throws {
            let mac = MACAddress(bits: 0x0004_1300_0023)
            try told { lab, address in _ = try lab.fetch("snomD735.htm", as: address) }(lab, mac, IPv4Address(10, 9, 1, 0x23))
            _ = try lab.why(mac, saying: "done")
            let state = lab.lab.folder.appending(path: "state").path
            let configuration = Bellhop.configurationPath(lab.lab)
            func bellhop(_ arguments: String...) throws -> Program.Outcome {
                try lab.lab.run(
                    try Bellhop.binary(), arguments + ["--config", configuration, "--state", state], in: lab.server.namespace)
            }
            let devices = try bellhop("devices", "--stage", "done", "--vendor", "snom")
            let line = devices.output.split(separator: "\n").first { $0.hasPrefix(mac.colons) }
            #expect(line?.contains("done") == true && line?.contains("10.9.1.35") == true, "\(devices.text)")
            #expect(devices.output.hasPrefix("MAC "))
            let json =
                try JSONSerialization.jsonObject(with: Data(try bellhop("devices", "--json").output.utf8)) as? [String: Any]
            let list = try #require(json?["devices"] as? [[String: Any]])
            let device = try #require(list.first { $0["mac"] as? String == mac.colons })
            #expect(device["vendor"] as? String == "snom" && device["stage"] as? String == "done")
            #expect(device["family"] as? String == "snom-desk" && device["interface"] as? String == "lab0")
            let timeline = try bellhop("timeline", mac.colons)
            let names = ["dhcp.answered", "file.served"]
            #expect(names.allSatisfy { timeline.output.contains($0) }, "\(timeline.text)")
            #expect(try bellhop("timeline", "00:04:13:00:00:99").status == 1)
            #expect(try bellhop("timeline", "nonsense").status == 64)
        }

        @Test func `watch prints what happens while it runs, as lines where nobody looks at a screen`() throws {
            let watch = try lab.lab.start(
                try Bellhop.binary(),
                [
                    "watch", "--config", Bellhop.configurationPath(lab.lab), "--state",
                    lab.lab.folder.appending(path: "state").path,
                ],
                in: lab.server.namespace)
            defer { watch.end() }
            // It may begin after the first one.
            var number: UInt64 = 0x0004_1300_3000
            try eventually("watch never told of a phone", showing: { watch.text }) {
                number += 1
                try lab.send(.inform, MACAddress(bits: number), from: IPv4Address(10, 9, 3, 1))
                return watch.outputLines.contains { $0.hasPrefix("00:04:13:00:30:") && $0.contains("dhcp.answered") }
            }
        }
    }
}
