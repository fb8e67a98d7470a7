import DHCPMessages
import Packets
import TestSupport
import Testing

@Suite struct DHCPEncodingTests {
    private func read(_ encoded: EncodedDHCPMessage) throws -> DHCPMessage {
        try DHCPMessage(decoding: encoded.bytes[...])
    }

    private func filled(_ count: Int, _ byte: UInt8 = 0x61) -> [UInt8] {
        [UInt8](repeating: byte, count: count)
    }

    @Test func `the type is first and the others keep their order`() throws {
        var message = inform()
        message.options = DHCPOptions([
            (.tftpServerName, [1]), (.relayAgentInformation, [1, 0]), (.messageType, [8]), (.vendorClass, [2]),
            (.router, [1, 2, 3, 4]),
        ])
        #expect(try read(message.encoded()).options.codes.map(\.rawValue) == [53, 66, 60, 3, 82])
    }

    @Test func `a message is written to the byte`() throws {
        var message = inform([(.tftpServerName, Array("http://192.168.50.1/".utf8))])
        message.operation = DHCPMessage.reply
        message.clientAddress = IPv4Address(192, 168, 50, 31)
        message.nextServer = server
        let expected = """
            02 01 06 00    # op, htype, hlen, hops
            39 03 f3 26    # xid
            00 00 00 00    # secs, flags
            c0 a8 32 1f    # ciaddr
            00 00 00 00    # yiaddr
            c0 a8 32 01    # siaddr
            00 00 00 00    # giaddr
            00 04 13 12 34 56 00 00 00 00 00 00 00 00 00 00   # chaddr

            """ + String(repeating: "00", count: 192) + """

                63 82 53 63    # magic cookie
                35 01 08       # type
                42 14 68 74 74 70 3a 2f 2f 31 39 32 2e 31 36 38 2e 35 30 2e 31 2f  # option 66
                ff             # END

                """ + String(repeating: "00", count: 34)
        #expect(try hexText(message.encoded().bytes) == hexText(octets(expected)))
    }

    // MARK: O5

    @Test func `O5 file is read before sname, behind the options`() throws {
        let message = try HexSample("good/overload-both").message()
        #expect(text(message.options[.hostName]) == "one-two-three")
        #expect(message.options[.overload] == nil)
        #expect(message.bootFile.isEmpty && message.serverName.isEmpty)
    }

    @Test func `O5 a field that is not overloaded keeps its text`() throws {
        let name = try HexSample("good/overload-sname").message()
        #expect(text(name.options[.vendorClass]) == "snomD735")
        #expect(text(name.bootFile.prefix(8)) == "boot.cfg")
        let file = try HexSample("good/overload-file").message()
        #expect(text(file.options[.vendorClass]) == "snomD735")
        #expect(file.bootFile.isEmpty)
    }

