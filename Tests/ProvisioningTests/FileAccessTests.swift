import ConfigTree
import Packets
import Testing
import VendorCatalogue

@testable import Provisioning

private let other = "0004f2abcdef"
private let uuid = "89fed27f-7c47-43f5-8347-cb854cedc538"
private let stranger = "11111111-2222-3333-4444-555555555555"

@Suite struct NamedOwnersTests {
    @Test(
        arguments: [
            ("a phone's", "snomD735-000413123456.htm", ["000413123456"]),
            ("with dashes", "a/00-04-13-12-34-56.cfg", ["000413123456"]),
            ("with dots", "0004.1312.3456", ["000413123456"]),
            ("two", "devices/000413123456/\(other).cfg", ["000413123456", other]),
            ("twice the same", "000413123456/000413123456.cfg", ["000413123456"]), ("nobody's", "snomD735.htm", []),
            ("all zeros", "000000000000.cfg", []), ("a group's", "01005e00014b.cfg", []),
            ("too many digits", "0004131234567.cfg", []),
            ("Yealink's for all", "y000000000028.cfg", []), ("a build's date", "fw-202304121530.bin", []),
            ("no date", "fw-202313121530.bin", ["202313121530"]), ("an unknown maker's", "0a0b0c0d0e0f.cfg", ["0a0b0c0d0e0f"]),
            ("behind a letter that is a digit too", "ATA002699123456.cnf.xml", ["002699123456"]),
            ("behind a model's digits", "M800B00908f5b1035.ini", ["00908f5b1035"]),
            ("an unknown maker's behind a digit", "spa0a0b0c0d0e0f.cfg", []),
            ("a digest", "fw-d41d8cd98f00b204e9800998ecf8427e.bin", []),
            ("with _", "ipst_config_00_13_CB_12_34_56.cfg", ["0013cb123456"]),
            ("a UUID that nobody has a column for", "\(uuid)-config.xml", []),
        ] as [(String, String, [String])])
    func `T9 a path is whose address it holds`(name: String, path: String, expected: [String]) throws {
        #expect(try policy().owners(of: path).macs.map(\.plain) == expected)
    }

    @Test func `T9 an address behind a digit is a phone's that the configuration knows`() throws {
        #expect(
            try policy(devices: "mac\n0a0b0c0d0e0f\n").owners(of: "spa0a0b0c0d0e0f.cfg").macs.map(\.plain) == ["0a0b0c0d0e0f"])
        #expect(try policy(files: ["devices/0a0b0c0d0e0f/x"]).owners(of: "spa0a0b0c0d0e0f.cfg").macs.count == 1)
    }

    @Test(arguments: shipped.families.filter { $0.files.contains { $0.name.source.lowercased().contains("{mac}") } }.map(\.id))
    func `T9 each name with an address that a family asks for is that phone's`(id: String) throws {
        let (family, policy) = (try #require(shipped.family(id)), try policy())
        let prefixes = family.recognition.prefixes + family.recognition.sharedPrefixes
        // Some families have no prefix that is known.
        for bits in prefixes.isEmpty ? [0x0200_0041_3500] : prefixes.map(\.bits) {
            let mac = MACAddress(bits: bits | 0x0b)
            let facts = PhoneFacts(mac: mac, model: family.phone?.model, version: "1.0")
            for asked in family.files.map(\.name.source) where asked.lowercased().contains("{mac}") {
                let name = TextWithFacts(asked).filled(with: facts).replacing("*", with: "100")
                #expect(policy.owners(of: name).macs == [mac], "\(name)")
            }
        }
    }

    @Test func `T9 what is likelier a date is an address where a phone has it`() throws {
        let policy = try policy(devices: "mac\n202304121530\n")
        #expect(policy.owners(of: "202304121530.cfg").macs.count == 1)
    }

    @Test func `T9 a UUID is its phone's, and an unknown one a stranger's`() throws {
        let policy = try policy(devices: "mac,uuid\n0013d1123456,\(uuid.uppercased())\n")
        #expect(policy.owners(of: "\(uuid)-config.xml").macs.map(\.plain) == ["0013d1123456"])
        let unknown = policy.owners(of: "\(stranger)-config.xml")
        #expect(unknown.macs.isEmpty && unknown.hasStranger)
        #expect(!unknown.admit(try mac("0013d1123456")) && !unknown.admit(nil))
    }
}

