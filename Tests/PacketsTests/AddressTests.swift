import Packets
import Testing

@Suite struct AddressTests {
    @Test(arguments: [
        ("bare", "000413aabbcc"),
        ("capitals", "000413AABBCC"),
        ("colons", "00:04:13:aa:bb:cc"),
        ("colons, either case", "00:04:13:AA:bb:Cc"),
        ("dashes", "00-04-13-aa-bb-cc"),
        ("low lines", "00_04_13_AA_BB_CC"),
        ("three groups with dots", "0004.13aa.bbcc"),
    ])
    func `a MAC address is read in each of its spellings`(name: String, text: String) {
        #expect(MACAddress(text) == MACAddress(bits: 0x0004_13aa_bbcc))
    }

    @Test(arguments: [
        ("nothing", ""),
        ("eleven digits", "000413aabbc"),
        ("thirteen digits", "000413aabbccd"),
        ("no digit", "000413aabbcg"),
        ("mixed separators", "00:04-13:aa:bb:cc"),
        ("two separators in a row", "00::0413:aa:bb:cc"),
        ("a separator first", ":00:04:13:aa:bb:cc"),
        ("a separator last", "00:04:13:aa:bb:cc:"),
        ("a separator last of bare digits", "000413aabbcc-"),
        ("a single digit between separators", "0:04:13:aa:bb:cc0"),
        ("separators between some octets only", "00:0413:aabbcc"),
        ("a separator after the first octet only", "00:0413aabbcc"),
        ("a dot after one group only", "0004.13aabbcc"),
        ("dots between octets", "00.04.13.aa.bb.cc"),
        ("five octets", "00:04:13:aa:bb"),
        ("a blank before", " 000413aabbcc"),
        ("a blank after", "000413aabbcc "),
        ("digits of another script", "٠٠٠٤١٣٠٠٠٠٠٠"),
    ])
    func `what is not quite a MAC address is none`(name: String, text: String) {
        #expect(MACAddress(text) == nil)
    }

    @Test func `a MAC address prints in three ways and reads back from each`() throws {
        let mac = try #require(MACAddress([0x00, 0x04, 0x13, 0xaa, 0xbb, 0xcc]))
        #expect(mac.plain == "000413aabbcc")
        #expect(mac.colons == "00:04:13:aa:bb:cc")
        #expect(mac.dashes == "00-04-13-aa-bb-cc")
        #expect(mac.description == mac.colons)
        #expect([mac.plain, mac.colons, mac.dashes].allSatisfy { MACAddress($0) == mac })
        #expect(mac.octets == [0x00, 0x04, 0x13, 0xaa, 0xbb, 0xcc])
    }

    @Test func `a MAC address has six octets`() {
        #expect(MACAddress([UInt8](repeating: 1, count: 5)) == nil)
        #expect(MACAddress([UInt8](repeating: 1, count: 7)) == nil)
        #expect(MACAddress(bits: .max) == .broadcast)
    }

    @Test(arguments: [
        ("a phone", "00:04:13:00:00:01", false, true),
        ("locally administered", "02:00:00:00:00:01", false, true),
        ("broadcast", "ff:ff:ff:ff:ff:ff", true, false),
        ("the PnP group", "01:00:5e:00:01:4b", true, false),
        ("all zeros", "00:00:00:00:00:00", false, false),
    ])
    func `groups are told from stations`(name: String, text: String, isGroup: Bool, isStation: Bool) throws {
        let mac = try #require(MACAddress(text))
        #expect(mac.isGroup == isGroup)
        #expect(mac.isStation == isStation)
    }

    @Test(
        arguments: [
            ("a private address", "192.168.50.1", 0xc0a8_3201),
            ("nothing", "0.0.0.0", 0),
            ("everything", "255.255.255.255", 0xffff_ffff),
            ("single digits", "1.2.3.4", 0x0102_0304),
        ] as [(String, String, UInt32)])
    func `an IPv4 address is read and printed`(name: String, text: String, bits: UInt32) {
        #expect(IPv4Address(text) == IPv4Address(bits: bits))
        #expect(IPv4Address(bits: bits).description == text)
        #expect(IPv4Address(IPv4Address(bits: bits).octets) == IPv4Address(bits: bits))
    }

