import Packets

extension FTPSession {
    // MARK: The port

    mutating func openPort(isExtended: Bool, at now: UInt64) -> [FTPAction] {
        guard isExtended || !isExtendedOnly else { return [.reply(503, "After EPSV ALL only EPSV opens a port")] }
        let earlier: [FTPAction] = dataPort == nil ? [] : [.endData(isComplete: false)]
        dataPort = nil
        phase = .openingPort(isExtended: isExtended)
        return earlier + [.listen]
    }

    /// RFC 2428 §3: an argument names a network protocol, 1 being IPv4, or is ALL.
    mutating func extendedPassive(_ command: FTPCommand, at now: UInt64) -> [FTPAction] {
        switch command.word {
        case "", "1": return openPort(isExtended: true, at: now)
        case "ALL":
            isExtendedOnly = true
            return [.reply(200, "From here on EPSV alone opens a port")]
        default: return [.reply(522, "Network protocol not supported, use (1)")]
        }
    }

    /// - Parameter port: where a data connection is waited for; `nil` where none could be opened.
    package mutating func listening(on port: UInt16?, at now: UInt64) -> [FTPAction] {
        guard case .openingPort(let isExtended) = phase else { return [] }
        phase = .ready
        guard let port else { return [.reply(425, "No port is free")] + goOn(at: now) }
        dataPort = DataPort(until: now + limits.dataWait)
        let numbers = toldAddress.octets + [UInt8(truncatingIfNeeded: port >> 8), UInt8(truncatingIfNeeded: port)]
        let reply =
            isExtended
            ? FTPReply(229, "Entering Extended Passive Mode (|||\(port)|)")
            : FTPReply(227, "Entering Passive Mode (\(numbers.map(String.init).joined(separator: ",")))")
        return [.write(reply.bytes)] + goOn(at: now)
    }

    // MARK: Questions

    mutating func ask(_ purpose: FTPQuestion.Purpose, _ argument: ArraySlice<UInt8>) -> [FTPAction] {
        phase = .asking(purpose)
        let raw = String(decoding: argument, as: UTF8.self)
        return [.ask(FTPQuestion(purpose: purpose, path: folder.resolved(argument), rawName: raw))]
    }

    mutating func transfer(_ purpose: FTPQuestion.Purpose, _ argument: ArraySlice<UInt8>) -> [FTPAction] {
        guard dataPort != nil else {
            restart = 0
            return [.reply(425, "Open a port first: PASV or EPSV")]
        }
        if purpose != .retrieve { restart = 0 }
        return ask(purpose, argument)
    }

    mutating func names(_ argument: ArraySlice<UInt8>) -> [FTPAction] {
        let folder = String(decoding: argument, as: UTF8.self)
        return transfer(.names(prefix: folder.isEmpty || folder.hasSuffix("/") ? folder : folder + "/"), argument)
    }

    /// What was asked for is there.
    ///
    /// - Parameters:
    ///   - size: bytes of the file, or of the list.
    ///   - modified: of a file: year, month, day, hour, minute and second in UTC, as digits (RFC 3659 §2.3).
    package mutating func found(size: Int64, modified: String, at now: UInt64) -> [FTPAction] {
        guard case .asking(let purpose) = phase else { return [] }
        phase = .ready
        switch purpose {
        case .size: return [.reply(213, "\(size)")] + goOn(at: now)
        case .modificationTime: return [.reply(213, modified)] + goOn(at: now)
        case .write: return [.reply(502, "Files are only read here")] + goOn(at: now)
        case .retrieve, .names, .list: return deliver(size, at: now)
        }
    }

    package mutating func refused(_ code: Int, _ sentence: String, at now: UInt64) -> [FTPAction] {
        guard case .asking(let purpose) = phase else { return [] }
        phase = .ready
        if purpose == .retrieve { restart = 0 }
        return [.reply(code, sentence)] + goOn(at: now)
    }

    // MARK: The transfer

    private mutating func deliver(_ size: Int64, at now: UInt64) -> [FTPAction] {
        let start = restart
        restart = 0
        guard start <= size else { return endTransfer(FTPReply(554, "The file has only \(size) bytes"), at: now) }
        guard dataPort?.isConnected == true else {
            phase = .awaitingData(from: start, until: now + limits.dataWait)
            return [.reply(150, "Waiting for the data connection (\(size - start) bytes)")] + goOn(at: now)
        }
        return [.reply(125, "Sending (\(size - start) bytes)")] + send(from: start, at: now)
    }

    private mutating func send(from start: Int64, at now: UInt64) -> [FTPAction] {
        phase = .sending(FTPPace(from: now, limits))
        return [.send(from: start)] + goOn(at: now)
    }

    /// The client has opened the data connection; no other is taken.
    package mutating func dataConnected(at now: UInt64) -> [FTPAction] {
        dataPort?.isConnected = true
        guard case .awaitingData(let start, _) = phase else { return [] }
        return send(from: start, at: now)
    }

    /// Told before the time runs out by which enough has to have come.
    ///
    /// - Parameter count: bytes that the client has, all in all.
    package mutating func sent(_ count: Int64) {
        guard case .sending(var pace) = phase else { return }
        pace.sent = count
        phase = .sending(pace)
    }

    /// Every byte is out.
    package mutating func delivered(at now: UInt64) -> [FTPAction] {
        guard case .sending = phase else { return [] }
        return endTransfer(FTPReply(226, "Sent"), isComplete: true, at: now)
    }

    package mutating func failed(_ failure: FTPDataFailure, at now: UInt64) -> [FTPAction] {
        guard case .sending = phase else { return [] }
        switch failure {
        case .connectionLost: return endTransfer(FTPReply(426, "The data connection was closed"), at: now)
        case .fileUnreadable: return endTransfer(FTPReply(451, "The file cannot be read to its end"), at: now)
        }
    }
}
