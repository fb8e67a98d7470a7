import DHCPMessages
import Packets
import TestSupport
import Testing

@testable import Provisioning

/// The rules of single options, O8 to O14, in whole answers.
@Suite struct OptionFormRuleTests {
    // MARK: O8

    private static let routes = "121: [10.0.0.0/8 via 192.168.50.9, default via 192.168.50.254], 33: [10.1.1.1, 192.168.50.9]"

    @Test(
        arguments: [
            ("asked for: neither router nor static routes", [1, 3, 33, 121, 66], routes, [53, 54, 1, 121, 66]),
            ("not asked for, and told all the same: the router too", [3, 66], routes, [53, 54, 3, 66, 121, 33]),
            ("asked for, and there is none: the router", [3, 121, 66], "67: x", [53, 54, 3, 66, 67]),
            (
                "asked for, and the rule sets the router itself", [121, 3, 66], routes + ", 3: 192.168.50.254",
                [53, 54, 121, 66]
            ),
        ] as [(String, [UInt8], String, [UInt8])])
    func `O8 classless routes take the place of 3 and 33 for who asks for them`(
        name: String, asked: [UInt8], options: String, codes: [UInt8]
    ) throws {
        var bench = try Bench(leasing + "\n" + snomRule(options))
        let answer = try bench.read(Heard.snomInform { $0.message.options[.parameterRequestList] = asked[...] })
        #expect(Set(answer.options.codes.map(\.rawValue)) == Set(codes))
    }

    @Test(
        arguments: [
            ("121: default via \"{server}\"", "00 c0a83201"), ("121: 10.0.0.0/8 via 192.168.50.9", "08 0a c0a83209"),
            ("121: 10.0.0.0/24 via 192.168.50.9", "18 0a0000 c0a83209"),
            ("121: 10.17.0.0/16 via 192.168.50.9", "10 0a11 c0a83209"),
            ("249: 10.27.129.0/24 via 192.168.50.9", "18 0a1b81 c0a83209"),
            ("121: 10.229.0.128/25 via 192.168.50.9", "19 0ae50080 c0a83209"),
            ("121: 10.198.122.47/32 via 192.168.50.9", "20 0ac67a2f c0a83209"),
        ])
    func `O8 a route has as many octets of its destination as its mask touches`(option: String, expected: String) throws {
        let yaml = option.contains("{server}") ? "121: \"default via {server}\"" : option
        let code: DHCPOptionCode = option.hasPrefix("249") ? 249 : 121
        #expect(try snomOptions(snomRule(yaml))[code].map { Array($0) } == octets(expected))
    }

    // MARK: O9

