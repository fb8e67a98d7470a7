import DHCPMessages
import Packets
import TestSupport
import Testing

@Suite struct DHCPOptionsTests {
    // MARK: O1

    @Test(
        arguments: [
            ("one octet", [8], 8), ("none", nil, nil),
        ] as [(String, [UInt8]?, UInt8?)])
    func `O1 an octet is one octet`(name: String, value: [UInt8]?, expected: UInt8?) throws {
        let options = DHCPOptions(value.map { [(.messageType, $0)] } ?? [])
        #expect(try options.uint8(.messageType) == expected)
    }

    /// What a typed reader makes of a value that it cannot take.
    struct Wrong: Sendable, CustomTestStringConvertible {
        enum Reader: Sendable { case uint8, uint16, uint32, address, addresses, text, octets(Int) }
        var name: String
        var reader: Reader
        var code: DHCPOptionCode
        var lengths: [Int]

        var testDescription: String { name }

        func read(_ options: DHCPOptions) throws {
            switch reader {
            case .uint8: _ = try options.uint8(code)
            case .uint16: _ = try options.uint16(code)
            case .uint32: _ = try options.uint32(code)
            case .address: _ = try options.address(code)
            case .addresses: _ = try options.addresses(code)
            case .text: _ = try options.text(code)
            case .octets(let least): _ = try options.octets(code, atLeast: least)
            }
        }
    }

    static let wrong: [Wrong] = [
        Wrong(name: "53 is one octet", reader: .uint8, code: .messageType, lengths: [0, 2]),
        Wrong(name: "52 is one octet", reader: .uint8, code: .overload, lengths: [0, 2]),
        Wrong(name: "57 is two octets", reader: .uint16, code: .maximumMessageSize, lengths: [0, 1, 3]),
        Wrong(name: "51 is four octets", reader: .uint32, code: .leaseTime, lengths: [0, 3, 5, 8]),
        Wrong(name: "58 is four octets", reader: .uint32, code: .renewalTime, lengths: [3]),
        Wrong(name: "1 is one address", reader: .address, code: .subnetMask, lengths: [0, 3, 8]),
        Wrong(name: "54 is one address", reader: .address, code: .serverIdentifier, lengths: [5]),
        Wrong(name: "3 is addresses", reader: .addresses, code: .router, lengths: [0, 3, 5, 7]),
        Wrong(name: "150 is addresses", reader: .addresses, code: .tftpServerAddresses, lengths: [0, 6]),
        Wrong(name: "66 is text of at least one octet", reader: .text, code: .tftpServerName, lengths: [0]),
        Wrong(name: "61 is at least two octets", reader: .octets(2), code: .clientIdentifier, lengths: [0, 1]),
        Wrong(name: "55 is at least one octet", reader: .octets(1), code: .parameterRequestList, lengths: [0]),
    ]

    @Test(arguments: wrong)
    func `O1 a value of the wrong length is malformed, and an absent one is not`(_ row: Wrong) throws {
        #expect(throws: Never.self) { try row.read(DHCPOptions()) }
        for length in row.lengths {
            let options = DHCPOptions([(row.code, [UInt8](repeating: 1, count: length))])
            do {
                try row.read(options)
                Issue.record("\(length) octets were taken")
            } catch let error as MalformedOption {
                #expect((error.code, error.length) == (row.code, length))
                #expect(error.sentence.hasSuffix("has an impossible length, \(length)"))
            }
        }
    }

    @Test func `O1 values of the right length are read`() throws {
        let options = DHCPOptions([
            (.maximumMessageSize, [0x05, 0xc0]), (.leaseTime, [0, 0, 0x0e, 0x10]), (.serverIdentifier, [192, 168, 50, 1]),
            (.router, [192, 168, 50, 1, 192, 168, 50, 2]), (.parameterRequestList, [66]), (.clientIdentifier, [0, 1]),
        ])
        #expect(try options.uint16(.maximumMessageSize) == 1472)
        #expect(try options.uint32(.leaseTime) == 3600)
        #expect(try options.address(.serverIdentifier) == server)
        #expect(try options.addresses(.router) == [server, IPv4Address(192, 168, 50, 2)])
        #expect(try options.octets(.parameterRequestList, atLeast: 1) == [66])
        #expect(try options.octets(.clientIdentifier, atLeast: 2) == [0, 1])
    }

