import Packets

/// All downloads under way, without clock or socket: what came goes in, what to do comes out. Times are nanoseconds on one clock.
///
/// A transfer belongs to the address and the port that asked for it (RFC 1350 §4). Requests come in at the listening port; the rest
/// of a transfer goes through a port of its own, unless `DeskLimits.hasSinglePort` says that there is but one.
package struct TFTPDesk {
    package let limits: DeskLimits

    var entries: [TransferKey: Entry] = [:]
    private var countOfAddress: [IPv4Address: Int] = [:]
    private var dues = DueQueue<TransferKey>()
    private var allowance = ErrorAllowance()
    private var data = DataAllowance()
    var silent = SilentTransfers()
    var silentOfAddress: [IPv4Address: SilentTransfers] = [:]

    /// The most transfers that one call of `elapsed` serves: what it returns is held in memory at once.
    package static var mostServedAtOnce: Int { 64 }

    package init(limits: DeskLimits = DeskLimits()) {
        self.limits = limits
    }

    package var count: Int { entries.count }
    package var keys: [TransferKey] { Array(entries.keys) }
    /// When to call `elapsed` next, which may find that an ACK made it too early; `nil` with no transfer under way.
    package var nextDue: UInt64? { dues.first?.time }
    /// What a transfer has come to so far; `nil` where there is none.
    package func tally(of key: TransferKey) -> TransferTally? { entries[key]?.transfer.tally }

    private func isUnderWay(_ key: TransferKey) -> Bool { entries.index(forKey: key) != nil }

    /// A datagram came. `open` is asked for the file of a read request that may begin now, and for no other.
    package mutating func received(
        _ bytes: ArraySlice<UInt8>, from peer: TransferKey, at arrival: TFTPArrival, now: UInt64,
        open: (TFTPRequest) -> TFTPOpening
    ) -> [DeskAction] {
        // RFC 1123 §4.2.3.5: "A TFTP request directed to a broadcast address SHOULD be silently ignored."
        guard arrival != .broadcast else { return [.ignored(peer, .sentToBroadcast)] }
        guard peer.port != 0 else { return [.ignored(peer, .portZero)] }
        let packet: TFTPPacket
        do throws(TFTPFault) {
            packet = try TFTPPacket(decoding: bytes)
        } catch {
            // An ERROR would end the transfer of whoever has one; this packet may not even be theirs.
            guard arrival == .listener, !isUnderWay(peer), let answer = error.answer else {
                return [.ignored(peer, .malformed(error))]
            }
            return refuse(DeskRefusal(answer, to: peer), at: now)
        }
        if case .transfer(let key) = arrival { return received(packet, from: peer, of: key, now: now) }
        switch packet {
        case .readRequest(let request): return asked(request, by: peer, now: now, open: open)
        case .writeRequest(let request):
            guard !isUnderWay(peer) else { return [.ignored(peer, .busyReading)] }
            let error = TFTPError(.accessViolation, "nothing is written here")
            return refuse(DeskRefusal(error, to: peer, request: request), at: now)
        default:
            // Only with a single port: anyone can guess 69, and an ACK that comes by the transfer's own port proves that its sender
            // has seen what was sent from there.
            guard limits.hasSinglePort, let octets = entries[peer]?.octets(askedBy: packet) else {
                return stray(packet, from: peer, through: nil, at: now)
            }
            let turn = octets > 0 ? turn(of: peer, octets: octets, at: now) : now
            return move(peer) { $0.received(packet, at: now, turn: turn) } ?? []
        }
    }

    /// Time has passed: what is due by now, for some of the transfers. Where `nextDue` is not after `now`, call again.
    package mutating func elapsed(at now: UInt64) -> [DeskAction] {
        var actions: [DeskAction] = []
        for _ in 0..<TFTPDesk.mostServedAtOnce {
            guard let (key, time) = dues.first, time <= now else { break }
            entries[key]?.queued = nil
            dues.set(key, to: nil)
            actions += move(key) { $0.elapsed(at: now) } ?? []
        }
        return actions
    }

    /// The shell gives a transfer up, since its port is unreachable. Nothing is sent.
    package mutating func abandon(_ key: TransferKey, because reason: String) -> [DeskAction] {
        move(key) { $0.abandon(.abandoned(reason)) } ?? []
    }

    /// No more files are served: all transfers end, and whoever is surely there hears why.
    package mutating func stop(because reason: String) -> [DeskAction] {
        keys.flatMap { key in move(key) { $0.stop(because: reason) } ?? [] }
    }

    private mutating func received(
        _ packet: TFTPPacket, from peer: TransferKey, of key: TransferKey, now: UInt64
    ) -> [DeskAction] {
        // RFC 1350 §4: a packet from another TID is discarded and its sender gets an error packet, "while not disturbing the
        // transfer".
        guard peer == key else { return stray(packet, from: peer, through: key, at: now) }
        return move(key) { $0.received(packet, at: now) } ?? [.ignored(peer, .noTransfer)]
    }

    private mutating func stray(
        _ packet: TFTPPacket, from peer: TransferKey, through key: TransferKey?, at now: UInt64
    ) -> [DeskAction] {
        if case .error = packet { return [.ignored(peer, .strangersError)] }
        // With a single port a transfer's last ACK, come twice, would look just like this; and the phone may already ask for its
        // next file from the same port, which an ERROR would end.
        if key == nil, limits.hasSinglePort { return [.ignored(peer, .noTransfer)] }
        return refuse(DeskRefusal(TFTPError(.unknownTransfer, "unknown transfer ID"), to: peer, through: key), at: now)
    }

    private mutating func refuse(_ refusal: DeskRefusal, at now: UInt64) -> [DeskAction] {
        guard allowance.take(for: refusal.peer.address, at: now, limits: limits) else {
            return [.ignored(refusal.peer, .tooManyErrors)]
        }
        return [.refuse(refusal)]
    }

    private mutating func asked(
        _ request: TFTPRequest, by peer: TransferKey, now: UInt64, open: (TFTPRequest) -> TFTPOpening
    ) -> [DeskAction] {
        let before = entries[peer]
        let spent: Int
        do throws(DeskSilence) {
            spent = try sendsBefore(request, before)
            guard !limits.hasSinglePort || data.isLeft(to: peer.address, at: now, limits.octetsOfAddress) else {
                throw .tooMuchData
            }
        } catch {
            return [.ignored(peer, error)]
        }
        let leaving: TransferKey?
        switch room(for: peer, at: now) {
        case .failure(let silence): return [.ignored(peer, silence)]
        case .success(let key): leaving = key
        }
        let opened: TFTPOpening
        switch request.transferMode {
        case .failure(let error): opened = .refused(error)
        case .success: opened = open(request)
        }
        switch opened {
        case .withheld: return leave(before, peer) + [.ignored(peer, .withheld)]
        case .refused(let error):
            return leave(before, peer) + refuse(DeskRefusal(error, to: peer, request: request), at: now)
        case .file(let file, var granted):
            if limits.hasSinglePort { granted.windowSize = 1 }
            switch request.negotiated(size: file.size, limits: granted) {
            case .failure(let error):
                return leave(before, peer) + refuse(DeskRefusal(error, to: peer, request: request), at: now)
            case .success(let parameters):
                let ended = (move(peer) { $0.abandon(.superseded) } ?? []) + (leaving.flatMap { makeRoom($0) } ?? [])
                return ended + begin(request, file, parameters, spent: spent, by: peer, at: now)
            }
        }
    }

    /// How many sends a request follows that the same peer had without an answer.
    private func sendsBefore(_ request: TFTPRequest, _ before: Entry?) throws(DeskSilence) -> Int {
        guard let before else { return 0 }
        let transfer = before.transfer
        // A phone that restarts may ask for the same file from the same port: then its transfer has been without an ACK.
        let mayHaveRestarted = transfer.hasAnswered && transfer.isStalled
        guard before.request != request || mayHaveRestarted else { throw .duplicateRequest }
        // And one that only wanted to know the size (tsize) may drop the OACK and ask again. A forger gets no more sends by it.
        guard !transfer.hasAnswered else { return 0 }
        guard transfer.sends < TransferTimer.mostSendsUnanswered else { throw .unansweredBefore }
        return transfer.sends
    }

    /// A phone that asks for something else has dropped what it asked for before, though it does not get it. Where it never answered, what
    /// it was sent is remembered: a forger would have three sends again by asking for what is not there.
    private mutating func leave(_ before: Entry?, _ peer: TransferKey) -> [DeskAction] {
        guard before?.transfer.hasAnswered == true else { return [] }
        return move(peer) { $0.abandon(.superseded) } ?? []
    }

    private mutating func begin(
        _ request: TFTPRequest, _ file: any TransferFile, _ parameters: TransferParameters, spent: Int, by peer: TransferKey,
        at now: UInt64
    ) -> [DeskAction] {
        entries[peer] = Entry(request: request, transfer: ReadTransfer(file, parameters, spent: spent))
        countOfAddress[peer.address, default: 0] += 1
        if limits.hasSinglePort { _ = turn(of: peer, octets: parameters.blockSize, at: now) }
        return [.began(peer, request, parameters)] + (move(peer) { $0.begin(at: now) } ?? [])
    }

    /// When so many octets of a file may go to a peer.
    private mutating func turn(of peer: TransferKey, octets: Int, at now: UInt64) -> UInt64 {
        data.take(octets + TFTPPacket.bytesBeforeData, for: peer.address, at: now, limits.octetsOfAddress)
    }

    func count(of address: IPv4Address) -> Int { countOfAddress[address, default: 0] }

    /// Moves one transfer on, names whose actions they are, and brings the queue and the table in line with it; `nil` where there is
    /// no such transfer.
    mutating func move(_ key: TransferKey, _ step: (inout ReadTransfer) -> [TransferAction]) -> [DeskAction]? {
        guard let index = entries.index(forKey: key) else { return nil }
        let move = entries.values[index].move(step)
        if let due = move.due { dues.set(key, to: due) }
        if move.tally != nil { remove(key) }
        return move.actions.map { action in
            switch action {
            case .send(let burst): .send(burst, to: key)
            case .ended(let end): .ended(key, end, move.tally ?? TransferTally())
            }
        }
    }

    private mutating func remove(_ key: TransferKey) {
        entries[key] = nil
        dues.set(key, to: nil)
        let count = countOfAddress[key.address, default: 0] - 1
        countOfAddress[key.address] = count > 0 ? count : nil
        if count <= 0 { silentOfAddress[key.address] = nil }
    }
}
