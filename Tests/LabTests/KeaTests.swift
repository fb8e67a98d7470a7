import DHCPMessages
import Packets
import Testing

//  bellhop          kea              perfdhcp: 1,000 clients, 00:04:13:10:…
//  10.9.0.1         10.9.0.2         10.9.0.3
//     └──── switch ────┴────────────────┘
//           tcpdump
final class KeaScene: Scene {
    let lab: Lab
    let bellhop: Bellhop
    let clients: Station
    let capture: Capture

    init(_ lab: Lab) throws {
        self.lab = lab
        try copyExampleTree(to: lab)
        let server = try lab.station("bellhop", mac: "02:00:00:00:00:01", address: "10.9.0.1/16")
        let kea = try lab.station("kea", mac: "02:00:00:00:00:0e", address: "10.9.0.2/16")
        clients = try lab.station("clients", mac: "00:04:13:12:34:56", address: "10.9.0.3/16")
        capture = try lab.capture()
        bellhop = try Bellhop(on: server, "root: tree\n", "--http-port", "8080")
        let program = try kea.startKea()
        try program.wait(for: "DHCP4_STARTED")
    }
}

extension LabTests.Wire {
    @Suite(.scene(KeaScene.self)) struct KeaTests {
        private let lab: KeaScene = scene()

        @Test func `Kea's thousand clients all get their address, and not one frame of the daemon's is among theirs`() throws {
            try lab.clients.thousandClients(from: "00:04:13:10:00:00")
            let frames = try lab.capture.frames(markedBy: lab.clients)
            let messages = frames.compactMap { heard in heard.dhcp.map { (heard.sourceMAC, $0) } }
            #expect(Set(messages.filter { $0.1.type == .acknowledge }.compactMap { $0.1.clientMAC }).count == 1000)
            #expect(messages.filter { $0.0 == lab.bellhop.station.mac }.isEmpty)
            // The daemon heard them all the same, and was there to be asked.
            try lab.bellhop.wait(
                for: "ignored", mac: MACAddress(bits: 0x0004_1310_0000), ["kind": "dhcp-request", "reason": "wants-lease"])
            let client = try InformClient(lab.clients)
            let (_, answer) = try client.answer(to: try client.ask(), from: lab.bellhop.station.address)
            #expect(
                try answer.options.text(.tftpServerName).map { String(decoding: $0, as: UTF8.self) } == "http://10.9.0.1:8080/")
        }
    }
}
