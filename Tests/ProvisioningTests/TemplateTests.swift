import ConfigTree
import Packets
import Testing
import VendorCatalogue

/// What is known of a snom D735, as templates ask for it.
private func known(_ variable: TextTemplate.Variable) -> String? {
    switch variable {
    case .server: "192.168.50.1"
    case .mac: "000413123abc"
    case .macUpper: "000413123ABC"
    case .macColon: "00:04:13:12:3a:bc"
    case .macDash: "00-04-13-12-3a-bc"
    case .vendor: "snom"
    case .model: "D735"
    case .version: nil
    case .ip: "192.168.50.31"
    case .url: "http://192.168.50.1/"
    }
}

/// What is wrong with a template.
private func fault(_ read: () throws(TextTemplate.Fault) -> Void) -> String? {
    do throws(TextTemplate.Fault) {
        try read()
        return nil
    } catch {
        return error.sentence
    }
}

/// The variable that was asked for in vain.
private func unknown<Result>(_ fill: () throws -> Result) -> TextTemplate.Variable? {
    do {
        _ = try fill()
        return nil
    } catch {
        return (error as? UnknownVariable)?.variable
    }
}

@Suite struct TextTemplateTests {
    @Test(arguments: [
        ("text", "boot.cfg", "boot.cfg"), ("nothing", "", ""),
        (
            "every variable", "{server} {mac} {MAC} {mac-colon} {mac-dash} {vendor} {model} {ip} {url}",
            "192.168.50.1 000413123abc 000413123ABC 00:04:13:12:3a:bc 00-04-13-12-3a-bc snom D735 192.168.50.31 http://192.168.50.1/"
        ),
        ("doubled braces leave it to the phone", "x/{{mac}}.cfg", "x/{mac}.cfg"),
        ("doubled braces round anything", "{{MODEL}}{{a b}}", "{MODEL}{a b}"),
        ("both side by side", "{mac}{{mac}}", "000413123abc{mac}"),
    ])
    func `a template is filled in`(name: String, source: String, expected: String) throws {
        #expect(try TextTemplate(source).expanded(known) == expected)
    }

    @Test(arguments: [
        ("an open brace", "x{mac", "\"{\" is never closed by \"}\""),
        ("a brace that closes nothing", "mac}", "\"}\" closes nothing"),
        ("an open doubled brace", "{{mac", "\"{{\" is never closed by \"}}\""),
        ("a doubled brace half closed", "{{mac}", "\"{{\" is never closed by \"}}\""),
        ("three braces", "{{{mac}}}", "\"}\" closes nothing"),
    ])
    func `T13 what is no template says why`(name: String, source: String, sentence: String) {
        #expect(fault { () throws(TextTemplate.Fault) in _ = try TextTemplate(source) } == sentence)
    }

    @Test(arguments: ["{Mac}", "{macs}", "{}", "{ mac }", "{url }"])
    func `T13 an unknown variable is refused, and told how to leave it to the phone`(source: String) throws {
        do throws(TextTemplate.Fault) {
            _ = try TextTemplate(source)
            Issue.record("it was taken")
        } catch {
            #expect(error.sentence.hasPrefix("\(source) is no variable; there are {server} {mac} {MAC}"))
            #expect(error.sentence.hasSuffix("{\(source)} leaves it for the phone to fill in"))
        }
    }

    @Test func `T13 what is not known of a phone is not guessed`() throws {
        #expect(unknown { try TextTemplate("{version}").expanded(known) } == .version)
    }
}

@Suite struct URLTemplateTests {
    @Test(arguments: [
        "http://{server}/", "http://{server}", "https://config.example.com/{mac}.cfg", "tftp://192.0.2.1",
        "ftp://user:word@{server}/x", "http://{server}:8080/{model}/{version}?m={mac}",
        "http://{server}?m={mac}", "http://{server}#{mac}", "http://{server}/{{MODEL}}.cfg",
    ])
    func `a URL is taken`(source: String) throws {
        #expect(try URLTemplate(source).source == source)
    }