    @Test(arguments: [
        ("nothing", ""),
        ("three numbers", "192.168.50"),
        ("five numbers", "192.168.50.1.1"),
        ("256", "192.168.50.256"),
        ("four digits", "192.168.50.1000"),
        ("a leading zero, which some read as octal", "192.168.050.1"),
        ("two zeros", "192.168.00.1"),
        ("an empty number", "192..50.1"),
        ("a dot last", "192.168.50.1."),
        ("a sign", "192.168.50.+1"),
        ("a minus", "192.168.50.-1"),
        ("a blank", "192.168.50. 1"),
        ("hexadecimal", "0xc0.168.50.1"),
        ("a name", "server"),
        ("digits of another script", "١.٢.٣.٤"),
    ])
    func `what is not quite an IPv4 address is none`(name: String, text: String) {
        #expect(IPv4Address(text) == nil)
    }

    @Test(arguments: [
        ("private", "192.168.50.1", true, false, false),
        ("this network", "0.0.0.1", false, false, false),
        ("none", "0.0.0.0", false, false, false),
        ("loopback", "127.0.0.1", false, true, false),
        ("the PnP group", "224.0.1.75", false, false, true),
        ("the last group", "239.255.255.255", false, false, true),
        ("reserved", "240.0.0.1", false, false, false),
        ("broadcast", "255.255.255.255", false, false, false),
        ("the last host", "223.255.255.254", true, false, false),
        ("the first host", "1.0.0.0", true, false, false),
    ])
    func `hosts are told from what no host can have`(
        name: String, text: String, isHost: Bool, isLoopback: Bool, isMulticast: Bool
    ) throws {
        let address = try #require(IPv4Address(text))
        #expect(address.isHost == isHost)
        #expect(address.isLoopback == isLoopback)
        #expect(address.isMulticast == isMulticast)
    }

    /// RFC 1112 §6.4: the low-order 23 bits of the group, after 01-00-5E-00-00-00.
    @Test(arguments: [
        ("the PnP group", "224.0.1.75", "01:00:5e:00:01:4b"),
        ("the 24th bit is lost", "239.128.1.75", "01:00:5e:00:01:4b"),
        ("all the others stay", "239.255.255.255", "01:00:5e:7f:ff:ff"),
    ])
    func `a group has its Ethernet address`(name: String, group: String, mac: String) throws {
        #expect(try #require(IPv4Address(group)).multicastMAC == MACAddress(mac))
    }

    @Test(arguments: [
        ("an interface's address", "192.168.50.1/24", "192.168.50.255", "192.168.50.254", "192.168.51.1"),
        ("an address alone", "10.0.20.1", "10.0.20.1", "10.0.20.1", "10.0.20.2"),
        ("a point-to-point link", "10.0.0.0/31", "10.0.0.1", "10.0.0.1", "10.0.0.2"),
        ("half of everything", "0.0.0.0/1", "127.255.255.255", "10.1.2.3", "128.0.0.0"),
        ("not on an octet", "172.16.0.0/12", "172.31.255.255", "172.31.0.1", "172.32.0.1"),
    ])
    func `a prefix holds its own and no other`(name: String, text: String, broadcast: String, inside: String, outside: String)
        throws
    {
        let prefix = try #require(IPv4Prefix(text))
        #expect(prefix.broadcast == IPv4Address(broadcast))
        #expect(prefix.contains(try #require(IPv4Address(inside))))
        #expect(!prefix.contains(try #require(IPv4Address(outside))))
    }

    @Test func `a prefix of nothing holds everything`() throws {
        let all = try #require(IPv4Prefix("0.0.0.0/0"))
        #expect(all.mask == 0)
        #expect(all.contains(.broadcast))
        #expect(all.description == "0.0.0.0/0")
        #expect(try #require(IPv4Prefix("10.0.20.1")).description == "10.0.20.1/32")
    }

