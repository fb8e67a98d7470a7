import Foundation
import Packets
import TestSupport
import Testing

extension HexSample {
    func frame() throws -> UDPFrame {
        try UDPFrame(decoding: bytes[...])
    }
}

@Suite struct FrameDecodingTests {
    static let phone = MACAddress(bits: 0x0004_1312_3456)

    /// What must be read of one good sample.
    struct Reading: Sendable, CustomTestStringConvertible {
        var sample: String
        var tags: [VLANTag] = []
        var source = IPv4Address(192, 168, 50, 31)
        var payload = "phone"

        var testDescription: String { sample }
    }

    static let readings: [Reading] = [
        Reading(sample: "untagged"),
        Reading(sample: "tagged", tags: [VLANTag(control: 0xa014)]),
        Reading(sample: "qinq", tags: [VLANTag(type: 0x88a8, control: 5), VLANTag(control: 20)]),
        Reading(sample: "qinq-before-802.1ad", tags: [VLANTag(type: 0x9100, control: 5), VLANTag(control: 20)]),
        Reading(sample: "padded"),
        Reading(sample: "udp-shorter-than-ip"),
        Reading(sample: "ip-options"),
        Reading(sample: "no-checksum"),
        Reading(sample: "offloaded-checksum"),
        Reading(sample: "dont-fragment"),
        Reading(sample: "from-nowhere", source: .any),
        Reading(sample: "empty-datagram", payload: ""),
    ]

    @Test(arguments: readings)
    func `a good frame is read, and nothing behind its datagram`(_ reading: Reading) throws {
        let frame = try HexSample("good/\(reading.sample)").frame()
        #expect(frame.sourceMAC == FrameDecodingTests.phone)
        #expect(frame.destinationMAC == .broadcast)
        #expect(frame.tags == reading.tags)
        #expect(frame.source == reading.source)
        #expect(frame.destination == .broadcast)
        #expect(frame.sourcePort == 68)
        #expect(frame.destinationPort == 67)
        #expect(String(decoding: frame.payload, as: UTF8.self) == reading.payload)
    }

    @Test func `every good sample is listed`() throws {
        #expect(try HexSample.names(in: "good") == FrameDecodingTests.readings.map(\.sample).sorted())
    }

    @Test func `a tag's identifier is its lower twelve bits`() throws {
        #expect(try HexSample("good/tagged").frame().tags.map(\.identifier) == [20])
    }

    @Test(arguments: readings)
    func `what is written reads back the same`(_ reading: Reading) throws {
        let frame = try HexSample("good/\(reading.sample)").frame()
        let encoded = try #require(frame.encoded())
        #expect(try UDPFrame(decoding: encoded[...]) == frame)
        #expect(encoded.count == 14 + 4 * frame.tags.count + 20 + 8 + frame.payload.count)
    }

    @Test func `a frame is written to the byte`() throws {
        let frame = UDPFrame(
            from: FrameDecodingTests.phone, IPv4Address(192, 168, 50, 31), port: 68, to: .broadcast, .broadcast, port: 67,
            tags: [VLANTag(control: 0xa014)], payload: Array("phone".utf8))
        let expected = """
            ff ff ff ff ff ff  # destination
            00 04 13 12 34 56  # source
            81 00 a0 14        # tag: priority 5, VLAN 20
            08 00              # IPv4
            45 00 00 21        # version, header of 5 words, total length
            00 00 40 00        # identification 0, don't fragment
            40 11 48 05        # time to live 64, UDP, header checksum
            c0 a8 32 1f        # from
            ff ff ff ff        # to
            00 44 00 43        # ports
            00 0d c7 ae        # UDP length and checksum
            70 68 6f 6e 65     # payload
            """
        #expect(try hexText(frame.encoded() ?? []) == hexText(octets(expected)))
    }

