import Packets
import SIPMessages
import Testing

struct PieceTests {
    static let users: [(String, Bool)] = [
        ("sip:MAC%3a00041300AA01@224.0.1.75", true), ("sip:MAC%3A00041300aa01@224.0.1.75", true),
        ("sip:MAC:00041300AA01@224.0.1.75", true), ("sip:MAC=00041300AA01@224.0.1.75", true),
        ("sip:MAC00041300AA01@224.0.1.75", true),
        ("sip:mac00:04:13:00:aa:01@224.0.1.75", true), ("sip:Mac:00-04-13-00-AA-01@224.0.1.75", true),
        ("sip:MAC%3a00%3a04%3a13%3a00%3aAA%3a01@x", true), ("sip:MAC%3a00041300AA01", true), ("sip:MAC00041300AA01", true),
        ("sip:MAC:00041300AA01", true), ("sip:MAC=00041300AA01;transport=udp", true),
        ("sip:MAC%3a00041300AA01;user=phone@x", true),
        ("sip:xyz00041300AA01@x", false), ("sip:MAC%3a00041300AA0@x", false), ("sip:MAC%3a00041300AA012@x", false),
        ("sip:MAC%3a01041300AA01@x", false),
        ("sip:MAC%3a000000000000@x", false), ("sip:MACandCheese@x", false), ("sip:00000001@x", false), ("sip:MAC@x", false),
        ("sip:MAC%3a0004.1300.AA01@x", false), ("sip:x@MAC00041300AA01", false),
    ]

    @Test(arguments: users)
    func `a MAC address is found in the user part in every form`(_ uri: String, _ found: Bool) throws {
        let text = try LeniencyTests.replacing(
            "SUBSCRIBE sip:MAC%3a00041300AA01@224.0.1.75 ", by: "SUBSCRIBE \(uri) ", in: LeniencyTests.tidy)
        let candidates = try PnPSubscribe(SIPMessage(parsing: datagram(text)[...])).macCandidates
        let expected = PnPSubscribe.MACCandidate(mac: MACAddress(bits: 0x0004_1300_aa01), place: .requestURI)
        #expect(candidates.contains { $0.place == .requestURI } == found)
        #expect(candidates.contains(expected) == found)
    }

    static let agents: [(String, Bool)] = [
        ("Yealink SIP-T46G 28.83.0.35 00041300aa01", true), ("snom/8 (MAC=00041300AA01)", true), ("x;00:04:13:00:aa:01", true),
        ("Phone 202401311259", false), ("Yealink W52P 25.81.0.10", false), ("", false),
    ]

    @Test(arguments: agents)
    func `a MAC address is found among the words of a User-Agent`(_ agent: String, _ found: Bool) throws {
        let text = try LeniencyTests.replacing("Event:", by: "User-Agent: \(agent)\nEvent:", in: LeniencyTests.tidy)
        let candidates = try PnPSubscribe(SIPMessage(parsing: datagram(text)[...])).macCandidates.filter {
            $0.place == .userAgent
        }
        #expect(candidates == (found ? [.init(mac: MACAddress(bits: 0x0004_1300_aa01), place: .userAgent)] : []))
    }

    @Test func `a URI is taken apart`() throws {
        let uri = try SIPURI(parsing: "SIP:alice:secret@example.com:5070;transport=udp;lr?Subject=x@y")
        #expect(uri.scheme == "sip")
        #expect(uri.userText == "alice:secret")
        #expect(uri.host == "example.com")
        #expect(uri.port == 5070)
        #expect(uri.parameters.value("TRANSPORT") == "udp")
        #expect(uri.parameters.has("lr"))
        #expect(uri.textWithoutHeaders == "SIP:alice:secret@example.com:5070;transport=udp;lr")
        #expect(try SIPURI(parsing: "sip:[2001:db8::10]:5070").host == "[2001:db8::10]")
        #expect(try SIPURI(parsing: "sip:[2001:db8::10]").port == nil)
        #expect(try SIPURI(parsing: "sip:a%4@b").user == "a%4")
        #expect(try SIPURI(parsing: "tel:+49301234").scheme == "tel")
    }

    @Test(arguments: [
        "", "sip", "sip:", ":x", "sip:@host", "sip:a@", "sip:a@b@c", "sip:a@b:0", "sip:a@b:99999", "sip:a@b:x", "sip:a b@c",
        "sip:a@[::1",
        "sip:a@b;", "sip:a@b;=x", "sip:a@b>", "5ip:a@b", "sip:a@b;x=c@d", "sip:ä@b", "*",
    ])
    func `what is no URI is refused`(_ text: String) {
        #expect(throws: SIPFault.uri) { try SIPURI(parsing: text) }
    }

