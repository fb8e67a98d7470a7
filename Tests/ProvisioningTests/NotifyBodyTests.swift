import Packets
import Provisioning
import SIPMessages
import TestSupport
import Testing
import VendorCatalogue

/// What stands in the body of a NOTIFY, family by family.
@Suite struct NotifyBodyTests {
    private func notify(_ answer: PnPAnswer) throws -> SIPMessage { try SIPMessage(parsing: answer.notify[...], allowing: .none) }

    /// The SUBSCRIBE of a family's phone, as the simulator sends it.
    private func heard(_ id: String) throws -> HeardSubscribe {
        let phone = try #require(shipped.family(id)?.phone)
        let mac = MACAddress(bits: phone.macPrefix.bits | 0x12)
        let facts = PhoneFacts(
            mac: mac, model: phone.model, version: phone.version,
            more: ["ip": "192.168.50.31", "port": "5060", "tag": "t", "call-id": "c", "branch": "b"])
        return HeardSubscribe(text: try #require(phone.subscribe?.filled(with: facts)), sourceMAC: mac)
    }

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
        let notify = try notify(heard(id).answer(policy(files: [file])))
        #expect(text(notify.body) == body)
        #expect(notify.first("Content-Length") == "\(body.utf8.count)")
        #expect(notify.first("Content-Type") == "application/url")
    }

    /// What a rule tells, and what becomes of it in the family's hands.
    @Test(arguments: [
        ("a file", "snom-desk", "http://pbx.example/d/{mac}.htm", "http://pbx.example/d/000413000012.htm"),
        ("a macro of the phone's", "snom-desk", "http://pbx.example/{{mac}}.htm", "http://pbx.example/{mac}.htm"),
        ("a folder that lacks its slash", "grandstream", "http://pbx.example/gs", "http://pbx.example/gs/\r\n"),
        ("a folder that has it", "grandstream", "http://pbx.example/gs/", "http://pbx.example/gs/\r\n"),
        ("a bare address by TFTP", "audiocodes-4xxhd", "tftp://10.13.4.121", "tftp://10.13.4.121"),
        ("a macro with a dollar", "fanvil", "http://pbx.example/$mac.cfg", "http://pbx.example/$mac.cfg"),
    ])
    func `a rule's URL is told in the family's form`(name: String, id: String, url: String, body: String) throws {
        let policy = try policy("rules: [{match: {vendor: \(id)}, url: \"\(url)\"}]", files: [])
        #expect(text(try notify(heard(id).answer(policy)).body) == body)
    }

    private func family(_ shape: String) throws -> Catalogue {
        Catalogue([
            try ProvisioningTests.family(
                "{id: a, vendor: a, recognise: {event-vendor: [snom]}, answer: {url: \"http://x.example/d\", pnp: {\(shape)}}}")
        ])
    }

    @Test(arguments: [
        ("", 200, "application/url", "http://x.example/d"),
        ("folder: true", 200, "application/url", "http://x.example/d/"),
        ("line-end: crlf", 200, "application/url", "http://x.example/d\r\n"),
        ("folder: true, line-end: crlf, status: 202", 202, "application/url", "http://x.example/d/\r\n"),
        (
            "status: 202, content-type: text/plain, body: \"go to {url} {mac} {{mac}}\"", 202, "text/plain",
            "go to http://x.example/d 000413123456 {mac}"
        ),
        ("body: \"tftp://10.0.0.9\"", 200, "application/url", "tftp://10.0.0.9"),
    ])
    func `a family says its own status, type, body and line end`(shape: String, status: UInt16, type: String, body: String) throws
    {
        let answer = try HeardSubscribe(text: HeardSubscribe.snom).answer(policy(catalogue: family(shape)))
        #expect(try SIPMessage(parsing: answer.okay[...]).status == status)
        #expect(try notify(answer).first("Content-Type") == type)
        #expect(text(try notify(answer).body) == body)
    }

    @Test func `what a family makes of a URL must be served as well`() throws {
        let own = try family("body: \"tftp://{server}\"")
        let decision = try HeardSubscribe(text: HeardSubscribe.snom).decision(policy("tftp: {answer: off}", catalogue: own))
        #expect(decision.silence == .schemeNotServed("tftp://192.168.50.1"))
        let missing = try family("body: \"http://{server}/none.cfg\"")
        let other = try HeardSubscribe(text: HeardSubscribe.snom).decision(policy(files: [], catalogue: missing))
        #expect(other.silence == .nothingToServe("http://192.168.50.1/none.cfg"))
    }

    @Test func `T6 an answer of more than three times its question is not given`() throws {
        let long = "http://pbx.example/" + String(repeating: "long/", count: 120)
        let policy = try policy("rules: [{match: {vendor: snom}, url: \"\(long)\"}]")
        let decision = try HeardSubscribe(text: HeardSubscribe.snom).decision(policy)
        #expect(decision.silence?.name == "answer-too-long")
        #expect(decision.silence?.sentence.contains("shorter URL") == true)
        // Nobody forges a connection.
        let frame = HeardSubscribe(text: HeardSubscribe.snom).frame
        let request = Request(frame, holding: try SIPMessage(parsing: frame.payload), by: .tcp)
        #expect(policy.decide(request, on: link, at: Moment(microseconds: 0)).answer != nil)
    }

    @Test func `by TCP our Via and Contact say so`() throws {
        let frame = HeardSubscribe(text: HeardSubscribe.snom).frame
        let request = Request(frame, holding: try SIPMessage(parsing: frame.payload), by: .tcp)
        guard case .pnp(let answer)? = try policy().decide(request, on: link, at: Moment(microseconds: 0)).answer else {
            throw NoAnswer()
        }
        #expect(try notify(answer).topVia?.transport == "TCP")
        #expect(try notify(answer).first("Contact") == "<sip:192.168.50.1:5060;transport=tcp>")
        #expect(try SIPMessage(parsing: answer.okay[...]).first("Contact") == "<sip:192.168.50.1:5060;transport=tcp>")
    }

    @Test func `whoever only observes says what it would have told`() throws {
        let decision = try HeardSubscribe(text: HeardSubscribe.snom, tags: [VLANTag(control: 20)]).decision(
            policy("pnp: {answer: observe}"))
        #expect(decision.answer == nil)
        let event = Event.ignored(decision, try #require(decision.silence), interface: "eth1", at: Moment(microseconds: 0))
        #expect(event.name == "pnp.observed")
        let details = event.details.map { "\($0.name)=\($0.text)" }
        #expect(details.first == "vendor=snom")
        #expect(details.suffix(3) == ["address=192.168.50.31", "vlan=20", "body=http://192.168.50.1/"])
        // Where there is nothing to tell, the reason is that.
        let empty = try HeardSubscribe(text: HeardSubscribe.snom).decision(policy("pnp: {answer: observe}", files: []))
        #expect(empty.silence == .nothingToServe("http://192.168.50.1/"))
    }
}
