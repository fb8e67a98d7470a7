import Foundation
import Packets
import TFTPTransfers
import TestSupport
import Testing

struct PacketTests {
    /// Each kind of packet, field by field, and what it reads as.
    static let samples: [(hex: String, packet: TFTPPacket)] = [
        (
            """
            0001                              # RRQ
            7370613530342e636667 00           # spa504.cfg
            4f43544554 00                     # OCTET, as some write it
            """, .readRequest(TFTPRequest("spa504.cfg", mode: "OCTET"))
        ),
        (
            """
            0001                              # RRQ
            636667303030623832 00             # cfg000b82
            6f63746574 00                     # octet
            7473697a65 00 30 00               # tsize 0
            6772616e6473747265616d5f4d4f44454c 00 47585032303030 00   # grandstream_MODEL GXP2000
            626c6b73697a65 00 31343638 00     # blksize 1468
            """,
            .readRequest(
                TFTPRequest(
                    "cfg000b82",
                    options: [
                        TFTPOption("tsize", "0"), TFTPOption("grandstream_MODEL", "GXP2000"), TFTPOption("blksize", "1468"),
                    ]))
        ),
        ("0002 6c6f67 00 6e65746173636969 00", .writeRequest(TFTPRequest("log", mode: "netascii"))),
        ("0003 ffff 01020304", .data(block: 65_535, bytes: [1, 2, 3, 4])),
        ("0003 0001", .data(block: 1, bytes: [])),
        ("0004 0100", .acknowledgement(block: 256)),
        ("0005 0001 6e6f 00", .error(TFTPError(.fileNotFound, "no"))),
        ("0005 0063 00", .error(TFTPError(TFTPErrorCode(rawValue: 99), ""))),
        (
            "0006 426c6b53697a65 00 31343332 00 7473697a65 00 37 00",
            .optionAcknowledgement([TFTPOption("BlkSize", "1432"), TFTPOption("tsize", "7")])
        ),
        ("0006", .optionAcknowledgement([])),
    ]

    @Test(arguments: samples)
    func `a packet is read as its fields say and written the same`(_ hex: String, _ packet: TFTPPacket) throws {
        let bytes = try octets(hex)
        #expect(try TFTPPacket(decoding: bytes[...]) == packet)
        #expect(packet.encoded() == bytes)
    }

    static let refused: [(hex: String, fault: TFTPFault, answer: TFTPErrorCode?)] = [
        ("", .tooShort(.opcode, 0), nil),
        ("00", .tooShort(.opcode, 1), nil),
        ("0000", .unknownOpcode(0), .illegalOperation),
        ("0007 0000", .unknownOpcode(7), .illegalOperation),
        ("0100 61 00 6f63746574 00", .unknownOpcode(256), .illegalOperation),
        ("0001", .missingNUL(.fileName), .illegalOperation),
        ("0001 616263", .missingNUL(.fileName), .illegalOperation),
        ("0001 00 6f63746574 00", .emptyName, .illegalOperation),
        ("0001 61 00", .missingNUL(.mode), .illegalOperation),
        ("0001 61 00 6f63746574", .missingNUL(.mode), .illegalOperation),
        ("0001 61 00 6f63746574 00 62", .missingNUL(.optionName), .illegalOperation),
        ("0001 61 00 6f63746574 00 62 00", .optionWithoutValue, .illegalOperation),
        ("0001 61 00 6f63746574 00 62 00 31", .missingNUL(.optionValue), .illegalOperation),
        ("0002 00", .emptyName, .illegalOperation),
        ("0003", .tooShort(.data, 0), nil),
        ("0003 00", .tooShort(.data, 1), nil),
        ("0004 00", .tooShort(.acknowledgement, 1), nil),
        ("0005 00", .tooShort(.error, 1), nil),
        ("0006 62 00", .optionWithoutValue, .illegalOperation),
    ]

    @Test(arguments: refused)
    func `what is no packet is refused by its fault`(_ hex: String, _ fault: TFTPFault, _ answer: TFTPErrorCode?) throws {
        let bytes = try octets(hex)
        #expect(throws: fault) { try TFTPPacket(decoding: bytes[...]) }
        #expect(!fault.sentence.isEmpty)
        #expect(fault.answer?.code == answer)
    }

    @Test func `F6 a request of 512 bytes is read and one of 513 dropped`() throws {
        let name = String(repeating: "n", count: 512 - 2 - 1 - 6)
        let most = TFTPPacket.readRequest(TFTPRequest(name)).encoded()
        #expect(most.count == 512)
        #expect(try TFTPPacket(decoding: most[...]) == .readRequest(TFTPRequest(name)))
        let over = TFTPPacket.readRequest(TFTPRequest(name + "n")).encoded()
        #expect(throws: TFTPFault.requestTooLong(513)) { try TFTPPacket(decoding: over[...]) }
        #expect(TFTPFault.requestTooLong(513).answer == nil)
    }