@Suite struct FileAccessTests {
    private static let files = [
        "common.cfg", "\(other).cfg", "000413123456.cfg", "snom/snomD735.htm", "snom/snomD735-000413123456.htm",
        "devices/000413123456/common.cfg", "devices/000413123456/wlan-\(other).cfg", "devices/\(other)/common.cfg", "link.cfg",
    ]

    private enum Proof: String, CaseIterable { case unproven, own, others, trusted, anyone }

    private func access(_ proof: Proof, for name: String, claim: String? = nil, devices: String? = nil) throws -> FileAccess {
        let yaml =
            switch proof {
            case .trusted: "files: {trust: 192.168.50.0/24}"
            case .anyone: "files: {secrets: anyone}"
            default: ""
            }
        let policy = try policy(yaml, files: FileAccessTests.files, devices: devices)
        let proven: MACAddress? =
            switch proof {
            case .own: phoneMAC
            case .others: try mac("525400000007")
            default: nil
            }
        let asker = policy.asker(
            for: name, userAgent: claim, at: phoneAddress, provenMAC: proven, learnt: { _ in nil })
        return FileAccess(asker, policy, tree: policy.tree)
    }

    /// What a phone with 00:04:13:12:34:56 in its User-Agent gets: unproven, proven to be it, proven to be another, believed.
    @Test(
        arguments: [
            (
                "everybody's", "snom/snomD735.htm", "snom/snomD735.htm", "snom/snomD735.htm", "snom/snomD735.htm",
                "snom/snomD735.htm"
            ),
            (
                "by its own folder", "common.cfg", "common.cfg", "devices/000413123456/common.cfg", "common.cfg",
                "devices/000413123456/common.cfg"
            ),
            ("its own by name", "000413123456.cfg", nil, "000413123456.cfg", nil, "000413123456.cfg"),
            (
                "its own of its brand", "snomD735-000413123456.htm", nil, "snom/snomD735-000413123456.htm", nil,
                "snom/snomD735-000413123456.htm"
            ),
            ("another's by name", "\(other).cfg", nil, nil, nil, "\(other).cfg"),
            (
                "what its own folder holds for another of its cards", "wlan-\(other).cfg", nil,
                "devices/000413123456/wlan-\(other).cfg", nil, "devices/000413123456/wlan-\(other).cfg"
            ),
            ("another's folder", "devices/\(other)/common.cfg", nil, nil, nil, nil),
            ("nobody's", "0a0b0c0d0e0f.cfg", nil, nil, nil, nil),
        ] as [(String, String, String?, String?, String?, String?)])
    func `T9 who gets what`(
        name: String, asked: String, unproven: String?, own: String?, others: String?, believed: String?
    ) throws {
        let agent = "Mozilla/4.0 (compatible; snomD735-SIP 10.1.33.33 2010.12-00004-g9ba52f5 000413123456 SXM:0 UXM:0)"
        let expected: [Proof: String?] = [.unproven: unproven, .own: own, .others: others, .trusted: believed, .anyone: believed]
        for proof in Proof.allCases {
            #expect(try access(proof, for: asked, claim: agent).file(asked)?.path == expected[proof] ?? nil, "\(proof)")
        }
    }

