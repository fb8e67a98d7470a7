import Foundation
import Packets
import Testing

//  bellhop          phone            other
//  10.9.0.1         10.9.0.10        10.9.0.11
//     └──── switch ────┴────────────────┘
//           tcpdump      sipp: 200 phones, 00:04:13:5c:00:01 to :c8
final class PnPScene: Scene {
    let lab: Lab
    let bellhop: Bellhop
    let phone: Station
    let other: Station
    let capture: Capture
    let macs = (1...200).map { MACAddress(bits: 0x0004_135c_0000 + UInt64($0)) }

    init(_ lab: Lab) throws {
        self.lab = lab
        try copyExampleTree(to: lab)
        for mac in macs { try lab.write("<settings/>\n", to: "tree/\(mac.plain).xml") }
        let server = try lab.station("bellhop", mac: "02:00:00:00:00:01", address: "10.9.0.1/16")
        phone = try lab.station("phone", mac: "00:04:13:12:34:56", address: "10.9.0.10/16")
        other = try lab.station("other", mac: "00:04:13:12:34:57", address: "10.9.0.11/16")
        capture = try lab.capture()
        bellhop = try Bellhop(
            on: server,
            """
            root: tree
            # One network card plays 200 phones: nothing proves which of them asks.
            files: {secrets: anyone}
            rules:
              - name: by address
                match: {mac: "00:04:13:5c"}
                url: "http://{server}/{mac}.xml"
            """,
            "--http-port", "8080")
    }

    /// SIP messages that the daemon sent and `test` is interested in, until now.
    func sent(_ test: (SIPText) -> Bool) throws -> [SIPText] {
        try capture.frames(markedBy: other).filter { $0.sourceMAC == bellhop.station.mac }.compactMap(\.sip).filter(test)
    }
}

