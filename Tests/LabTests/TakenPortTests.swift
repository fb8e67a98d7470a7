import DHCPMessages
import Packets
import Testing

//  bellhop and another program      phone
//  10.9.0.1                         10.9.0.10
//     └──────────── switch ────────────┘
//                   tcpdump
final class TakenPortScene: Scene {
    let lab: Lab
    let server: Station
    let phone: Station
    let capture: Capture

    static let configuration = "root: tree\n"

    init(_ lab: Lab) throws {
        self.lab = lab
        try copyExampleTree(to: lab)
        server = try lab.station("bellhop", mac: "02:00:00:00:00:01", address: "10.9.0.1/16")
        phone = try lab.station("phone", mac: "00:04:13:12:34:56", address: "10.9.0.10/16")
        capture = try lab.capture()
    }
}

extension LabTests.Wire {
    @Suite(.scene(TakenPortScene.self)) struct TakenPortTests {
        private let lab: TakenPortScene = scene()

        @Test func `beside a PBX on port 5060 PnP works, and its messages name the port that they come from`() throws {
            let pbx = try lab.server.inside { try UDPHolder(port: 5060) }
            let bellhop = try Bellhop(on: lab.server, TakenPortScene.configuration, "--http-port", "8080")
            defer { bellhop.program.end() }
            let taken = try bellhop.wait(for: "pnp.port-taken")
            let port = try #require(taken["using"].flatMap { UInt16($0) })
            #expect(port != 5060)
            #expect(taken["port"] == "5060")
            #expect(bellhop.ready.contains(" sip-port=\(port) "))

            let (okay, notify, source) = try SIPPhone(lab.phone).provision(server: lab.server.address)
            #expect(source == port)
            #expect(okay["Contact"] == "<sip:10.9.0.1:\(port)>")
            #expect(notify["Contact"] == "<sip:10.9.0.1:\(port)>")
            #expect(SIPPhone.viaPort(of: notify) == port)
            #expect(notify.body == "http://10.9.0.1:8080/")
            try bellhop.wait(for: "pnp.notify-answered", mac: lab.phone.mac, ["status": "200"])
            // SIPp's phones answer wherever the NOTIFY says that it comes from.
            let macs = (0..<20).map { MACAddress(bits: 0x0004_1372_0000 + $0) }
            try Sipp(station: lab.phone, scenario: "load", macs: macs).run()
            for mac in macs { try bellhop.wait(for: "pnp.notify-answered", mac: mac, ["status": "200"]) }
            withExtendedLifetime(pbx) {}
        }

        @Test func `beside dnsmasq on port 67 the daemon says so, goes on, and answers INFORM`() throws {
            // Ranges are what makes dnsmasq a DHCP server; it ignores all clients, so that every answer is the daemon's.
            let dnsmasq = try lab.server.start(
                "dnsmasq", "--no-daemon", "--conf-file=/dev/null", "--port=0", "--interface=lab0", "--user=root",
                "--leasefile-ro", "--pid-file=",
                "--dhcp-range=10.9.0.200,10.9.0.210,10m", "--dhcp-ignore=tag:!known", "--log-dhcp")
            try dnsmasq.wait(for: "DHCP, IP range")
            defer { dnsmasq.end() }
            let bellhop = try Bellhop(on: lab.server, TakenPortScene.configuration, "--http-port", "8080")
            defer { bellhop.program.end() }
            try bellhop.wait(for: "dhcp.port-taken", ["interface": "lab0"])

            let client = try InformClient(lab.phone)
            #expect(try client.provisioningURL() == "http://10.9.0.1:8080/")
            try bellhop.wait(for: "dhcp.answered", mac: lab.phone.mac)
            // dnsmasq heard it too, and has its port to itself.
            try dnsmasq.wait(for: "DHCPINFORM")
            #expect(dnsmasq.isRunning)
        }

        @Test func `with nobody beside it a unicast INFORM is answered and no ICMP error goes out`() throws {
            let bellhop = try Bellhop(on: lab.server, TakenPortScene.configuration, "--http-port", "8080")
            defer { bellhop.program.end() }
            #expect(bellhop.log("dhcp.port-taken").isEmpty)
            #expect(bellhop.log("pnp.port-taken").isEmpty)
            let socket = try lab.phone.socket(port: 68)
            var inform = DHCPMessage(type: .inform, transactionID: 77, client: lab.phone.mac)
            inform.clientAddress = lab.phone.address
            try socket.send(inform.encoded().bytes, to: lab.server.address, port: 67)
            try eventually("no answer came to the socket") {
                guard let (bytes, source, _) = try socket.receive() else { return false }
                #expect(source == lab.server.address)
                return try DHCPMessage(decoding: bytes[...]).transactionID == 77
            }
            let errors = try lab.capture.frames(markedBy: lab.phone).filter {
                $0.sourceMAC == lab.server.mac && $0.frame.bytes.count > 23 && $0.frame.bytes[12...13] == [0x08, 0x00]
                    && $0.frame.bytes[23] == 1
            }
            #expect(errors.isEmpty)
        }
    }
}
