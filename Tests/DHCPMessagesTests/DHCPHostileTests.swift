import DHCPMessages
import Foundation
import Packets
import TestSupport
import Testing

/// T4
@Suite struct DHCPHostileTests {
    static let faults: [(String, DHCPFault)] = [
        ("empty", .truncatedHeader(length: 0)),
        ("cut-in-header", .truncatedHeader(length: 35)),
        ("cut-in-cookie", .truncatedHeader(length: 239)),
        ("no-cookie", .noMagicCookie),
        ("cookie-wrong", .noMagicCookie),
        ("hlen-17", .hardwareLength(17)),
        ("hlen-255", .hardwareLength(255)),
        ("option-without-length", .truncatedOption(.vendorClass)),
        ("option-past-end", .optionPastEnd(.vendorClass)),
        ("option-255-long-past-end", .optionPastEnd(.parameterRequestList)),
        ("overload-0", .overloadValue(0)),
        ("overload-4", .overloadValue(4)),
        ("overload-255", .overloadValue(255)),
        ("option-past-end-of-sname", .optionPastEnd(.hostName)),
        ("option-past-end-of-file", .optionPastEnd(.hostName)),
    ]

    @Test(arguments: faults)
    func `T4 a hostile message is refused for its fault`(_ name: String, _ fault: DHCPFault) throws {
        let sample = try HexSample("hostile/\(name)")
        #expect(throws: fault) { try sample.message() }
        #expect(!fault.sentence.isEmpty)
    }

    @Test func `T4 every hostile sample has its fault`() throws {
        #expect(try HexSample.names(in: "hostile") == DHCPHostileTests.faults.map(\.0).sorted())
        let kinds = Set(DHCPHostileTests.faults.map { String("\($0.1)".prefix { $0 != "(" }) })
        #expect(kinds.count == 6)
    }

    /// What is wrong with these does not keep them from being read: type, Ethernet address, host name, codes.
    struct Odd: Sendable, CustomTestStringConvertible {
        var sample: String
        var type: DHCPMessageType? = .inform
        var mac: MACAddress? = phone
        var hostName: String? = nil
        var codes: [UInt8] = [53]

        var testDescription: String { sample }
    }

    static let odd: [Odd] = [
        Odd(sample: "hlen-0", mac: nil),
        Odd(sample: "hlen-7", mac: nil),
        Odd(sample: "htype-token-ring", mac: nil),
        Odd(sample: "chaddr-multicast", mac: nil),
        Odd(sample: "chaddr-zero", mac: nil),
        Odd(sample: "no-options", type: nil, codes: []),
        Odd(sample: "no-end", codes: [53, 60]),
        Odd(sample: "options-behind-end"),
        Odd(sample: "pad-flood"),
        Odd(sample: "overload-twice"),
        Odd(sample: "overload-in-sname", hostName: "yes", codes: [53, 12]),
        Odd(sample: "overload-without-end", hostName: String(repeating: "a", count: 62), codes: [53, 12]),
        Odd(sample: "type-of-two-octets", type: nil),
        Odd(sample: "type-twice", type: nil),
        Odd(sample: "type-empty", type: nil),
        Odd(sample: "maximum-size-below-576", codes: [53, 57]),
        Odd(sample: "maximum-size-of-three-octets", codes: [53, 57]),
        Odd(sample: "relay-option-garbage", codes: [53, 82]),
        Odd(sample: "vendor-options-garbage", codes: [53, 43, 125]),
        Odd(sample: "reply", type: .acknowledge, codes: [53, 54]),
    ]

    @Test(arguments: odd)
    func `T4 what is merely odd is read`(_ row: Odd) throws {
        let message = try HexSample("odd/\(row.sample)").message()
        #expect(message.type == row.type)
        #expect(message.clientMAC == row.mac)
        #expect(text(message.options[.hostName]) == row.hostName)
        #expect(message.options.codes.map(\.rawValue) == row.codes)
        #expect(message.replyLimit == 548)
    }

