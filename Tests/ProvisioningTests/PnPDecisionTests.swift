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
        #expect(tag.count == 8)

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
        let policy = try policy()
        let first = try HeardSubscribe(text: HeardSubscribe.snom).answer(policy)
        let other = Policy(settings: policy.settings, catalogue: policy.catalogue, tree: policy.tree, secret: 1)
        let second = try HeardSubscribe(text: HeardSubscribe.snom).answer(other)
        #expect(try okay(first).to?.tag != okay(second).to?.tag)
        #expect(first.notifyBranch != second.notifyBranch)
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
                name: "no phone that is known", silence: .unknownPhone(MACAddress(bits: 0x0200_0000_0099), says: "OEM OEM"),
                replaced: ("vendor=\"snom\";model=\"snomD735\"", "vendor=\"OEM\";model=\"OEM\""),
                change: {
                    $0.text = $0.text.replacing("000413123456", with: "020000000099")
                }),
        ] as [Row])
    func `T6 silence to PnP has its reason`(_ row: Row) throws {
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

    @Test(.timeLimit(.minutes(1)))
    func `T13 a phone that calls itself by a macro does not hang anybody`() throws {
        let heard = HeardSubscribe(
            text: HeardSubscribe.snom.replacing(
                "vendor=\"snom\";model=\"snomD735\"", with: "vendor=\"Panasonic\";model=\"{MODEL}\""))
        #expect(
            try heard.decision(policy(files: ["KX-HDV130.cfg"])).silence == .nothingToServe("http://192.168.50.1/{MODEL}.cfg"))
    }

    @Test func `an unknown prefix that speaks PnP is shown with what to add`() throws {
        var heard = HeardSubscribe(
            text: HeardSubscribe.snom.replacing("vendor=\"snom\";model=\"snomD735\"", with: "vendor=\"Acme\";model=\"X1\"")
                .replacing("000413123456", with: "00aace123456"))
        heard.sourceMAC = try mac("00aace123456")
        let silence = try heard.decision(policy()).silence
        #expect(silence?.name == "unknown-phone")
        #expect(silence?.sentence.contains("as Acme X1, and no family is known by that nor by its prefix") == true)
        #expect(silence?.sentence.contains("/etc/bellhop/vendors with recognise: {oui: [\"00aace\"]}") == true)
    }

    @Test func `what is led by a call server is told nothing, until a rule says what`() throws {
        func silence(_ rules: String) throws -> Silence? {
            let heard = Heard.snomInform {
                $0.message.options[.vendorClass] = Array("ipphone.mitel.com".utf8)[...]
                $0.message.options[.parameterRequestList] = [43, 66]
            }
            return try heard.decision(policy(rules, files: ["x.cfg"])).silence
        }
        #expect(try silence("")?.name == "not-told")
        #expect(try silence("")?.sentence.contains("mitel-minet") == true)
        #expect(try silence("rules: [{match: {vendor: mitel}, options: {43: \"id:ipphone.mitel.com;sw_tftp={server}\"}}]") == nil)
    }
}
