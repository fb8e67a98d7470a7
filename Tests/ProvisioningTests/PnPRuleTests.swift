import Packets
import Provisioning
import SIPMessages
import Testing

/// The rules S1 to S10 of a PnP answer, a table each. S3 and S8 have their times in `NotifyExchangesTests`, S10 its texts in the tests
/// of SIPMessages, S12 in `TortureTests`.
@Suite struct PnPRuleTests {
    struct Change: Sendable, CustomTestStringConvertible {
        var name: String
        var old = ""
        var new = ""

        var testDescription: String { name }
        var heard: HeardSubscribe {
            HeardSubscribe(text: old.isEmpty ? HeardSubscribe.snom : HeardSubscribe.snom.replacing(old, with: new))
        }
    }

    private static let via = "Via: SIP/2.0/UDP 192.168.50.31:5060;rport"

    @Test(arguments: [
        Change(name: "as snom has it"),
        Change(name: "two Vias in two headers", old: via, new: "\(via)\nVia: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKb"),
        Change(name: "two Vias in one header", old: via, new: "\(via);branch=z9hG4bKa, SIP/2.0/TCP 10.0.0.1"),
        Change(name: "compact names", old: "From: ", new: "f: "),
        Change(name: "a display name", old: "From: <", new: "From: \"a, b\" <"),
        Change(name: "a folded From", old: "From: <", new: "From:\n  <"),
        Change(name: "a From without a tag", old: ";tag=1410166744", new: ""),
        Change(name: "odd spacing in CSeq", old: "CSeq: 1 SUBSCRIBE", new: "CSeq: 1  SUBSCRIBE"),
    ])
    func `S1 a response copies Via, From, Call-ID and CSeq, and To but for the tag`(_ change: Change) throws {
        let heard = change.heard
        let request = try SIPMessage(parsing: heard.frame.payload)
        let okay = try SIPMessage(parsing: try heard.answer(policy()).okay[...])
        #expect(okay.all("Via").count == request.all("Via").count)
        #expect(okay.all("Via").dropFirst() == request.all("Via").dropFirst())
        for name in ["From", "Call-ID", "CSeq"] { #expect(okay.headers(name).map(\.value) == request.headers(name).map(\.value)) }
        #expect(okay.headers("To").map(\.value) == request.headers("To").map { "\($0.value);tag=\(okay.to?.tag ?? "?")" })
    }

    @Test(arguments: [
        ("192.168.50.31:5060;rport", 5060, "192.168.50.31:5060;rport=5060;received=192.168.50.31"),
        ("192.168.50.31:5060;rport", 40000, "192.168.50.31:5060;rport=40000;received=192.168.50.31"),
        ("10.0.0.1:5070;rport", 5099, "10.0.0.1:5070;rport=5099;received=192.168.50.31"),
        ("10.0.0.1:5070", 5099, "10.0.0.1:5070;received=192.168.50.31"),
        ("192.168.50.31:5060", 5060, "192.168.50.31:5060"),
        ("phone.example.com;branch=z9hG4bK1", 5060, "phone.example.com;branch=z9hG4bK1;received=192.168.50.31"),
        ("192.168.50.31;received=8.8.8.8;rport=9", 5060, "192.168.50.31;received=192.168.50.31;rport=5060"),
        ("192.168.50.31;maddr=8.8.8.8", 5060, "192.168.50.31;maddr=8.8.8.8"),
    ])
    func `S2 received and rport tell the packet's source, and the answer goes there`(sent: String, port: UInt16, told: String)
        throws
    {
        let text = HeardSubscribe.snom.replacing("192.168.50.31:5060;rport", with: sent)
        let answer = try HeardSubscribe(text: text, sourcePort: port).answer(policy())
        #expect((answer.to, answer.okayPort, answer.notifyPort) == (phoneAddress, port, 5060))
        #expect(try SIPMessage(parsing: answer.okay[...]).first("Via") == "SIP/2.0/UDP \(told)")
    }

    /// What changes, whether its sender gets another status where it asked us alone, and which header comes along.
    struct Refused: Sendable, CustomTestStringConvertible {
        var change: Change
        var status: UInt16?
        var header: String?

        init(_ name: String, _ old: String, _ new: String, _ status: UInt16?, _ header: String? = nil) {
            change = Change(name: name, old: old, new: new)
            self.status = status
            self.header = header
        }

        var testDescription: String { change.name }
    }

    private static let start = "SUBSCRIBE sip:MAC%3a000413123456@intern.snom.de SIP/2.0"
    private static func method(_ method: String, _ status: UInt16? = 405) -> Refused {
        Refused("\(method)", "SUBSCRIBE", method, status, status.map { _ in "Allow: SUBSCRIBE" })
    }

    private func check(_ refused: Refused) throws {
        let heard = refused.change.heard
        let policy = try policy()
        // To the group: silence.
        let decision = try heard.decision(policy)
        #expect(decision.answer == nil)
        #expect(decision.silence?.name == "bad-sip")
        // To us alone: no, with what belongs to it.
        let refusal: [UInt8]?
        do throws(Request.Unreadable) {
            guard case .otherSIP(let message, let fault) = try Request(heard.frame, sipPorts: [5060]).content else {
                Issue.record("it is a question")
                return
            }
            refusal = policy.refusal(of: message, fault, from: phoneAddress, port: 5060)
        } catch {
            let fault = try #require(error.fault)
            refusal = policy.refusal(of: heard.frame.payload, fault, from: phoneAddress, port: 5060)
        }
        let told = try refusal.map { try SIPMessage(parsing: $0[...]) }
        #expect(told?.status == refused.status)
        guard let told else { return }
        #expect(told.to?.tag != nil)
        guard let header = refused.header?.split(separator: ": ") else { return }
        #expect(told.first(String(header[0])) == String(header[1]))
    }

    @Test(arguments: [
        method("REGISTER"), method("INVITE"), method("OPTIONS"), method("NOTIFY"), method("MESSAGE"), method("PUBLISH"),
        method("subscribe"), method("ACK", nil),
        Refused("a response", start, "SIP/2.0 200 OK", nil),
    ])
    func `S4 another method is 405 with Allow to us alone, ACK and responses are nothing`(_ refused: Refused) throws {
        try check(refused)
    }

    @Test(arguments: [
        Refused("one", "Expires: 0", "Expires: 0\nRequire: 100rel", 420, "Unsupported: 100rel"),
        Refused("two", "Expires: 0", "Expires: 0\nRequire: eventlist,100rel", 420, "Unsupported: eventlist"),
        Refused("two headers", "Expires: 0", "Require: a\nRequire: b", 420, "Unsupported: a"),
        Refused("no token", "Expires: 0", "Require: a b", 400),
    ])
    func `S5 an extension that it insists on is 420 with Unsupported to us alone`(_ refused: Refused) throws {
        try check(refused)
    }

    @Test(arguments: ["presence", "message-summary", "ua-profile.winfo", "reg", "check-sync", "dialog"])
    func `S7 another event is 489 with Allow-Events to us alone`(_ event: String) throws {
        try check(Refused(event, "Event: ua-profile", "Event: \(event)", 489, "Allow-Events: ua-profile"))
    }

    @Test func `S7 no event at all is 489 as well`() throws {
        try check(Refused("none", "Event: ua-profile", "X-Event: ua-profile", 489, "Allow-Events: ua-profile"))
    }

    @Test(arguments: [
        Refused("no Call-ID", "Call-ID: ", "X: ", 400), Refused("no CSeq", "CSeq: ", "X: ", 400),
        Refused("a CSeq of 2 to the 31st", "CSeq: 1 ", "CSeq: 2147483648 ", 400),
        Refused("no Contact", "Contact: ", "X: ", 400), Refused("no From", "From: ", "X: ", 400),
        Refused("no Via, so nobody to answer", "Via: ", "X: ", nil),
        Refused("two Froms", "Expires: 0", "From: <sip:x@y>", 400),
        Refused("a body that is not there", "Content-Length: 0", "Content-Length: 5", 400),
        Refused("a length below nothing", "Content-Length: 0", "Content-Length: -1", 400),
        Refused("an expiry of 2 to the 31st", "Expires: 0", "Expires: 2147483648", 400),
        Refused("two blanks in the first line", "SUBSCRIBE sip", "SUBSCRIBE  sip", 400),
        Refused("another version", "intern.snom.de SIP/2.0\n", "intern.snom.de SIP/3.0\n", 505),
    ])
    func `S10 what cannot be read is 400 to us alone`(_ refused: Refused) throws {
        try check(refused)
    }

    /// pnp.md, "What other responders get wrong".
    @Test func `what other responders get wrong is not repeated`() throws {
        let heard = HeardSubscribe(text: HeardSubscribe.snom)
        let answer = try heard.answer(policy())
        let request = try SIPMessage(parsing: heard.frame.payload)
        let (okay, notify) = (try SIPMessage(parsing: answer.okay[...]), try SIPMessage(parsing: answer.notify[...]))
        #expect(answer.okay.suffix(4) == [13, 10, 13, 10], "a 200 ends in a blank line")
        #expect(notify.topVia?.host == "192.168.50.1", "the Via of a NOTIFY is our own")
        #expect(notify.first("From") == okay.first("To") && notify.first("To") == request.first("From"), "the sides are swapped")
        #expect(okay.to?.tag != nil, "To has a tag")
        #expect(okay.first("Contact") == "<sip:192.168.50.1:5060>" && notify.first("Contact") == "<sip:192.168.50.1:5060>")
        #expect(okay.first("CSeq") == request.first("CSeq"), "the CSeq of a response is the request's")
        #expect(notify.first("CSeq") != "1 NOTIFY", "the CSeq of a NOTIFY is our own")
        #expect(notify.first("Via")?.contains(":5060;") == true, "a NOTIFY leaves from the port that its answer is awaited at")
    }
}