    /// Where the fields' options begin and what option 52 says.
    @Test(
        arguments: [
            ("nothing is overloaded unless needed", [100], 548, nil, [], []),
            ("one option goes into file", [150, 120], 448, 1, [120], []),
            ("file and sname", [150, 120, 60], 448, 3, [120, 60], []),
            ("one octet too long for file, and one that is not", [150, 126, 125], 448, 1, [125], [201]),
            ("one octet too long for sname", [150, 120, 62], 448, 1, [120], [202]),
        ] as [(String, [Int], Int, UInt8?, [Int], [UInt8])])
    func `O5 whole options go into file, then sname, where the options field is full`(
        name: String, lengths: [Int], limit: Int, overload: UInt8?, moved: [Int], leftOut: [UInt8]
    ) throws {
        let options = lengths.enumerated().map { (DHCPOptionCode(UInt8(200 + $0)), filled($1)) }
        let encoded = inform(options).encoded(limit: limit)
        #expect(encoded.bytes.count <= max(300, limit))
        #expect(encoded.leftOut.map(\.rawValue) == leftOut)
        let read = try read(encoded)
        for (code, value) in options where !encoded.leftOut.contains(code) { #expect(read.options[code] == value[...]) }
        let place = encoded.bytes.indices.first { $0 >= 243 && Array(encoded.bytes[$0...].prefix(2)) == [52, 1] }
        #expect(place.map { encoded.bytes[$0 + 2] } == overload)
        if let overload {
            let fields = [overload & 1 != 0 ? 108 : nil, overload & 2 != 0 ? 44 : nil].compactMap { $0 }
            #expect(fields.map { Int(encoded.bytes[$0 + 1]) } == moved)
            // "each field starts at octet 0, ends with END"
            for (field, length) in zip(fields, moved) { #expect(encoded.bytes[field + 2 + length] == 255) }
        }
    }

    @Test func `O5 an option without room anywhere is named, and the others go`() throws {
        let message = inform([(200, filled(150)), (201, filled(120)), (202, filled(62)), (203, [1])])
        let encoded = message.encoded(limit: 448)
        #expect(encoded.leftOut.map(\.rawValue) == [202])
        #expect(try read(encoded).options.codes.map(\.rawValue) == [53, 200, 203, 201])
    }

    @Test func `O5 a field that the message uses itself is not overloaded`() throws {
        var message = inform([(200, filled(150)), (201, filled(51))])
        message.serverName = Array("bellhop".utf8)[...]
        message.bootFile = Array("x.cfg".utf8)[...]
        let encoded = message.encoded(limit: 448)
        #expect(encoded.leftOut.map(\.rawValue) == [201])
        let read = try read(encoded)
        #expect(text(read.serverName.prefix(7)) == "bellhop")
        #expect(text(read.bootFile.prefix(5)) == "x.cfg")
    }

    @Test(arguments: [0, 100, 239, 240, 241, 244, 245, 250, 300])
    func `O5 no limit is too small to be survived`(limit: Int) throws {
        let message = inform([(200, filled(100)), (82, filled(20))])
        let encoded = message.encoded(limit: limit)
        _ = try read(encoded)
        #expect(encoded.bytes.count == 300)
    }

    // MARK: O6

    @Test func `O6 parts of one option are one option`() throws {
        let message = try HexSample("good/option-in-parts").message()
        #expect(text(message.options[.vendorEncapsulated]) == "B\u{5}http://x")
        #expect(message.options.codes.map(\.rawValue) == [53, 43, 60])
    }

    @Test(arguments: [
        ("one part", 255, [255]), ("one octet over", 256, [255, 1]), ("two full parts", 510, [255, 255]),
        ("three parts", 511, [255, 255, 1]),
        ("none", 0, [0]),
    ])
    func `O6 a value over 255 octets is split and comes back whole`(name: String, length: Int, parts: [Int]) throws {
        let value = (0..<length).map { UInt8($0 & 0xff) }
        let encoded = inform([(.vendorEncapsulated, value)]).encoded(limit: 1472)
        var reader = ByteReader(encoded.bytes[243...])
        for part in parts {
            #expect(try reader.byte() == 43)
            #expect(try Int(reader.byte()) == part)
            try reader.skip(part)
        }
        #expect(try reader.byte() == 255)
        #expect(try read(encoded).options[.vendorEncapsulated] == value[...])
    }

    @Test func `O6 a split option never crosses into another field`() throws {
        // 300 octets do not fit in the options field and are too many for file: left out, not cut.
        let encoded = inform([(.vendorEncapsulated, filled(300)), (.userClass, [7])]).encoded(limit: 548)
        #expect(encoded.leftOut == [.vendorEncapsulated])
        let read = try read(encoded)
        #expect(read.options[.vendorEncapsulated] == nil)
        #expect(read.options[.userClass] == [7])
    }

    // MARK: O7

    @Test func `O7 option 82 is the last, and whole`() throws {
        let relay: [UInt8] = [1, 4, 0x65, 0x74, 0x68, 0x31]
        let encoded = inform([(.relayAgentInformation, relay), (.tftpServerName, [1])]).encoded()
        #expect(encoded.bytes[243..<255] == [66, 1, 1, 82, 6, 1, 4, 0x65, 0x74, 0x68, 0x31, 255])
        #expect(encoded.leftOut.isEmpty)
    }

    @Test func `O7 option 82 stays in the options field when others have to leave it`() throws {
        let relay = filled(20, 9)
        let encoded = inform([(.relayAgentInformation, relay), (200, filled(60)), (201, filled(40))]).encoded(limit: 240 + 100)
        #expect(encoded.leftOut.isEmpty)
        // Behind option 52, and END behind it.
        let end = try #require(encoded.bytes[240...].indices.first { Array(encoded.bytes[$0...].prefix(3)) == [52, 1, 1] }) + 3
        #expect(Array(encoded.bytes[end..<(end + 23)]) == [82, 20] + relay + [255])
        #expect(try read(encoded).options[.relayAgentInformation] == relay[...])
    }

    @Test func `O7 option 82 is left out where it does not fit`() throws {
        let encoded = inform([(.relayAgentInformation, filled(255)), (200, filled(200))]).encoded(limit: 548)
        #expect(encoded.leftOut.contains(.relayAgentInformation))
        let read = try read(encoded)
        #expect(read.options[.relayAgentInformation] == nil)
        #expect(read.options[200] == filled(200)[...])
    }

    // MARK: Round trips

    @Test(arguments: try HexSample.all(in: ["good", "odd"]))
    func `what was read is written and reads the same, unknown options too`(_ sample: HexSample) throws {
        let message = try sample.message()
        let encoded = message.encoded(limit: 65_000)
        #expect(encoded.leftOut.isEmpty)
        #expect(try inTypeFirstOrder(read(encoded)) == inTypeFirstOrder(message))
    }
}

/// Encoding puts 53 first and 82 last: equality asks no more of the order than that.
func inTypeFirstOrder(_ message: DHCPMessage) -> DHCPMessage {
    var ordered = message
    ordered.options = DHCPOptions([])
    let all = message.options.all
    for option in all where option.code == .messageType { ordered.options[option.code] = option.value }
    for option in all where option.code != .messageType && option.code != .relayAgentInformation {
        ordered.options[option.code] = option.value
    }
    for option in all where option.code == .relayAgentInformation { ordered.options[option.code] = option.value }
    return ordered
}
