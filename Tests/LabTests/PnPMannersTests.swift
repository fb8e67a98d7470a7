import Packets
import Testing

//  bellhop                   phone            other
//  10.9.0.1                  10.9.0.10        10.9.0.11
//     └───────── hub ───────────┴────────────────┘
//              tcpdump        everybody hears everything
final class PnPMannersScene: Scene {
    let lab: Lab
    let bellhop: Bellhop
    let phone: Station
    let other: Station
    let capture: Capture

    init(_ lab: Lab) throws {
        self.lab = lab
        try copyExampleTree(to: lab)
        let server = try lab.station("bellhop", mac: "02:00:00:00:00:01", address: "10.9.0.1/16")
        phone = try lab.station("phone", mac: "00:04:13:12:34:56", address: "10.9.0.10/16")
        other = try lab.station("other", mac: "00:04:13:12:34:57", address: "10.9.0.11/16")
        try lab.makeHub()
        capture = try lab.capture()
        bellhop = try Bellhop(
            on: server,
            """
            root: tree
            pnp:
              also: [{port: 5061}, {group: 224.0.1.76}]
              tcp: true
            """,
            "--http-port", "8080")
    }

    /// Bytes of datagrams and of frames that went to and came from a station's SIP port until now.
    func bytes(of station: Station, port: UInt16) throws -> (heard: [Int], sent: [Int]) {
        let frames = try capture.frames(markedBy: other)
        func sizes(_ holds: (UDPFrame) -> Bool) -> [Int] {
            let matching = frames.compactMap { heard in heard.udp.flatMap { holds($0) ? (heard, $0) : nil } }
            return [matching.map(\.1.payload.count).reduce(0, +), matching.map(\.0.frame.bytes.count).reduce(0, +)]
        }
        return (
            sizes { $0.source == station.address && $0.sourcePort == port },
            sizes { $0.destination == station.address && $0.destinationPort == port }
        )
    }

    func sent(_ test: (SIPText) -> Bool) throws -> [SIPText] {
        try capture.frames(markedBy: other).filter { $0.sourceMAC == bellhop.station.mac }.compactMap(\.sip).filter(test)
    }
}

