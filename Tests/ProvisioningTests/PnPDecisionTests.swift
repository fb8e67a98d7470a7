import Packets
import Provisioning
import SIPMessages
import TestSupport
import Testing
import VendorCatalogue

@Suite struct PnPDecisionTests {
    private func okay(_ answer: PnPAnswer) throws -> SIPMessage { try SIPMessage(parsing: answer.okay[...], allowing: .none) }
    private func notify(_ answer: PnPAnswer) throws -> SIPMessage { try SIPMessage(parsing: answer.notify[...], allowing: .none) }

    /// pnp.md's reference exchange, steps 1 to 3.
    @Test func `the reference exchange`() throws {
        let decision = try HeardSubscribe(text: HeardSubscribe.snom).decision(policy())
        #expect(decision.kind == .pnpSubscribe)
        #expect(
            (decision.identity.family?.id, decision.identity.model, decision.identity.version) == (
                "snom-desk", "D735", "8.7.5.35"
            ))
        #expect(decision.url == "http://192.168.50.1/")
        guard case .pnp(let answer)? = decision.answer else { throw NoAnswer() }
        #expect((answer.to, answer.okayPort, answer.notifyPort) == (phoneAddress, 5060, 5060))
        let okay = try okay(answer)
        #expect(okay.status == 200)
        #expect(okay.first("Via") == "SIP/2.0/UDP 192.168.50.31:5060;rport=5060;received=192.168.50.31")
        #expect(okay.first("From") == "<sip:MAC%3a000413123456@intern.snom.de>;tag=1410166744")
        #expect(okay.first("Call-ID") == "1339574721@192.168.50.31")
        #expect(okay.first("CSeq") == "1 SUBSCRIBE")
        #expect(okay.first("Contact") == "<sip:192.168.50.1:5060>")
        #expect((okay.first("Expires"), okay.first("Content-Length")) == ("0", "0"))
        #expect(answer.okay.suffix(4) == [13, 10, 13, 10])
        let tag = try #require(okay.to?.tag)
        #expect(tag.count == 16)

