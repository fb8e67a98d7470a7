import Packets
import SIPMessages
import TestSupport
import Testing

struct ReplyTests {
    static let us = IPv4Address(192, 168, 0, 1)
    static let phone = IPv4Address(192, 168, 0, 10)

    private func okay(_ subscribe: PnPSubscribe, from address: IPv4Address = phone, port: UInt16 = 5060) -> SIPMessage {
        PnPReply.okay(to: subscribe, toTag: "7d3f", receivedFrom: address, port: port, contact: SIPContact(ReplyTests.us, 5060))
    }

    private func notify(_ subscribe: PnPSubscribe) -> SIPMessage {
        PnPReply.notify(
            for: subscribe, toTag: "7d3f", branch: "z9hG4bK4c1e", cseq: 101, contact: SIPContact(ReplyTests.us, 5060),
            body: Array("http://192.168.0.1/snom720.htm?m=000".utf8), userAgent: "bellhop")
    }

    @Test func `the reference exchange comes out to the byte`() throws {
        let subscribe = try Sample("exchange/1-subscribe").subscribe()
        #expect(text(okay(subscribe).encoded()) == text(try Sample("exchange/2-ok").bytes))
        #expect(text(notify(subscribe).encoded()) == text(try Sample("exchange/3-notify").bytes))
        let answer = try Sample("exchange/4-ok").message()
        #expect(SIPResponseKey(response: answer) == SIPResponseKey(branch: "z9hG4bK4c1e", method: "NOTIFY"))
        #expect(SIPResponseKey(response: answer) == SIPResponseKey(request: notify(subscribe)))
        #expect(SIPResponseKey(response: answer) == SIPResponseKey(branch: "Z9HG4BK4C1E", method: "NOTIFY"))
        #expect(SIPResponseKey(response: answer) != SIPResponseKey(branch: "z9hG4bK4c1e", method: "SUBSCRIBE"))
        #expect(SIPResponseKey(request: answer) == nil)
        #expect(SIPResponseKey(response: notify(subscribe)) == nil)
    }

    @Test func `a UCM's answer is 202`() throws {
        let subscribe = try Sample("phones/grandstream-grp2612w").subscribe()
        let reply = PnPReply.okay(
            to: subscribe, status: .accepted, toTag: "as5f", receivedFrom: IPv4Address(192, 168, 0, 40), port: 5080,
            contact: SIPContact(IPv4Address(192, 168, 0, 2), 6060))
        #expect(text(reply.encoded()) == text(try Sample("others/ucm-accepted").bytes))
    }

