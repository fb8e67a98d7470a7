import Foundation
import TFTPTransfers
import TestSupport
import Testing

/// A network that loses, doubles and reorders, in its own time.
private struct Channel {
    /// Of every hundred packets: how many are lost, and how many come twice.
    var lost: Int
    var doubled: Int
    var generator: SeededGenerator
    private(set) var flying: [(at: UInt64, order: Int, toReceiver: Bool, packet: TFTPPacket)] = []
    private var order = 0

    init(lost: Int, doubled: Int, generator: SeededGenerator) {
        self.lost = lost
        self.doubled = doubled
        self.generator = generator
    }

    mutating func send(_ packet: TFTPPacket, toReceiver: Bool, at now: UInt64) {
        let copies = Int.random(in: 0..<100, using: &generator) < doubled ? 2 : 1
        for _ in 0..<copies where Int.random(in: 0..<100, using: &generator) >= lost {
            order += 1
            // Mostly a millisecond; one in eight overtakes or falls behind.
            let isSlow = Int.random(in: 0..<8, using: &generator) == 0
            let delay = isSlow ? UInt64.random(in: 1...40, using: &generator) * 1_000_000 : 1_000_000
            flying.append((now + delay, order, toReceiver, packet))
        }
    }

    var next: UInt64? { flying.map(\.at).min() }

    mutating func arrive() -> (toReceiver: Bool, packet: TFTPPacket)? {
        guard let index = flying.indices.min(by: { (flying[$0].at, flying[$0].order) < (flying[$1].at, flying[$1].order) }) else {
            return nil
        }
        let (_, _, toReceiver, packet) = flying.remove(at: index)
        return (toReceiver, packet)
    }
}

