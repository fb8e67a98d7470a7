import Packets
import Testing

extension IGMPMessage {
    /// Whether a host says by it that it wants a group from whomever.
    func wants(_ group: IPv4Address) -> Bool {
        switch self {
        case .report(let reported, _): reported == group
        case .records(let records):
            records.contains { $0.group == group && [.isExclude, .changeToExclude].contains($0.kind) && $0.sources.isEmpty }
        case .query, .leave: false
        }
    }
}

//  bellhop                              phone
//  10.9.0.1                             10.9.0.10
//     └──────── switch that snoops ────────┘     It asks by IGMP each second; to bellhop's port goes no group that was not asked for there.
private struct SnoopingScene {
    let lab: Lab
    let server: Station
    let phone: Station
    let capture: Capture
    let bellhop: Bellhop

    init(version: Int, _ configuration: String = "root: tree\n") throws {
        lab = try Lab()
        do {
            try copyExampleTree(to: lab)
            server = try lab.station("bellhop", mac: "02:00:00:00:00:01", address: "10.9.0.1/16")
            phone = try lab.station("phone", mac: "00:04:13:12:34:56", address: "10.9.0.10/16")
            try lab.snoop(version: version, towards: server)
            capture = try lab.capture()
            bellhop = try Bellhop(on: server, configuration, "--http-port", "8080")
        } catch {
            lab.remove()
            throw error
        }
    }

    func igmp() throws -> [IGMPFrame] { try capture.frames(markedBy: phone).compactMap(\.igmp) }

    /// The switch's questions and the daemon's reports until now.
    func counts() throws -> (queries: Int, reports: Int) {
        let frames = try igmp()
        let reports = frames.filter { $0.sourceMAC == server.mac && $0.message.wants(SIPPhone.group) }.count
        let queries = frames.filter { if case .query = $0.message { true } else { false } }.count
        return (queries, reports)
    }

    /// Waits until the switch has asked so often more.
    func await(queries more: Int) throws {
        let before = try counts().queries
        try eventually("the switch did not ask \(more) times more", showing: { bellhop.program.text }) {
            try counts().queries >= before + more
        }
    }

    func provision(_ number: UInt64) throws {
        let mac = MACAddress(bits: 0x0004_1309_4000 + number)
        _ = try SIPPhone(phone, port: 5400 + UInt16(number)).provision(mac: mac, server: server.address)
        try bellhop.wait(for: "pnp.notify-answered", mac: mac, ["status": "200"])
    }
}

extension LabTests.Wire {
    @Suite struct SnoopingTests {
        @Test(arguments: [2, 3])
        func `behind a switch that snoops IGMP phones are heard, as long as it asks and after the link was down`(version: Int)
            throws
        {
            let scene = try SnoopingScene(version: version)
            defer { scene.lab.remove() }
            try scene.await(queries: 2)
            try scene.provision(1)
            // Longer than the switch keeps a member that says nothing.
            try scene.await(queries: 6)
            try scene.provision(2)
            // The answers are of the version of the questions.
            let last = try #require(try scene.igmp().last { $0.sourceMAC == scene.server.mac })
            #expect(
                last.message
                    == (version == 2 ? .report(SIPPhone.group, .two) : .records([IGMPRecord(.isExclude, SIPPhone.group)])))

            try scene.lab.setCable("bellhop", isIn: false)
            try eventually("lab0 never lost its carrier") {
                try scene.server.run("ip", "-br", "link", "show", "lab0").output.contains("NO-CARRIER")
            }
            /// What only a host says that begins to want the group; in version 2 it says no more than it answers.
            func joins() throws -> Int {
                let message = IGMPMessage.records([IGMPRecord(.changeToExclude, SIPPhone.group)])
                return try scene.igmp().count { $0.sourceMAC == scene.server.mac && $0.message == message }
            }
            let (before, joined) = (try scene.counts(), try joins())
            try scene.lab.setCable("bellhop", isIn: true)
            try scene.bellhop.wait(for: "interface.link-returned", ["interface": "lab0"])
            try eventually("the group was not asked for after the link returned") { try scene.counts().reports > before.reports }
            if version == 3 { try eventually("it did not join anew") { try joins() > joined } }
            try scene.await(queries: 2)
            try scene.provision(3)

            // In the end it is left.
            scene.bellhop.program.end()
            let left = try scene.igmp().last { $0.sourceMAC == scene.server.mac }?.message
            #expect(left == (version == 2 ? .leave(SIPPhone.group) : .records([IGMPRecord(.changeToInclude, SIPPhone.group)])))
        }

        @Test func `where PnP is off nothing is said of groups`() throws {
            let scene = try SnoopingScene(version: 3, "root: tree\npnp: {answer: off}\n")
            defer { scene.lab.remove() }
            try scene.await(queries: 4)
            #expect(try scene.igmp().allSatisfy { $0.sourceMAC != scene.server.mac })
        }
    }
}
