import Packets
import TestSupport
import Testing

private let group = IPv4Address(224, 0, 1, 75)
private let other = IPv4Address(239, 1, 2, 3)

/// IGMP as payload of an IPv4 packet, with its checksum put in.
private func message(_ hex: String) throws -> [UInt8] {
    var bytes = try octets(hex)
    var sum = InternetChecksum()
    sum.add(bytes[...])
    bytes.replaceSubrange(2..<4, with: [UInt8(sum.complement >> 8), UInt8(sum.complement & 0xff)])
    return bytes
}

private func query(
    _ version: IGMPVersion, group: IPv4Address? = nil, _ code: UInt8, robustness: UInt8 = 0, interval: UInt8 = 0,
    sources: [IPv4Address] = []
) -> IGMPMessage {
    var query = IGMPQuery(version, group: group, responseCode: code)
    (query.robustness, query.intervalCode, query.sources) = (robustness, interval, sources)
    return .query(query)
}

@Suite struct IGMPMessageTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var hex: String
        var message: IGMPMessage
        /// Whether it is written just as it was read.
        var isExact = true

        init(_ what: String, _ hex: String, _ message: IGMPMessage, isExact: Bool = true) {
            (testDescription, self.hex, self.message, self.isExact) = (what, hex, message, isExact)
        }
    }

    static let rows: [Row] = [
        Row("RFC 3376 §7.1 eight octets and no time are a query of version 1", "11 00 0000 00000000", query(.one, 0)),
        Row("RFC 1112 a query of version 1 names no group", "11 00 0000 e000014b", query(.one, 0), isExact: false),
        Row("RFC 3376 §7.1 eight octets and a time are one of version 2", "11 64 0000 00000000", query(.two, 100)),
        Row("RFC 2236 §2.4 a query for one group", "11 0a 0000 e000014b", query(.two, group: group, 10)),
        Row(
            "RFC 3376 §7.1 twelve octets are a query of version 3", "11 64 0000 00000000 02 7d 0000",
            query(.three, 100, robustness: 2, interval: 125)),
        Row(
            "RFC 3376 §7.1 also without a time", "11 00 0000 00000000 00 00 0000", query(.three, 0)),
        Row(
            "RFC 3376 §4.1 for one group from two sources", "11 0a 0000 e000014b 02 14 0002 c0a83201 c0a83202",
            query(
                .three, group: group, 10, robustness: 2, interval: 20,
                sources: [IPv4Address(192, 168, 50, 1), IPv4Address(192, 168, 50, 2)])),
        Row(
            "RFC 3376 §4.1.10 what follows a query is ignored", "11 64 0000 00000000 02 7d 0000 ffffff",
            query(.three, 100, robustness: 2, interval: 125), isExact: false),
        Row("RFC 1112 a report of version 1", "12 00 0000 e000014b", .report(group, .one)),
        Row("RFC 2236 §2 a report of version 2", "16 00 0000 e000014b", .report(group, .two)),
        Row(
            "RFC 2236 §2.5 what follows a report is ignored", "16 00 0000 e000014b 01020304", .report(group, .two), isExact: false
        ),
        Row("RFC 2236 §2 a leave", "17 00 0000 e000014b", .leave(group)),
        Row(
            "RFC 3376 §4.2 a report of version 3", "22 00 0000 0000 0002 04 00 0000 e000014b 01 00 0001 ef010203 c0a83201",
            .records([
                IGMPRecord(.changeToExclude, group), IGMPRecord(.isInclude, other, sources: [IPv4Address(192, 168, 50, 1)]),
            ])),
        Row(
            "RFC 3376 §4.2.10 auxiliary data is skipped", "22 00 0000 0000 0002 02 01 0000 e000014b 01020304 02 00 0000 ef010203",
            .records([IGMPRecord(.isExclude, group), IGMPRecord(.isExclude, other)]), isExact: false),
    ]

    @Test(arguments: rows)
    func `a message is read, and written the same`(_ row: Row) throws {
        let bytes = try message(row.hex)
        #expect(try IGMPMessage(decoding: bytes[...]) == row.message)
        let encoded = try #require(row.message.encoded())
        #expect(try IGMPMessage(decoding: encoded[...]) == row.message)
        if row.isExact { #expect(hexText(encoded) == hexText(bytes)) }
        // A shorter one may be an older one; what is asserted is that none traps.
        for count in bytes.indices { _ = try? IGMPMessage(decoding: bytes.prefix(count)) }
    }

    @Test(
        arguments: [
            ("RFC 2236 §2 of fewer than eight octets", "11 64 0000 000000", .truncated),
            ("RFC 3376 §7.1 a query of nine octets", "11 64 0000 00000000 02", .queryLength(9)),
            ("RFC 3376 §7.1 a query of eleven octets", "11 64 0000 00000000 020000", .queryLength(11)),
            ("RFC 3376 §4.1.8 more sources than there are", "11 64 0000 e000014b 02 7d ffff c0a83201", .truncated),
            ("RFC 3376 §4.2.3 more records than there are", "22 00 0000 0000 ffff 04 00 0000 e000014b", .truncated),
            ("RFC 3376 §4.2.6 auxiliary data past the end", "22 00 0000 0000 0001 04 ff 0000 e000014b", .truncated),
            ("RFC 3376 §4.2.7 sources past the end", "22 00 0000 0000 0001 04 00 ffff e000014b", .truncated),
            ("a query for a host", "11 64 0000 c0a83201", .notAGroup(IPv4Address(192, 168, 50, 1))),
            ("a report of nothing", "16 00 0000 00000000", .notAGroup(.any)),
            ("RFC 3376 §4 another type", "13 00 0000 e000014b", .unknownType(0x13)),
        ] as [(String, String, IGMPFault)])
    func `T5 a hostile message is refused for its fault`(what: String, hex: String, fault: IGMPFault) throws {
        let bytes = try message(hex)
        #expect(throws: fault) { try IGMPMessage(decoding: bytes[...]) }
    }

    @Test func `RFC 3376 §4.1.2 a message whose checksum is wrong is not processed`() throws {
        var bytes = try message("11 64 0000 00000000")
        bytes[1] = 99
        #expect(throws: IGMPFault.checksum) { try IGMPMessage(decoding: bytes[...]) }
    }

    @Test(
        arguments: [
            (0x7f, 127), (0x80, 128), (0x8f, 248), (0x90, 256), (0xff, 31_744),
        ] as [(UInt8, UInt64)])
    func `RFC 3376 §4.1.1 §4.1.7 codes from 128 on are floating`(code: UInt8, value: UInt64) {
        var query = IGMPQuery(.three, responseCode: code)
        query.intervalCode = code
        #expect(query.responseTime == value)
        #expect(query.interval == value)
        #expect(IGMPQuery(.two, responseCode: code).responseTime == UInt64(code))
        #expect(IGMPQuery(.one, responseCode: 0).responseTime == 100)
    }

    @Test func `a message longer than a packet can be is not written`() {
        let records = [IGMPRecord](repeating: IGMPRecord(.isExclude, group), count: 8188)
        #expect(IGMPMessage.records(records).encoded() == nil)
        #expect(IGMPMessage.records(Array(records.dropLast())).encoded()?.count == 65_504)
        let sources = [IPv4Address](repeating: .any, count: 70_000)
        #expect(IGMPMessage.records([IGMPRecord(.isInclude, group, sources: sources)]).encoded() == nil)
    }
}