extension LabTests.Wire {
    @Suite(.scene(PnPMannersScene.self)) struct PnPMannersTests {
        private let lab: PnPMannersScene = scene()
        private let server = IPv4Address(10, 9, 0, 1)

        @Test(arguments: [
            ("another method", "SUBSCRIBE ", "REGISTER ", "405"), ("another event", "ua-profile", "presence", "489"),
            ("an extension", "Expires: 0", "Require: 100rel", "420"), ("no Call-ID", "Call-ID", "X-Call-ID", "400"),
            ("a body that is not there", "Length: 0", "Length: 7", "400"), ("another version", "75 SIP/2.0", "75 SIP/9.0", "505"),
        ])
        func `what is no question is told so where it came to us alone, and gets nothing on the group`(
            row: (name: String, old: String, new: String, status: String)
        ) throws {
            // A port of its own for each row, so that its messages are told apart by their Via.
            let phone = try SIPPhone(lab.phone, port: 5010 + UInt16(row.name.utf8.count))
            func request() -> [UInt8] {
                let text = String(decoding: phone.request(), as: UTF8.self)
                return Array(text.replacing(row.old, with: row.new, maxReplacements: 2).utf8)
            }
            try phone.multicast(request())
            try phone.send(request(), to: server)
            // The first that comes is the answer to the second.
            let (message, port) = try #require(try phone.receive())
            #expect(message.startLine.hasPrefix("SIP/2.0 \(row.status) "))
            #expect(port == 5060)
            let statuses = try lab.sent { $0.startLine.hasPrefix("SIP/2.0 \(row.status) ") && $0["Via"] == message["Via"] }
            #expect(statuses.count == 1)
        }

        @Test(arguments: [1, 2, 5])
        func `T6 no more than three times the bytes of a phone that keeps silent go out to it`(asks: Int) throws {
            let mac = MACAddress(bits: 0x0004_1305_0000 + UInt64(asks))
            let port = 5100 + UInt16(asks)
            let phone = try SIPPhone(lab.phone, port: port)
            let request = phone.request(mac: mac)
            for _ in 1...asks { try phone.multicast(request) }
            for _ in 1...asks { #expect(try phone.receive() != nil) }
            let entry = try lab.bellhop.wait(for: "pnp.notify-unanswered", mac: mac)
            #expect(entry["sends"] == (asks == 1 ? "2" : "3"))
            let (heard, sent) = try lab.bytes(of: lab.phone, port: port)
            #expect(heard[0] == asks * request.count)
            for (heard, sent) in zip(heard, sent) { #expect(sent <= 3 * heard && sent > heard, "\(sent) bytes for \(heard)") }
        }

        @Test func `T6 a phone that never answers is told three times, then it is left alone for a while`() throws {
            let mac = MACAddress(bits: 0x0004_1306_0001)
            let phone = try SIPPhone(lab.phone, port: 5111)
            let calls = try (0..<8).map { _ in
                let request = phone.request(mac: mac)
                try phone.multicast(request)
                return SIPText(request)["Call-ID"]
            }
            try lab.bellhop.wait(for: "ignored", mac: mac, ["reason": "cooling-down"])
            try lab.bellhop.wait(for: "pnp.notify-unanswered", mac: mac)
            let told = try lab.sent(\.isNotify).filter { calls.contains($0["Call-ID"]) }.map { $0["Call-ID"] }
            #expect(Set(told) == Set(calls.prefix(3)))
            let (heard, sent) = try lab.bytes(of: lab.phone, port: 5111)
            for (heard, sent) in zip(heard, sent) { #expect(sent <= 3 * heard) }
            // Another phone at the same address is not held up by it.
            _ = try SIPPhone(lab.phone, port: 5112).provision(mac: MACAddress(bits: 0x0004_1306_0002), server: server)
        }

        @Test func `S8 a phone that wants a password is told of, and left in peace`() throws {
            let mac = MACAddress(bits: 0x0004_1306_0003)
            let phone = try SIPPhone(lab.phone, port: 5113)
            try phone.multicast(phone.request(mac: mac))
            _ = try phone.receive()
            let notify = try #require(try phone.receive()).message
            try phone.answer(notify, "401 Unauthorized", at: server)
            let entry = try lab.bellhop.wait(for: "pnp.notify-answered", mac: mac, ["status": "401"])
            #expect(entry["text"]?.contains("password") == true)
            // By the time that another one's NOTIFY was sent again, this one's would have been.
            let silent = MACAddress(bits: 0x0004_1306_0004)
            try phone.multicast(phone.request(mac: silent))
            try lab.bellhop.wait(for: "pnp.notify-unanswered", mac: silent)
            #expect(try lab.sent { $0.isNotify && $0["Call-ID"] == notify["Call-ID"] }.count == 1)
        }

        @Test func `T2 another responder is named by its 200, its NOTIFY, and a phone's 200 to it`() throws {
            let mac = MACAddress(bits: 0x0004_1306_0005)
            let phone = try SIPPhone(lab.phone, port: 5114)
            let request = SIPText(phone.request(mac: mac))
            try phone.multicast(request.bytes)
            let other = try SIPPhone(lab.other, port: 5060)
            try other.send(SIPPhone.okay(to: request), to: lab.phone.address, port: 5114)
            let notify = [
                "NOTIFY sip:10.9.0.10:5114 SIP/2.0", "Via: SIP/2.0/UDP 10.9.0.11:5060;branch=z9hG4bKother",
                "From: <sip:x@10.9.0.11>;tag=o", "To: <sip:y@10.9.0.10>", "Call-ID: \(request["Call-ID"] ?? "")",
                "CSeq: 2 NOTIFY",
                "Event: ua-profile", "Content-Type: application/url", "Content-Length: 19", "", "http://10.9.0.11/x/",
            ].joined(separator: "\r\n")
            try other.send(Array(notify.utf8), to: lab.phone.address, port: 5114)
            try phone.send(SIPPhone.okay(to: SIPText(notify.utf8)), to: lab.other.address)
            for sign in ["answered-subscribe", "sent-notify", "was-answered"] {
                let entry = try lab.bellhop.wait(for: "pnp.other-responder", mac: mac, ["sign": sign])
                #expect(entry["responder"] == "10.9.0.11")
                #expect(entry["address"] == "10.9.0.10")
                #expect(entry["responder-mac"] == (sign == "was-answered" ? nil : lab.other.mac.colons))
            }
            #expect(lab.bellhop.log("pnp.other-responder").allSatisfy { $0["responder"] == "10.9.0.11" })
        }
    }
}
