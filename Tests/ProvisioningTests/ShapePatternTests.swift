import Packets
import Testing
import VendorCatalogue

@Suite struct ShapePatternTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var name: String
        var pattern: String
        var subject: String
        var matches = true
        var model: String?
        var version: String?
        var mac: String?

        var testDescription: String { name }
    }

    @Test(arguments: [
        Row(name: "text", pattern: "snom", subject: "snom"),
        Row(name: "text in another case", pattern: "snom", subject: "SnOm"),
        Row(name: "a pattern in another case", pattern: "SNOM", subject: "snom"),
        Row(name: "text that goes on", pattern: "snom", subject: "snom3", matches: false),
        Row(name: "text that ends", pattern: "snom", subject: "sno", matches: false),
        Row(name: "letters beyond ASCII in their own case only", pattern: "É", subject: "é", matches: false),
        Row(name: "nothing", pattern: "", subject: ""),
        Row(name: "nothing is not something", pattern: "", subject: "x", matches: false),
        Row(name: "a star for nothing", pattern: "snom*", subject: "snom"),
        Row(name: "a star for something", pattern: "snom*", subject: "snomD735 x"),
        Row(name: "a star in the middle", pattern: "s*m", subject: "snoom"),
        Row(name: "a star that has to go back", pattern: "*ab", subject: "aaab"),
        Row(name: "two stars", pattern: "*a*b", subject: "xaxxb"),
        Row(name: "stars alone", pattern: "***", subject: "anything"),
        Row(name: "a question mark", pattern: "D7?5", subject: "D735"),
        Row(name: "a question mark is one byte", pattern: "D7?5", subject: "D75", matches: false),
        Row(name: "a question mark for a byte that is no text", pattern: "a?b", subject: "a\u{14}b"),
        Row(name: "a model", pattern: "snom{model}", subject: "snomD735", model: "D735"),
        Row(name: "a model of nothing", pattern: "snom{model}", subject: "snom", matches: false),
        Row(name: "a model with all that it may hold", pattern: "{model}", subject: "aZ09._-+", model: "aZ09._-+"),
        Row(name: "a model ends at a blank", pattern: "snom{model} *", subject: "snomD735 10.1", model: "D735"),
        Row(name: "a model takes as much as it can", pattern: "{model}-SIP", subject: "a-SIP-SIP", model: "a-SIP"),
        Row(name: "a model gives back what follows needs", pattern: "{model}5", subject: "D735", model: "D73"),
        Row(name: "a model holds no slash", pattern: "{model}", subject: "a/b", matches: false),
        Row(name: "a version holds no plus", pattern: "{version}+*", subject: "83.V2+build", version: "83.V2"),
        Row(name: "a name in capitals", pattern: "{MODEL} {Version}", subject: "a 1", model: "a", version: "1"),
        Row(name: "a bare address", pattern: "x {mac}", subject: "x 000413AABBCC", mac: "000413aabbcc"),
        Row(name: "an address with colons", pattern: "x {mac}", subject: "x 00:04:13:aa:bb:cc", mac: "000413aabbcc"),
        Row(name: "an address with dashes", pattern: "{mac}*", subject: "00-04-13-aa-bb-cc.xml", mac: "000413aabbcc"),
        Row(name: "eleven digits", pattern: "{mac}", subject: "000413aabbc", matches: false),
        Row(name: "an address with no digit", pattern: "{mac}", subject: "000413aabbcg", matches: false),
        Row(
            name: "a real User-Agent", pattern: "*snom{model}-SIP {version} *{mac}*",
            subject: "Mozilla/4.0 (compatible; snomD785-SIP 10.1.33.33 2010.12-00004-g9ba52f5 000413922D24 SXM:0 UXM:0)",
            model: "D785",
            version: "10.1.33.33", mac: "000413922d24"),
    ])
    func `a pattern matches the whole text and captures what it names`(_ row: Row) throws {
        let pattern = try #require(ShapePattern(row.pattern))
        let match = pattern.match(row.subject)
        #expect((match != nil) == row.matches)
        #expect(match?.model == row.model)
        #expect(match?.version == row.version)
        #expect(match?.mac?.plain == row.mac)
    }

    @Test(arguments: [
        ("an open brace", "snom{model"), ("a brace that closes nothing", "snom}"), ("an unknown capture", "{modell}"),
        ("no capture", "{}"),
        ("a brace in a brace", "{{model}}"), ("a blank in it", "{model }"),
    ])
    func `what is no pattern is refused`(name: String, source: String) {
        #expect(ShapePattern(source) == nil)
    }

    @Test func `bytes that are no UTF-8 are matched as bytes`() throws {
        let pattern = try #require(ShapePattern("AVAYA/SIP12x0*/{version}"))
        #expect(pattern.match((Array("AVAYA/SIP12x0".utf8) + [0xff] + Array("/04.00".utf8))[...])?.version == "04.00")
    }

    @Test func `a text of more than 512 bytes matches nothing`() throws {
        let pattern = try #require(ShapePattern("a*"))
        #expect(pattern.matches(String(repeating: "a", count: 512)))
        #expect(!pattern.matches(String(repeating: "a", count: 513)))
    }

    /// Without a memory of its dead ends this would not come back before the tests are long forgotten.
    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            ("stars", String(repeating: "*a", count: 40) + "b"), ("models", String(repeating: "{model}", count: 30) + "!"),
            ("both", String(repeating: "*{version}", count: 25) + "!"),
        ])
    func `many wildcards come to an end`(name: String, source: String) throws {
        #expect(try !#require(ShapePattern(source)).matches(String(repeating: "a", count: 512)))
    }

    @Test func `a pattern with more text says more`() throws {
        #expect(try #require(ShapePattern("snomM900*")).literals == 8)
        #expect(try #require(ShapePattern("snom{model}")).literals == 4)
        #expect(try #require(ShapePattern("?*")).literals == 0)
    }

    @Test(arguments: [
        ("six digits", "000413", 24), ("colons", "00:04:13", 24), ("seven digits", "0004131", 28),
        ("seven digits with colons", "00:04:13:1", 28),
        ("eleven digits", "0004131234f", 44), ("capitals", "00-04-13-AB", 32),
    ])
    func `a prefix is read`(name: String, text: String, length: Int) throws {
        let prefix = try #require(MACPrefix(text))
        #expect(prefix.length == length)
        #expect(prefix.digits == text.filter { $0 != ":" && $0 != "-" }.lowercased())
    }

    @Test(arguments: [
        ("five digits", "00041"), ("twelve digits", "000413123456"), ("no digit", "00041g"), ("nothing", ""),
        ("a single digit between colons", "0:04:131"),
        ("a colon first", ":000413"), ("two colons", "00::0413"), ("a colon within an octet", "000:413"),
    ])
    func `what is no prefix is refused`(name: String, text: String) {
        #expect(MACPrefix(text) == nil)
    }

    @Test func `a prefix holds its addresses and no others`() throws {
        let prefix = try #require(MACPrefix("0004131"))
        #expect(prefix.contains(try mac("000413:1fffff".replacing(":", with: ""))))
        #expect(!prefix.contains(try mac("000413200000")))
        let whole = try #require(MACPrefix("00:04:13:12:34:56", lengths: 8...48))
        #expect(whole.contains(phoneMAC) && !whole.contains(MACAddress(bits: phoneMAC.bits + 1)))
    }

    @Test(
        arguments: [
            ("known", "snom{model}-{MAC}.htm", "snomD735-000413123456.htm"), ("both cases", "{mac}/{MODEL}", "000413123456/D735"),
            ("the model in lower case", "cfg{model-lower}.xml", "cfgd735.xml"),
            ("its number", "spa{model-number}.cfg", "spa735.cfg"),
            ("a wildcard", "SIP12x0*.bin", nil), ("a single wildcard", "y?.cfg", nil),
            ("something unknown", "{version}.bin", nil), ("text alone", "cfg.xml", "cfg.xml"),
        ] as [(String, String, String?)])
    func `a file's name is filled in with what is known`(name: String, source: String, expected: String?) throws {
        let template = try #require(FileNameTemplate(source))
        #expect(
            template.name(for: PhoneFacts(mac: phoneMAC, model: "d735"))
                == expected?.replacing("D735", with: source.contains("MODEL") ? "D735" : "d735"))
    }

    @Test(arguments: [
        ("its own address", "{mac}.cfg", "000413123456.cfg", true), ("in capitals", "{mac}.cfg", "000413ABCDEF.cfg", false),
        ("another address", "{mac}.cfg", "000413123457.cfg", false), ("its own model", "snom{model}.htm", "snomd735.htm", true),
        ("its own number", "spa{model-number}.cfg", "spa735.cfg", true),
        ("another number", "spa{model-number}.cfg", "spa785.cfg", false),
        ("in lower case", "cfg{model-lower}.xml", "cfgd735.xml", true),
        ("another model", "snom{model}.htm", "snomD785.htm", false), ("another shape", "snom{model}.htm", "x.htm", false),
    ])
    func `a name fits a phone where all that is known agrees`(name: String, source: String, file: String, fits: Bool) throws {
        let template = try #require(FileNameTemplate(source))
        #expect(template.fits(file, PhoneFacts(mac: phoneMAC, model: "D735")) == fits)
    }
}