    // MARK: O2

    @Test(arguments: [("none", "x.cfg"), ("one", "x.cfg\0"), ("several", "x.cfg\0\0\0")])
    func `O2 trailing NULs are no part of a text`(name: String, value: String) throws {
        let options = DHCPOptions([(.bootFileName, Array(value.utf8))])
        #expect(text(try options.text(.bootFileName)) == "x.cfg")
    }

    @Test func `O2 a NUL within a text stays`() throws {
        let options = DHCPOptions([(.bootFileName, Array("a\0b\0".utf8))])
        #expect(text(try options.text(.bootFileName)) == "a\0b")
    }

    @Test func `O2 no NUL is added`() throws {
        let bytes = inform([(.tftpServerName, Array("x".utf8))]).encoded().bytes
        #expect(bytes[243..<247] == [66, 1, UInt8(ascii: "x"), 255])
    }

    // MARK: O4

    @Test(arguments: [
        ("one element", "42 01 78", "42=78"),
        ("two elements", "42 01 78 43 02 79 7a", "42=78 43=797a"),
        ("PAD between", "00 42 01 78 00 00 43 00", "42=78 43="),
        ("255 ends the inner field, not the option", "42 01 78 ff 43 01 79", "42=78"),
    ])
    func `O4 elements within an option are read`(name: String, hex: String, expected: String) throws {
        let elements = try #require(EncapsulatedOptions.decode(octets(hex)[...]))
        #expect(elements.map { "\(hexText([$0.code]))=\(hexText($0.value))" }.joined(separator: " ") == expected)
    }

    @Test(arguments: [
        ("nothing", ""), ("PAD alone", "00 00"), ("END alone", "ff"), ("a code without length", "42"),
        ("a length past the end", "42 02 78"),
        ("the second reaches past the end", "42 01 78 43 ff"), ("text", "68 74 74 70 3a 2f 2f 78"),
    ])
    func `O4 what is no list of elements is none`(name: String, hex: String) throws {
        #expect(try EncapsulatedOptions.decode(octets(hex)[...]) == nil)
    }

    @Test func `O4 elements are written with their lengths, and not where one is too long`() {
        let encoded = EncapsulatedOptions.encode([(66, Array("x".utf8)), (67, [])])
        #expect(encoded.map { hexText($0) } == "4201784300")
        #expect(EncapsulatedOptions.encode([(66, [UInt8](repeating: 1, count: 255))])?.count == 257)
        #expect(EncapsulatedOptions.encode([(66, [UInt8](repeating: 1, count: 256))]) == nil)
    }

    // MARK: The bag

    @Test func `setting an option again keeps its place`() {
        var options = DHCPOptions([(.messageType, [1]), (.vendorClass, [2])])
        options[.messageType] = [8]
        options[.tftpServerName] = [3]
        #expect(options.codes == [.messageType, .vendorClass, .tftpServerName])
        #expect(options[.messageType] == [8])
        options[.vendorClass] = nil
        options[.vendorClass] = nil
        #expect(options.codes == [.messageType, .tftpServerName])
    }

    // MARK: Printing

