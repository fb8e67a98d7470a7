import ConfigTree
import DHCPMessages
import Packets
import Provisioning
import TestSupport
import Testing
import VendorCatalogue

/// A rule can set any option in any encoding.
@Suite struct RuleOptionTests {
    /// What a message says of itself, of its lease, or gives back.
    private static let own: Set<UInt8> = [50, 51, 52, 53, 54, 55, 57, 61, 81, 82, 90]
    /// An INFORM is about no lease: `LeaseRuleTests` has these.
    private static let times: Set<UInt8> = [58, 59]

    @Test func `a rule tells every option but those that the server answers by itself`() throws {
        for code in UInt8(1)...254 {
            let options = "\(code): {hex: \"0a 0b 0c 0d\"}"
            let problems = ConfigProblems()
            _ = OptionTemplates(try parse("{\(options)}"), problems)
            #expect(problems.all.isEmpty != RuleOptionTests.own.contains(code), "\(code)")
            if RuleOptionTests.own.union(RuleOptionTests.times).contains(code) { continue }
            #expect(try snomOptions(snomRule(options))[DHCPOptionCode(code)] == [0x0a, 0x0b, 0x0c, 0x0d], "\(code)")
        }
    }

    @Test(arguments: [
        ("text", "{text: x}", "78"), ("text with a NUL", "{text: x, nul: true}", "7800"), ("octets", "{hex: 0a0b}", "0a0b"),
        ("strings", "{strings: [a, bc]}", "0161026263"), ("true", "{flag: true}", "01"), ("false", "{flag: false}", "00"),
        ("u8", "{u8: [1, 255]}", "01ff"), ("u16", "{u16: 258}", "0102"), ("u32", "{u32: 16909060}", "01020304"),
        ("i8", "{i8: -1}", "ff"), ("i16", "{i16: -2}", "fffe"), ("i32", "{i32: -3}", "fffffffd"),
        ("addresses", "{addresses: [\"{server}\", 192.0.2.1]}", "c0a83201c0000201"),
        ("names", "{names: [a.example]}", "0161076578616d706c6500"),
        ("SIP by name", "{sip: a.example}", "000161076578616d706c6500"),
        ("SIP by address", "{sip: [192.0.2.1]}", "01c0000201"),
        ("routes", "{routes: [10.0.0.0/8 via 192.0.2.1]}", "080ac0000201"),
        ("code, length, value", "{tlv: {1: {u8: 2}, 3: x}}", "010102030178"),
        ("enterprise", "{enterprise: 9, text: x}", "000000090178"),
        ("one behind the other", "[{u8: 1}, {text: x}]", "0178"),
    ])
    func `a rule tells an option in each encoding`(name: String, value: String, expected: String) throws {
        // In an option that has no form of its own, in a vendor's, and in one whose definition says another.
        for code in [UInt8(224), 43, 66, 42] {
            #expect(
                try snomOptions(snomRule("\(code): \(value)"))[DHCPOptionCode(code)].map { hexText($0) } == expected, "\(code)")
        }
    }

    /// What the catalogue advises for phones that only a rule can lead is what a rule takes.
    @Test func `each rule that a family's file advises is one, and its phones are told just that`() throws {
        var advised = 0
        for family in shipped.families {
            guard let text = family.answer.nothing, let start = text.firstRange(of: "options {")?.upperBound else { continue }
            var depth = 1
            let inner = text[start...].prefix { character in
                depth += character == "{" ? 1 : character == "}" ? -1 : 0
                return depth > 0
            }
            guard !inner.contains("…") else { continue }
            let problems = ConfigProblems()
            let options = OptionTemplates(try parse("{\(inner.replacing("ADDRESS", with: "192.0.2.9"))}"), problems)
            #expect(problems.all.map(\.sentence) == [] && options?.all.isEmpty == false, "\(family.id)")
            let sample = family.samples.lazy.compactMap { if case .vendorClass(let text) = $0.subject { text } else { nil } }
                .first
            let rule = "rules: [{match: {vendor: \(family.id)}, options: {\(inner.replacing("ADDRESS", with: "192.0.2.9"))}}]"
            for asked in [nil, [1, 3, 66, 128] as ArraySlice<UInt8>] {
                let heard = Heard.snomInform {
                    $0.message.options[.vendorClass] = Array((sample ?? "").utf8)[...]
                    $0.message.options[.parameterRequestList] = asked
                }
                let reply = try heard.acknowledgement(policy(rule, files: [])).message
                let told = reply.options.all.map(\.code.rawValue).filter { !RuleOptionTests.own.contains($0) }
                #expect(told.sorted() == options?.all.map(\.code).sorted(), "\(family.id)")
            }
            advised += 1
        }
        #expect(advised == 4)
    }

    private static let server = "id: called\nvendor: called\nrecognise: {oui: \"000413\"}\nanswer: {nothing: \"a call server\"}"

    /// What a NOTIFY can say is a URL, and no other option goes with one that a rule sets.
    @Test func `a phone that its call server leads is told a URL only where somebody gave it one`() throws {
        let catalogue = Catalogue([try family(RuleOptionTests.server)])
        func policy(_ rule: String) throws -> Policy {
            try ProvisioningTests.policy("rules: [{match: {vendor: called}, \(rule)}]", files: ["x"], catalogue: catalogue)
        }
        let subscribe = HeardSubscribe(text: HeardSubscribe.snom)
        for options in ["options: {128: x}", "options: {128: \"{url}\"}"] {
            #expect(try subscribe.decision(policy(options)).silence == .notTold("called", "a call server"))
            let reply = try Heard.snomInform().acknowledgement(policy(options)).message
            #expect(!reply.options.contains(66) && reply.options.contains(128))
        }
        #expect(try subscribe.answer(policy("url: \"http://{server}/x\"")).body == "http://192.168.50.1/x")
        let told = try Heard.snomInform().acknowledgement(policy("url: \"http://{server}/x\", options: {128: x}")).message
        #expect(told.options.contains(66) && told.options.contains(128))
    }
}
