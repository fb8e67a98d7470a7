import Packets
import Testing

extension LabTests.Wire {
    /// Phones whose settings differ: another group or port, TCP, no multicast at all.
    @Suite(.scene(PnPMannersScene.self)) struct PnPElsewhereTests {
        private let lab: PnPMannersScene = scene()
        private let server = IPv4Address(10, 9, 0, 1)

        @Test func `the first line says where phones are heard`() {
            let ready = lab.bellhop.ready
            #expect(ready.contains(" group=224.0.1.75:5060,224.0.1.75:5061,224.0.1.76:5060 sip-tcp=on "), "\(ready)")
        }

        @Test(arguments: [
            ("another group", IPv4Address(224, 0, 1, 76), UInt16(5060)), ("another port", IPv4Address(224, 0, 1, 75), 5061),
            ("our own address", IPv4Address(10, 9, 0, 1), 5060),
            ("our own address at another port", IPv4Address(10, 9, 0, 1), 5061),
        ])
        func `a phone that asks elsewhere is answered from the port that it asked at`(
            row: (name: String, address: IPv4Address, port: UInt16)
        ) throws {
            let number = UInt16(row.name.utf8.count)
            let mac = MACAddress(bits: 0x0004_1307_0000 + UInt64(number))
            let phone = try SIPPhone(lab.phone, port: 5200 + number)
            try phone.multicast(phone.request(mac: mac), to: row.address, port: row.port)
            let (okay, port) = try #require(try phone.receive())
            let notify = try #require(try phone.receive()).message
            #expect(okay.isOkay && port == row.port)
            #expect(okay["Contact"] == "<sip:10.9.0.1:\(row.port)>")
            #expect(SIPPhone.viaPort(of: notify) == row.port)
            #expect(notify.body == "http://10.9.0.1:8080/")
            try phone.accept(notify, at: server)
            try lab.bellhop.wait(for: "pnp.notify-answered", mac: mac, ["status": "200"])
        }

        @Test func `what comes to another group at another's port gets nothing`() throws {
            let phone = try SIPPhone(lab.phone, port: 5250)
            let request = phone.request(mac: MACAddress(bits: 0x0004_1307_1000))
            try phone.multicast(request, to: IPv4Address(224, 0, 1, 76), port: 5061)
            _ = try phone.provision(mac: MACAddress(bits: 0x0004_1307_1001), server: server)
            #expect(try lab.sent { $0["Call-ID"] == SIPText(request)["Call-ID"] }.isEmpty)
        }

        @Test(arguments: [UInt16(5060), 5061])
        func `a phone that asks by TCP gets 200 and NOTIFY on its own connection`(port: UInt16) throws {
            let mac = MACAddress(bits: 0x0004_1308_0000 + UInt64(port))
            let phone = try LabConnection(lab.phone, to: server, port: port)
            let request = try SIPPhone(lab.phone, port: 5300 + port - 5060).request(mac: mac)
            // In two pieces: TCP has no datagrams.
            try phone.send(Array(request.prefix(100)))
            try phone.send(Array(request.dropFirst(100)))
            let text = try #require(try phone.receive { $0.hasSuffix("http://10.9.0.1:8080/") })
            let (okay, notify) = (
                SIPText(text.utf8), SIPText(text[(text.range(of: "NOTIFY ")?.lowerBound ?? text.endIndex)...].utf8)
            )
            #expect(okay.isOkay)
            #expect(okay["Contact"] == "<sip:10.9.0.1:\(port);transport=tcp>")
            #expect(notify["Via"]?.hasPrefix("SIP/2.0/TCP 10.9.0.1:\(port);") == true)
            try phone.send(SIPPhone.okay(to: notify))
            try lab.bellhop.wait(for: "pnp.notify-answered", mac: mac, ["status": "200"])
            #expect(lab.bellhop.log("pnp.answered", mac: mac, ["transport": "tcp"]).count == 1)
            // The same question again gets the same 200, and no second NOTIFY.
            try phone.send(request)
            let again = try #require(try phone.receive { $0.hasSuffix("\r\n\r\n") })
            #expect(SIPText(again.utf8) == SIPText(okay.bytes.prefix(again.utf8.count)))
            // A NOTIFY would come before the answer to the next.
            try phone.send(try SIPPhone(lab.phone, port: 5310 + port - 5060).request(method: "REGISTER", mac: mac))
            #expect(try phone.receive { $0.hasSuffix("\r\n\r\n") }?.hasPrefix("SIP/2.0 405 ") == true)
        }

        @Test func `a fifth connection of one phone, and one that nobody can make sense of, are closed`() throws {
            let phones = try (1...4).map { _ in try LabConnection(lab.other, to: server, port: 5060) }
            #expect(try LabConnection(lab.other, to: server, port: 5060).receive { _ in false } == nil)
            try phones[0].send(Array("SUBSCRIBE sip:x SIP/2.0\r\nContent-Length: 99999\r\n\r\n".utf8))
            #expect(try phones[0].receive { _ in false } == nil)
            try lab.bellhop.wait(for: "ignored", ["kind": "sip", "reason": "bad-sip"])
        }

        @Test func `a phone that names no address is known by its frame, and where no frame was seen by the ARP table`() throws {
            let phone = try SIPPhone(lab.other, port: 5260)
            func nameless() -> [UInt8] {
                let text = String(decoding: phone.request(), as: UTF8.self)
                return Array(text.replacing("MAC%3a\(lab.other.mac.plain)", with: "00000001").utf8)
            }
            // Alone first, when nobody has heard of the phone yet.
            for address in [server, SIPPhone.group] {
                try phone.multicast(nameless(), to: address)
                _ = try phone.receive()
                let notify = try #require(try phone.receive()).message
                try phone.accept(notify, at: server)
            }
            try eventually("not both were answered", showing: { lab.bellhop.program.text }) {
                lab.bellhop.log("pnp.notify-answered", mac: lab.other.mac).count == 2
            }
        }
    }
}