extension LabTests.Wire {
    @Suite(.scene(PnPScene.self)) struct PnPTests {
        private let lab: PnPScene = scene()

        @Test func `sipp's 200 phones, a hundred a second, are all told their own URL and heard to accept it`() throws {
            try Sipp(station: lab.phone, scenario: "phone", macs: lab.macs).run()
            let all = Set(lab.macs.map(\.colons))
            try eventually("the log never said pnp.notify-answered of all") {
                all.isSubset(of: lab.bellhop.log("pnp.notify-answered", ["status": "200"]).compactMap { $0["mac"] })
            }
            #expect(Set(lab.bellhop.log("pnp.answered", ["rule": "by address"]).compactMap { $0["mac"] }) == all)
        }

        @Test(arguments: [true, false])
        func `a phone is provisioned, whether or not its checksums are left to hardware`(isOffloaded: Bool) throws {
            let state = isOffloaded ? "on" : "off"
            let outcome = try lab.other.run("ethtool", "-K", "lab0", "tx", state, "rx", state)
            #expect(outcome.status == 0, "\(outcome.text)")
            let mac = MACAddress(bits: isOffloaded ? 0x0004_1300_0001 : 0x0004_1300_0002)
            let phone = try SIPPhone(lab.other, port: 5070)
            let (okay, notify, port) = try phone.provision(mac: mac, server: IPv4Address(10, 9, 0, 1))
            #expect(port == 5060)
            #expect(okay.parameter("tag", of: "To") != nil)
            #expect(okay["Via"]?.contains("received=10.9.0.11") == true)
            #expect(okay["Via"]?.contains("rport=5070") == true)
            #expect(notify.startLine == "NOTIFY sip:10.9.0.11:5070 SIP/2.0")
            #expect(notify["From"] == okay["To"])
            #expect(notify["To"] == okay["From"])
            #expect(notify["Call-ID"] == okay["Call-ID"])
            #expect(notify.body == "http://10.9.0.1:8080/")
            #expect(notify["Content-Length"] == "\(notify.body.utf8.count)")
            try lab.bellhop.wait(for: "pnp.notify-answered", mac: mac)
            // The test means what it says: the SUBSCRIBE's checksum was, or was not, there to see.
            let asked = try lab.capture.frames(markedBy: lab.phone).filter {
                $0.text.contains(mac.plain) && $0.text.hasPrefix("SUBSCRIBE")
            }
            #expect(asked.map(\.hasWholeChecksum) == [!isOffloaded])
        }

        @Test func `a SUBSCRIBE that is sent again gets the same 200 and no second NOTIFY`() throws {
            let mac = MACAddress(bits: 0x0004_1300_0003)
            let phone = try SIPPhone(lab.other, port: 5071)
            let request = phone.request(mac: mac)
            try phone.multicast(request)
            let okay = try #require(try phone.receive()).message
            let notify = try #require(try phone.receive()).message
            #expect(okay.isOkay)
            #expect(notify.isNotify)
            try phone.accept(notify, at: lab.bellhop.station.address)
            try lab.bellhop.wait(for: "pnp.notify-answered", mac: mac)
            for _ in 1...2 {
                try phone.multicast(request)
                let again = try #require(try phone.receive()).message
                #expect(again == okay)
            }
            // The next one that asks is answered, so nothing of the first is still under way.
            let next = MACAddress(bits: 0x0004_1300_0013)
            let (nextOkay, nextNotify, _) = try phone.provision(mac: next, server: lab.bellhop.station.address)
            #expect(nextOkay["Call-ID"] != okay["Call-ID"])
            #expect(nextNotify["Call-ID"] == nextOkay["Call-ID"])
            #expect(try lab.sent { $0.isNotify && $0["Call-ID"] == okay["Call-ID"] }.count == 1)
        }

        @Test func `a 200 and a NOTIFY that get lost come again, and one NOTIFY is enough`() throws {
            let mac = MACAddress(bits: 0x0004_1300_0005)
            let phone = try SIPPhone(lab.other, port: 5074)
            let request = phone.request(mac: mac)
            try phone.multicast(request)
            let first = try #require(try phone.receive()).message
            let notify = try #require(try phone.receive()).message
            // The phone saw neither, and asks again.
            try phone.multicast(request)
            var again: [SIPText] = []
            while !(again.contains { $0.isOkay } && again.contains { $0.isNotify }) {
                again.append(try #require(try phone.receive()).message)
            }
            #expect(again.allSatisfy { $0 == first || $0 == notify })
            try phone.accept(notify, at: lab.bellhop.station.address)
            try lab.bellhop.wait(for: "pnp.notify-answered", mac: mac)
        }

        @Test func `T6 a NOTIFY that nobody answers is sent three times where the phone asks twice, and then the log says so`()
            throws
        {
            let mac = MACAddress(bits: 0x0004_1300_0004)
            let phone = try SIPPhone(lab.other, port: 5072)
            let request = phone.request(mac: mac)
            for _ in 1...2 { try phone.multicast(request) }
            let okay = try #require(try phone.receive()).message
            let entry = try lab.bellhop.wait(for: "pnp.notify-unanswered", mac: mac)
            #expect(entry["sends"] == "3")
            let sent = try lab.sent { $0.isNotify && $0["Call-ID"] == okay["Call-ID"] }
            #expect(sent.count == 3)
            #expect(Set(sent.map(\.bytes)).count == 1)
            #expect(lab.bellhop.log("pnp.notify-answered", mac: mac).isEmpty)
        }

        @Test(arguments: [
            ("a Contact elsewhere", "SUBSCRIBE", "<sip:10.9.0.10:5073>", "ua-profile", "contact-elsewhere"),
            ("a Contact off the network", "SUBSCRIBE", "<sip:192.0.2.7:5073>", "ua-profile", "contact-elsewhere"),
            ("a REGISTER", "REGISTER", "<sip:10.9.0.11:5073>", "ua-profile", "bad-sip"),
            ("another event", "SUBSCRIBE", "<sip:10.9.0.11:5073>", "presence", "bad-sip"),
        ])
        func `what is not a phone's own question on the group gets nothing`(
            row: (name: String, method: String, contact: String, event: String, reason: String)
        ) throws {
            let before = lab.bellhop.log.count
            // A port of its own, so that nothing late of another row comes to it.
            let phone = try SIPPhone(lab.other, port: 5080 + UInt16(row.name.utf8.count))
            // A name of its own for each: the log folds what one device repeats.
            let mac = MACAddress(bits: 0x0004_1301_0000 + UInt64(row.name.utf8.count))
            let request = phone.request(method: row.method, mac: mac, contact: row.contact, event: row.event)
            try phone.multicast(request)
            try eventually("the log never said \(row.reason)", showing: { lab.bellhop.program.text }) {
                lab.bellhop.log.dropFirst(before).contains { $0["event"] == "ignored" && $0["reason"] == row.reason }
            }
            // A right one after it is answered, and by then so would have been the wrong one.
            let (okay, notify, _) = try phone.provision(mac: mac, server: lab.bellhop.station.address)
            let wrong = SIPText(request)["Call-ID"]
            #expect(okay["Call-ID"] != wrong)
            #expect(notify["Call-ID"] != wrong)
            #expect(try lab.sent { $0["Call-ID"] == wrong }.isEmpty)
        }
    }
}

extension Heard {
    /// Whether the UDP checksum is that of the whole datagram, and not only the pseudo header's sum that hardware is to complete.
    fileprivate var hasWholeChecksum: Bool? {
        guard let udp, let encoded = udp.encoded(), encoded.count >= 42, frame.bytes.count >= 42 else { return nil }
        return encoded[40..<42] == frame.bytes[40..<42]
    }
}
