import Packets
import Testing

//  bellhop                                    phone
//  labbr 10.9.0.1 ── its port: lab0 10.9.0.2  10.9.0.10
//                                 └─ switch ────┘
//                                    tcpdump
final class BridgeScene: Scene {
    let bellhop: Bellhop
    let phone: Station
    let capture: Capture

    init(_ lab: Lab) throws {
        try copyExampleTree(to: lab)
        let server = try lab.station("bellhop", mac: "02:00:00:00:00:01", address: "10.9.0.2/16")
        try server.ip("link", "add", "labbr", "address", "02:00:00:00:00:01", "type", "bridge")
        try server.ip("link", "set", "labbr", "addrgenmode", "none")
        try server.ip("link", "set", "lab0", "master", "labbr")
        try server.ip("addr", "add", "10.9.0.1/16", "dev", "labbr")
        try server.ip("link", "set", "labbr", "up")
        phone = try lab.station("phone", mac: "00:04:13:12:34:56", address: "10.9.0.10/16")
        capture = try lab.capture()
        bellhop = try Bellhop(on: server, "root: tree\n", "--http-port", "8080", "--interface", "lab*", "--verbose")
    }

    /// Both interfaces have had their copy: one says that the other answered.
    func waitForBoth(_ mac: MACAddress, kind: String) throws {
        try bellhop.wait(for: "ignored", mac: mac, ["kind": kind, "reason": "answered-on-other-interface"])
    }

    func sent() throws -> [Heard] {
        try capture.frames(markedBy: phone).filter { $0.sourceMAC == bellhop.station.mac }
    }
}

extension LabTests {
    @Suite(.scene(BridgeScene.self)) struct BridgeTests {
        private let lab: BridgeScene = scene()

        @Test func `a bridge and its port are both served, and one INFORM is answered once`() throws {
            #expect(lab.bellhop.ready.contains(" lab0=10.9.0.2 "))
            #expect(lab.bellhop.ready.contains(" labbr=10.9.0.1 "))
            let client = try InformClient(lab.phone)
            for count in 1...20 {
                let mac = MACAddress(bits: 0x0004_1303_0000 + UInt64(count))
                let number = try client.ask(as: mac)
                _ = try client.answer(to: number)
                try lab.waitForBoth(mac, kind: "dhcp-inform")
                #expect(try lab.sent().filter { $0.dhcp?.transactionID == number }.count == 1)
            }
        }

        @Test func `one SUBSCRIBE there begins one exchange`() throws {
            let mac = MACAddress(bits: 0x0004_1304_0001)
            let phone = try SIPPhone(lab.phone)
            try phone.multicast(phone.request(mac: mac))
            let first = try #require(try phone.receive()).message
            try lab.waitForBoth(mac, kind: "pnp-subscribe")
            #expect(lab.bellhop.log("pnp.answered", mac: mac).count == 1)
            let heard = try lab.sent().compactMap(\.sip).filter { $0["Call-ID"] == first["Call-ID"] }
            #expect(heard.filter(\.isOkay).count <= 1)
            #expect(Set(heard.filter(\.isNotify).map { $0["Via"] }).count == 1)
            // What comes in by a bridge's port the kernel gives to the bridge, answers to the port's own ARP requests as well. Where the
            // port is the first to hear the SUBSCRIBE, its socket drops the 200 and never hears what the phone says to the NOTIFY.
            withKnownIssue("PnP is not answered in full from a bridge's port", isIntermittent: true) {
                #expect(heard.filter(\.isOkay).count == 1)
            }
        }
    }
}