    @Test func `F7 more data than the largest block is refused`() throws {
        let most = TFTPPacket.data(block: 1, bytes: Array(repeating: 0, count: 65_464)[...]).encoded()
        #expect(throws: Never.self) { try TFTPPacket(decoding: most[...]) }
        #expect(throws: TFTPFault.dataTooLong(65_465)) { try TFTPPacket(decoding: (most + [0])[...]) }
    }

    @Test func `NULs after a request are padding`() throws {
        let bytes = try octets("0001 61 00 6f63746574 00 626c6b73697a65 00 3830 00") + [0, 0, 0]
        #expect(try TFTPPacket(decoding: bytes[...]) == .readRequest(TFTPRequest("a", options: [TFTPOption("blksize", "80")])))
    }

    @Test func `F8 an ERROR without its NUL is an ERROR, and what follows an ACK is not looked at`() throws {
        #expect(try TFTPPacket(decoding: octets("0005 0000 6e6f")[...]) == .error(TFTPError(.undefined, "no")))
        #expect(try TFTPPacket(decoding: octets("0004 0003 ffffff")[...]) == .acknowledgement(block: 3))
    }

    @Test func `nothing written can smuggle a NUL`() throws {
        let request = TFTPRequest("a\0octet\0evil", mode: "octet\0x", options: [TFTPOption("blk\0size", "1\0002")])
        let read = try TFTPPacket(decoding: TFTPPacket.readRequest(request).encoded()[...])
        #expect(read == .readRequest(TFTPRequest("a", options: [TFTPOption("blk", "1")])))
        #expect(TFTPPacket.error(TFTPError(.undefined, "a\0b")).encoded().count == 6)
    }

    @Test func `F6 options are found in any case, and the first of repeated ones`() {
        let options = [TFTPOption("BLKSIZE", "1"), TFTPOption("blksize", "2"), TFTPOption("x-Own", "\u{fc}")]
        #expect(options["BlkSize"] == Array("1".utf8))
        #expect(options["X-OWN"] == Array("\u{fc}".utf8))
        #expect(options["blksiz"] == nil)
    }

    @Test func `an old Grandstream tells who it is in its options`() {
        let told = TFTPRequest(
            "cfg000b82aabbcc",
            options: [
                TFTPOption("grandstream_ID", "000b82aabbcc"), TFTPOption("grandstream_NAT", "0"),
                TFTPOption("grandstream_MODEL", "HT486"), TFTPOption("grandstream_REV_PHONE", "1.0.3.64"),
            ])
        #expect(told.identity?.model == Array("HT486".utf8))
        #expect(told.identity?.identifier == Array("000b82aabbcc".utf8))
        #expect(told.identity?.version == Array("1.0.3.64".utf8))
        #expect(TFTPRequest("a", options: [TFTPOption("blksize", "8")]).identity == nil)
    }

    @Test func `a name that is not UTF-8 keeps its bytes and has no text`() {
        #expect(TFTPRequest(name: [0x66, 0xfc], mode: "octet".utf8).fileName == nil)
        #expect(TFTPRequest("f\u{fc}").fileName == "f\u{fc}")
    }

    @Test func `a peer's message is shown in printable ASCII and cut`() {
        #expect(TFTPError(.undefined, "a\u{1b}[31m\r\n").text == "a?[31m??")
        #expect(TFTPError(.undefined, String(repeating: "x", count: 500)).text.count == 120)
    }

    // MARK: Prefixes and mutations

    @Test(arguments: samples)
    func `every beginning of every sample is read or refused`(_ hex: String, _ packet: TFTPPacket) throws {
        let bytes = try octets(hex)
        for count in 0...bytes.count { exercise(bytes.prefix(count)) }
    }

    @Test func `changed bytes are read or refused`() throws {
        var generator = SeededGenerator(named: "TFTP_MUTATION")
        let rounds = SeededGenerator.rounds("TFTP_MUTATION", usually: 500)
        let telling: [UInt8] = [0, 1, 2, 3, 4, 5, 6, 7, 0x30, 0x39, 0x2d, 0x0a, 0x0d, 0x80, 0xff]
        for sample in PacketTests.samples {
            let whole = try octets(sample.hex)
            for _ in 0..<rounds {
                var bytes = whole
                for _ in 0..<Int.random(in: 1...4, using: &generator) where !bytes.isEmpty {
                    let at = Int.random(in: bytes.indices, using: &generator)
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

    /// What decodes encodes, and decodes the same; and everything can be asked of it.
    private func exercise(_ bytes: ArraySlice<UInt8>) {
        do throws(TFTPFault) {
            let packet = try TFTPPacket(decoding: bytes)
            // A message without its NUL grows by one.
            let again = try? TFTPPacket(decoding: packet.encoded()[...])
            #expect(again == packet)
            if case .readRequest(let request) = packet {
                _ = request.identity
                _ = request.fileName
                _ = request.negotiated(size: .max, limits: TransferLimits())
            }
            if case .error(let error) = packet { _ = error.text }
        } catch {
            #expect(!error.sentence.isEmpty)
            _ = error.answer
        }
    }
}
