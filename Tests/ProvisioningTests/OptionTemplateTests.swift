import ConfigTree
import Packets
import TestSupport
import Testing
import VendorCatalogue

/// Options as rules and families write them.
@Suite struct OptionTemplateTests {
    private let filling = OptionTemplate.Filling(known)

    private func templates(_ yaml: String) throws -> OptionTemplates {
        let problems = ConfigProblems()
        let templates = try #require(OptionTemplates(parse(yaml), problems))
        #expect(problems.inOrder.map(\.description) == [])
        return templates
    }

    /// `CODE HEX` for each, `CODE -` for what is left out.
    private func rendered(_ yaml: String) throws -> [String] {
        try templates(yaml).all.map { element in
            "\(element.code) " + (try element.value.rendered(filling).map { hexText($0) } ?? "-")
        }
    }

    @Test(arguments: [
        ("text", "66: \"{url}\"", "66 687474703a2f2f3139322e3136382e35302e312f"),
        ("text by its name", "66: {text: x}", "66 78"),
        ("text with a NUL", "67: {text: \"boot.cfg\", nul: true}", "67 626f6f742e63666700"),
        ("text of nothing has no NUL either", "67: {text: \"\", nul: true}", "67 -"),
        ("a number that is text", "67: 20", "67 3230"),
        ("texts with their lengths", "77: {strings: [a, \"{mac}\"]}", "77 01610c303030343133313233616263"),
        ("true", "132: {flag: true}", "132 01"), ("false", "132: {flag: false}", "132 00"),
        ("one octet", "132: {u8: 255}", "132 ff"), ("two octets", "132: {u16: 20}", "132 0014"),
        ("four octets", "132: {u32: 4294967295}", "132 ffffffff"), ("several numbers", "132: {u16: [1, 256]}", "132 00010100"),
        ("less than 0", "132: {i8: -1}", "132 ff"), ("less than 0 in two octets", "132: {i16: -2}", "132 fffe"),
        ("less than 0 in four", "132: {i32: -2147483648}", "132 80000000"),
        ("addresses", "150: {addresses: [\"{server}\", 192.0.2.1]}", "150 c0a83201c0000201"),
        ("one address", "150: {addresses: \"{server}\"}", "150 c0a83201"),
        ("names", "224: {names: [a.example, b.example.]}", "224 0161076578616d706c6500" + "0162076578616d706c6500"),
        ("a name with a variable", "224: {names: \"{mac}.example\"}", "224 0c303030343133313233616263076578616d706c6500"),
        ("SIP servers by name", "224: {sip: a.example}", "224 000161076578616d706c6500"),
        ("SIP servers by address", "224: {sip: [192.0.2.1, \"{server}\"]}", "224 01c0000201c0a83201"),
        ("routes", "224: {routes: [10.0.0.0/8 via 192.0.2.1, \"default via {server}\"]}", "224 080ac000020100c0a83201"),
        ("octets", "161: {hex: \"0a 0b:0c\"}", "161 0a0b0c"),
        ("no octets, and the option all the same", "80: {hex: \"\"}", "80 "),
        ("code, length, value", "43: {tlv: {66: {text: x, nul: true}, 2: {u16: 20}}}", "43 4202780002020014"),
        ("an address within", "43: {tlv: {3: {addresses: \"{server}\"}}}", "43 0304c0a83201"),
        ("an empty element", "43: {tlv: {3: {hex: \"\"}}}", "43 0300"),
        ("one within another", "43: {tlv: {1: {tlv: {2: x}}}}", "43 0103020178"),
        ("RFC 3925", "125: {enterprise: 3561, tlv: {1: x}}", "125 00000de903010178"),
        ("an enterprise's text", "125: {enterprise: 1027, text: x}", "125 000004030178"),
        ("one behind the other", "224: [{u8: 1}, {addresses: 192.0.2.1}, {text: x}]", "224 01c000020178"),
        ("an inner text of nothing leaves the option out", "43: {tlv: {2: \"\"}}", "43 -"),
        ("a part of nothing leaves the option out", "224: [{u8: 1}, {text: \"\"}]", "224 -"),
    ])
    func `each encoding comes out to the octet`(name: String, yaml: String, expected: String) throws {
        #expect(try rendered(yaml) == [expected])
    }

