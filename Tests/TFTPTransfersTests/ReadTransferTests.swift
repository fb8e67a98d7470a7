import TFTPTransfers
import Testing

struct ReadTransferTests {
    private let sized = [TFTPOption("blksize", "512")]

    @Test func `F6 an OACK goes first, and DATA waits for ACK 0`() throws {
        var sending = transfer(MemoryFile(count: 600), acknowledging: sized)
        #expect(try sending.begin(at: 0).packets == [.optionAcknowledgement(sized)])
        #expect(sending.received(acknowledge(1), at: 1).isEmpty)
        #expect(!sending.hasAnswered)
        #expect(try sending.received(acknowledge(0), at: 1).blocks == [1])
        #expect(sending.received(acknowledge(0), at: 1).isEmpty)
    }

    @Test func `F6 without options DATA goes first`() throws {
        var sending = transfer(MemoryFile(count: 600))
        #expect(try sending.begin(at: 0).blocks == [1])
        #expect(sending.begin(at: 0).isEmpty)
    }

    @Test func `F6 F7 T6 a peer that never answers gets three sends, at one second and doubling`() throws {
        for options in [[], sized] {
            var sending = transfer(MemoryFile(count: 600), timeout: 200, acknowledging: options)
            let first = sending.begin(at: 0)
            #expect(first.count == 1)
            #expect(sending.due == second)
            #expect(sending.elapsed(at: second - 1).isEmpty)
            #expect(sending.elapsed(at: second) == first)
            #expect(sending.due == 3 * second)
            #expect(sending.elapsed(at: 3 * second) == first)
            #expect(sending.due == 7 * second)
            #expect(sending.elapsed(at: 7 * second) == [.ended(.failed(.neverAnswered(sends: 3)))])
            #expect(sending.due == nil)
            #expect(sending.elapsed(at: 100 * second).isEmpty)
            #expect(sending.tally.packets == 3)
            #expect(sending.tally.repeats == 2)
        }
    }

    @Test func `F2 a peer that answered gets six sends, with exponential growth`() throws {
        var sending = transfer(MemoryFile(count: 2000))
        _ = sending.begin(at: 0)
        _ = sending.received(acknowledge(1), at: 0)
        var dues: [UInt64] = []
        while let due = sending.due {
            dues.append(due / second)
            let actions = sending.elapsed(at: due)
            if let end = actions.end {
                #expect(end == .failed(.wentSilent(afterBlocks: 1, sends: 6)))
            } else {
                #expect(try actions.blocks == [2])
            }
        }
        #expect(dues == [1, 3, 7, 15, 31, 63])
    }

    @Test(arguments: TransferParameters.timeouts.filter { $0 < 20 || $0 % 50 == 5 })
    func `T10 whatever timeout is asked for, a peer that falls silent is given up after a minute`(_ asked: UInt32) throws {
        let request = TFTPRequest("f", options: [TFTPOption("timeout", "\(asked)")])
        let parameters = try request.negotiated(size: 2000, limits: TransferLimits()).get()
        var sending = ReadTransfer(MemoryFile(count: 2000), parameters)
        _ = sending.begin(at: 0)
        _ = sending.received(acknowledge(parameters.acknowledged.isEmpty ? 1 : 0), at: 0)
        var end: UInt64 = 0
        while let due = sending.due {
            end = due
            _ = sending.elapsed(at: due)
        }
        // Six times what was negotiated; of a longer one nothing is granted, and the waits double.
        #expect(end == (asked <= 10 ? 6 * UInt64(asked) : 63) * second)
    }

    @Test func `T6 a DATA whose turn has not come goes when it has, and an ACK for it says nothing before`() throws {
        var sending = transfer(MemoryFile(count: 2000))
        _ = sending.begin(at: 0)
        #expect(sending.received(acknowledge(1), at: 10, turn: 5 * second).isEmpty)
        #expect(sending.due == 5 * second && sending.silence(at: 4 * second) == 0)
        #expect(!sending.awaits(acknowledge(2)))
        #expect(sending.received(acknowledge(2), at: 20, turn: 0).isEmpty)
        #expect(try sending.elapsed(at: 5 * second).blocks == [2])
        #expect(sending.due == 6 * second && sending.tally.repeats == 0)
        #expect(sending.silence(at: 5 * second + 7) == 7)
    }