    @Test(arguments: [
        ("a MAC as host", "http://{mac}/", "{mac} cannot stand in the host of a URL; only {server} or plain text can"),
        (
            "a model in the host's name", "http://{model}.example.com/",
            "{model} cannot stand in the host of a URL; only {server} or plain text can"
        ),
        (
            "a version behind the host", "http://{server}{version}/",
            "{version} cannot stand in the host of a URL; only {server} or plain text can"
        ),
        (
            "an address of the wire as port", "http://{server}:{ip}/",
            "{ip} cannot stand in the host of a URL; only {server} or plain text can"
        ),
        ("a MAC as user", "http://{mac}@{server}/", "{mac} cannot stand in the host of a URL; only {server} or plain text can"),
        ("the vendor as host", "http://{vendor}/", "{vendor} cannot stand in the host of a URL; only {server} or plain text can"),
        ("the URL itself", "http://{server}/{url}", "{url} cannot stand in a URL; it is for options"),
        ("the URL as host", "http://{url}/", "{url} cannot stand in a URL; it is for options"),
        ("a host of nothing", "http:///x", "\"http:///x\" names no host"),
        ("a user of nobody's", "http://user@/x", "\"http://***@/x\" names no host"),
        (
            "a blank", "http://{server}/a b",
            "\"http://{server}/a b\" contains a space or a control character; write it percent-encoded"
        ),
        (
            "a line end", "http://{server}/a\r\nX: y",
            "\"http://{server}/a\r\nX: y\" contains a space or a control character; write it percent-encoded"
        ),
        (
            "no scheme", "{server}/x",
            "\"{server}/x\" is no URL that phones understand; it must begin with http://, https://, tftp:// or ftp://"
        ),
        (
            "another scheme", "file:///etc/passwd",
            "\"file:///etc/passwd\" is no URL that phones understand; it must begin with http://, https://, tftp:// or ftp://"
        ),
        (
            "a scheme of the wire", "{vendor}://{server}/",
            "\"{vendor}://{server}/\" is no URL that phones understand; it must begin with http://, https://, tftp:// or ftp://"
        ),
    ])
    func `T13 nothing of the wire stands in scheme or host`(name: String, source: String, sentence: String) {
        #expect(fault { () throws(TextTemplate.Fault) in _ = try URLTemplate(source) } == sentence)
    }

    @Test func `the general URL is our own root`() {
        #expect(URLTemplate.everyone?.source == "http://{server}/")
    }
}

@Suite struct OptionTemplateTests {
    private func rendered(_ yaml: String) throws -> [String] {
        let problems = ConfigProblems()
        let templates = try #require(OptionTemplates(parse(yaml), problems))
        #expect(problems.inOrder.map(\.description) == [])
        return try templates.all.map { "\($0.code) " + hexText(try $0.value.rendered(known)) }
    }

    @Test(arguments: [
        ("text", "66: \"{url}\"", "66 687474703a2f2f3139322e3136382e35302e312f"),
        ("text by its name", "66: {text: x}", "66 78"),
        ("text with a NUL", "67: {text: \"boot.cfg\", nul: true}", "67 626f6f742e63666700"),
        ("text of nothing has no NUL either", "67: {text: \"\", nul: true}", "67 "),
        ("a number that is text", "67: 20", "67 3230"),
        ("one octet", "132: {u8: 255}", "132 ff"), ("two octets", "132: {u16: 20}", "132 0014"),
        ("four octets", "132: {u32: 4294967295}", "132 ffffffff"),
        ("addresses", "150: {addresses: [\"{server}\", 192.0.2.1]}", "150 c0a83201c0000201"),
        ("one address", "150: {addresses: \"{server}\"}", "150 c0a83201"),
        ("octets", "161: {hex: \"0a 0b:0c\"}", "161 0a0b0c"),
        ("code, length, value", "43: {tlv: {66: {text: x, nul: true}, 2: {u16: 20}}}", "43 4202780002020014"),
        ("one within another", "43: {tlv: {1: {tlv: {2: x}}}}", "43 0103020178"),
        ("RFC 3925", "125: {enterprise: 3561, tlv: {1: x}}", "125 00000de903010178"),
        ("an inner text of nothing leaves the option out", "43: {tlv: {2: \"\"}}", "43 "),
    ])
    func `each encoding comes out to the octet`(name: String, yaml: String, expected: String) throws {
        #expect(try rendered(yaml) == [expected])
    }

