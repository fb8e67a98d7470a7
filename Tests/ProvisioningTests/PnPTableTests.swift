import Packets
import Provisioning
import SIPMessages
import TestSupport
import Testing
import VendorCatalogue

/// What each maker's phones send for PnP and what they want to hear: a row each, with its message as a file of `Samples`.
@Suite struct PnPTableTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var maker: String
        /// The file, which `GoldenTests` compares whole.
        var sample: String
        /// How the user part of its Request-URI is written.
        var user: String
        /// What is peculiar to the message, and what it lacks.
        var has: [String] = []
        var lacks: [String] = []
        var body: String
        var port: UInt16 = 5060
        var family: String?
        /// The places that name its MAC address; `nil` for the frame alone.
        var isNamed = true

        var testDescription: String { "\(maker): \(sample)" }
    }

    static let rows: [Row] = [
        Row(
            maker: "snom", sample: "snom-subscribe", user: "MAC%3a00041300AA01", has: ["@intern.snom.de"],
            lacks: ["branch=", "Max-Forwards", "User-Agent"], body: "http://192.168.50.1/", family: "snom-desk"),
        Row(
            maker: "Gigaset", sample: "gigaset-subscribe", user: "MAC%3A7C2F80123456", has: ["vendor=\"OEM\";model=\"OEM\""],
            lacks: ["branch=", "Max-Forwards"], body: "http://192.168.50.1/7C2F80123456.xml", family: "gigaset-n510-n720"),
        Row(
            maker: "VTech", sample: "vtech-subscribe", user: "MAC%3a0012A7C0FFEE", has: ["vendor=\"OEM\";model=\"OEM\""],
            lacks: ["branch=", "Max-Forwards", "User-Agent"], body: "http://192.168.50.1/"),
        Row(
            maker: "Yealink", sample: "yealink-subscribe", user: "MAC0015654F2A10", has: ["User-Agent: Yealink W52P 25.81.0.10"],
            body: "http://192.168.50.1/", port: 5059, family: "yealink"),
        Row(
            maker: "Yealink", sample: "yealink-t53w-subscribe", user: "MAC%3a805ec0112233", has: ["From: \"805ec0112233\" <"],
            body: "http://192.168.50.1/", family: "yealink"),
        Row(
            maker: "Grandstream", sample: "grandstream-subscribe", user: "MAC%3AC074AD0A0B0C",
            has: ["Via: SIP/2.0/UDP 192.168.50.31:5080", "CSeq: 20000 ", "@192.168.50.31:5080>"],
            body: "http://192.168.50.1/\r\n", port: 5080, family: "grandstream"),
        Row(
            maker: "Fanvil", sample: "fanvil-subscribe", user: "MAC=0c383e334455", has: ["Event:ua-profile"], lacks: [";tag="],
            body: "http://192.168.50.1/$mac.cfg", family: "fanvil"),
        Row(
            maker: "PLANET", sample: "planet-subscribe", user: "MAC=00304fa99948", has: ["Event:ua-profile"], lacks: [";tag="],
            body: "http://192.168.50.1/$mac.cfg", family: "fanvil"),
        Row(
            maker: "AudioCodes", sample: "audiocodes-subscribe", user: "224.0.1.75",
            has: ["SUBSCRIBE sip:224.0.1.75:5060", "From: <sip:00000001@192.168.50.31", "profile-type=\"application\""],
            lacks: ["MAC"], body: "http://192.168.50.1", family: "audiocodes-4xxhd", isNamed: false),
        Row(
            maker: "Panasonic", sample: "panasonic-subscribe", user: "MAC%3A0080F0ABCDEF", has: ["vender=\"Panasonic\""],
            lacks: ["vendor="], body: "http://192.168.50.1/{MODEL}.cfg", family: "panasonic-hdv-tgp"),
        Row(
            maker: "snompnpd's sample", sample: "hostless-subscribe", user: "MAC%3a000413261234",
            has: ["From: <sip:MAC%3a000413261234>", "To: <sip:MAC%3a000413261234>"], body: "http://192.168.50.1/", port: 2048,
            family: "snom-desk"),
    ]

    @Test(arguments: rows)
    func `a maker's message has its traits, and gets the answer that it wants`(_ row: Row) throws {
        let golden = try Golden(row.sample)
        let heard = try UDPFrame(decoding: golden.bytes[...])
        let said = text(heard.payload)
        #expect(said.hasPrefix("SUBSCRIBE sip:\(row.user)"))
        for piece in row.has { #expect(said.contains(piece), "\(piece)") }
        for piece in row.lacks { #expect(!said.contains(piece), "\(piece)") }

        let decision = try golden.policy().decide(frame: golden.bytes[...], on: link, at: Moment(microseconds: 0))
        guard case .pnp(let answer)? = decision.answer else {
            Issue.record("silence: \(decision.silence?.sentence ?? "?")")
            return
        }
        #expect(decision.identity.family?.id == row.family)
        #expect(decision.identity.mac == heard.sourceMAC)
        #expect(decision.identity.macEvidence.contains { $0.source == .requestURI } == row.isNamed)
        #expect((answer.to, answer.okayPort, answer.notifyPort) == (heard.source, row.port, row.port))
        let (okay, notify) = (try SIPMessage(parsing: answer.okay[...]), try SIPMessage(parsing: answer.notify[...]))
        #expect(okay.status == 200)
        #expect(text(notify.body) == row.body)
        #expect(notify.first("Content-Type") == "application/url")
    }

    @Test func `every SUBSCRIBE among the samples that is answered is a row`() throws {
        let answered = try Golden.all().filter { golden in
            let decision = try golden.policy().decide(frame: golden.bytes[...], on: link, at: Moment(microseconds: 0))
            if case .pnp? = decision.answer { return true } else { return false }
        }
        #expect(answered.map(\.name) == PnPTableTests.rows.map(\.sample).sorted())
    }

    /// The catalogue has no SUBSCRIBE of these, and what is not known is not made up.
    @Test(arguments: ["mitel", "polycom", "cisco", "auerswald"])
    func `no PnP was seen of some makers' phones, and the catalogue plays none`(vendor: String) {
        let families = shipped.families.filter { $0.vendor == vendor }
        #expect(!families.isEmpty)
        #expect(families.allSatisfy { $0.phone?.discovery.contains(.pnp) != true && $0.phone?.subscribe == nil })
    }
}