    /// The steps, not the clock: what is looked at for a name depends on who asks alone.
    @Test func `T9 for an unknown phone's name the same is done as for another's`() throws {
        let devices = "mac,label,vendor,model\n\(other),Director,polycom,VVX\n"
        for proof in [Proof.unproven, .others] {
            let known = try access(proof, for: "\(other).cfg", devices: devices)
            let unknown = try access(proof, for: "0004f2000001.cfg", devices: devices)
            #expect(known.isOthers("\(other).cfg") && unknown.isOthers("0004f2000001.cfg"))
            #expect(known.view.candidates("\(other).cfg", onlyOwn: true) == [])
            #expect(unknown.view.candidates("0004f2000001.cfg", onlyOwn: true) == [])
            #expect(known.view.layers == unknown.view.layers)
            #expect(
                (known.asker.identity.label, known.asker.identity.model) == (nil, nil), "devices.csv says nothing of strangers")
            #expect(known.asker.identity.evidence.map(\.source) == unknown.asker.identity.evidence.map(\.source))
        }
    }

    @Test func `T9 a path that leads to another's name is not given, whatever it was asked by`() throws {
        let access = try access(.own, for: "common.cfg")
        #expect(!access.mayHave("\(other).cfg") && !access.mayHave("yealink/x-00-04-F2-AB-CD-EF.cfg"))
        #expect(access.mayHave("y000000000028.cfg"))
    }

    @Test(arguments: [
        ("a phone of its own prefix", "000413123456", "000413123456"), ("a proxy", "024200000001", "0004f2abcdef"),
    ])
    func `who is believed is whom it names, unless it is proven to be a phone`(name: String, proven: String, expected: String)
        throws
    {
        let policy = try policy("files: {secrets: anyone}")
        let asker = policy.asker(
            for: "0004f2abcdef.cfg", userAgent: nil, at: phoneAddress, provenMAC: try mac(proven), learnt: { _ in nil })
        #expect(asker.identity.mac?.plain == expected)
    }

    @Test func `a phone is not sent for files of its own that it would not get`() throws {
        let relayed = Heard.snomInform {
            $0.message.relayAddress = IPv4Address(10, 0, 20, 1)
            $0.message.clientAddress = IPv4Address(10, 0, 20, 9)
            ($0.source, $0.sourcePort, $0.destination, $0.destinationMAC) = (IPv4Address(10, 0, 20, 1), 67, ourAddress, ourMAC)
        }
        let own = ["devices/000413123456/snomD735.htm"]
        let relays = "dhcp: {relays: 10.0.20.1}\n"
        let decision = try relayed.decision(policy(relays, files: own))
        #expect(decision.silence == .notProven("http://192.168.50.1/"))
        #expect(decision.silence?.sentence.contains("files.trust") == true)
        #expect(try relayed.decision(policy(relays + "files: {trust: 10.0.20.0/24}", files: own)).answer != nil)
        #expect(try relayed.decision(policy(relays + "files: {secrets: anyone}", files: own)).answer != nil)
        #expect(try relayed.decision(policy(relays, files: own + ["snom/snomD735.htm"])).answer != nil)
        #expect(try Heard.snomInform().decision(policy(files: own)).answer != nil)
        // With a password of its own it will be able to prove itself, but not by TFTP.
        let row = "mac,user,password\n000413123456,anna,one\n"
        #expect(try relayed.decision(policy(relays, files: own, devices: row)).answer != nil)
        let byTFTP = relays + "url: \"tftp://{server}/\"\nrules: [{match: {vendor: snom}, url: \"tftp://{server}/\"}]\n"
        #expect(try relayed.decision(policy(byTFTP, files: own, devices: row)).silence?.name == "not-proven")
        let byRule = relays + "rules: [{match: {vendor: snom}, auth: {user: phones, password: sesame}}]\n"
        #expect(try relayed.decision(policy(byRule, files: own)).silence?.name == "not-proven", "everybody has that one")
    }
}

@Suite struct ProberTableTests {
    private let prober = IPv4Address(10, 0, 0, 66)

    private func at(_ seconds: UInt64) -> Moment { Moment(microseconds: 0, steady: seconds * 1_000_000_000) }

    private func owners(_ number: UInt64) -> NamedOwners {
        var owners = NamedOwners()
        owners.macs = [MACAddress(bits: 0x0004_1300_0000 | number)]
        return owners
    }

    @Test func `T9 who asks for twenty phones in a minute is shut out for ten minutes, and told of once`() {
        var table = ProberTable()
        let told = (0..<30).filter { table.note(prober, asking: owners(UInt64($0)), at: at(UInt64($0))) }
        #expect(told == [19])
        #expect(table.isShutOut(prober, at: at(20)) && table.isShutOut(prober, at: at(618)))
        #expect(!table.isShutOut(prober, at: at(619)))
        #expect(!table.isShutOut(IPv4Address(10, 0, 0, 67), at: at(20)))
        let again = (0..<20).filter { table.note(prober, asking: owners(UInt64($0)), at: at(700)) }
        #expect(again == [19])
    }

    @Test func `T9 the same phone again and again, or a few an hour, is no prober`() {
        var table = ProberTable()
        let same = (0..<UInt64(100)).filter { table.note(prober, asking: owners(1), at: at($0)) }
        let few = (0..<UInt64(100)).filter { table.note(prober, asking: owners($0), at: at(1000 + 4 * $0)) }
        #expect((same, few) == ([], []))
    }

    @Test func `T3 of many sources those that began longest ago are forgotten`() {
        var table = ProberTable()
        for number in 0..<UInt64(19) { _ = table.note(prober, asking: owners(number), at: at(1)) }
        for source in 0..<UInt32(5000) { _ = table.note(IPv4Address(bits: 0x0b00_0000 + source), asking: owners(1), at: at(2)) }
        let isShutOut = table.note(prober, asking: owners(19), at: at(3))
        #expect(!isShutOut, "its nineteen are forgotten")
    }
}