    @Test(
        arguments: [
            ("a type", 53, "08", "INFORM"),
            ("an unknown type", 53, "63", "type 99"),
            ("a type of two octets", 53, "0808", "0808"),
            ("an address", 54, "c0a83201", "192.168.50.1"),
            ("addresses", 6, "c0a83201 08080808", "192.168.50.1 8.8.8.8"),
            ("an address that is none", 54, "c0a832", "c0a832"),
            ("a lease time", 51, "00000e10", "3600 s"),
            ("a size", 57, "05c0", "1472"),
            ("a request list", 55, "01 03 42 a0", "1,3,66,160"),
            ("a client identifier", 61, "01 000413123456", "00:04:13:12:34:56"),
            ("a client identifier of another kind", 61, "ff 00000001", "ff00000001"),
            ("text", 66, "68747470 3a2f2f78 2f", "http://x/"),
            ("text with a NUL", 67, "78 00", "x\\x00"),
            ("text with NULs", 60, "78 00 00", "x\\x00\\x00"),
            ("NULs alone", 66, "00 00", "0000"),
            ("nothing", 66, "", ""),
            ("a line end", 66, "78 0a", "780a"),
            ("an escape", 60, "1b 5b 33 31 6d", "1b5b33316d"),
            ("UTF-8 that turns text round", 12, "78 e2 80 ae", "78e280ae"),
            ("elements", 43, "42 02 78 00 43 01 ff", "66=x\\x00 67=ff"),
            ("vendor text that is no list of elements", 43, "68 74 74 70", "http"),
            ("what is neither", 43, "42 ff 01", "42ff01"),
            ("an unknown option", 224, "0102", "0102"),
            (
                "elements that are printable throughout", 43, "42 20 \(String(repeating: "78", count: 32))",
                "66=" + String(repeating: "x", count: 32)
            ),
            (
                "a relay's", 82, "01 04 65746831 02 02 0102 05 04 c0a83201 63 01 78",
                "circuit-id=eth1 remote-id=0102 link-selection=192.168.50.1 99=x"
            ),
            ("a relay's that is no list", 82, "ff 00 17", "ff0017"),
            ("an enterprise's options", 125, "00000de9 03 010178 00000403 01 79", "3561.1=x 1027=y"),
            ("an enterprise's class", 124, "00000de9 03 010178", "3561=010178"),
            ("an enterprise's with a length that lies", 125, "00000de9 04 010178", "00000de904010178"),
            ("less than 0", 2, "fffff1f0", "-3600"), ("true", 19, "01", "true"), ("false", 19, "00", "false"),
            ("neither", 19, "02", "02"),
            ("an octet", 116, "01", "1"), ("two for one octet", 116, "0102", "0102"),
            ("several numbers", 25, "0044 05dc", "68 1500"),
            ("texts with lengths", 77, "01 61 02 6263", "a bc"), ("a text without", 77, "616263", "abc"),
            ("names", 119, "01 61 00 01 62 c0 00", "a b.a"), ("names that are none", 119, "c0 00", "c000"),
            ("SIP servers by name", 120, "00 01 61 00", "a"), ("SIP servers by address", 120, "01 c0a83201", "192.168.50.1"),
            ("no SIP servers at all", 120, "00", "00"), ("SIP servers of neither", 120, "02 c0a83201", "02c0a83201"),
            ("routes", 121, "08 0a c0a83201 00 c0a83201", "10.0.0.0/8 via 192.168.50.1, 0.0.0.0/0 via 192.168.50.1"),
            ("a route that is none", 121, "21 0a0000000a c0a83201", "210a0000000ac0a83201"),
            ("a name for DNS", 81, "05 00 00 04 736e6f6d 00", "flags 5 snom"),
            ("one in ASCII", 81, "00 00 00 736e6f6d", "flags 0 snom"),
            ("one that is bad", 81, "05 00 00 09 736e6f6d", "05000009736e6f6d"),
        ] as [(String, UInt8, String, String)])
    func `T12 a value prints so that a terminal is safe`(name: String, code: UInt8, hex: String, expected: String) throws {
        #expect(try DHCPOptionCode(code).text(of: octets(hex)[...]) == expected)
    }

    @Test func `T12 a value of any length prints in every option`() {
        for code in UInt8(0)...255 {
            for count in 0..<20 {
                for octet in [UInt8(0), 1, 4, 0x41, 0xff] {
                    let text = DHCPOptionCode(code).text(of: [UInt8](repeating: octet, count: count)[...])
                    #expect(text.utf8.allSatisfy { (0x20...0x7e).contains($0) }, "\(code), \(count) of \(octet)")
                }
            }
        }
    }

    @Test func `an option has a name, known or not`() {
        #expect(DHCPOptionCode(66).name == "tftp-server-name")
        #expect(DHCPOptionCode(224).name == "option-224")
        #expect(DHCPOptionCode(150) == .tftpServerAddresses)
        #expect("\(DHCPOptionCode(43))" == "43")
    }
}