    @Test(arguments: [
        ("33 bits", "10.0.0.0/33"),
        ("a minus", "10.0.0.0/-1"),
        ("minus nothing", "10.0.0.0/-0"),
        ("a sign", "10.0.0.0/+8"),
        ("no length", "10.0.0.0/"),
        ("two lengths", "10.0.0.0/8/8"),
        ("three digits", "10.0.0.0/024"),
        ("a mask", "10.0.0.0/255.0.0.0"),
        ("no address", "/24"),
        ("three numbers", "10.0.0/24"),
    ])
    func `what is not quite a prefix is none`(name: String, text: String) {
        #expect(IPv4Prefix(text) == nil)
    }

    @Test func `addresses are in the order of their octets`() throws {
        #expect(IPv4Address(9, 255, 255, 255) < IPv4Address(10, 0, 0, 0))
        #expect(MACAddress(bits: 1) < MACAddress(bits: 2))
    }
}

@Suite struct HexTextTests {
    @Test(
        arguments: [
            ("digits alone", "00ff10", [0x00, 0xff, 0x10]),
            ("capitals", "AbCd", [0xab, 0xcd]),
            ("blanks, tabs and line ends", " 0 0\tff\r\n10 ", [0x00, 0xff, 0x10]),
            ("separators", "00:ff-10", [0x00, 0xff, 0x10]),
            ("a comment", "00 # ff\n10", [0x00, 0x10]),
            ("a comment last", "00 #", [0x00]),
            ("nothing", "", []),
        ] as [(String, String, [UInt8])])
    func `hexadecimal text is read`(name: String, text: String, expected: [UInt8]) {
        #expect(bytes(fromHexText: text) == expected)
    }

    @Test(arguments: [("a digit left over", "00f"), ("no digit", "0g"), ("a prefix", "0x00")])
    func `what is not hexadecimal is refused`(name: String, text: String) {
        #expect(bytes(fromHexText: text) == nil)
    }

    @Test func `every octet prints as two digits and reads back`() {
        let all = (0...255).map { UInt8($0) }
        #expect(hexText(all).count == 512)
        #expect(bytes(fromHexText: hexText(all)) == all)
    }
}

@Suite struct ReaderAndWriterTests {
    @Test func `a reader gives what is there and no more`() throws {
        var reader = ByteReader([1, 2, 3, 4, 5, 6, 7, 8])
        #expect(try reader.byte() == 1)
        #expect(try reader.uint16() == 0x0203)
        #expect(try reader.uint32() == 0x0405_0607)
        #expect(throws: OutOfBytes()) { try reader.uint16() }
        #expect(try reader.take(1) == [8])
        #expect(reader.isEmpty)
        #expect(throws: OutOfBytes()) { try reader.byte() }
        #expect(throws: OutOfBytes()) { try reader.take(1) }
        #expect(throws: OutOfBytes()) { try reader.take(-1) }
        #expect(try reader.take(0) == [])
    }

    @Test func `a reader of a slice cannot leave it`() throws {
        let all: [UInt8] = [0, 1, 2, 3, 4, 5]
        var reader = ByteReader(all[2..<4])
        #expect(try reader.uint16() == 0x0203)
        #expect(throws: OutOfBytes()) { try reader.byte() }
    }

    @Test func `a writer writes big-endian and mends what it wrote`() {
        var writer = ByteWriter()
        writer.byte(1)
        writer.uint16(0x0203)
        writer.uint32(0x0405_0607)
        writer.append("ab")
        writer.zeros(2)
        writer.zeros(-1)
        writer.put(0xffff, at: 1)
        writer.put(0xeeee, at: writer.count - 1)
        writer.put(0xeeee, at: -1)
        #expect(hexText(writer.bytes) == "01ffff0405060761620000")
    }
}
