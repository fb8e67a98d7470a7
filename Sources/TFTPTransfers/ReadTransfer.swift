/// One download as a state machine without clock or socket (RFC 1350 §6, 2347, 7440): what happened goes in, what to do comes out.
///
/// It moves on a new ACK and repeats on its own timer, and on nothing else. RFC 1123 §4.2.3.1, the Sorcerer's Apprentice: a sender
/// MUST NOT send a block again because an ACK came twice, or one delayed packet doubles all that follow.
package struct ReadTransfer {
    package let parameters: TransferParameters
    package private(set) var tally = TransferTally()
    /// When to call `elapsed`, in the clock of `now`; `nil` before the beginning and after the end.
    package private(set) var due: UInt64?

    private var source: BlockSource
    private var phase = Phase.waiting
    /// The last block that was acknowledged, counted without end.
    private var acknowledged: UInt64 = 0
    /// The last block that was sent.
    private var sent: UInt64 = 0
    /// The block that is shorter than the others, once it was met.
    private var last: UInt64?
    /// The size of the last block.
    private var lastCount = 0
    /// How often what is now due for an ACK was sent.
    package private(set) var sends: Int
    /// The peer acknowledged something: nobody forged its address.
    package private(set) var hasAnswered = false
    /// Since when an ACK is waited for.
    package private(set) var waitsSince: UInt64 = 0
    /// Nothing is waited for: its turn to send has not come.
    private var isHeld = false

    private enum Phase {
        case waiting, offering, sending, ended
    }

    /// A size that the file does not keep, or a request that was not negotiated for this file, ends in `.fileUnreadable`.
    /// `spent` is how many sends a request that this one follows has already had from the same peer, without any answer.
    package init(_ file: any TransferFile, _ parameters: TransferParameters, spent: Int = 0) {
        self.parameters = parameters
        sends = min(max(spent, 0), TransferTimer.mostSendsUnanswered)
        source = BlockSource(file, parameters)
    }

    package var isEnded: Bool { phase == .ended }
    /// The timer has repeated the last packets, and no ACK has come since.
    package var isStalled: Bool { sends > 1 }

    /// How long the peer has said nothing that moves it, in nanoseconds.
    package func silence(at now: UInt64) -> UInt64 { isHeld || waitsSince > now ? 0 : now - waitsSince }

    /// Sends the OACK, or the first block where nothing was negotiated. Only the first call does anything.
    package mutating func begin(at now: UInt64) -> [TransferAction] {
        guard phase == .waiting else { return [] }
        // With an OACK first, whoever forged the request's source gets a few bytes, and no DATA.
        phase = parameters.acknowledged.isEmpty ? .sending : .offering
        waitsSince = now
        return send(at: now)
    }

    /// A packet came from the peer of this transfer. What does not move it is passed over.
    ///
    /// - Parameter turn: when the DATA may be sent that this packet asks for.
    package mutating func received(_ packet: TFTPPacket, at now: UInt64, turn: UInt64 = 0) -> [TransferAction] {
        guard phase == .offering || phase == .sending else { return [] }
        switch packet {
        case .acknowledgement(let block): return acknowledged(block, at: now, turn)
        case .error(let error): return end(.failed(error.code == .optionsRefused ? .optionsRefused(error) : .peerError(error)))
        case .readRequest, .writeRequest, .data, .optionAcknowledgement: return []
        }
    }

    /// Time has passed: what is due by now.
    package mutating func elapsed(at now: UInt64) -> [TransferAction] {
        guard let due, due <= now else { return [] }
        guard !isHeld else {
            (isHeld, waitsSince) = (false, now)
            return send(at: now)
        }
        let most = hasAnswered ? TransferTimer.mostSends : TransferTimer.mostSendsUnanswered
        guard sends < most else {
            return end(.failed(hasAnswered ? .wentSilent(afterBlocks: acknowledged, sends: sends) : .neverAnswered(sends: sends)))
        }
        tally.repeats += 1
        return send(at: now)
    }

    /// Ends it from our side without a word to the peer.
    package mutating func abandon(_ failure: TransferFailure) -> [TransferAction] {
        phase == .ended ? [] : end(.failed(failure))
    }

    /// Ends it because no more files are served. A peer that has answered is told so, once and as a courtesy (RFC 1350 §7), and need not
    /// wait for its own patience to run out; one that has not may be somebody whose address was forged.
    package mutating func stop(because reason: String) -> [TransferAction] {
        let notice = hasAnswered && !isEnded ? [TransferAction.send(TFTPBurst(TFTPError(.undefined, reason).encoded()))] : []
        return notice + abandon(.abandoned(reason))
    }

    /// Whether a packet is an ACK that it waits for.
    package func awaits(_ packet: TFTPPacket) -> Bool {
        guard case .acknowledgement(let block) = packet else { return false }
        return step(to: block) != nil
    }

    /// How many blocks an ACK says to have come; `nil` where it says nothing new.
    private func step(to block: UInt16) -> UInt64? {
        switch phase {
        // RFC 2347: the client takes the options by acknowledging block 0.
        case .offering: return block == 0 ? 0 : nil
        case .sending:
            // Blocks are numbered modulo 65536: 0 follows 65535. What lies outside of the window is an ACK that came late or twice.
            let step = UInt64(block &- UInt16(truncatingIfNeeded: acknowledged))
            return step > 0 && step <= sent - acknowledged ? step : nil
        case .waiting, .ended: return nil
        }
    }

    private mutating func acknowledged(_ block: UInt16, at now: UInt64, _ turn: UInt64) -> [TransferAction] {
        guard let step = step(to: block) else { return [] }
        phase = .sending
        acknowledged += step
        source.forget(before: acknowledged + 1)
        hasAnswered = true
        sends = 0
        waitsSince = now
        tally.blocks = acknowledged
        let isLast = acknowledged == last
        tally.bytes = (isLast ? acknowledged - 1 : acknowledged) &* UInt64(parameters.blockSize) &+ UInt64(isLast ? lastCount : 0)
        // RFC 1350 §6: the ACK of the last block ends the transfer, and the sender of DATA need not dally.
        if isLast { return end(.finished) }
        guard turn > now else { return send(at: now) }
        (isHeld, due) = (true, turn)
        return []
    }

    /// Sends the OACK, or the window that follows the last acknowledged block: RFC 7440 §4 has an ACK inside of a window mean that
    /// the rest of it was lost.
    private mutating func send(at now: UInt64) -> [TransferAction] {
        sends += 1
        due = now &+ TransferTimer.wait(after: sends, negotiated: hasAnswered ? parameters.timeout : nil)
        if phase == .offering {
            tally.packets += 1
            return [.send(TFTPBurst(TFTPPacket.optionAcknowledgement(parameters.acknowledged).encoded()))]
        }
        guard let run = source.run(from: acknowledged + 1, most: parameters.windowSize) else {
            // Once, as a courtesy (RFC 1350 §2); and in place of what else was to be sent.
            let error = TFTPError(.undefined, "the file changed while it was sent")
            return [.send(TFTPBurst(error.encoded()))] + end(.failed(.fileUnreadable))
        }
        let number = acknowledged + run.blocks
        if run.lastCount < parameters.blockSize {
            last = number
            lastCount = run.lastCount
        }
        tally.packets += run.blocks
        sent = max(sent, number)
        return [.send(run.burst)]
    }

    private mutating func end(_ end: TransferEnd) -> [TransferAction] {
        phase = .ended
        due = nil
        return [.ended(end)]
    }
}

/// What the shell does for a transfer, in this order.
package enum TransferAction: Equatable, Sendable {
    /// Send these to the peer.
    case send(TFTPBurst)
    case ended(TransferEnd)
}
