import Packets
import Testing

//  bellhop                                    phone
//  labbr 10.9.0.1 ── its port: lab0 10.9.0.2  10.9.0.10      Both have an address; what comes in by the port is the bridge's.
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

    func sent() throws -> [Heard] {
        try capture.frames(markedBy: phone).filter { $0.sourceMAC == bellhop.station.mac }
    }
}

extension LabTests.Wire {
    @Suite(.scene(BridgeScene.self)) struct BridgeTests {
        private let lab: BridgeScene = scene()

        @Test func `a bridge is served and its port is not, and one INFORM is answered once`() throws {
            #expect(!lab.bellhop.ready.contains("lab0="))
            #expect(lab.bellhop.ready.contains(" labbr=10.9.0.1 "))
            let client = try InformClient(lab.phone)
            for count in 1...20 {
                let mac = MACAddress(bits: 0x0004_1303_0000 + UInt64(count))
                let number = try client.ask(as: mac)
                _ = try client.answer(to: number)
                #expect(try lab.sent().filter { $0.dhcp?.transactionID == number }.count == 1)
            }
        }

        @Test func `one SUBSCRIBE there begins one exchange`() throws {
            let mac = MACAddress(bits: 0x0004_1304_0001)
            let phone = try SIPPhone(lab.phone)
            try phone.multicast(phone.request(mac: mac))
            let first = try #require(try phone.receive()).message
            let notify = try #require(try phone.receive()).message
            try phone.accept(notify, at: IPv4Address(10, 9, 0, 1))
            try lab.bellhop.wait(for: "pnp.notify-answered", mac: mac)
            #expect(lab.bellhop.log("pnp.answered", mac: mac).count == 1)
            let heard = try lab.sent().compactMap(\.sip).filter { $0["Call-ID"] == first["Call-ID"] }
            #expect(heard.filter(\.isOkay).count == 1)
            #expect(heard.filter(\.isNotify).count == 1)
        }
    }
}
