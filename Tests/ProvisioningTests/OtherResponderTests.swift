import Packets
import Provisioning
import SIPMessages
import Testing

/// T2: what gives another PnP responder away.
@Suite struct OtherResponderTests {
    private static let other = IPv4Address(192, 168, 50, 9)
    private static let otherMAC = MACAddress(bits: 0x0200_0000_0009)

    private static func frame(
        _ text: String, from source: IPv4Address = other, _ mac: MACAddress = otherMAC, to destination: IPv4Address = phoneAddress
    ) -> UDPFrame {
        let payload = text.utf8.flatMap { $0 == UInt8(ascii: "\n") ? [UInt8(ascii: "\r"), $0] : [$0] }
        return UDPFrame(from: mac, source, port: 5060, to: phoneMAC, destination, port: 5060, payload: payload)
    }

    private static func response(_ method: String, _ status: String = "200 OK", callID: String = "1339574721@192.168.50.31")
        -> String
    {
        "SIP/2.0 \(status)\nVia: SIP/2.0/UDP 192.168.50.31\nCall-ID: \(callID)\nCSeq: 1 \(method)\nContent-Length: 0\n\n"
    }

    private static func notify(event: String = "ua-profile", callID: String = "1339574721@192.168.50.31") -> String {
        "NOTIFY sip:192.168.50.31 SIP/2.0\nCall-ID: \(callID)\nCSeq: 2 NOTIFY\nEvent: \(event)\nContent-Length: 28\n\nhttp://u:secret@evil.example\n"
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var name: String
        var frame: UDPFrame
        var expected: OtherResponder?

        var testDescription: String { name }
    }

    private static func responder(_ sign: OtherResponder.Sign, mac: MACAddress? = otherMAC) -> OtherResponder {
        OtherResponder(address: other, mac: mac, phone: phoneAddress, sign: sign)
    }

    @Test(arguments: [
        Row(name: "its 200 to a SUBSCRIBE", frame: frame(response("SUBSCRIBE")), expected: responder(.answered(200))),
        Row(name: "its 202", frame: frame(response("SUBSCRIBE", "202 Accepted")), expected: responder(.answered(202))),
        Row(name: "its NOTIFY", frame: frame(notify()), expected: responder(.notified("http://***@evil.example"))),
        Row(
            name: "its NOTIFY to a SUBSCRIBE that was not heard", frame: frame(notify(callID: "x")),
            expected: responder(.notified("http://***@evil.example"))),
        Row(
            name: "a phone's 200 to its NOTIFY", frame: frame(response("NOTIFY"), from: phoneAddress, phoneMAC, to: other),
            expected: responder(.wasAnswered(200), mac: nil)),
        Row(
            name: "a phone's no to its NOTIFY",
            frame: frame(response("NOTIFY", "481 No"), from: phoneAddress, phoneMAC, to: other),
            expected: responder(.wasAnswered(481), mac: nil)),
        Row(name: "a 200 to a SUBSCRIBE that was not heard", frame: frame(response("SUBSCRIBE", callID: "x"))),
        Row(name: "a 200 to a REGISTER", frame: frame(response("REGISTER"))),
        Row(
            name: "a 200 to the SUBSCRIBE of another phone",
            frame: frame(response("SUBSCRIBE"), to: IPv4Address(192, 168, 50, 32))),
        Row(name: "a NOTIFY of another event", frame: frame(notify(event: "message-summary"))),
        Row(name: "our own", frame: frame(response("SUBSCRIBE"), from: ourAddress, ourMAC)),
        Row(name: "what a phone says to us", frame: frame(response("NOTIFY"), from: phoneAddress, phoneMAC, to: ourAddress)),
        Row(name: "another request", frame: frame(HeardSubscribe.snom)),
    ])
    func `what is overheard names the other responder, or nobody`(_ row: Row) throws {
        var watch = OtherResponderWatch()
        watch.heard(
            try PnPSubscribe(SIPMessage(parsing: HeardSubscribe(text: HeardSubscribe.snom).frame.payload)), from: phoneAddress,
            mac: phoneMAC)
        let seen = watch.overheard(try SIPMessage(parsing: row.frame.payload), in: row.frame, on: link)
        #expect(seen?.responder == row.expected)
        #expect(seen == nil || seen?.phone == phoneMAC)
    }

    @Test func `an event names it, what it did and to whom`() {
        func details(_ sign: OtherResponder.Sign) -> [String] {
            let event = Event(
                time: Moment(microseconds: 0), mac: phoneMAC, interface: "eth1",
                .otherResponder(OtherResponderTests.responder(sign)))
            #expect(event.name == "pnp.other-responder")
            return event.details.map { "\($0.name)=\($0.text)" }
        }
        let who = ["responder=192.168.50.9", "responder-mac=02:00:00:00:00:09", "address=192.168.50.31"]
        #expect(details(.answered(202)) == who + ["sign=answered-subscribe", "status=202"])
        #expect(details(.notified("http://evil.example")) == who + ["sign=sent-notify", "body=http://evil.example"])
        #expect(details(.wasAnswered(481)) == who + ["sign=was-answered", "status=481"])
    }

    @Test func `a flood of SUBSCRIBEs takes no more room, and the newest stay known`() throws {
        var watch = OtherResponderWatch()
        func isKnown(_ number: Int) throws -> Bool {
            let frame = OtherResponderTests.frame(OtherResponderTests.response("SUBSCRIBE", callID: "\(number)@192.168.50.31"))
            return watch.overheard(try SIPMessage(parsing: frame.payload), in: frame, on: link) != nil
        }
        // More than twice as many as are kept.
        for number in 0..<9000 {
            let text = HeardSubscribe.snom.replacing("1339574721@", with: "\(number)@")
            watch.heard(
                try PnPSubscribe(SIPMessage(parsing: HeardSubscribe(text: text).frame.payload)), from: phoneAddress, mac: phoneMAC
            )
        }
        #expect(try isKnown(8999) && isKnown(8999 - 4096))
        #expect(try !isKnown(0), "the oldest are forgotten")
    }
}