    @Test func `options keep the order in which they stand`() throws {
        #expect(try rendered("{160: a, 66: b, 43: c}") == ["160 61", "66 62", "43 63"])
    }

    @Test func `an inner value of more than 255 octets is left out`() throws {
        #expect(try rendered("43: {tlv: {2: \"\(String(repeating: "x", count: 255))\"}}")[0].count == 3 + 2 * 257)
        #expect(try rendered("43: {tlv: {2: \"\(String(repeating: "x", count: 256))\"}}") == ["43 "])
        #expect(try rendered("125: {enterprise: 1, tlv: {2: \"\(String(repeating: "x", count: 254))\"}}") == ["125 "])
    }

    @Test func `an option that needs what is not known cannot be rendered`() throws {
        #expect(unknown { try rendered("66: \"{version}\"") } == .version)
        #expect(unknown { try rendered("43: {tlv: {1: \"{version}\"}}") } == .version)
    }

    @Test func `a rule's options take the place of a family's, and others follow`() throws {
        let problems = ConfigProblems()
        let family = try #require(OptionTemplates(parse("{160: a, 66: b}"), problems))
        let rule = try #require(OptionTemplates(parse("{67: c, 160: d}"), problems))
        let both = family.overlaid(with: rule)
        #expect(try both.all.map { "\($0.code) " + text(try $0.value.rendered(known)) } == ["160 d", "66 b", "67 c"])
    }

    @Test(
        arguments: [
            (
                "a list", "66: [a]",
                "an option's value is a list; it must be text, or one of text, u8, u16, u32, addresses, hex, tlv"
            ),
            (
                "nothing", "66: ~",
                "an option's value is nothing; it must be text, or one of text, u8, u16, u32, addresses, hex, tlv"
            ),
            ("a group of nothing", "66: {}", "an option's value must hold one of text, u8, u16, u32, addresses, hex or tlv"),
            ("256 in an octet", "66: {u8: 256}", "u8 is \"256\"; it must be a whole number up to 255"),
            ("a number below 0", "66: {u16: -1}", "u16 is \"-1\"; it must be a whole number up to 65535"),
            (
                "a name for an address", "150: {addresses: [server]}",
                "addresses holds \"server\"; it must be an IPv4 address or {server}"
            ),
            (
                "an address of the wire", "150: {addresses: [\"{ip}\"]}",
                "addresses holds \"{ip}\"; it must be an IPv4 address or {server}"
            ),
            ("half an octet", "161: {hex: \"0\"}", "hex is \"0\"; it must be pairs of hexadecimal digits"),
            ("an unknown encoding", "161: {txt: x}", "\"txt\" is not a key of an option's value; did you mean \"text\"?"),
            ("an inner code of 0", "43: {tlv: {0: x}}", "\"0\" is no code; write a number from 1 to 254"),
            ("an unknown variable", "66: \"{macs}\"", nil),
            ("END", "255: x", "\"255\" is no DHCP option; write its number, 1 to 254"),
            ("PAD", "0: x", "\"0\" is no DHCP option; write its number, 1 to 254"),
            ("the relay's own", "82: x", "option 82 cannot be set: the relay agent's own is given back (RFC 3046)"),
            ("the client's own", "61: x", "option 61 cannot be set: the client's own is given back (RFC 6842)"),
            ("a lease's time", "51: {u32: 1}", "option 51 cannot be set: the lease decides it"),
        ] as [(String, String, String?)])
    func `a mistake in an option is told`(name: String, yaml: String, sentence: String?) throws {
        let problems = ConfigProblems()
        _ = OptionTemplates(try parse(yaml), problems)
        if let sentence { #expect(problems.all.map(\.sentence).contains(sentence)) } else { #expect(problems.all.count == 1) }
    }
}
