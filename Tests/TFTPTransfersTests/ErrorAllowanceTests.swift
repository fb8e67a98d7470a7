import Packets
import TFTPTransfers
import Testing

struct ErrorAllowanceTests {
    private let phone = TransferKey(IPv4Address(192, 168, 50, 7), port: 3000)
    private let missing = TFTPPacket.readRequest(TFTPRequest("absent"))

    @Test func `T6 an address gets so many ERRORs at once and so many a second, and others are not kept from theirs`() {
        var limits = DeskLimits()
        limits.errorsOfAddress = DeskLimits.Rate(perSecond: 2, atOnce: 5)
        var desk = TestDesk(limits)
        func count(from second: UInt64, _ peer: TransferKey) -> Int {
            (0..<100).count { _ in desk.received(missing, from: peer, now: second).refusal != nil }
        }
        #expect(count(from: 10 * second, phone) == 5)
        #expect(count(from: 11 * second, phone) == 2)
        #expect(count(from: 11 * second, TransferKey(IPv4Address(192, 168, 50, 8), port: 1)) == 5)
        #expect(count(from: 100 * second, phone) == 5)
        #expect(desk.received(missing, from: phone, now: 100 * second).silence == .tooManyErrors)
        // Whichever ERROR it is.
        for packet in [TFTPPacket.writeRequest(TFTPRequest("f")), acknowledge(1), .readRequest(TFTPRequest("f", mode: "mail"))] {
            #expect(desk.received(packet, from: phone, now: 100 * second).silence == .tooManyErrors)
        }
        // A file is another matter.
        #expect(desk.received(.readRequest(TFTPRequest("f")), from: phone, now: 100 * second).count == 2)
    }

    @Test func `T6 ERRORs in all are bounded, from however many addresses they are asked for`() {
        var limits = DeskLimits()
        limits.errors = DeskLimits.Rate(perSecond: 10, atOnce: 300)
        var desk = TestDesk(limits)
        func count(at now: UInt64, _ first: UInt32) -> Int {
            (first..<first + 10_000).count {
                desk.received(missing, from: TransferKey(IPv4Address(bits: $0), port: 1), now: now).refusal != nil
            }
        }
        #expect(count(at: 10 * second, 0x0a00_0000) == 300)
        #expect(count(at: 11 * second, 0x0b00_0000) == 10)
    }

    @Test func `T10 no more addresses are remembered than there is room for, and old ones make room`() {
        var limits = DeskLimits()
        limits.errors = DeskLimits.Rate(perSecond: 1_000_000, atOnce: 1_000_000)
        var desk = TestDesk(limits)
        func count(at now: UInt64, _ first: UInt32) -> Int {
            (first..<first + 6000).count {
                desk.received(missing, from: TransferKey(IPv4Address(bits: $0), port: 1), now: now).refusal != nil
            }
        }
        #expect(count(at: 10 * second, 0x0a00_0000) == 4096)
        #expect(count(at: 10 * second + 1, 0x0b00_0000) == 0)
        #expect(count(at: 12 * second, 0x0c00_0000) == 4096)
    }
}