    @Test(
        arguments: [
            ("sub-options", "{enterprise: 3561, tlv: {1: x}}", "00000de9 03 010178"),
            ("a text", "{enterprise: 1027, text: \"id:x\"}", "00000403 05 69643a78 0"),
            (
                "two enterprises", "[{enterprise: 1, tlv: {1: x}}, {enterprise: 4294967295, hex: 0a0b}]",
                "00000001 03 010178 ffffffff 02 0a0b"
            ),
        ])
    func `O9 enterprise, length, data, in 124 and 125`(name: String, value: String, expected: String) throws {
        for code: UInt8 in [124, 125] {
            let expected = expected.replacing(" 05 69643a78 0", with: "04 69643a78")
            #expect(
                try snomOptions(snomRule("\(code): \(value)"), asking: [code])[DHCPOptionCode(code)].map { Array($0) }
                    == octets(expected))
        }
    }

    @Test(arguments: ["00", "00000de9 ff 01", "00000de9 02 01", "00000de9 03 01ff78", "00000de9 00", "00000de9 03 010178 0000"])
    func `O9 whatever a client puts into 124 and 125, it gets its answer`(value: String) throws {
        let bytes = try octets(value)
        let told = try snomOptions("", asking: [66, 125]) {
            $0.message.options[.vendorIdentifyingClass] = bytes[...]
            $0.message.options[.vendorIdentifying] = bytes[...]
        }
        #expect(told.codes == [53, 54, 66])
    }

    // MARK: O10

    @Test(
        arguments: [
            ("the server should do it: it does not", "05 0000 04 736e6f6d 00", "0e ffff 04 736e6f6d 00"),
            ("the client does it", "04 0000 04 736e6f6d 00", "0c ffff 04 736e6f6d 00"),
            ("nobody should", "0c 0000 04 736e6f6d 00", "0c ffff 04 736e6f6d 00"),
            ("a part of a name", "05 0000 04 736e6f6d", "0e ffff 04 736e6f6d"), ("no name", "05 0000", "0e ffff"),
            ("in ASCII", "01 0000 736e6f6d", "0a ffff 736e6f6d"),
            ("unknown flags", "f4 0000 04 736e6f6d 00", "0c ffff 04 736e6f6d 00"),
            ("a label past the end", "05 0000 09 736e6f6d", nil), ("a pointer", "05 0000 04 736e6f6d c000", nil),
            ("a label of 64 octets", "05 0000 40 736e6f6d", nil), ("two names", "05 0000 01 78 00 01 79 00", nil),
            ("a blank in it", "05 0000 04 736e206d 00", nil), ("two octets", "05 00", nil), ("none", nil, nil),
        ] as [(String, String?, String?)])
    func `O10 a client that brings up its name in DNS is told that nothing is changed there`(
        name: String, asked: String?, told: String?
    )
        throws
    {
        let value = try asked.map { try octets($0) }
        var bench = try Bench()
        for question in [heard(.discover), request(LeaseRuleTests.first), using(LeaseRuleTests.first)] {
            var question = question
            question.message.options[.clientFQDN] = value.map { $0[...] }
            question.message.options[.parameterRequestList] = [1, 66, 81]
            let answer = try bench.read(question)
            #expect(try answer.options[.clientFQDN].map { Array($0) } == told.map { try octets($0) })
        }
        // Not where no address is given.
        #expect(
            try snomOptions("", asking: [66, 81]) { $0.message.options[.clientFQDN] = value.map { $0[...] } }.codes
                == [53, 54, 66])
    }

    // MARK: O11, O12

    @Test(arguments: [
        ("one", "150: \"{server}\"", "c0a83201"),
        ("in the order of preference", "150: [192.0.2.9, 192.0.2.1]", "c0000209 c0000201"),
        ("with another 66", "150: [192.0.2.9], 66: tftp.example", "c0000209"),
    ])
    func `O11 option 150 is addresses in their order, whatever 66 says`(name: String, options: String, expected: String) throws {
        let told = try snomOptions(snomRule(options), asking: [66, 150])
        #expect(try told[.tftpServerAddresses].map { Array($0) } == octets(expected))
        #expect(text(told[.tftpServerName]) == (options.contains("66:") ? "tftp.example" : "http://192.168.50.1/"))
    }

    @Test(arguments: ["01 01 00 0000000000000000 00", "00", ""])
    func `O12 authentication is neither made up nor given back`(value: String) throws {
        let bytes = try octets(value)
        for kind in AnswerKind.allCases {
            var bench = try Bench()
            if kind != .inform { _ = try bench.reply(heard(.discover)) }
            var question = kind.question
            let without = try bench.reply(question).payload
            question.message.options[90] = bytes[...]
            #expect(try bench.reply(question).payload == without)
        }
    }

    // MARK: O13, O14

    @Test(
        arguments: [
            (
                "119: [example.com, sub.example.com]", 119,
                "07 6578616d706c65 03 636f6d 00 03 737562 07 6578616d706c65 03 636f6d 00"
            ),
            ("120: [sip.example, sip2.example]", 120, "00 03 736970 07 6578616d706c65 00 04 73697032 07 6578616d706c65 00"),
            ("120: [192.0.2.9, \"{server}\"]", 120, "01 c0000209 c0a83201"),
            ("100: EST5EDT4", 100, "45535435454454 34"), ("101: Europe/Berlin", 101, "4575726f70652f4265726c696e"),
            ("2: -3600", 2, "fffff1f0"), ("116: 0", 116, "00"), ("108: 1800", 108, "00000708"),
        ] as [(String, UInt8, String)])
    func `O13 options of later RFCs are told as those define them`(option: String, code: UInt8, expected: String) throws {
        #expect(
            try snomOptions(snomRule(option), asking: [66, code])[DHCPOptionCode(code)].map { Array($0) } == octets(expected))
    }

    @Test func `O13 a list of names that is longer than 255 octets is told in parts`() throws {
        let names = (0..<12).map { "site\($0).phones.branch.example.com" }
        let told = try snomOptions(snomRule("119: [\(names.joined(separator: ", "))]"), asking: [66, 119]) {
            $0.message.options[.maximumMessageSize] = [5, 192]
        }
        #expect(told[119]?.count ?? 0 > 255)
        #expect(told[119].flatMap { DomainNames.decode($0) } == names)
    }

    @Test(arguments: [([108], 108, "00000000"), ([116], 116, "01")] as [([UInt8], UInt8, String)])
    func `O13 what a client says in 108 and 116 changes nothing`(asked: [UInt8], code: UInt8, value: String) throws {
        var bench = try Bench()
        let bytes = try octets(value)
        let without = heard(.discover) { $0.message.options[.parameterRequestList] = [1, 3, 66] }
        let with = heard(.discover) {
            $0.message.options[.parameterRequestList] = ([1, 3] + asked + [66])[...]
            $0.message.options[DHCPOptionCode(code)] = bytes[...]
        }
        #expect(try bench.reply(with).payload == bench.reply(without).payload)
    }

    @Test(
        arguments: [
            (128, "192.0.2.9", "3139322e302e322e39"), (129, "{addresses: 192.0.2.9}", "c0000209"), (132, "{u16: 20}", "0014"),
            (132, "{u32: 20}", "00000014"), (132, "20", "3230"), (133, "{u8: 6}", "06"),
            (135, "proxy.example:80", "70726f78792e6578616d706c653a3830"),
            (150, "{text: tftp.example}", "746674702e6578616d706c65"),
            (160, "\"{url}\"", "687474703a2f2f3139322e3136382e35302e312f"),
            (242, "\"HTTPSRVR={server},L2Q=1\"", "48545450535256523d3139322e3136382e35302e312c4c32513d31"),
        ] as [(UInt8, String, String)])
    func `O14 what PXE and vendors use otherwise has the configuration's value, and none without one`(
        code: UInt8, value: String, expected: String
    ) throws {
        #expect(
            try snomOptions(snomRule("\(code): \(value)"), asking: [66, code])[DHCPOptionCode(code)].map { Array($0) }
                == octets(expected))
        #expect(try snomOptions("", asking: [66, code])[DHCPOptionCode(code)] == nil)
    }
}
