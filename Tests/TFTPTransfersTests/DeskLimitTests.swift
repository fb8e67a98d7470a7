import Packets
import TFTPTransfers
import Testing

/// What one asker, or all together, may have.
struct DeskLimitTests {
    private let phone = TransferKey(IPv4Address(192, 168, 50, 7), port: 3000)
    private let other = TransferKey(IPv4Address(192, 168, 50, 8), port: 3000)

    @Test func `T6 with a single port an ACK brings one DATA, whatever window was asked for`() throws {
        var desk = TestDesk(DeskLimits(hasSinglePort: true))
        let began = desk.asked("long", TFTPOption("blksize", "1024"), TFTPOption("windowsize", "64"), by: phone)
        #expect(
            try began.sent == [.optionAcknowledgement([TFTPOption("blksize", "1024"), TFTPOption("windowsize", "1")])])
        for block in UInt16(0)..<20 { #expect(try desk.received(acknowledge(block), from: phone).sent.count == 1) }
    }

    @Test func `T6 with a single port an address gets its share of DATA, and what is more in its turn`() throws {
        var limits = DeskLimits(hasSinglePort: true)
        limits.octetsOfAddress = DeskLimits.Rate(perSecond: 10_000, atOnce: 20_000)
        var desk = TestDesk(limits)
        var sent = try desk.asked("long", by: phone).sent.count
        // A forger need not see what he acknowledges.
        for block in UInt16(1)...200 { sent += try desk.received(acknowledge(block), from: phone).sent.count }
        #expect(sent == 20_000 / 516)
        #expect(desk.asked("f", by: TransferKey(phone.address, port: 9)).silence == .tooMuchData)
        #expect(try desk.asked("f", by: other).sent.count == 1)
        // A phone that acknowledges what it got has its file in the end.
        var end: TransferEnd?
        var now: UInt64 = 0
        while end == nil {
            now = try #require(desk.desk.nextDue)
            for action in desk.desk.elapsed(at: now) {
                guard case .send(let burst, phone) = action, case .data(let block, _) = try TFTPPacket(decoding: burst.bytes[...])
                else { continue }
                end = desk.received(acknowledge(block), from: phone, now: now).ends.first
            }
        }
        #expect(end == .finished)
        #expect((7 * second...9 * second).contains(now), "100,000 octets, 20,000 of them at once, by 10,000 a second")
    }

    @Test func `T10 transfers are bounded in all and for each address`() throws {
        var desk = TestDesk(DeskLimits(transfers: 3, transfersOfAddress: 2))
        for port in UInt16(1)...2 { #expect(try desk.asked("f", by: TransferKey(phone.address, port: port)).sent.count == 1) }
        #expect(desk.asked("f", by: phone).silence == .tooManyTransfersOfAddress)
        #expect(try desk.asked("f", by: other).sent.count == 1)
        #expect(desk.asked("f", by: TransferKey(other.address, port: 9)).silence == .tooManyTransfers)
        #expect(desk.opened.count == 3)
        // One that ends makes room for one.
        let first = TransferKey(phone.address, port: 1)
        #expect(desk.desk.abandon(first, because: "gone").ends == [.failed(.abandoned("gone"))])
        #expect(desk.desk.abandon(first, because: "gone").isEmpty)
        #expect(try desk.asked("f", by: phone).sent.count == 1)
        #expect(desk.asked("f", by: first).silence == .tooManyTransfers)
    }

    @Test func `T10 in a full table who has been silent longest makes room, and those first that never answered`() throws {
        var desk = TestDesk(DeskLimits(transfers: 4))
        func peer(_ number: UInt8) -> TransferKey { TransferKey(IPv4Address(192, 168, 51, number), port: 3000) }
        for number in UInt8(1)...4 { _ = desk.asked("long", by: peer(number), now: UInt64(number)) }
        for number in UInt8(1)...2 {
            _ = desk.received(acknowledge(1), from: peer(number), at: .transfer(peer(number)), now: UInt64(number) + 10)
        }
        // Who asked a moment ago may answer yet.
        #expect(desk.asked("f", by: phone, now: second / 10).silence == .tooManyTransfers)
        #expect(desk.desk.count == 4)
        // What is not there makes nobody go.
        #expect(desk.asked("absent", by: phone, now: second / 2).refusal != nil)
        var gone: [TransferKey] = []
        for (number, time) in [(UInt8(11), second / 2), (12, second / 2 + 1), (13, 2 * second), (14, 2 * second + 1)] {
            let actions = desk.asked("f", by: peer(number), now: time)
            guard case .ended(let key, .failed(.madeRoom), _) = actions.first else {
                Issue.record("\(number): \(actions)")
                return
            }
            gone.append(key)
            #expect(try actions.sent.count == 1)
            _ = desk.received(acknowledge(1), from: peer(number), at: .transfer(peer(number)), now: time)
            _ = desk.received(acknowledge(2), from: peer(number), at: .transfer(peer(number)), now: 2 * second)
        }
        #expect(gone == [peer(3), peer(4), peer(1), peer(2)])
        // All of these are at it.
        #expect(desk.asked("f", by: phone, now: 2 * second + 200_000_000).silence == .tooManyTransfers)
    }

    @Test func `T10 of an address that has all that it may, its own silent ones make room`() throws {
        var desk = TestDesk(DeskLimits(transfers: 4, transfersOfAddress: 2))
        _ = desk.asked("f", by: other)
        for port in UInt16(1)...2 { _ = desk.asked("f", by: TransferKey(phone.address, port: port), now: UInt64(port)) }
        let actions = desk.asked("f", by: phone, now: second / 2)
        #expect(actions.ends == [.failed(.madeRoom)])
        #expect(desk.desk.tally(of: TransferKey(phone.address, port: 1)) == nil && desk.desk.tally(of: other) != nil)
    }

    @Test func `T10 ten thousand silent transfers end when they are due, some at a time`() {
        var desk = TestDesk()
        for number in UInt32(0)..<10_000 {
            let peer = TransferKey(IPv4Address(bits: 0x0a00_0001 + number), port: 2000)
            #expect(desk.asked("f", by: peer, now: UInt64(number)).count == 2)
        }
        #expect(desk.desk.count == 10_000)
        var sends = 0
        var ends = 0
        var clock: UInt64 = 0
        while let due = desk.desk.nextDue {
            #expect(due >= clock)
            clock = due
            let actions = desk.desk.elapsed(at: due + 1_000_000)
            #expect(!actions.isEmpty && actions.count <= TFTPDesk.mostServedAtOnce)
            for action in actions {
                switch action {
                case .send: sends += 1
                case .ended(_, .failed(.neverAnswered(3)), _): ends += 1
                default: Issue.record("\(action)")
                }
            }
        }
        #expect(sends == 20_000 && ends == 10_000)
        #expect(desk.desk.count == 0)
    }
}