    @Test func `an address is read with and without angle brackets`() throws {
        #expect(try SIPAddressHeader(parsing: "sip:a@b;tag=x").tag == "x")
        #expect(try SIPAddressHeader(parsing: "<sip:a@b;tag=x>").tag == nil)
        #expect(try SIPAddressHeader(parsing: "<sip:a@b;tag=x>").uri.parameters.value("tag") == "x")
        #expect(try SIPAddressHeader(parsing: "Alice  Two <sip:a@b>;TAG=abc==").tag == "abc==")
        #expect(try SIPAddressHeader(parsing: "Alice  Two <sip:a@b>").displayName == "Alice  Two")
        #expect(try SIPAddressHeader(parsing: "\"<x>;,\\\"\\\\\"<sip:a@b>;q=\"a;b\"").displayName == "<x>;,\"\\")
        #expect(try SIPAddressHeader(parsing: "\"\"<sip:a@b>;q=\"a;b\"").parameters.value("q") == "a;b")
        #expect(try SIPAddressHeader(parsing: "<sip:a@b>;tag=").tag == nil)
    }

    @Test(arguments: [
        "", "<>", "<sip:a@b", "sip:a@b>", "\"x <sip:a@b>", "\"x\" sip:a@b", "x,y <sip:a@b>", "<sip:a@b> x", "<sip:a@b>;",
        "<sip:a@b>;;",
        "<sip:a@b>;tag=1;Tag=2", "< sip:a@b>", "<sip:a@b>, <sip:c@d>", "\"\\", "<sip:a@b>;q=\"x",
    ])
    func `what is no address is refused`(_ text: String) {
        #expect(throws: SIPFault.address) { try SIPAddressHeader(parsing: text) }
    }

    @Test(arguments: [
        "", "SIP/2.0", "SIP/2.0/UDP", "SIP/2.0/UDP ", "SIP/3.0/UDP a", "HTTP/2.0/UDP a", "SIP/2.0/UDP a:", "SIP/2.0/UDP a:0",
        "SIP/2.0/UDP a:5060x", "SIP/2.0/UDP a;", "SIP/2.0/UDP a;;b", "SIP/2.0/UDP [::1", "SIP/2.0/UDP []", "SIP/2.0/UDP a b",
        "SIP/2.0/ a", "SIP/2.0/UDP a;branch=1;branch=2", "SIP/2.0/UDP a;x=\"y", "SIP/2.0/UDP[::1]",
        "SIP/2.0/UDP a;x=\"ö\"",
    ])
    func `what is no Via is refused`(_ text: String) {
        #expect(throws: SIPFault.via) { try SIPVia(parsing: text) }
    }

    @Test func `an Event is read as freely as phones write it`() throws {
        let event = try SIPEventHeader(
            parsing: "ua-profile;profile-type=\"device\";;Vendor = \"a;\\\"b\" ;model=two words ;version;model=3;")
        #expect(event.isPackage("UA-PROFILE"))
        #expect(event.parameters.list.map(\.name) == ["profile-type", "Vendor", "model", "version", "model"])
        #expect(event.parameters.value("vendor") == "a;\"b")
        #expect(event.parameters.value("MODEL") == "two words")
        #expect(event.parameters.has("version"))
        #expect(event.parameters.value("version") == nil)
        #expect(event.id == nil)
        #expect(try !SIPEventHeader(parsing: "ua-profile.winfo").isPackage("ua-profile"))
    }

    @Test(arguments: [
        "", ";vendor=x", "ua-profile;vendor=\"x", "ua-profile vendor=x", "ua-profile;vendor=\"x\"y", "ua-profile;=x",
    ])
    func `what is no Event is refused`(_ text: String) {
        #expect(throws: SIPFault.event) { try SIPEventHeader(parsing: text) }
    }

    @Test func `a CSeq is a number below 2 to the 31st and a method`() throws {
        #expect(try SIPCSeq(parsing: "0009 \t INVITE") == SIPCSeq(parsing: "9 INVITE"))
        #expect(try SIPCSeq(parsing: "2147483647 X").number == 2_147_483_647)
        #expect(throws: SIPFault.numberTooLarge("CSeq")) { try SIPCSeq(parsing: "2147483648 X") }
        for text in ["", "1", "X 1", "-1 X", "1 X Y", "1 X,Y"] {
            #expect(throws: SIPFault.cseq) { try SIPCSeq(parsing: text) }
        }
    }

    @Test func `a comma separates only where a list is`() throws {
        let message = SIPMessage(
            start: .response(status: 200, reason: "OK"),
            headers: [
                SIPHeader("User-Agent", "a, b"), SIPHeader("Contact", "\"x, \\\" y\" <sip:a,b@c>;q=1 , <sip:d@e>"),
                SIPHeader("m", "*"),
            ])
        #expect(message.all("user-agent") == ["a, b"])
        #expect(message.all("m") == ["\"x, \\\" y\" <sip:a,b@c>;q=1", "<sip:d@e>", "*"])
        #expect(message.first("Supported") == nil)
        #expect(message.all("Supported") == [])
    }

    @Test(arguments: try Sample.all(in: ["phones", "exchange", "others", "rfc4475"]))
    func `what was read and written reads as the same message`(_ sample: Sample) throws {
        guard let message = try? sample.message() else { return }
        let written = message.encoded()
        let again = try SIPMessage(parsing: written[...])
        #expect(again.encoded() == written)
        #expect(again.start == message.start)
        #expect(again.body == message.body)
        #expect(again.headers.filter { $0.name != "Content-Length" } == message.headers.filter { $0.name != "Content-Length" })
        if message.leniencies.isDisjoint(with: [.missingContentLength, .bytesAfterBody]) { #expect(again == message) }
    }
}