    @Test(arguments: [
        ("6: 192.0.2.1", "6 c0000201"), ("6: [192.0.2.1, \"{server}\"]", "6 c0000201c0a83201"),
        ("150: \"{server}\"", "150 c0a83201"),
        ("33: [10.0.0.1, 192.0.2.1]", "33 0a000001c0000201"), ("2: -3600", "2 fffff1f0"), ("26: 1400", "26 0578"),
        ("25: [68, 1500]", "25 004405dc"), ("46: 8", "46 08"), ("19: false", "19 00"), ("108: 1800", "108 00000708"),
        ("77: [phones, x]", "77 0670686f6e65730178"), ("119: a.example", "119 0161076578616d706c6500"),
        ("120: [192.0.2.1]", "120 01c0000201"), ("120: a.example", "120 000161076578616d706c6500"),
        ("121: 10.0.0.0/8 via 192.0.2.1", "121 080ac0000201"), ("43: plain", "43 706c61696e"), ("132: 20", "132 3230"),
        ("60: x", "60 78"), ("tftp-server-name: x", "66 78"), ("domain-name-server: 192.0.2.1", "6 c0000201"),
    ])
    func `a bare value is what the option's definition says`(yaml: String, expected: String) throws {
        #expect(try rendered(yaml) == [expected])
    }

    @Test func `options keep the order in which they stand`() throws {
        #expect(try rendered("{160: a, 66: b, 43: c}") == ["160 61", "66 62", "43 63"])
    }

    @Test func `an inner value of more than 255 octets is left out`() throws {
        #expect(try rendered("43: {tlv: {2: \"\(String(repeating: "x", count: 255))\"}}")[0].count == 3 + 2 * 257)
        #expect(try rendered("43: {tlv: {2: \"\(String(repeating: "x", count: 256))\"}}") == ["43 -"])
        #expect(try rendered("125: {enterprise: 1, tlv: {2: \"\(String(repeating: "x", count: 254))\"}}") == ["125 -"])
    }