    @Test func `T4 every odd sample is listed`() throws {
        #expect(try HexSample.names(in: "odd") == DHCPHostileTests.odd.map(\.sample).sorted())
    }

    @Test func `T4 an option in 254 parts of 255 octets is joined`() throws {
        // As many as the longest datagram holds.
        var bytes = inform().encoded().bytes.prefix(243)
        let part = [43, 255] + [UInt8](repeating: 7, count: 255)
        for _ in 0..<254 { bytes += part }
        bytes.append(255)
        let message = try DHCPMessage(decoding: bytes)
        #expect(message.options[.vendorEncapsulated]?.count == 254 * 255)
        #expect(message.options.codes.map(\.rawValue) == [53, 43])
    }

    @Test func `T4 thirty thousand empty parts are joined`() throws {
        var bytes = inform().encoded().bytes.prefix(243)
        for _ in 0..<30_000 { bytes += [254, 0] }
        let message = try DHCPMessage(decoding: bytes)
        #expect(message.options[254] == [])
    }

    // MARK: Prefixes and mutations

    @Test(arguments: try HexSample.all())
    func `every beginning of every sample is read or refused`(_ sample: HexSample) {
        for count in stride(from: 0, through: sample.bytes.count, by: sample.bytes.count > 600 ? 7 : 1) {
            exercise(sample.bytes.prefix(count))
        }
    }

    @Test func `changed bytes are read or refused`() throws {
        var generator = SeededGenerator(named: "DHCP_MUTATION")
        let rounds = SeededGenerator.rounds("DHCP_MUTATION", usually: 100)
        let telling: [UInt8] = [0, 1, 2, 3, 4, 16, 17, 43, 52, 53, 54, 57, 60, 61, 66, 82, 125, 128, 254, 255]
        for sample in try HexSample.all() {
            for _ in 0..<rounds {
                var bytes = sample.bytes
                for _ in 0..<Int.random(in: 1...6, using: &generator) where !bytes.isEmpty {
                    // Most of a message is header: every second change goes to the options.
                    let behindHeader = bytes.count > 240 && Bool.random(using: &generator)
                    let at = Int.random(in: (behindHeader ? 240 : 0)..<bytes.count, using: &generator)
                    switch Int.random(in: 0..<4, using: &generator) {
                    case 0: bytes[at] = UInt8.random(in: .min ... .max, using: &generator)
                    case 1: bytes[at] = telling.randomElement(using: &generator) ?? 0
                    case 2: bytes.remove(at: at)
                    default: bytes.insert(telling.randomElement(using: &generator) ?? 0, at: at)
                    }
                }
                exercise(bytes[...])
            }
        }
    }
}

/// What decodes encodes, and decodes the same; and everything of it can be asked for and printed.
func exercise(_ bytes: ArraySlice<UInt8>) {
    do throws(DHCPFault) {
        let message = try DHCPMessage(decoding: bytes)
        _ = (message.type?.name, message.clientMAC, message.wantsBroadcast)
        for option in message.options.all {
            let text = option.code.text(of: option.value)
            if !text.utf8.allSatisfy({ (0x20...0x7e).contains($0) }) {
                Issue.record("\(hexText(bytes)) prints what is not printable")
            }
        }
        let encoded = message.encoded(limit: 65_000)
        let again = try? DHCPMessage(decoding: encoded.bytes[...])
        if !encoded.leftOut.isEmpty || again.map(inTypeFirstOrder) != inTypeFirstOrder(message) {
            Issue.record("\(hexText(bytes)) does not come back")
        }
        let reply = DHCPMessage(replyingTo: message, type: .acknowledge, server: server).encoded(limit: message.replyLimit)
        if (try? DHCPMessage(decoding: reply.bytes[...]))?.type != .acknowledge {
            Issue.record("\(hexText(bytes)) cannot be replied to")
        }
    } catch {
        if error.sentence.isEmpty { Issue.record("\(error) has no sentence") }
    }
}