    @Test func `F2 an ACK brings the timer back to one second`() throws {
        var sending = transfer(MemoryFile(count: 2000))
        _ = sending.begin(at: 0)
        _ = sending.received(acknowledge(1), at: 0)
        _ = sending.elapsed(at: second)
        _ = sending.elapsed(at: 3 * second)
        #expect(sending.isStalled)
        _ = sending.received(acknowledge(2), at: 4 * second)
        #expect(!sending.isStalled)
        #expect(sending.due == 5 * second)
    }

    @Test func `F7 a negotiated timeout holds once the peer answered, and does not grow`() throws {
        var sending = transfer(MemoryFile(count: 2000), timeout: 5, acknowledging: [TFTPOption("timeout", "5")])
        _ = sending.begin(at: 0)
        #expect(sending.due == second)
        _ = sending.received(acknowledge(0), at: 0)
        #expect(sending.due == 5 * second)
        _ = sending.elapsed(at: 5 * second)
        #expect(sending.due == 10 * second)
    }

    @Test func `F2 a second ACK of a block never sends a second DATA`() throws {
        var sending = transfer(MemoryFile(count: 2000))
        _ = sending.begin(at: 0)
        #expect(sending.received(acknowledge(0), at: 0).isEmpty)
        #expect(try sending.received(acknowledge(1), at: 0).blocks == [2])
        let due = sending.due
        for _ in 0..<10 { #expect(sending.received(acknowledge(1), at: second / 2).isEmpty) }
        #expect(sending.received(acknowledge(0), at: second / 2).isEmpty)
        #expect(sending.received(acknowledge(3), at: second / 2).isEmpty)
        #expect(sending.received(acknowledge(65_535), at: second / 2).isEmpty)
        #expect(sending.due == due)
        #expect(sending.tally.packets == 2)
    }

    @Test(arguments: [(0, 1), (1, 1), (511, 1), (512, 2), (513, 2), (1024, 3)])
    func `F3 the last block is shorter than the others, and its ACK ends`(_ size: Int, _ blocks: UInt16) throws {
        let file = MemoryFile(count: size)
        var sending = transfer(file)
        var actions = sending.begin(at: 0)
        var arrived: [UInt8] = []
        for block in 1...blocks {
            guard case .data(block, let bytes) = try actions.packets.first else {
                Issue.record("block \(block) of \(blocks) did not come")
                return
            }
            #expect((bytes.count < 512) == (block == blocks))
            arrived += bytes
            actions = sending.received(acknowledge(block), at: 0)
        }
        #expect(actions == [.ended(.finished)])
        #expect(arrived == file.contents)
        #expect(sending.tally.bytes == UInt64(size))
        #expect(sending.tally.blocks == UInt64(blocks))
        #expect(sending.due == nil)
        #expect(sending.received(acknowledge(blocks), at: 0).isEmpty)
    }

    @Test(arguments: [1, 16])
    func `F4 block numbers go on at 0 after 65535`(_ windowSize: Int) throws {
        let blocks = 65_540
        var sending = transfer(MemoryFile(count: blocks * 8 - 1), blockSize: 8, windowSize: windowSize)
        var next = try sending.begin(at: 0).blocks
        var counted = 0
        while !next.isEmpty {
            for block in next {
                counted += 1
                #expect(block == UInt16(truncatingIfNeeded: counted))
            }
            let actions = sending.received(acknowledge(UInt16(truncatingIfNeeded: counted)), at: 0)
            if counted == blocks { #expect(actions == [.ended(.finished)]) }
            next = try actions.blocks
        }
        #expect(counted == blocks)
        #expect(sending.tally.bytes == UInt64(blocks * 8 - 1))
    }

    @Test func `F7 a window is sent whole, and an ACK inside of it resumes after that block`() throws {
        var sending = transfer(MemoryFile(count: 100 * 512), windowSize: 4)
        #expect(try sending.begin(at: 0).blocks == [1, 2, 3, 4])
        #expect(try sending.received(acknowledge(4), at: 0).blocks == [5, 6, 7, 8])
        #expect(try sending.received(acknowledge(6), at: 0).blocks == [7, 8, 9, 10])
        #expect(sending.received(acknowledge(6), at: 0).isEmpty)
        #expect(sending.received(acknowledge(5), at: 0).isEmpty)
        #expect(try sending.received(acknowledge(8), at: 0).blocks == [9, 10, 11, 12])
        #expect(try sending.elapsed(at: second).blocks == [9, 10, 11, 12])
        // Block 10 was sent in an earlier window than the one that is open now, and its ACK says no less.
        #expect(try sending.received(acknowledge(10), at: second).blocks == [11, 12, 13, 14])
    }

    @Test func `F7 the last window ends with the last block`() throws {
        var sending = transfer(MemoryFile(count: 5 * 512), windowSize: 4)
        _ = sending.begin(at: 0)
        #expect(try sending.received(acknowledge(4), at: 0).blocks == [5, 6])
        #expect(try sending.received(acknowledge(5), at: 0).blocks == [6])
        #expect(sending.received(acknowledge(6), at: 0).end == .finished)
    }

    @Test func `F7 the largest window still tells a late ACK from a new one`() throws {
        let most = TransferParameters.mostWindowSize
        var sending = transfer(MemoryFile(count: 3 * most * 8), blockSize: 8, windowSize: most)
        _ = sending.begin(at: 0)
        _ = sending.received(acknowledge(UInt16(most)), at: 0)
        for late in [0, 1, most - 1] { #expect(sending.received(acknowledge(UInt16(late)), at: 0).isEmpty) }
        #expect(try sending.received(acknowledge(UInt16(most + 1)), at: 0).blocks.first == UInt16(most + 2))
    }

    @Test func `F8 an ERROR ends it and is not answered`() throws {
        var sending = transfer(MemoryFile(count: 2000))
        _ = sending.begin(at: 0)
        let full = TFTPError(.diskFull, "no room")
        #expect(sending.received(.error(full), at: 0) == [.ended(.failed(.peerError(full)))])
        #expect(sending.due == nil)
        #expect(sending.received(acknowledge(1), at: 0).isEmpty)
    }

    @Test func `F6 ERROR 8 ends it: the options were refused`() throws {
        var sending = transfer(MemoryFile(count: 2000), acknowledging: sized)
        _ = sending.begin(at: 0)
        let error = TFTPError(.optionsRefused, "too large")
        #expect(sending.received(.error(error), at: 0) == [.ended(.failed(.optionsRefused(error)))])
    }

    @Test func `what is no answer to DATA is passed over`() throws {
        var sending = transfer(MemoryFile(count: 2000))
        _ = sending.begin(at: 0)
        for packet in [
            TFTPPacket.data(block: 1, bytes: [1]), .optionAcknowledgement([]), .readRequest(TFTPRequest("a")),
            .writeRequest(TFTPRequest("a")),
        ] {
            #expect(sending.received(packet, at: 0).isEmpty)
        }
        #expect(try sending.received(acknowledge(1), at: 0).blocks == [2])
    }

    @Test(arguments: [TransferParameters.Mode.octet, .netascii])
    func `F9 a file that shrank ends in one ERROR`(_ mode: TransferParameters.Mode) throws {
        var file = MemoryFile(count: 2000)
        file.remains = 700
        var sending = transfer(file, mode: mode)
        _ = sending.begin(at: 0)
        let actions = sending.received(acknowledge(1), at: 0)
        #expect(actions.count == 2)
        guard case .error(let error) = try actions.packets.first else {
            Issue.record("no ERROR was sent")
            return
        }
        #expect(error.code == .undefined)
        #expect(actions.end == .failed(.fileUnreadable))
    }

    @Test func `every failure has its sentence`() {
        let error = TFTPError(.undefined, "why\u{7}")
        let failures: [TransferFailure] = [
            .neverAnswered(sends: 3), .wentSilent(afterBlocks: 2, sends: 6), .optionsRefused(error), .peerError(error),
            .fileUnreadable, .superseded, .madeRoom, .abandoned("the daemon stops"),
        ]
        #expect(Set(failures.map(\.sentence)).count == failures.count)
        #expect(TransferFailure.peerError(error).sentence.hasSuffix("error 0: why?"))
    }
}
