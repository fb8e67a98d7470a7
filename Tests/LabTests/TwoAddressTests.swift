import Packets
import Testing

//  bellhop                              phone
//  lab0 10.9.0.1/24, 10.9.60.1/24       10.9.60.10/24, and no route to 10.9.0.1
//     └────────────── switch ──────────────┘
final class TwoAddressScene: Scene {
    let lab: Lab
    let server: Station
    let phone: Station
    let capture: Capture
    let bellhop: Bellhop

    init(_ lab: Lab) throws {
        self.lab = lab
        try copyExampleTree(to: lab)
        server = try lab.station("bellhop", mac: "02:00:00:00:00:01", address: "10.9.0.1/24")
        try server.ip("addr", "add", "10.9.60.1/24", "dev", "lab0")
        phone = try lab.station("phone", mac: "00:04:13:12:34:56", address: "10.9.60.10/24")
        capture = try lab.capture()
        bellhop = try Bellhop(on: server, "root: tree\nstate: state\npnp: {tcp: true}\n", "--http-port", "8080")
    }
}

extension LabTests.Wire {
    @Suite(.scene(TwoAddressScene.self)) struct TwoAddressTests {
        private let lab: TwoAddressScene = scene()
        private let server = IPv4Address(10, 9, 60, 1)

        @Test func `a phone in an interface's second network is told, sent and asked again by the address that it can reach`()
            throws
        {
            let phone = try lab.phone.start(
                Bellhop.binary("phonesim"), "--interface", "lab0", "--family", "snom-desk", "--discover", "pnp", "--stay", "600")
            defer { phone.end() }
            try phone.wait(for: "told http://\(server):8080/")
            try lab.bellhop.wait(for: "pnp.notify-answered", mac: lab.phone.mac, ["status": "200"])
            try lab.bellhop.wait(for: "file.served", mac: lab.phone.mac, ["address": "\(lab.phone.address)"])
            // Until then it takes a NOTIFY for its boot's.
            try phone.wait(for: "done: ")
            let outcome = try lab.lab.run(
                try Bellhop.binary(), ["resync", "--config", Bellhop.configurationPath(lab.lab), lab.phone.mac.colons],
                in: lab.server.namespace)
            #expect(outcome.output.contains("took it"), "\(outcome.text)")
            let sent = try lab.capture.frames(markedBy: lab.phone).filter { $0.sourceMAC == lab.server.mac && $0.sip != nil }
            #expect(sent.count >= 3)
            for frame in sent {
                #expect(frame.udp?.source == server)
                #expect(frame.sip?["Contact"] == "<sip:\(server):5060>")
            }
        }

        @Test(arguments: [("first", SIPPhone.group), ("second", IPv4Address(10, 9, 60, 1))])
        func `a SUBSCRIBE is answered once, multicast or sent to that address`(row: (name: String, address: IPv4Address)) throws {
            let number = UInt16(row.name.utf8.count)
            let mac = MACAddress(bits: 0x0004_130b_0000 + UInt64(number))
            let phone = try SIPPhone(lab.phone, port: 5400 + number)
            try phone.multicast(phone.request(mac: mac), to: row.address)
            #expect(try phone.receive()?.message.isOkay == true)
            let notify = try #require(try phone.receive()).message
            #expect(notify.body == "http://\(server):8080/")
            try phone.accept(notify, at: server)
            try lab.bellhop.wait(for: "pnp.notify-answered", mac: mac, ["status": "200"])
            #expect(lab.bellhop.log("pnp.answered", mac: mac).count == 1)
            #expect(lab.bellhop.log("pnp.answered-again", mac: mac).isEmpty)
        }

        @Test func `the second network's phones are heard by TCP, and its port 67 tells nobody that it is closed`() throws {
            let mac = MACAddress(bits: 0x0004_130b_0010)
            let phone = try LabConnection(lab.phone, to: server, port: 5060)
            try phone.send(try SIPPhone(lab.phone, port: 5410).request(mac: mac))
            let text = try #require(try phone.receive { $0.hasSuffix("http://\(server):8080/") })
            #expect(text.contains("<sip:\(server):5060;transport=tcp>"))
            let held = try lab.server.run("ss", "-lunH").output
            #expect(held.contains("10.9.0.1%lab0:67 ") && held.contains("\(server)%lab0:67 "), "\(held)")
        }
    }
}