    /// RFC 768: "If the computed checksum is zero, it is transmitted as all ones".
    @Test func `a checksum that comes out as 0 is written as all ones`() throws {
        var frame = try HexSample("good/empty-datagram").frame()
        frame.payload = [0, 0]
        let sum = try #require(frame.encoded())[40..<42]
        frame.payload = sum
        let encoded = try #require(frame.encoded())
        #expect(encoded[40..<42] == [0xff, 0xff])
        #expect(try UDPFrame(decoding: encoded[...]) == frame)
    }

    @Test func `a payload longer than a datagram can be is not written`() throws {
        var frame = try HexSample("good/untagged").frame()
        frame.payload = [UInt8](repeating: 0, count: UDPFrame.maximumPayload)[...]
        #expect(try UDPFrame(decoding: #require(frame.encoded())[...]) == frame)
        frame.payload.append(0)
        #expect(frame.encoded() == nil)
    }

    @Test func `a frame within a larger buffer is read from where it begins`() throws {
        let bytes = try HexSample("good/qinq").bytes
        let buffer = [0xaa, 0xbb] + bytes
        #expect(try UDPFrame(decoding: buffer[2...]) == UDPFrame(decoding: bytes[...]))
    }
}

/// T5: what a header says of lengths and addresses is compared with what is there.
@Suite struct FrameFaultTests {
    static let faults: [(String, FrameFault)] = [
        ("ends-in-ethernet-header", .truncatedEthernet),
        ("ends-in-vlan-tag", .truncatedEthernet),
        ("ends-after-vlan-tag", .truncatedEthernet),
        ("source-mac-multicast", .sourceMACNotAStation),
        ("source-mac-broadcast", .sourceMACNotAStation),
        ("source-mac-zero", .sourceMACNotAStation),
        ("three-vlan-tags", .tooManyTags),
        ("ieee-802.3-length", .ieee8023Length),
        ("ieee-802.3-snap", .ieee8023Length),
        ("arp", .notIPv4(etherType: 0x0806)),
        ("ipv6", .notIPv4(etherType: 0x86dd)),
        ("ends-after-ethernet-header", .truncatedIPv4),
        ("ends-in-ip-header", .truncatedIPv4),
        ("ip-version-6", .ipVersion(6)),
        ("ip-version-0", .ipVersion(0)),
        ("ip-header-of-4-words", .ipHeaderTooShort(words: 4)),
        ("ip-header-of-0-words", .ipHeaderTooShort(words: 0)),
        ("ip-header-past-frame", .ipHeaderPastFrame),
        ("ip-length-shorter-than-header", .ipLengthShorterThanHeader),
        ("ip-length-zero", .ipLengthShorterThanHeader),
        ("ip-length-past-frame", .ipLengthPastFrame),
        ("ip-length-65535", .ipLengthPastFrame),
        ("ip-header-checksum-wrong", .ipHeaderChecksum),
        ("ip-header-checksum-zero", .ipHeaderChecksum),
        ("first-fragment", .fragment),
        ("last-fragment", .fragment),
        ("tcp", .notUDP(protocolNumber: 6)),
        ("icmp", .notUDP(protocolNumber: 1)),
        ("source-broadcast", .sourceAddressNotAHost(.broadcast)),
        ("source-multicast", .sourceAddressNotAHost(IPv4Address(224, 0, 1, 75))),
        ("source-loopback", .sourceAddressNotAHost(IPv4Address(127, 0, 0, 1))),
        ("source-this-network", .sourceAddressNotAHost(IPv4Address(0, 0, 0, 1))),
        ("source-reserved", .sourceAddressNotAHost(IPv4Address(240, 0, 0, 1))),
        ("ends-in-udp-header", .truncatedUDP),
        ("ip-length-leaves-no-udp", .truncatedUDP),
        ("udp-length-7", .udpLengthTooShort),
        ("udp-length-0", .udpLengthTooShort),
        ("udp-length-past-packet", .udpLengthPastPacket),
        ("udp-length-past-packet-within-padding", .udpLengthPastPacket),
        ("udp-checksum-wrong", .udpChecksum),
        ("source-port-zero", .sourcePortZero),
    ]