    @Test func `an option that needs what is not known cannot be rendered`() throws {
        let yamls = [
            "66: \"{version}\"", "43: {tlv: {1: \"{version}\"}}", "77: \"{version}\"", "119: \"{version}.example\"",
            "120: \"{version}.example\"", "125: {enterprise: 1, text: \"{version}\"}", "224: [{u8: 1}, {text: \"{version}\"}]",
        ]
        for yaml in yamls { #expect(unknown { try rendered(yaml) } == .version) }
    }

    @Test func `a rule's options take the place of a family's, and others follow`() throws {
        let both = try templates("{160: a, 66: b}").overlaid(with: templates("{67: c, 160: d}"))
        #expect(try both.all.map { "\($0.code) " + text(try $0.value.rendered(filling) ?? []) } == ["160 d", "66 b", "67 c"])
    }

    private static let forms =
        "text, strings, flag, u8, u16, u32, i8, i16, i32, addresses, names, sip, routes, hex or tlv"
    private static let address = "an IPv4 address, {server} or {host}"

    @Test(
        arguments: [
            ("a list of texts", "66: [a]", "option 66 (tftp-server-name) is a list; it must be text"),
            ("nothing", "66: ~", "option 66 (tftp-server-name) is nothing; it must be text"),
            ("a group of nothing", "66: {}", "an option's value must hold one of \(forms)"),
            ("two forms", "66: {text: x, u8: 1}", "an option's value must hold one of text or u8, not several"),
            ("256 in an octet", "66: {u8: 256}", "u8 is \"256\"; it must be a whole number from 0 to 255"),
            ("a number below 0", "66: {u16: -1}", "u16 is \"-1\"; it must be a whole number from 0 to 65535"),
            ("a number too low", "66: {i8: -129}", "i8 is \"-129\"; it must be a whole number from -128 to 127"),
            (
                "no number", "2: east",
                "option 2 (time-offset) is \"east\"; it must be a whole number from -2147483648 to 2147483647"
            ),
            ("no flag", "19: maybe", "option 19 (ip-forwarding) is \"maybe\"; it must be true or false"),
            ("a name for an address", "150: {addresses: [server]}", "addresses is \"server\"; it must be \(address)"),
            (
                "a name where addresses are defined", "42: pool.example",
                "option 42 (ntp-servers) is \"pool.example\"; it must be \(address)"
            ),
            ("an address of the wire", "150: {addresses: [\"{ip}\"]}", "addresses is \"{ip}\"; it must be \(address)"),
            ("no addresses", "6: []", "option 6 (domain-name-server) is an empty list; it must be \(address)"),
            ("an address for a name", "119: 192.0.2.1", "option 119 (domain-search) is \"192.0.2.1\"; it must be a domain name"),
            ("an empty label", "119: a..b", "option 119 (domain-search) is \"a..b\"; it must be a domain name"),
            (
                "a long label", "119: \(String(repeating: "x", count: 64))",
                "option 119 (domain-search) is \"\(String(repeating: "x", count: 64))\"; it must be a domain name"
            ),
            (
                "names among addresses", "120: [192.0.2.1, a.example]",
                "option 120 (sip-servers) is \"a.example\"; it must be all addresses or all names; \(address)"
            ),
            (
                "addresses among names", "120: [a.example, 192.0.2.1]",
                "option 120 (sip-servers) is \"192.0.2.1\"; it must be all addresses or all names; a domain name"
            ),
            ("a prefix of 33", "121: 10.0.0.0/33 via 192.0.2.1", route("10.0.0.0/33 via 192.0.2.1")),
            ("host bits", "121: 10.0.0.1/8 via 192.0.2.1", route("10.0.0.1/8 via 192.0.2.1")),
            ("a route to nowhere", "121: 10.0.0.0/8", route("10.0.0.0/8")),
            ("a route of Kea's", "121: 10.0.0.0/8 - 192.0.2.1", route("10.0.0.0/8 - 192.0.2.1")),
            ("half an octet", "161: {hex: \"0\"}", "hex is \"0\"; it must be pairs of hexadecimal digits"),
            ("an unknown form", "161: {txt: x}", "\"txt\" is not a key of an option's value; did you mean \"text\"?"),
            (
                "another's word", "161: {address: 192.0.2.1}",
                "\"address\" is not a key of an option's value; did you mean \"addresses\"?"
            ),
            ("a NUL behind a number", "161: {u8: 1, nul: true}", "nul goes with text alone"),
            (
                "an enterprise of no number", "125: {enterprise: mitel, text: x}",
                "enterprise is \"mitel\"; it must be an enterprise number of IANA's"
            ),
            ("an inner code of 0", "43: {tlv: {0: x}}", "\"0\" is no code; write a number from 1 to 254"),
            ("an inner mistake", "43: {tlv: {3: {flag: perhaps}}}", "flag is \"perhaps\"; it must be true or false"),
            ("a mistake in a part", "224: [{u8: 1}, {u8: 300}]", "u8 is \"300\"; it must be a whole number from 0 to 255"),
            ("an unknown variable", "66: \"{macs}\"", nil), ("an unknown variable in a name", "119: \"{macs}.example\"", nil),
            ("END", "255: x", "\"255\" is no DHCP option; write its number, 1 to 254, or its name"),
            ("PAD", "0: x", "\"0\" is no DHCP option; write its number, 1 to 254, or its name"),
            (
                "a mistyped name", "tftp-servr-name: x",
                "\"tftp-servr-name\" is no DHCP option; did you mean \"tftp-server-name\"?"
            ),
            ("one option twice", "{66: x, tftp-server-name: y}", "option 66 is set twice"),
            ("the relay's own", "82: x", "option 82 cannot be set: the relay agent's own is given back (RFC 3046)"),
            ("the client's own", "61: x", "option 61 cannot be set: the client's own is given back (RFC 6842)"),
            ("a lease's time", "51: {u32: 1}", "option 51 cannot be set: the lease decides it"),
            ("the client's name in DNS", "81: x", "option 81 cannot be set: it answers the client's own (RFC 4702)"),
            ("authentication", "90: x", "option 90 cannot be set: it authenticates the message (RFC 3118)"),
        ] as [(String, String, String?)])
    func `a mistake in an option is told, with its line`(name: String, yaml: String, sentence: String?) throws {
        let problems = ConfigProblems()
        _ = OptionTemplates(try parse(yaml), problems)
        if let sentence { #expect(problems.all.map(\.sentence).contains(sentence)) } else { #expect(problems.all.count == 1) }
        #expect(problems.all.allSatisfy { $0.place == ConfigPlace(file: "x.yaml", line: 1) })
    }

    private static func route(_ text: String) -> String {
        "option 121 (classless-static-route) is \"\(text)\"; it must be PREFIX via ROUTER, such as 10.0.0.0/8 via 192.0.2.1"
    }
}
