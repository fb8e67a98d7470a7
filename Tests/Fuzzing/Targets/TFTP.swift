import Packets
import TFTPTransfers

private struct Zeros: TransferFile {
    let size: UInt64

    func bytes(at offset: UInt64, count: Int) -> ArraySlice<UInt8>? { Array(repeating: UInt8(ascii: "\n"), count: count)[...] }
}

private let granted = TransferLimits(burst: 4096)

extension FuzzTarget {
    /// TFTP packets, and what goes on between a server and three peers: for each packet a byte that says who sends it where, one
    /// that says how long after, and the packet as a piece.
    static let tftp = FuzzTarget("tftp") {
        let (ack0, ack1): ([UInt8], [UInt8]) = ([0, 4, 0, 0], [0, 4, 0, 1])
        let modes = [
            "octet\0", "netascii\0", "octet\0blksize\08\0windowsize\04\0tsize\00\0timeout\01\0", "mail\0",
            "octet\0blksize\065464\0windowsize\065535\0timeout\0255\0",
        ]
        return modes.flatMap { mode -> [[UInt8]] in
            let request: [UInt8] = [0, 1] + Array("snom.htm\0\(mode)".utf8)
            var exchange: [UInt8] = [0, 0] + piece(request)
            for (pause, ack) in [(1, ack0), (9, ack1), (200, ack1)] as [(UInt8, [UInt8])] { exchange += [4, pause] + piece(ack) }
            return [request, exchange]
        }
    } run: { bytes in
        if let packet = try? TFTPPacket(decoding: bytes[...]) {
            try expect((try? TFTPPacket(decoding: packet.encoded()[...])) == packet, "a packet that is written reads back")
        }
        var choices = Choices(bytes)
        var limits = DeskLimits(transfers: 2, transfersOfAddress: 2, hasSinglePort: bytes.count & 1 == 1)
        limits.errorsOfAddress = .init(perSecond: 1, atOnce: 4)
        var desk = TFTPDesk(limits: limits)
        var now: UInt64 = 1
        var asked: Set<TransferKey> = []
        while !choices.isEmpty {
            let way = choices.byte()
            let peer = TransferKey(IPv4Address(192, 168, 50, 31), port: 1024 + UInt16(way & 3))
            now += UInt64(choices.byte()) * 50_000_000
            let packet = choices.piece()
            let arrival: TFTPArrival = way & 4 == 4 ? .transfer(peer) : way & 8 == 8 ? .broadcast : .listener
            let actions = desk.received(packet[...], from: peer, at: arrival, now: now) { request in
                asked.insert(peer)
                return way & 16 == 16 ? .withheld : .file(Zeros(size: UInt64(way) << (way & 15)), granted)
            }
            try check(actions + desk.elapsed(at: now), from: peer, asked)
            try expect(desk.count <= limits.transfers, "no more transfers than are allowed")
            try expect((desk.nextDue == nil) == (desk.count == 0), "something is due as long as a transfer is under way")
        }
        for _ in 0..<1000 where desk.count > 0 {
            now = max(now, desk.nextDue ?? now)
            _ = desk.elapsed(at: now)
        }
        try expect(desk.count == 0, "a transfer whose peer is silent ends")
    }
}

private func check(_ actions: [DeskAction], from peer: TransferKey, _ asked: Set<TransferKey>) throws(Broken) {
    for action in actions {
        switch action {
        case .send(let burst, let to):
            try expect(asked.contains(to), "who asked for nothing is sent nothing")
            try expect(
                burst.datagrams.allSatisfy { (try? TFTPPacket(decoding: $0)) != nil }, "what is sent can be read")
        case .refuse(let refusal): try expect(refusal.peer == peer, "an ERROR goes to the one who asked")
        case .began(_, _, let parameters):
            try expect(
                (8...granted.blockSize).contains(parameters.blockSize)
                    && (1...max(1, granted.burst / parameters.blockSize)).contains(parameters.windowSize)
                    && (1...granted.timeout).contains(parameters.timeout ?? 1), "options are granted within their bounds")
        case .ended, .ignored: continue
        }
    }
}