    @Test(arguments: faults)
    func `T5 a hostile frame is refused for its fault`(_ name: String, _ fault: FrameFault) throws {
        let sample = try HexSample("hostile/\(name)")
        #expect(throws: fault) { try sample.frame() }
    }

    @Test func `T5 every hostile sample has its fault`() throws {
        #expect(try HexSample.names(in: "hostile") == FrameFaultTests.faults.map(\.0).sorted())
    }

    @Test func `T5 every fault has a sentence of its own`() {
        let sentences = Set(FrameFaultTests.faults.map(\.1)).map(\.sentence)
        #expect(Set(sentences).count == sentences.count)
        #expect(FrameFault.notIPv4(etherType: 0x0806).sentence == "EtherType 0x0806 is not IPv4")
        // Each case is reached by a sample; the list grows with the enumeration.
        let kinds = Set(FrameFaultTests.faults.map { String("\($0.1)".prefix { $0 != "(" }) })
        #expect(kinds.count == 20)
    }
}

@Suite struct FrameMutationTests {
    @Test(arguments: try HexSample.all())
    func `every beginning of every sample is read or refused`(_ sample: HexSample) {
        for count in 0...sample.bytes.count { exercise(sample.bytes.prefix(count)) }
    }

    @Test func `a good frame cut short is refused`() throws {
        let bytes = try HexSample("good/qinq").bytes
        for count in 0..<bytes.count {
            #expect(throws: FrameFault.self) { try UDPFrame(decoding: bytes.prefix(count)) }
        }
    }

    @Test func `changed bytes are read or refused`() throws {
        var generator = SeededGenerator(named: "FRAME_MUTATION")
        let rounds = SeededGenerator.rounds("FRAME_MUTATION", usually: 400)
        for sample in try HexSample.all() {
            for _ in 0..<rounds {
                var bytes = sample.bytes
                for _ in 0..<Int.random(in: 1...4, using: &generator) where !bytes.isEmpty {
                    let at = Int.random(in: bytes.indices, using: &generator)
                    switch Int.random(in: 0..<4, using: &generator) {
                    case 0: bytes[at] = UInt8.random(in: .min ... .max, using: &generator)
                    case 1: bytes[at] = [0, 1, 0x45, 0x7f, 0x80, 0xff].randomElement(using: &generator) ?? 0
                    case 2: bytes.remove(at: at)
                    default: bytes.insert(UInt8.random(in: .min ... .max, using: &generator), at: at)
                    }
                }
                // A wrong header checksum would stop most of them at the door.
                if Bool.random(using: &generator) { mendHeaderChecksum(&bytes) }
                exercise(bytes[...])
            }
        }
    }

    /// What decodes encodes, and decodes the same.
    private func exercise(_ bytes: ArraySlice<UInt8>) {
        do throws(FrameFault) {
            let frame = try UDPFrame(decoding: bytes)
            guard let encoded = frame.encoded() else {
                Issue.record("\(hexText(bytes)) was read and cannot be written")
                return
            }
            if (try? UDPFrame(decoding: encoded[...])) != frame { Issue.record("\(hexText(bytes)) does not come back") }
        } catch {
            if error.sentence.isEmpty { Issue.record("\(error) has no sentence") }
        }
    }

    private func mendHeaderChecksum(_ bytes: inout [UInt8]) {
        var at = 14
        while at + 4 <= bytes.count, bytes[at - 2] != 0x08 || bytes[at - 1] != 0x00 { at += 4 }
        guard at < bytes.count else { return }
        let length = Int(bytes[at] & 0x0f) * 4
        guard length >= 20, at + length <= bytes.count else { return }
        (bytes[at + 10], bytes[at + 11]) = (0, 0)
        var sum = InternetChecksum()
        sum.add(bytes[at..<(at + length)])
        (bytes[at + 10], bytes[at + 11]) = (UInt8(sum.complement >> 8), UInt8(sum.complement & 0xff))
    }
}
