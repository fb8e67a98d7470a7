import Packets
import SIPMessages
import Testing

@testable import PhoneSimulator

/// A responder that does everything right, and whose messages can be spoilt.
struct ResponderSide {
    let subscribe: PnPSubscribe
    static let contact = SIPContact(serverAddress, 5060)

    init(_ id: String = "yealink") throws {
        let bytes = try #require(SubscribeText(phone(id), identifiers)).filled(port: 5060)
        subscribe = try #require(SubscribeText.parsed(bytes))
    }

    func okay(tag: String = "srv", status: PnPReply.Acceptance = .ok) -> String {
        let message = PnPReply.okay(
            to: subscribe, status: status, toTag: tag, receivedFrom: phoneAddress, port: 5060, contact: ResponderSide.contact)
        return String(decoding: message.encoded(), as: UTF8.self)
    }

    func notify(tag: String = "srv", branch: String = "z9hG4bKn1", cseq: UInt32 = 1, body: String = "http://192.0.2.1/") -> String
    {
        let message = PnPReply.notify(
            for: subscribe, toTag: tag, branch: branch, cseq: cseq, contact: ResponderSide.contact, body: Array(body.utf8))
        return String(decoding: message.encoded(), as: UTF8.self)
    }
}

extension SubscribeExchange {
    mutating func hear(_ text: String) -> [Action] { hear(Array(text.utf8), from: serverAddress, port: 5060) }
}

extension [SubscribeExchange.Action] {
    var told: String? { compactMap { if case .told(let url) = $0 { url } else { nil } }.first }
    var isRefused: Bool { contains { if case .refused = $0 { true } else { false } } }
    /// The status of the answer that goes out.
    var replied: UInt16? {
        compactMap { if case .reply(let bytes) = $0 { try? SIPMessage(parsing: bytes[...]).status } else { nil } }.first
    }
}

@Suite struct NotifyTests {
    @Test(arguments: withPnP)
    func `a phone of every family takes a 200 and a NOTIFY`(id: String) throws {
        let responder = try ResponderSide(id)
        var exchange = SubscribeExchange(responder.subscribe)
        #expect(exchange.hear(responder.okay()) == [.answered(status: 200)])
        let actions = exchange.hear(responder.notify())
        #expect(actions.replied == 200)
        #expect(actions.told == "http://192.0.2.1/")
    }

    @Test func `a 202 is as good, and a NOTIFY that is faster than the 200`() throws {
        let responder = try ResponderSide()
        var exchange = SubscribeExchange(responder.subscribe)
        #expect(exchange.hear(responder.notify()).told == "http://192.0.2.1/")
        #expect(exchange.hear(responder.okay(status: .accepted)) == [.answered(status: 202)])
    }

    @Test func `line ends after the URL are no part of it`() throws {
        let responder = try ResponderSide()
        var exchange = SubscribeExchange(responder.subscribe)
        #expect(exchange.hear(responder.notify(body: "http://192.0.2.1/\r\n")).told == "http://192.0.2.1/")
    }

