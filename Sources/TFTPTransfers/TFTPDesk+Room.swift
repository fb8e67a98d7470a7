import Packets

extension TFTPDesk {
    /// One transfer in the table.
    struct Entry {
        let request: TFTPRequest
        var transfer: ReadTransfer
        /// When the queue has it, which is no later than its transfer is due.
        var queued: UInt64?

        /// What one step of a transfer comes to.
        struct Move {
            let actions: [TransferAction]
            /// The queue is to have it then.
            var due: UInt64?
            /// It is over, and this is what it came to.
            var tally: TransferTally?
        }

        /// How much DATA a packet asks for, where there is but a single port and so one block in a window.
        func octets(askedBy packet: TFTPPacket) -> Int { transfer.awaits(packet) ? transfer.parameters.blockSize : 0 }

        /// An ACK puts the time off, and comes far more often than that time: so the queue keeps the earlier one until it is there.
        mutating func move(_ step: (inout ReadTransfer) -> [TransferAction]) -> Move {
            var move = Move(actions: step(&transfer))
            if let due = transfer.due, queued.map({ due < $0 }) ?? true {
                queued = due
                move.due = due
            }
            if transfer.isEnded { move.tally = transfer.tally }
            return move
        }
    }

    /// Where there is no room for one more, who has been silent longest makes it, those first that never answered: they may be forged, and
    /// a few requests a second would else keep every phone out.
    ///
    /// - Returns: the transfer that is to end for this one's; `nil` where there is room.
    mutating func room(for peer: TransferKey, at now: UInt64) -> Result<TransferKey?, DeskSilence> {
        guard entries.index(forKey: peer) == nil else { return .success(nil) }
        let address = peer.address
        let isFull = entries.count >= limits.transfers
        if count(of: address) >= limits.transfersOfAddress {
            let key = silentOfAddress[address, default: SilentTransfers()].first(of: entries, at: now) { $0.address == address }
            return key.map { .success($0) } ?? .failure(isFull ? .tooManyTransfers : .tooManyTransfersOfAddress)
        }
        guard isFull else { return .success(nil) }
        return silent.first(of: entries, at: now) { _ in true }.map { .success($0) } ?? .failure(.tooManyTransfers)
    }

    mutating func makeRoom(_ key: TransferKey) -> [DeskAction]? {
        move(key) { $0.abandon(.madeRoom) }
    }
}

/// Transfers that may end for others, the first to go in front: found in one look at all of them, which serves as many requests as it finds
/// transfers for.
struct SilentTransfers {
    private var found: ArraySlice<TransferKey> = []
    /// When they were looked for.
    private var soughtAt: UInt64?

    /// Nanoseconds of silence. A phone answers the first packet within some milliseconds; later on it may be writing what it has.
    private static let unanswered: UInt64 = 250_000_000
    private static let answered: UInt64 = 1_000_000_000
    /// Nanoseconds from one look to the next.
    private static let rest: UInt64 = 100_000_000

    /// The first to go of those that `isMeant` says.
    mutating func first(
        of entries: [TransferKey: TFTPDesk.Entry], at now: UInt64, _ isMeant: (TransferKey) -> Bool
    ) -> TransferKey? {
        while let key = found.first {
            if let transfer = entries[key]?.transfer, SilentTransfers.mayGo(transfer, at: now) { return key }
            found.removeFirst()
        }
        if let soughtAt, now < soughtAt &+ SilentTransfers.rest { return nil }
        soughtAt = now
        let all = entries.compactMap { key, entry -> (key: TransferKey, hasAnswered: Bool, silence: UInt64)? in
            guard isMeant(key), SilentTransfers.mayGo(entry.transfer, at: now) else { return nil }
            return (key, entry.transfer.hasAnswered, entry.transfer.silence(at: now))
        }
        let unanswered = all.filter { !$0.hasAnswered }
        found = (unanswered.isEmpty ? all : unanswered).sorted { $0.silence > $1.silence }.map(\.key)[...]
        return found.first
    }

    private static func mayGo(_ transfer: ReadTransfer, at now: UInt64) -> Bool {
        transfer.silence(at: now) >= (transfer.hasAnswered ? answered : unanswered)
    }
}