    @Test func `S1 every Via comes back in order, and only the first is marked`() throws {
        let subscribe = try Sample("phones/compact-and-folded").subscribe()
        let reply = okay(subscribe, from: IPv4Address(10, 0, 0, 9), port: 40000)
        #expect(
            reply.all("Via") == [
                "SIP/2.0/UDP 192.168.0.11:5060;rport=40000;branch=z9hG4bKone;received=10.0.0.9",
                "SIP/2.0/UDP 192.168.0.9:5060;branch=z9hG4bKtwo",
            ])
        #expect(reply.first("From") == subscribe.message.first("From"))
        #expect(reply.first("CSeq") == "7\tSUBSCRIBE")
        #expect(reply.first("To") == "sip:MAC00:04:13:00:aa:02@224.0.1.75;tag=7d3f")
    }

    static let marks: [(String, String)] = [
        ("SIP/2.0/UDP 192.168.0.10:5060", "SIP/2.0/UDP 192.168.0.10:5060"),
        ("SIP/2.0/UDP 192.168.0.99:5060", "SIP/2.0/UDP 192.168.0.99:5060;received=192.168.0.10"),
        ("SIP/2.0/UDP phone.example.com", "SIP/2.0/UDP phone.example.com;received=192.168.0.10"),
        ("SIP/2.0/UDP 192.168.0.10;rport", "SIP/2.0/UDP 192.168.0.10;rport=5062;received=192.168.0.10"),
        ("SIP/2.0/UDP 192.168.0.10;RPORT=9;received=8.8.8.8;x", "SIP/2.0/UDP 192.168.0.10;RPORT=5062;received=192.168.0.10;x"),
        ("SIP/2.0/UDP 192.168.0.10;received=8.8.8.8", "SIP/2.0/UDP 192.168.0.10;received=192.168.0.10"),
        ("SIP/2.0/UDP 192.168.0.10;x=\"a;\\\"b\\\\\"", "SIP/2.0/UDP 192.168.0.10;x=\"a;\\\"b\\\\\""),
        ("SIP / 2.0 / UDP  192.168.0.10 : 5060 ; x = y", "SIP/2.0/UDP 192.168.0.10:5060;x=y"),
        ("SIP/2.0/UDP [2001:db8::1]:5060;maddr=8.8.8.8", "SIP/2.0/UDP [2001:db8::1]:5060;maddr=8.8.8.8;received=192.168.0.10"),
    ]

    @Test(arguments: marks)
    func `S2 a Via says where its packet came from`(_ sent: String, _ answered: String) throws {
        let request = SIPMessage(start: .request(method: "OPTIONS", uri: "sip:a@b"), headers: [SIPHeader("Via", sent)])
        let reply = SIPMessage.response(to: request, status: 200, reason: "OK", receivedFrom: ReplyTests.phone, port: 5062)
        #expect(reply.headers("Via").map(\.value) == [answered])
    }

    @Test func `a To that has a tag keeps it`() throws {
        let bytes = datagram(
            try LeniencyTests.replacing("75>\nCall", by: "75>;tag=theirs\nCall", in: LeniencyTests.tidy))
        let subscribe = try PnPSubscribe(SIPMessage(parsing: bytes[...]))
        #expect(okay(subscribe).to?.tag == "theirs")
        #expect(notify(subscribe).from?.tag == "theirs")
        #expect(notify(subscribe).headers("From").count == 1)
    }

    @Test func `a NOTIFY goes to the Contact, with the sides swapped and the event's id`() throws {
        let bytes = datagram(
            try LeniencyTests.replacing(
                "<sip:192.168.0.10:5060>", by: "\"x\" <sip:p@192.168.0.10:5080;ob?Subject=x>;q=1",
                in: LeniencyTests.replacing("vendor=", by: "id=a1;vendor=", in: LeniencyTests.tidy)))
        let subscribe = try PnPSubscribe(SIPMessage(parsing: bytes[...]))
        let notify = notify(subscribe)
        #expect(notify.start == .request(method: "NOTIFY", uri: "sip:p@192.168.0.10:5080;ob"))
        #expect(notify.first("Event") == "ua-profile;id=a1")
        #expect(notify.to?.tag == "1")
        #expect(notify.from?.tag == "7d3f")
        #expect(notify.first("Content-Length") == "36")
    }

    @Test func `a number of ours stays below 2 to the 31st`() throws {
        let notify = PnPReply.notify(
            for: try Sample("phones/snom-720").subscribe(), toTag: "t", branch: "z9hG4bK1", cseq: .max,
            contact: SIPContact(ReplyTests.us, 5060),
            body: [])
        #expect(notify.first("CSeq") == "2147483647 NOTIFY")
    }

    @Test func `a display name in Latin-1 comes back byte for byte`() throws {
        let name = Array("\"B".utf8) + [0xfc] + Array("ro\" ".utf8)
        var bytes = datagram(LeniencyTests.tidy)
        let at = try #require(bytes.firstIndex(of: UInt8(ascii: "<")))
        bytes.insert(contentsOf: name, at: at)
        let subscribe = try PnPSubscribe(SIPMessage(parsing: bytes[...]))
        #expect(subscribe.from.displayName == "B\u{fffd}ro")
        #expect(okay(subscribe).headers("From").first?.bytes.starts(with: name) == true)
        #expect(notify(subscribe).headers("To").first?.bytes.starts(with: name) == true)
    }

    @Test func `no header can begin another`() {
        let header = SIPHeader("X\r\n-Y: ", "a\r\nEvil: 1\0\u{1b}\u{7f}")
        #expect(header.name == "X-Y")
        #expect(header.value == "a  Evil: 1")
        let message = SIPMessage(start: .request(method: "NO\r\nTIFY", uri: "sip:x y\r\nEvil: 2"), headers: [header])
        #expect(text(message.encoded()) == "NOTIFY sip:xyEvil:2 SIP/2.0\r\nX-Y: a  Evil: 1\r\nContent-Length: 0\r\n\r\n")
        let response = SIPMessage(start: .response(status: 200, reason: "O\r\nK"), headers: [])
        #expect(text(response.encoded()) == "SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n")
    }

    @Test func `Content-Length is the body's whatever the headers say`() throws {
        let headers = [SIPHeader("l", "99"), SIPHeader("X", "y"), SIPHeader("Content-Length", "7")]
        let message = SIPMessage(start: .response(status: 200, reason: "OK"), headers: headers, body: Array("four".utf8))
        #expect(text(message.encoded()) == "SIP/2.0 200 OK\r\nl: 4\r\nX: y\r\n\r\nfour")
    }

    static let refusals: [(String, String?)] = [
        ("others/kamailio-register", "405 Method Not Allowed|Allow: SUBSCRIBE"),
        ("others/subscribe-presence", "489 Bad Event|Allow-Events: ua-profile"),
        ("others/subscribe-require", "420 Bad Extension|Unsupported: eventlist, 100rel, nothingSupportsThis"),
        ("hostile/no-cseq", "400 Bad Request|"),
        ("hostile/no-from", "400 Bad Request|"),
        ("hostile/no-via", nil),
        ("hostile/via-without-host", nil),
        ("others/ack", nil),
        ("others/ucm-accepted", nil),
    ]

    @Test(arguments: refusals)
    func `a refusal carries what its status needs`(_ name: String, _ expected: String?) throws {
        let message = try Sample(name).message()
        var fault: PnPFault?
        do throws(PnPFault) { _ = try PnPSubscribe(message) } catch { fault = error }
        let refusal = try #require(fault).refusal ?? .badRequest
        let reply = PnPReply.refusal(to: message, refusal, toTag: "n1", receivedFrom: ReplyTests.phone, port: 5062)
        let lines = reply.map { text($0.encoded()).split(separator: "\r\n") } ?? []
        #expect(reply.map { _ in "\(lines.first?.dropFirst(8) ?? "")|\(extra(lines))" } == expected)
        #expect(reply?.headers("Via").count == reply.map { _ in message.all("Via").count })
        #expect(reply?.to.map(\.tag) == reply.map { _ in "n1" })
        #expect(reply?.first("CSeq") == reply.flatMap { _ in message.first("CSeq") })
    }

    /// The header before Content-Length, where it is none that every answer has.
    private func extra(_ lines: [Substring]) -> Substring {
        guard let line = lines.dropLast().last, line.hasPrefix("Allow") || line.hasPrefix("Unsupported") else { return "" }
        return line
    }
}
