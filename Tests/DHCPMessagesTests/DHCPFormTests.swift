import DHCPMessages
import Packets
import TestSupport
import Testing

/// Forms within options, from their RFCs' own examples and from liars.
@Suite struct DHCPFormTests {
    @Test(arguments: [
        ("none", "", []), ("one", "03 777777 07 6578616d706c65 00", ["www.example"]), ("the root", "00", ["."]),
        (
            "RFC 3397 §3's: the end of a name stands once", "03 656e67 05 6170706c65 03 636f6d 00 09 6d61726b6574696e67 c0 04",
            ["eng.apple.com", "marketing.apple.com"]
        ),
        ("a whole name again", "01 61 00 c0 00", ["a", "a"]),
        ("a pointer to a pointer", "01 61 00 01 62 c0 00 01 63 c0 03", ["a", "b.a", "c.b.a"]),
    ])
    func `O13 names are read, compressed too`(name: String, hex: String, names: [String]) throws {
        #expect(try DomainNames.decode(octets(hex)[...]) == names)
    }

    @Test(
        arguments: [
            ("no end", "01 61"), ("a label past the end", "05 61 00"), ("a pointer to itself", "c0 00"),
            ("a pointer ahead", "c0 03 00 01 61 00"),
            ("two that point at each other", "01 61 c0 04 c0 00"), ("half a pointer", "01 61 00 c0"),
            ("a pointer past the end", "01 61 00 c0 ff"),
            ("a label of 64 octets", "40 \(String(repeating: "61", count: 64)) 00"), ("another kind of label", "80 00"),
            ("a dot in a label", "03 612e62 00"), ("a blank in a label", "01 20 00"), ("a NUL in a label", "01 00 00"),
            ("more than 255 octets", String(repeating: "3f" + String(repeating: "61", count: 63), count: 4) + "00"),
        ])
    func `T4 names that lie are none`(name: String, hex: String) throws {
        #expect(try DomainNames.decode(octets(hex)[...]) == nil)
    }

    @Test(arguments: [
        ("a name", ["a.example"], "0161076578616d706c6500"), ("a dot at its end", ["a."], "016100"),
        ("two", ["a", "b"], "016100016200"),
        ("digits, - and _", ["_sip-1.a"], "065f7369702d31016100"), ("none", [], ""),
    ])
    func `O13 names are written without compression`(name: String, names: [String], hex: String) throws {
        #expect(DomainNames.encode(names).map { hexText($0) } == hex)
    }

    @Test(arguments: [
        "", ".", "a..b", ".a", "a b", "a/b", "ä.example", String(repeating: "a", count: 64),
        Array(repeating: String(repeating: "a", count: 50), count: 6).joined(separator: "."),
    ])
    func `O13 what is no name is not written`(name: String) {
        #expect(DomainNames.encode([name]) == nil)
    }

    @Test func `O13 a name of 255 octets is one, and of 256 none`() throws {
        let labels = Array(repeating: String(repeating: "a", count: 63), count: 3).joined(separator: ".")
        for (last, isOne) in [(61, true), (62, false)] {
            let name = labels + "." + String(repeating: "b", count: last)
            let written = DomainNames.encode([name])
            #expect(written?.count == (isOne ? 255 : nil))
            var octets: [UInt8] = []
            for label in name.split(separator: ".") { octets += [UInt8(label.utf8.count)] + Array(label.utf8) }
            #expect((DomainNames.decode((octets + [0])[...]) == [name]) == isOne)
        }
    }

    /// RFC 3442's own table of destinations.
    @Test(arguments: [
        ("0.0.0.0/0", "00"), ("10.0.0.0/8", "08 0a"), ("10.0.0.0/24", "18 0a0000"), ("10.17.0.0/16", "10 0a11"),
        ("10.27.129.0/24", "18 0a1b81"),
        ("10.229.0.128/25", "19 0ae50080"), ("10.198.122.47/32", "20 0ac67a2f"),
    ])
    func `O8 destinations are compact`(destination: String, hex: String) throws {
        let route = ClasslessRoute(try #require(IPv4Prefix(destination)), via: server)
        #expect(try hexText(route.encoded) == hexText(octets(hex + "c0a83201")))
        #expect(try ClasslessRoute.decode(octets(hex + "c0a83201")[...]) == [route])
    }

    @Test(arguments: ["", "21 0a0000000a c0a83201", "ff c0a83201", "08 0a c0a832", "08 c0a83201", "00 c0a83201 08"])
    func `O8 T4 routes that lie are none, nor prefixes longer than 32`(hex: String) throws {
        #expect(try ClasslessRoute.decode(octets(hex)[...]) == nil)
    }

    @Test(arguments: ["", "00000de9", "00000de9 01", "00000de9 04 010178", "00000de9 00 00", "00000de9 03 010178 000003"])
    func `O9 T4 an enterprise's length past the end is ignored with its option`(hex: String) throws {
        #expect(try EnterpriseOptions.decode(octets(hex)[...]) == nil)
    }

    @Test func `O9 an enterprise's data are 255 octets at most`() {
        #expect(EnterpriseOptions.encode(1, [UInt8](repeating: 1, count: 255))?.count == 260)
        #expect(EnterpriseOptions.encode(1, [UInt8](repeating: 1, count: 256)) == nil)
    }

    @Test func `every name of an option leads back to its number`() {
        for code in UInt8(1)...254 {
            let name = DHCPOptionCode(code).name
            #expect(DHCPOptionCode(named: name)?.rawValue == (name == "option-\(code)" ? nil : code))
        }
        #expect(Set(DHCPOptionCode.names).count == DHCPOptionCode.names.count)
        #expect(DHCPOptionCode.names.count > 90)
    }
}
