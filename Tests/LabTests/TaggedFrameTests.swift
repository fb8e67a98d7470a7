import DHCPMessages
import FrameLink
import Packets
import Testing

//  bellhop          phone
//  10.9.0.1         10.9.0.10
//     └──── switch ────┤ tcpdump
//       VLAN 100, 30/20└── access port of VLAN 100 ── voice 10.9.0.11
final class TaggedFrameScene: Scene {
    let lab: Lab
    let bellhop: Bellhop
    let phone: Station
    /// Behind an access port: it sends no tags, and has VLAN 100.
    let voice: Station
    private let access: AccessPort
    let capture: Capture

    init(_ lab: Lab) throws {
        self.lab = lab
        try copyExampleTree(to: lab)
        let server = try lab.station("bellhop", mac: "02:00:00:00:00:01", address: "10.9.0.1/16")
        phone = try lab.station("phone", mac: "00:04:13:12:34:56", address: "10.9.0.10/16")
        try lab.addSwitch("access")
        let port = try lab.station("port", mac: "02:00:00:00:00:77", address: "10.9.0.77/16")
        try lab.plugIn("lab1", of: port, port: "access", mac: MACAddress(bits: 0x0200_0000_0078), on: "access")
        voice = try lab.station("voice", mac: "00:04:13:12:34:57", address: "10.9.0.11/16", on: "access")
        // Nobody answers ARP in that VLAN.
        try voice.ip("neigh", "replace", "\(server.address)", "lladdr", server.mac.colons, "dev", "lab0", "nud", "permanent")
        access = try AccessPort(on: port, vlan: 100)
        capture = try phone.captureHere(to: "phone.pcap")
        bellhop = try Bellhop(
            on: server,
            """
            root: tree
            rules:
              - name: voice VLAN
                match: {vlan: 100}
                options: {132: {u16: 100}}
            """,
            "--http-port", "8080")
    }

    func check() { access.stop() }

    /// What the daemon sent to the phone until now.
    func received() throws -> [Heard] {
        try capture.frames(markedBy: phone).filter { $0.sourceMAC == bellhop.station.mac }
    }
}

