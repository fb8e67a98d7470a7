import Packets
import Testing

/// Both interfaces served, and what is on the first switch captured.
final class PnPInterfaceScene: Scene {
    private let networks: TwoNetworkScene
    let capture: Capture
    let bellhop: Bellhop

    var lab: Lab { networks.lab }
    var server: Station { networks.server }
    var phone: Station { networks.phone }
    var guest: Station { networks.guest }

    init(_ lab: Lab) throws {
        networks = try TwoNetworkScene(lab)
        try networks.plugInSecond()
        capture = try lab.capture()
        bellhop = try Bellhop(on: networks.server, "root: tree\n", "--http-port", "8080", "--interface", "lab*")
    }

    /// IGMP reports (RFC 3376) that name the group, from the server's first interface until now.
    func reports() throws -> Int {
        try capture.frames(markedBy: phone).count { $0.sourceMAC == server.mac && $0.igmp?.message.wants(SIPPhone.group) == true }
    }

    func awaitReport(after before: Int, _ why: String) throws {
        try eventually("no IGMP report came \(why)", showing: { self.bellhop.program.text }) { try reports() > before }
    }

    /// A phone on the first switch is told the server's address there.
    func provision(_ number: UInt64, expecting address: String) throws {
        let mac = MACAddress(bits: 0x0004_1309_0000 + number)
        let (okay, notify, _) = try SIPPhone(phone, port: 5400 + UInt16(number)).provision(
            mac: mac, server: IPv4Address(address) ?? .any)
        #expect(okay["Contact"] == "<sip:\(address):5060>")
        #expect(notify.body == "http://\(address):8080/")
        try bellhop.wait(for: "pnp.notify-answered", mac: mac, ["status": "200"])
    }
}

extension LabTests.Wire {
    @Suite(.scene(PnPInterfaceScene.self), .serialized) struct PnPInterfaceTests {
        private let lab: PnPInterfaceScene = scene()

        @Test func `two hundred of SIPp's phones on two interfaces at once are each told that interface's address`() async throws
        {
            let places = [(lab.phone, "lab0", "10.9.0.1", UInt16(5072)), (lab.guest, "lab1", "10.10.0.1", 5073)]
            func macs(_ port: UInt16) -> [MACAddress] {
                (0..<100).map { MACAddress(bits: 0x0004_1370_0000 + UInt64(port) << 8 + $0) }
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (station, _, _, port) in places {
                    let macs = macs(port)
                    group.addTask { try Sipp(station: station, scenario: "load", macs: macs, port: port).run() }
                }
                try await group.waitForAll()
            }
            for (_, interface, server, port) in places {
                for mac in macs(port) {
                    try lab.bellhop.wait(for: "pnp.notify-answered", mac: mac, ["interface": interface, "status": "200"])
                    let told = lab.bellhop.log("pnp.answered", mac: mac, ["interface": interface]).first
                    #expect(told?["body"] == "http://\(server):8080/")
                }
            }
        }

        @Test func `phones on two interfaces at once are each answered from their own`() throws {
            let places = [(lab.phone, "lab0", IPv4Address(10, 9, 0, 1)), (lab.guest, "lab1", IPv4Address(10, 10, 0, 1))]
            for round in 1...10 {
                let phones = try places.map { try SIPPhone($0.0, port: 5300 + UInt16(round)) }
                let macs = places.indices.map { MACAddress(bits: 0x0004_130a_0000 + UInt64(round * 2 + $0)) }
                for (phone, mac) in zip(phones, macs) { try phone.multicast(phone.request(mac: mac)) }
                for ((phone, mac), place) in zip(zip(phones, macs), places) {
                    let okay = try #require(try phone.receive()).message
                    let notify = try #require(try phone.receive()).message
                    #expect(okay["Contact"] == "<sip:\(place.2):5060>")
                    #expect(notify.body == "http://\(place.2):8080/")
                    try phone.accept(notify, at: place.2)
                    try lab.bellhop.wait(for: "pnp.notify-answered", mac: mac, ["interface": place.1, "status": "200"])
                    #expect(lab.bellhop.log("pnp.answered", mac: mac, ["interface": place.1]).count == 1)
                }
            }
        }

        @Test func `the group is joined again when a link returns, an interface comes back or its address changes`() throws {
            var before = try lab.reports()
            #expect(before > 0)
            try lab.provision(1, expecting: "10.9.0.1")

            // The cable is plugged into another switch, which has not heard who wants the group.
            try lab.lab.setCable("bellhop", isIn: false)
            try eventually("lab0 never lost its carrier") {
                try lab.server.run("ip", "-br", "link", "show", "lab0").output.contains("NO-CARRIER")
            }
            try lab.lab.setCable("bellhop", isIn: true)
            try lab.bellhop.wait(for: "interface.link-returned", ["interface": "lab0"])
            try lab.awaitReport(after: before, "after the link returned")
            try lab.provision(2, expecting: "10.9.0.1")
            #expect(lab.bellhop.log("interface.open", ["interface": "lab0"]).count == 1)

            before = try lab.reports()
            try lab.server.ip("link", "set", "lab0", "down")
            try lab.bellhop.wait(for: "interface.closed", ["interface": "lab0"])
            try lab.server.ip("link", "set", "lab0", "up")
            try eventually("lab0 was never opened again") { lab.bellhop.log("interface.open", ["interface": "lab0"]).count == 2 }
            try lab.awaitReport(after: before, "after the interface came back")
            try lab.provision(3, expecting: "10.9.0.1")

            before = try lab.reports()
            try lab.server.ip("addr", "del", "10.9.0.1/16", "dev", "lab0")
            try lab.server.ip("addr", "add", "10.9.0.77/16", "dev", "lab0")
            try eventually("lab0 was never served with its new address", showing: { lab.bellhop.program.text }) {
                lab.bellhop.log("interface.open", ["interface": "lab0"]).last?["address"] == "10.9.0.77"
            }
            try lab.awaitReport(after: before, "after the address changed")
            try lab.provision(4, expecting: "10.9.0.77")
            // The other interface was left alone.
            #expect(lab.bellhop.log("interface.open", ["interface": "lab1"]).count == 1)
        }
    }
}