@Suite struct IGMPFrameTests {
    private let mac = MACAddress(bits: 0x0200_0000_0001)
    private let address = IPv4Address(192, 168, 50, 1)

    @Test func `RFC 3376 §4 a report goes out with TTL 1, precedence 0xc0 and Router Alert`() throws {
        let frame = IGMPFrame(
            from: mac, address, tags: [VLANTag(control: 20)], .records([IGMPRecord(.changeToExclude, group)]))
        let expected = """
            01 00 5e 00 00 16  # destination: 224.0.0.22
            02 00 00 00 00 01  # source
            81 00 00 14        # VLAN 20
            08 00              # IPv4
            46 c0 00 28        # version, header of 6 words, internetwork control, total length
            00 00 40 00        # identification 0, don't fragment
            01 02 11 50        # time to live 1, IGMP, header checksum
            c0 a8 32 01        # from
            e0 00 00 16        # to
            94 04 00 00        # Router Alert (RFC 2113)
            22 00 f8 b2        # version 3's report, checksum
            00 00 00 01        # one record
            04 00 00 00        # change to exclude, no sources
            e0 00 01 4b        # the group
            """
        #expect(try hexText(frame.encoded() ?? []) == hexText(octets(expected)))
    }

    @Test(
        arguments: [
            (.query(IGMPQuery(.two, responseCode: 100)), "224.0.0.1", "01:00:5e:00:00:01"),
            (.query(IGMPQuery(.two, group: group, responseCode: 10)), "224.0.1.75", "01:00:5e:00:01:4b"),
            (.report(group, .one), "224.0.1.75", "01:00:5e:00:01:4b"), (.report(group, .two), "224.0.1.75", "01:00:5e:00:01:4b"),
            (.leave(group), "224.0.0.2", "01:00:5e:00:00:02"),
            (.records([IGMPRecord(.isExclude, group)]), "224.0.0.22", "01:00:5e:00:00:16"),
        ] as [(IGMPMessage, String, String)])
    func `RFC 2236 §3 RFC 3376 §4.2.14 each message goes where it belongs, and reads back`(
        message: IGMPMessage, address: String, hardware: String
    ) throws {
        let frame = IGMPFrame(from: mac, self.address, message)
        #expect(frame.destination == IPv4Address(address) && frame.destinationMAC == MACAddress(hardware))
        let encoded = try #require(frame.encoded())
        #expect(try IGMPFrame(decoding: encoded[...]) == frame)
        #expect(throws: FrameFault.notUDP(protocolNumber: 2)) { try UDPFrame(decoding: encoded[...]) }
        for count in encoded.indices { #expect(throws: IGMPFault.self) { try IGMPFrame(decoding: encoded.prefix(count)) } }
    }

    @Test(arguments: FrameFaultTests.faults)
    func `T5 a hostile frame is refused for its fault, and for its protocol where the fault is the datagram's`(
        _ name: String, _ fault: FrameFault
    ) throws {
        let sample = try HexSample("hostile/\(name)")
        let expected: IGMPFault =
            switch fault {
            case .notUDP(let number): .notIGMP(protocolNumber: number)
            case .sourceAddressNotAHost, .truncatedUDP, .udpLengthTooShort, .udpLengthPastPacket, .udpChecksum, .sourcePortZero:
                .notIGMP(protocolNumber: 17)
            default: .frame(fault)
            }
        #expect(throws: expected) { try IGMPFrame(decoding: sample.bytes[...]) }
    }

    @Test(arguments: [
        .broadcast, IPv4Address(224, 0, 1, 75), IPv4Address(127, 0, 0, 1), IPv4Address(0, 0, 0, 1), IPv4Address(240, 0, 0, 1),
    ])
    func `T5 IGMP from an address that no host has is refused`(_ source: IPv4Address) throws {
        let encoded = try #require(IGMPFrame(from: mac, source, .leave(group)).encoded())
        #expect(throws: IGMPFault.frame(.sourceAddressNotAHost(source))) { try IGMPFrame(decoding: encoded[...]) }
    }

    @Test func `changed octets are read or refused, and what is read can be written and comes back`() throws {
        var generator = SeededGenerator(named: "IGMP_MUTATION")
        for row in IGMPMessageTests.rows {
            for _ in 0..<SeededGenerator.rounds("IGMP_MUTATION", usually: 400) {
                var bytes = try message(row.hex)
                let at = Int.random(in: bytes.indices, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: bytes[at] = UInt8.random(in: .min ... .max, using: &generator)
                case 1: bytes.remove(at: at)
                default: bytes.insert(UInt8.random(in: .min ... .max, using: &generator), at: at)
                }
                guard bytes.count >= 4 else { continue }
                bytes.replaceSubrange(2..<4, with: [0, 0])
                var sum = InternetChecksum()
                sum.add(bytes[...])
                bytes.replaceSubrange(2..<4, with: [UInt8(sum.complement >> 8), UInt8(sum.complement & 0xff)])
                guard let read = try? IGMPMessage(decoding: bytes[...]) else { continue }
                let written = try #require(read.encoded())
                #expect(try IGMPMessage(decoding: written[...]) == read, "\(hexText(bytes))")
            }
        }
    }
}