struct ModelTests {
    private static func seed() -> UInt64 {
        ProcessInfo.processInfo.environment["TFTP_MODEL_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 0 ... .max)
    }

    /// Runs one download to its end. What arrived, how it ended, and how many DATA were sent.
    private func run(
        _ file: MemoryFile, _ parameters: TransferParameters, lost: Int, doubled: Int, seed: UInt64
    ) throws -> (bytes: [UInt8], end: TransferEnd?, packets: UInt64) {
        var channel = Channel(lost: lost, doubled: doubled, generator: SeededGenerator(state: seed))
        var sender = ReadTransfer(file, parameters)
        var receiver = ModelReceiver(
            blockSize: parameters.blockSize, windowSize: parameters.windowSize, isOffered: !parameters.acknowledged.isEmpty)
        var now: UInt64 = 0
        var end: TransferEnd?
        // The client's own timer is not ours: it runs against us on purpose.
        var patience = 700 * second / 1000
        func perform(_ actions: [TransferAction], _ channel: inout Channel) throws {
            for packet in try actions.packets { channel.send(packet, toReceiver: true, at: now) }
            end = actions.end ?? end
        }
        try perform(sender.begin(at: now), &channel)
        let most = (file.size / UInt64(parameters.blockSize) + 100) * 40
        while end == nil || channel.next != nil {
            try #require(sender.tally.packets < most, "the transfer goes round in circles")
            let next = [channel.next, sender.due, end == nil ? patience : nil].compactMap { $0 }.min() ?? now
            now = next
            if channel.next == next, let (toReceiver, packet) = channel.arrive() {
                if !toReceiver {
                    try perform(sender.received(packet, at: now), &channel)
                } else {
                    patience = now + 700 * second / 1000
                    if let answer = receiver.received(packet) { channel.send(answer, toReceiver: false, at: now) }
                }
            } else if sender.due == next {
                try perform(sender.elapsed(at: now), &channel)
            } else {
                patience = now + 700 * second / 1000
                if let again = receiver.waited() { channel.send(again, toReceiver: false, at: now) }
            }
        }
        return (receiver.received, end, sender.tally.packets)
    }

    /// 4 % lost each way: that six sends of six come to nothing is the matter of one block in millions. Before anything was heard of it a phone
    /// gets three (T6), which is the matter of one download in some ten thousand: it begins anew then, as phones do.
    private func runTorn(
        _ file: MemoryFile, _ parameters: TransferParameters, lost: Int, doubled: Int, _ generator: inout SeededGenerator
    ) throws -> (bytes: [UInt8], end: TransferEnd?, packets: UInt64) {
        var torn = try run(file, parameters, lost: lost, doubled: doubled, seed: generator.next())
        for _ in 0..<2 where torn.end == .failed(.neverAnswered(sends: 3)) {
            torn = try run(file, parameters, lost: lost, doubled: doubled, seed: generator.next())
        }
        return torn
    }

    private static func parameters(blockSize: Int, windowSize: Int) -> TransferParameters {
        var parameters = TransferParameters()
        parameters.blockSize = blockSize
        parameters.windowSize = windowSize
        if windowSize > 1 || blockSize != 512 { parameters.acknowledged = [TFTPOption("windowsize", String(windowSize))] }
        return parameters
    }

    @Test(arguments: [1, 4, 16], [8, 512, 1468])
    func `F2 F3 F7 every file arrives whole through a network that loses, doubles and reorders`(
        _ windowSize: Int, _ blockSize: Int
    ) throws {
        let seed = ModelTests.seed()
        print("TFTP_MODEL_SEED=\(seed)")
        var generator = SeededGenerator(state: seed)
        var sizes = [0, 1, blockSize - 1, blockSize, blockSize + 1, windowSize * blockSize, windowSize * blockSize + 1]
        sizes += (0..<20).map { _ in Int.random(in: 0...(40 * blockSize), using: &generator) }
        let parameters = ModelTests.parameters(blockSize: blockSize, windowSize: windowSize)
        for size in sizes {
            let file = MemoryFile(count: size)
            let whole = try run(file, parameters, lost: 0, doubled: 0, seed: generator.next())
            #expect(whole.bytes == file.contents && whole.end == .finished, "\(size) bytes, nothing lost")
            let torn = try runTorn(file, parameters, lost: 4, doubled: 10, &generator)
            #expect(torn.bytes == file.contents && torn.end == .finished, "\(size) bytes")
        }
    }

    @Test(arguments: [1, 4, 16])
    func `F4 more than 65,536 blocks arrive whole`(_ windowSize: Int) throws {
        let seed = ModelTests.seed()
        print("TFTP_MODEL_SEED=\(seed)")
        var generator = SeededGenerator(state: seed)
        let file = MemoryFile(count: 65_700 * 8 + 3)
        let parameters = ModelTests.parameters(blockSize: 8, windowSize: windowSize)
        let result = try runTorn(file, parameters, lost: 2, doubled: 2, &generator)
        #expect(result.bytes == file.contents)
    }

    @Test(arguments: [1, 4])
    func `F5 netascii arrives as it was encoded`(_ windowSize: Int) throws {
        let seed = ModelTests.seed()
        print("TFTP_MODEL_SEED=\(seed)")
        var generator = SeededGenerator(state: seed)
        for _ in 0..<20 {
            let count = Int.random(in: 0...400, using: &generator)
            let plain = (0..<count).map { _ in [0x0a, 0x0d, 0x61].randomElement(using: &generator) ?? 0x62 as UInt8 }
            var parameters = ModelTests.parameters(blockSize: 16, windowSize: windowSize)
            parameters.mode = .netascii
            let result = try runTorn(MemoryFile(plain), parameters, lost: 4, doubled: 10, &generator)
            let encoded = plain.flatMap { $0 == 0x0a ? [0x0d, 0x0a] : $0 == 0x0d ? [0x0d, 0] : [$0] }
            #expect(result.bytes == encoded)
        }
    }

    @Test func `F2 when every packet comes twice no DATA is sent more than once`() throws {
        for windowSize in [1, 4] {
            let file = MemoryFile(count: 100 * 512)
            var parameters = TransferParameters()
            parameters.windowSize = windowSize
            let result = try runDoubled(file, parameters)
            #expect(result.bytes == file.contents)
            #expect(result.packets == 101)
        }
    }

    /// In order and at once, each packet two times.
    private func runDoubled(_ file: MemoryFile, _ parameters: TransferParameters) throws -> (bytes: [UInt8], packets: UInt64) {
        var sender = ReadTransfer(file, parameters)
        var receiver = ModelReceiver(blockSize: parameters.blockSize, windowSize: parameters.windowSize, isOffered: false)
        var toReceiver = try sender.begin(at: 0).packets
        while !toReceiver.isEmpty {
            try #require(sender.tally.packets < 1000, "the transfer goes round in circles")
            var answers: [TFTPPacket] = []
            for packet in toReceiver { for _ in 0..<2 { if let answer = receiver.received(packet) { answers.append(answer) } } }
            toReceiver = []
            for answer in answers { for _ in 0..<2 { toReceiver += try sender.received(answer, at: 0).packets } }
        }
        return (receiver.received, sender.tally.packets)
    }
}