extension LabTests.Wire {
    @Suite(.scene(TaggedFrameScene.self)) struct TaggedFrameTests {
        private let lab: TaggedFrameScene = scene()

        static let stacks: [(name: String, tags: [VLANTag])] = [
            ("one tag", [VLANTag(control: 100)]),
            ("one tag with a priority", [VLANTag(control: 0xa000 | 100)]),
            ("a provider's and a customer's", [VLANTag(type: 0x88a8, control: 30), VLANTag(control: 20)]),
            ("two of the same type", [VLANTag(control: 30), VLANTag(control: 20)]),
        ]

        @Test(arguments: stacks)
        func `an INFORM is answered with the same tags`(row: (name: String, tags: [VLANTag])) throws {
            let number = try InformClient(lab.phone).ask(tags: row.tags)
            var answers: [Heard] = []
            try eventually("\(row.name): no answer came", within: 60, showing: { lab.bellhop.program.text }) {
                answers = try lab.received().filter { $0.dhcp?.transactionID == number }
                return !answers.isEmpty
            }
            #expect(answers.map { $0.udp?.tags } == [row.tags])
            #expect(answers[0].destinationMAC == lab.phone.mac)
            #expect(answers[0].dhcp?.type == .acknowledge)
            // The rule for VLAN 100 and no other.
            let isVoice = row.tags[0].identifier == 100
            let vlan = answers[0].dhcp?.options[DHCPOptionCode(132)].map(Array.init)
            #expect(vlan == (isVoice ? [0, 100] : nil))
        }

        @Test(arguments: stacks)
        func `a SUBSCRIBE is answered with the same tags, and the phone's 200 to the NOTIFY is heard`(
            row: (name: String, tags: [VLANTag])
        ) throws {
            let number = stackNumber(row.name)
            let mac = MACAddress(bits: 0x0004_1302_0000 + number)
            let request = try SIPPhone(lab.phone, port: 5062).request(mac: mac)
            let call = SIPText(request)["Call-ID"]
            let link = try lab.phone.link(filter: "less 1")
            func send(_ payload: [UInt8], to hardware: MACAddress, _ address: IPv4Address) throws {
                let frame = UDPFrame(
                    from: lab.phone.mac, lab.phone.address, port: 5062, to: hardware, address, port: 5060, tags: row.tags,
                    payload: payload)
                try link.send(frame.encoded() ?? [])
            }
            try send(request, to: SIPPhone.group.multicastMAC, SIPPhone.group)
            var heard: [Heard] = []
            try eventually("\(row.name): no NOTIFY came", within: 60, showing: { lab.bellhop.program.text }) {
                heard = try lab.received().filter { $0.sip?["Call-ID"] == call }
                return heard.contains { $0.sip?.isNotify == true }
            }
            #expect(heard.first?.sip?.isOkay == true)
            #expect(heard.allSatisfy { $0.udp?.tags == row.tags })
            #expect(heard.allSatisfy { $0.destinationMAC == lab.phone.mac && $0.udp?.destinationPort == 5062 })
            let notify = try #require(heard.compactMap(\.sip).first { $0.isNotify })
            #expect(notify.body == "http://10.9.0.1:8080/")
            try send(SIPPhone.okay(to: notify), to: lab.bellhop.station.mac, lab.bellhop.station.address)
            try lab.bellhop.wait(for: "pnp.notify-answered", mac: mac, ["status": "200"])
            let vlans = row.tags.map { "\($0.identifier)" }.joined(separator: "/")
            #expect(lab.bellhop.log("pnp.answered", mac: mac).first?["vlan"] == vlans)
            #expect(lab.bellhop.log("pnp.answered", mac: mac).first?["station"] == lab.phone.mac.colons)
        }

        @Test func `SIPp's phones in a VLAN are all told, and heard to accept it`() throws {
            let macs = (0..<20).map { MACAddress(bits: 0x0004_1374_0000 + $0) }
            try Sipp(station: lab.voice, scenario: "load", macs: macs).run()
            for mac in macs {
                try lab.bellhop.wait(for: "pnp.notify-answered", mac: mac, ["status": "200"])
                #expect(lab.bellhop.log("pnp.answered", mac: mac).first?["vlan"] == "100")
            }
        }

        @Test(arguments: stacks)
        func `another request to us alone is refused with the same tags`(row: (name: String, tags: [VLANTag])) throws {
            let request = try SIPPhone(lab.phone, port: 5063).request(method: "REGISTER")
            let call = SIPText(request)["Call-ID"]
            let link = try lab.phone.link(filter: "less 1")
            let frame = UDPFrame(
                from: lab.phone.mac, lab.phone.address, port: 5063, to: lab.bellhop.station.mac, lab.bellhop.station.address,
                port: 5060, tags: row.tags, payload: request)
            try link.send(frame.encoded() ?? [])
            var heard: [Heard] = []
            try eventually("\(row.name): no 405 came", within: 60, showing: { lab.bellhop.program.text }) {
                heard = try lab.received().filter { $0.sip?["Call-ID"] == call }
                return !heard.isEmpty
            }
            #expect(heard.map { $0.sip?.startLine } == ["SIP/2.0 405 Method Not Allowed"])
            #expect(heard.first?.udp?.tags == row.tags)
        }

        @Test(arguments: stacks)
        func `RFC 3376 §5.2 a querier in a VLAN hears there which group is wanted`(row: (name: String, tags: [VLANTag])) throws {
            let link = try lab.phone.link(filter: "less 1")
            let query = IGMPFrame(
                from: lab.phone.mac, lab.phone.address, tags: row.tags, .query(IGMPQuery(.three, responseCode: 1)))
            // What is asked for is that VLAN, of whatever priority.
            let tags = row.tags.map { VLANTag(type: $0.type, control: $0.identifier) }
            func reports() throws -> [IGMPFrame] { try lab.received().compactMap(\.igmp).filter { $0.tags == tags } }
            let before = try reports().count
            try link.send(query.encoded() ?? [])
            var answer: IGMPFrame?
            try eventually("\(row.name): no report came", showing: { lab.bellhop.program.text }) {
                answer = try reports().dropFirst(before).last
                return answer != nil
            }
            #expect(answer?.message == .records([IGMPRecord(.isExclude, SIPPhone.group)]))
            #expect(answer?.source == lab.bellhop.station.address)
        }

        private func stackNumber(_ name: String) -> UInt64 {
            UInt64(TaggedFrameTests.stacks.firstIndex { $0.name == name } ?? 99)
        }
    }
}