        let notify = try notify(answer)
        guard case .request("NOTIFY", "sip:192.168.50.31:5060") = notify.start else {
            Issue.record("\(notify.start)")
            return
        }
        #expect(notify.first("Via") == "SIP/2.0/UDP 192.168.50.1:5060;branch=\(answer.notifyBranch);rport")
        #expect(answer.notifyBranch.hasPrefix("z9hG4bK"))
        #expect(notify.first("From") == "<sip:MAC%3a000413123456@intern.snom.de>;tag=\(tag)")
        #expect(notify.first("To") == "<sip:MAC%3a000413123456@intern.snom.de>;tag=1410166744")
        #expect(notify.first("Call-ID") == "1339574721@192.168.50.31")
        #expect(notify.first("CSeq")?.hasSuffix(" NOTIFY") == true && notify.first("CSeq") != "1 NOTIFY")
        #expect(
            (notify.first("Event"), notify.first("Subscription-State"), notify.first("Content-Type")) == (
                "ua-profile", "terminated;reason=timeout", "application/url"
            ))
        #expect(text(notify.body) == "http://192.168.50.1/")
        #expect(answer.body == "http://192.168.50.1/")
    }

    @Test func `S3 a retransmission gets the identical bytes`() throws {
        let policy = try policy()
        let first = try HeardSubscribe(text: HeardSubscribe.snom).answer(policy)
        let second = try HeardSubscribe(text: HeardSubscribe.snom).answer(policy)
        #expect(first.okay == second.okay)
        #expect(first.notify == second.notify)
        #expect(first.exchange == second.exchange)
    }

    @Test(arguments: [
        ("another Call-ID", "1339574721@", "1339574722@"), ("another CSeq", "CSeq: 1 ", "CSeq: 2 "),
        ("another tag", "tag=1410166744", "tag=1410166745"),
    ])
    func `S3 another request gets other tags and branches`(name: String, old: String, new: String) throws {
        let policy = try policy()
        let first = try HeardSubscribe(text: HeardSubscribe.snom).answer(policy)
        let second = try HeardSubscribe(text: HeardSubscribe.snom.replacing(old, with: new)).answer(policy)
        #expect(try okay(first).to?.tag != okay(second).to?.tag)
        #expect(first.notifyBranch != second.notifyBranch)
        #expect(first.exchange != second.exchange)
    }

    @Test func `S3 tags follow from a secret`() throws {
        var policy = try policy()
        let first = try HeardSubscribe(text: HeardSubscribe.snom).answer(policy)
        policy.secret = 1
        let second = try HeardSubscribe(text: HeardSubscribe.snom).answer(policy)
        #expect(try okay(first).to?.tag != okay(second).to?.tag)
        #expect(first.notifyBranch != second.notifyBranch)
    }

    @Test func `S2 the answer goes to the source of the packet, whatever Via says`() throws {
        let text = HeardSubscribe.snom.replacing("UDP 192.168.50.31:5060;rport", with: "UDP 10.0.0.1:5070;rport")
        let answer = try HeardSubscribe(text: text, sourcePort: 5099).answer(policy())
        #expect((answer.to, answer.okayPort, answer.notifyPort) == (phoneAddress, 5099, 5060))
        #expect(try okay(answer).first("Via") == "SIP/2.0/UDP 10.0.0.1:5070;rport=5099;received=192.168.50.31")
    }

    @Test func `our own port stands in Via and Contact where 5060 is another's`() throws {
        var heard = HeardSubscribe(text: HeardSubscribe.snom)
        heard.link.sipPort = 5062
        let answer = try heard.answer(policy())
        #expect(try notify(answer).first("Contact") == "<sip:192.168.50.1:5062>")
        #expect(try notify(answer).first("Via")?.hasPrefix("SIP/2.0/UDP 192.168.50.1:5062;") == true)
        #expect(try okay(answer).first("Contact") == "<sip:192.168.50.1:5062>")
    }

    @Test func `a tagged request is answered with its tags, to the station that sent it`() throws {
        let answer = try HeardSubscribe(text: HeardSubscribe.snom, tags: [VLANTag(control: 20)]).answer(policy())
        #expect(answer.tags == [VLANTag(control: 20)])
        #expect(answer.mac == phoneMAC)
    }

    @Test func `a phone that names no MAC is known by its frame`() throws {
        let text = HeardSubscribe.snom.replacing("MAC%3a000413123456", with: "00000001")
        let heard = HeardSubscribe(text: text)
        let decision = try heard.decision(policy())
        #expect(decision.identity.mac == phoneMAC)
        #expect(decision.answer != nil)
    }

    @Test func `the MAC in the request counts before the frame's`() throws {
        let routed = HeardSubscribe(text: HeardSubscribe.snom, sourceMAC: MACAddress(bits: 0x0200_0000_0099))
        let decision = try routed.decision(policy())
        #expect(decision.identity.mac == phoneMAC)
        #expect(try routed.answer(policy()).mac == MACAddress(bits: 0x0200_0000_0099))
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var name: String
        var silence: Silence
        var kind = RequestKind.pnpSubscribe
        var yaml = ""
        var files = snomTree
        var replaced: (String, String) = ("", "")
        var change: @Sendable (inout HeardSubscribe) -> Void = { _ in }

        var testDescription: String { name }
    }

    @Test(
        arguments: [
            Row(
                name: "T6 a Contact elsewhere", silence: .contactElsewhere(contact: "192.168.50.77", source: phoneAddress),
                replaced: ("Contact: <sip:192.168.50.31", "Contact: <sip:192.168.50.77")),
            Row(
                name: "T6 a Contact that is a name",
                silence: .contactElsewhere(contact: "phone.example.com", source: phoneAddress),
                replaced: ("Contact: <sip:192.168.50.31", "Contact: <sip:phone.example.com")),
            Row(
                name: "T6 a source off the link", silence: .notOnLink(IPv4Address(10, 9, 8, 7)),
                change: { $0.source = IPv4Address(10, 9, 8, 7) }),
            Row(name: "a source without an address", silence: .noClientAddress, change: { $0.source = .any }),
            Row(
                name: "S7 another event package", silence: .sip("it asks for the event package presence, not ua-profile"),
                kind: .pnpSubscribe,
                replaced: ("Event: ua-profile", "Event: presence")),
            Row(
                name: "S4 another method", silence: .sip("it is REGISTER, not SUBSCRIBE"), kind: .sip,
                replaced: ("SUBSCRIBE", "REGISTER")),
            Row(
                name: "S5 an extension", silence: .sip("it requires 100rel"), kind: .pnpSubscribe,
                replaced: ("Expires: 0", "Expires: 0\nRequire: 100rel")),
            Row(
                name: "S4 a response", silence: .sip("it is a response"), kind: .sip,
                replaced: ("SUBSCRIBE sip:MAC%3a000413123456@intern.snom.de SIP/2.0", "SIP/2.0 200 OK")),
            Row(
                name: "S10 no SIP", silence: .sip("the start line is neither a request line nor a status line"), kind: .sip,
                change: { $0.text = "hello\n\n" }),
            Row(name: "pnp.answer is off", silence: .pnpOff, yaml: "pnp: {answer: off}"),
            Row(name: "pnp.answer is observe", silence: .observing, yaml: "pnp: {answer: observe}"),
            Row(name: "an empty tree", silence: .nothingToServe("http://192.168.50.1/"), files: []),
            Row(
                name: "a rule that ignores", silence: .ruleIgnores("rule 1"),
                yaml: "rules: [{match: {vendor: snom}, answer: ignore}]"),
            Row(name: "our own", silence: .ownFrame, change: { $0.source = ourAddress }),
            Row(name: "another group", silence: .addressedElsewhere, change: { $0.destination = IPv4Address(224, 0, 1, 76) }),
            Row(
                name: "to another host", silence: .addressedElsewhere,
                change: {
                    ($0.destination, $0.destinationMAC) = (IPv4Address(192, 168, 50, 2), MACAddress(bits: 0x0200_0000_0002))
                }),
            Row(
                name: "no phone of ours", silence: .notAPhone,
                replaced: ("vendor=\"snom\";model=\"snomD735\"", "vendor=\"OEM\";model=\"OEM\""),
                change: {
                    $0.text = $0.text.replacing("000413123456", with: "020000000099")
                }),
        ] as [Row])
    func `silence has its reason`(_ row: Row) throws {
        var heard = HeardSubscribe(
            text: row.replaced.0.isEmpty
                ? HeardSubscribe.snom : HeardSubscribe.snom.replacing(row.replaced.0, with: row.replaced.1))
        row.change(&heard)
        let decision = try heard.decision(policy(row.yaml, files: row.files))
        if case .sip = row.silence, row.name.hasPrefix("S10") {
            #expect(decision.silence?.name == "bad-sip")
        } else {
            #expect(decision.silence == row.silence)
        }
        #expect(decision.kind == row.kind)
        #expect(decision.answer == nil)
    }

    /// What each family's NOTIFY says.
    @Test(arguments: [
        ("snom", "snom-desk", "snomD735.htm", "http://192.168.50.1/"),
        ("Yealink", "yealink", "y000000000000.boot", "http://192.168.50.1/"),
        ("Grandstream: a folder, and a line's end", "grandstream", "cfg.xml", "http://192.168.50.1/\r\n"),
        ("Fanvil: a file by the phone's macro", "fanvil", "0c383e000012.cfg", "http://192.168.50.1/$mac.cfg"),
        ("AudioCodes: an address", "audiocodes-4xxhd", "00908f000012.cfg", "http://192.168.50.1"),
        ("Panasonic: a file by the phone's macro", "panasonic-hdv-tgp", "KX-HDV130.cfg", "http://192.168.50.1/{MODEL}.cfg"),
        ("ALE", "ale-dbid", "config.xml", "http://192.168.50.1/"),
        ("Gigaset: a file by its address", "gigaset-n510-n720", "002104000012.xml", "http://192.168.50.1/002104000012.xml"),
    ])
    func `a NOTIFY says what the family wants to hear`(name: String, id: String, file: String, body: String) throws {
        let phone = try #require(shipped.family(id)?.phone)
        let mac = MACAddress(bits: phone.macPrefix.bits | 0x12)
        let facts = PhoneFacts(
            mac: mac, model: phone.model, version: phone.version,
            more: ["ip": "192.168.50.31", "port": "5060", "tag": "t", "call-id": "c", "branch": "b"])
        let subscribe = try #require(phone.subscribe?.filled(with: facts))
        let answer = try HeardSubscribe(text: subscribe, sourceMAC: mac).answer(policy(files: [file]))
        #expect(text(try notify(answer).body) == body)
        #expect(try notify(answer).first("Content-Length") == "\(body.utf8.count)")
    }

    @Test func `a family says its own status and content type`() throws {
        let own = try Catalogue([
            family(
                "{id: a, vendor: a, recognise: {event-vendor: [snom]}, answer: {url: \"http://x.example/\", pnp: {status: 202, content-type: text/plain, body: \"go to {url} {mac}\"}}}"
            )
        ])
        let answer = try HeardSubscribe(text: HeardSubscribe.snom).answer(policy(catalogue: own))
        #expect(try okay(answer).status == 202)
        #expect(try notify(answer).first("Content-Type") == "text/plain")
        #expect(text(try notify(answer).body) == "go to http://x.example/ 000413123456")
    }

    @Test func `S4 S7 a request to us alone is told no, and a good one is not`() throws {
        let policy = try policy()
        func refusal(_ old: String, _ new: String) throws -> UInt16? {
            let heard = HeardSubscribe(text: HeardSubscribe.snom.replacing(old, with: new))
            guard case .otherSIP(let message, let fault) = try Request(heard.frame, pnpPort: 5060).content else { return nil }
            return try policy.refusal(of: message, fault, from: phoneAddress, port: 5060).map {
                try SIPMessage(parsing: $0[...]).status ?? 0
            }
        }
        #expect(try refusal("SUBSCRIBE", "REGISTER") == 405)
        #expect(try refusal("Event: ua-profile", "Event: presence") == 489)
        #expect(try refusal("SUBSCRIBE", "ACK") == nil)
        #expect(try refusal("Expires: 0", "Expires: 0") == nil)
    }

    @Test(.timeLimit(.minutes(1)))
    func `T13 a phone that calls itself by a macro does not hang anybody`() throws {
        let heard = HeardSubscribe(
            text: HeardSubscribe.snom.replacing(
                "vendor=\"snom\";model=\"snomD735\"", with: "vendor=\"Panasonic\";model=\"{MODEL}\""))
        #expect(
            try heard.decision(policy(files: ["KX-HDV130.cfg"])).silence == .nothingToServe("http://192.168.50.1/{MODEL}.cfg"))
    }
}