    @Test func `the answer to a NOTIFY copies what RFC 3261 says`() throws {
        let responder = try ResponderSide()
        var exchange = SubscribeExchange(responder.subscribe)
        let notify = try SIPMessage(parsing: Array(responder.notify().utf8)[...])
        guard case .reply(let bytes) = exchange.hear(responder.notify()).first else {
            Issue.record("no answer")
            return
        }
        let answer = try SIPMessage(parsing: bytes[...], allowing: .none)
        for name in ["From", "To", "Call-ID", "CSeq"] { #expect(answer.first(name) == notify.first(name)) }
        #expect(answer.topVia?.branch == "z9hG4bKn1")
        #expect(answer.topVia?.parameters.value("received") == "192.0.2.1")
        #expect(answer.topVia?.parameters.value("rport") == "5060")
        #expect(SIPResponseKey(response: answer) == SIPResponseKey(request: notify))
    }

    @Test func `the same NOTIFY again is answered with the same bytes and tells nothing new`() throws {
        let responder = try ResponderSide()
        var exchange = SubscribeExchange(responder.subscribe)
        let first = exchange.hear(responder.notify())
        let second = exchange.hear(responder.notify())
        #expect(second == [first[0], .repeated])
    }

    @Test func `of two responders the first NOTIFY counts and the second is sent away`() throws {
        let responder = try ResponderSide()
        var exchange = SubscribeExchange(responder.subscribe)
        #expect(exchange.hear(responder.okay(tag: "a")) == [.answered(status: 200)])
        #expect(exchange.hear(responder.okay(tag: "b")) == [.answered(status: 200)])
        #expect(exchange.hear(responder.okay(tag: "b")) == [])
        #expect(exchange.hear(responder.notify(tag: "b", branch: "z9hG4bKb")).told != nil)
        let late = exchange.hear(responder.notify(tag: "a", branch: "z9hG4bKa"))
        #expect(late.told == nil)
        #expect(late.replied == 481)
    }

    @Test func `other requests and provisional answers pass by`() throws {
        let responder = try ResponderSide()
        var exchange = SubscribeExchange(responder.subscribe)
        #expect(exchange.hear(responder.notify().replacing("NOTIFY", with: "OPTIONS")) == [])
        #expect(exchange.hear(responder.okay().replacing("SIP/2.0 200 OK", with: "SIP/2.0 100 Trying")) == [])
    }

    @Test func `a no ends the asking`() throws {
        let responder = try ResponderSide()
        var exchange = SubscribeExchange(responder.subscribe)
        #expect(exchange.hear(responder.okay().replacing("SIP/2.0 200 OK", with: "SIP/2.0 500 No")) == [.answered(status: 500)])
    }

    @Test(arguments: [
        ("no To tag", ";tag=srv", ""),
        ("another Call-ID", "Call-ID: c0ffee", "Call-ID: decaf"),
        ("another CSeq", "CSeq: 1 SUBSCRIBE", "CSeq: 2 SUBSCRIBE"),
        ("another method in CSeq", "CSeq: 1 SUBSCRIBE", "CSeq: 1 NOTIFY"),
        ("another From tag", "tag=phonetag", "tag=other"),
        ("another branch", "branch=z9hG4bKb1", "branch=z9hG4bKb2"),
        ("its own Via", "UDP 192.0.2.20:5060", "UDP 192.0.2.1:5060"),
        ("another To", "To: <sip:MAC0015651a2b3c@224.0.1.75>", "To: <sip:somebody@224.0.1.75>"),
        ("no blank line", "\r\n\r\n", "\r\n"),
    ])
    func `a spoilt 200 is refused`(name: String, old: String, new: String) throws {
        let responder = try ResponderSide()
        let good = responder.okay()
        #expect(good.contains(old))
        var exchange = SubscribeExchange(responder.subscribe)
        let actions = exchange.hear(good.replacing(old, with: new))
        #expect(actions.isRefused)
        #expect(!actions.contains(.answered(status: 200)))
    }

    @Test(arguments: [
        ("a wrong To tag", "tag=phonetag", "tag=other", 481),
        ("no To tag", ";tag=phonetag", "", 481),
        ("another From tag than the 200", "tag=srv", "tag=other", 481),
        ("no From tag", ";tag=srv", "", 481),
        ("another Call-ID", "Call-ID: c0ffee", "Call-ID: decaf", 481),
        ("From and To not swapped", "From: <sip:MAC0015651a2b3c@224.0.1.75>", "From: <sip:MAC0015651a2b3d@224.0.1.75>", 481),
        ("the phone's Via", "UDP 192.0.2.1:5060", "UDP 192.0.2.20:5060", 400),
        ("the phone's branch", "z9hG4bKn1", "z9hG4bKb1", 400),
        ("a branch without the cookie", "z9hG4bKn1", "n1", 400),
        ("another method in CSeq", "1 NOTIFY", "1 SUBSCRIBE", 400),
        ("another event", "Event: ua-profile", "Event: check-sync", 489),
        ("no Subscription-State", "Subscription-State: terminated;reason=timeout\r\n", "", 400),
        ("a subscription that goes on", "terminated;reason=timeout", "active;expires=60", 400),
        ("a media type not asked for", "application/url", "text/plain", 415),
        ("no Content-Length", "Content-Length: 17\r\n", "", 400),
        ("too short a Content-Length", "Content-Length: 17", "Content-Length: 10", 400),
        ("no body", "Content-Length: 17\r\n\r\nhttp://192.0.2.1/", "Content-Length: 0\r\n\r\n", 400),
        ("a body with a blank", "http://192.0.2.1/", "http://192.0.2.1 ", 400),
        (
            "another Request-URI", "NOTIFY sip:MAC0015651a2b3c@192.0.2.20:5060 ", "NOTIFY sip:MAC0015651a2b3c@192.0.2.21:5060 ",
            404
        ),
    ])
    func `a spoilt NOTIFY is refused with the status that says why`(name: String, old: String, new: String, status: UInt16) throws
    {
        let responder = try ResponderSide()
        let good = responder.notify()
        #expect(good.contains(old))
        var exchange = SubscribeExchange(responder.subscribe)
        _ = exchange.hear(responder.okay())
        let actions = exchange.hear(good.replacing(old, with: new))
        #expect(actions.told == nil)
        #expect(actions.isRefused)
        #expect(actions.replied == status)
        #expect(
            exchange.hear(responder.notify(branch: "z9hG4bKn9")).told == "http://192.0.2.1/", "a good one afterwards is taken")
    }

    @Test func `a NOTIFY whose body is cut short is refused`() throws {
        let responder = try ResponderSide()
        var exchange = SubscribeExchange(responder.subscribe)
        #expect(exchange.hear(responder.notify().replacing("Content-Length: 17", with: "Content-Length: 18")).isRefused)
    }
}
