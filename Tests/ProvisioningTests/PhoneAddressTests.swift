import Packets
import Provisioning
import SIPMessages
import Testing
import VendorCatalogue

/// Which device it is that sent a SUBSCRIBE.
@Suite struct PhoneAddressTests {
    private static let a = MACAddress(bits: 0x0004_1300_000a)
    private static let b = MACAddress(bits: 0x0004_1300_000b)
    private static let c = MACAddress(bits: 0x0004_1300_000c)

    struct Row: Sendable, CustomTestStringConvertible {
        var name: String
        var places: [String: MACAddress] = [:]
        var frame = MACAddress(bits: 0)
        var known: [MACEvidence] = []
        var expected: MACAddress?
        var sources: [MACEvidence.Source]

        var testDescription: String { name }

        var text: String {
            func user(_ place: String) -> String { places[place].map { "MAC%3a\($0.plain)" } ?? "00000001" }
            let agent = places["agent"].map { "User-Agent: Phone/1.0 (\($0.colons))\n" } ?? ""
            return """
                SUBSCRIBE sip:\(user("uri"))@224.0.1.75 SIP/2.0
                Via: SIP/2.0/UDP 192.168.50.31:5060;rport
                From: <sip:\(user("from"))@224.0.1.75>;tag=1
                To: <sip:\(user("to"))@224.0.1.75>
                Call-ID: 1@192.168.50.31
                CSeq: 1 SUBSCRIBE
                Event: ua-profile;profile-type="device";vendor="snom";model="snomD735"
                \(agent)Contact: <sip:\(user("contact"))@192.168.50.31:5060>
                Content-Length: 0


                """
        }
    }

    @Test(arguments: [
        Row(
            name: "named everywhere, and in its own frame",
            places: ["uri": a, "from": a, "to": a, "contact": a, "agent": a], frame: a, expected: a,
            sources: [.requestURI, .from, .to, .contact, .userAgent, .frame]),
        Row(
            name: "named, and passed on by somebody else", places: ["uri": a, "from": a, "to": a], frame: b, expected: a,
            sources: [.requestURI, .from, .to, .frame]),
        Row(name: "named in the From alone", places: ["from": a], frame: b, expected: a, sources: [.from, .frame]),
        Row(name: "named in the User-Agent alone", places: ["agent": a], frame: b, expected: a, sources: [.userAgent, .frame]),
        Row(
            name: "one name against three", places: ["uri": a, "from": b, "to": b], frame: b, expected: b,
            sources: [.requestURI, .from, .to, .frame]),
        Row(
            name: "a Contact of another's against the frame", places: ["contact": a], frame: b, expected: b,
            sources: [.contact, .frame]),
        Row(name: "nameless on the same link", frame: a, expected: a, sources: [.frame]),
        Row(
            name: "nameless, and a repeater in between: the lease and the ARP table know better", frame: b,
            known: [MACEvidence(.lease, a), MACEvidence(.met, a)], expected: a, sources: [.frame, .lease, .met]),
        Row(name: "nameless by a socket, with a lease", known: [MACEvidence(.lease, a)], expected: a, sources: [.lease]),
        Row(name: "nameless by a socket, met before", known: [MACEvidence(.met, a)], expected: a, sources: [.met]),
        Row(name: "nameless by a socket, a neighbour", known: [MACEvidence(.neighbour, a)], expected: a, sources: [.neighbour]),
        Row(
            name: "a lease weighs more than what was met, and that more than the ARP table",
            known: [MACEvidence(.neighbour, c), MACEvidence(.met, b), MACEvidence(.lease, a)], expected: a,
            sources: [.neighbour, .met, .lease]),
        Row(name: "nothing at all", expected: nil, sources: []),
    ])
    func `every place that names a device is weighed, and kept`(_ row: Row) throws {
        let heard = HeardSubscribe(text: row.text, sourceMAC: row.frame)
        let request = try Request(heard.frame, sipPorts: [5060]).with(row.known)
        let identity = try policy().decide(request, on: link, at: Moment(microseconds: 0)).identity
        #expect(identity.mac == row.expected)
        #expect(identity.macEvidence.map(\.source) == row.sources)
        #expect(request.namesNobody == row.places.isEmpty)
    }

    @Test func `the frame of a phone behind a router is the router's`() throws {
        let row = Row(name: "", frame: PhoneAddressTests.b, expected: nil, sources: [])
        let heard = HeardSubscribe(text: row.text, sourceMAC: row.frame, source: IPv4Address(10, 9, 8, 7))
        let request = try Request(heard.frame, sipPorts: [5060])
        #expect(request.mac(on: link) == nil)
        #expect(request.mac(on: nil) == PhoneAddressTests.b)
    }

    @Test(arguments: ["OEM", "oem"])
    func `OEM counts for nothing`(_ word: String) throws {
        let text = HeardSubscribe.snom.replacing(
            "vendor=\"snom\";model=\"snomD735\"", with: "vendor=\"\(word)\";model=\"\(word)\"")
        let identity = try HeardSubscribe(text: text).decision(policy()).identity
        #expect(identity.evidence.allSatisfy { $0.source != .eventVendor && $0.source != .eventModel })
        #expect(identity.model == nil)
        // The prefix says enough.
        #expect(identity.vendor == "snom")
    }
}
