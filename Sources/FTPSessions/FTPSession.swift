import Packets

/// One control connection (RFC 959 §2.3) as a state machine without clock or socket: what happened goes in, what to do comes out. Times
/// are nanoseconds on one clock.
///
/// Files are only read, and only over connections that the client opens (PASV, EPSV). They go out byte for byte, in type A too: what a
/// phone stores is what the file holds, and SIZE and REST count the same bytes (RFC 3659 §4, §5). CWD takes any name: a folder is the
/// beginning of the names that are asked for, and what there is to guess is not told by it.
package struct FTPSession {
    enum Phase: Equatable {
        case ready
        /// A password waits to be looked at.
        case awaitingTurn, awaitingTurnUntil(UInt64), checking
        case openingPort(isExtended: Bool)
        case asking(FTPQuestion.Purpose)
        /// 150 is said, and the client has not connected yet.
        case awaitingData(from: Int64, until: UInt64)
        case sending(FTPPace)
        case closed
    }

    enum Login: Equatable {
        case none
        case named(String)
        case complete
    }

    /// The port of a PASV or EPSV.
    struct DataPort: Equatable {
        var isConnected = false
        /// Not used by then, it is closed.
        let until: UInt64
    }

    let limits: FTPLimits
    /// The address that PASV names: this end of the control connection, or what a NAT in between calls it.
    let toldAddress: IPv4Address
    /// Until then somebody is to log in, who is not any more or was not yet.
    var loginDeadline: UInt64
    private var idleSince: UInt64
    private var reader: ControlLineReader
    private var waiting = WaitingLines()
    private var faults = 0
    private var isInputEnded = false
    private var isStopping = false

    var phase = Phase.ready
    var login = Login.none
    var password = ""
    var wrongPasswords = 0
    var folder = FTPPath.root
    /// From REST: the next transfer begins there.
    var restart: Int64 = 0
    /// After EPSV ALL (RFC 2428 §4).
    var isExtendedOnly = false
    var dataPort: DataPort?

    package init(toldAddress: IPv4Address, limits: FTPLimits = FTPLimits(), at now: UInt64) {
        self.limits = limits
        self.toldAddress = toldAddress
        loginDeadline = now + limits.loginTime
        idleSince = now
        reader = ControlLineReader(longest: limits.line)
    }

    package static let greeting = FTPReply(220, "bellhop is ready").bytes
    /// For a connection that is not admitted.
    package static let full = FTPReply(421, "Too many sessions; try again later").bytes

    package var isClosed: Bool { phase == .closed }

    /// Whether more lines have room.
    package var takesInput: Bool {
        phase != .closed && !isInputEnded && waiting.bytes < limits.waitingLines
    }

    /// When to call ``elapsed(at:)`` at the latest.
    package var due: UInt64? {
        switch phase {
        case .closed: nil
        case .awaitingTurnUntil(let time): min(time, loginDeadline)
        case .awaitingData(_, let until): until
        case .sending(let pace): pace.end
        default: min(login == .complete ? idleSince + limits.idleTime : loginDeadline, dataPort?.until ?? .max)
        }
    }

    // MARK: What happens on the control connection

    /// Bytes came. In the middle of a transfer only ABOR is obeyed; all else waits its turn.
    package mutating func received(_ bytes: some Sequence<UInt8>, at now: UInt64) -> [FTPAction] {
        guard phase != .closed else { return [] }
        idleSince = now
        let (lines, refusals) = reader.read(bytes)
        waiting.append(lines)
        return (refusals.isEmpty ? [] : [.write(refusals)]) + goOn(at: now)
    }

    /// Nothing more will come: the client may still want what is on its way.
    package mutating func inputEnded(at now: UInt64) -> [FTPAction] {
        isInputEnded = true
        return goOn(at: now)
    }

    /// The control connection broke.
    package mutating func connectionLost() -> [FTPAction] {
        phase == .closed ? [] : close(nil)
    }

    /// The daemon stops. A transfer may still end.
    package mutating func stop(at now: UInt64) -> [FTPAction] {
        isStopping = true
        waiting = WaitingLines()
        return goOn(at: now)
    }

    /// Time has passed.
    package mutating func elapsed(at now: UInt64) -> [FTPAction] {
        guard let due, due <= now else { return [] }
        switch phase {
        case .awaitingTurnUntil(let time) where time <= now: return checkPassword()
        case .awaitingData: return endTransfer(FTPReply(425, "No data connection came"), at: now)
        case .sending(let pace):
            guard let next = pace.next(limits) else {
                return endTransfer(FTPReply(426, "Transfer aborted: taken too slowly"), at: now)
            }
            phase = .sending(next)
            return []
        default: break
        }
        if let port = dataPort, port.until <= now {
            dataPort = nil
            return [.endData(isComplete: false)] + elapsed(at: now)
        }
        return close(FTPReply(421, login == .complete ? "Idle for too long" : "No login in time"))
    }

    // MARK: Going on

    /// Obeys lines that wait, as far as may be now.
    mutating func goOn(at now: UInt64) -> [FTPAction] {
        var actions: [FTPAction] = []
        while true {
            if isDelivering, waiting.aborts > 0 {
                actions += drop(FTPReply(426, "Transfer aborted"), at: now)
            }
            guard phase == .ready, let line = waiting.next() else { break }
            actions += obey(line, at: now)
        }
        if phase == .ready {
            if isStopping { return actions + close(FTPReply(421, "The server stops")) }
            if isInputEnded { return actions + close(nil) }
        }
        return actions
    }

    private var isDelivering: Bool {
        switch phase {
        case .awaitingData, .sending: true
        default: false
        }
    }

    private mutating func obey(_ line: ControlLineReader.Line, at now: UInt64) -> [FTPAction] {
        guard case .text(let bytes) = line else { return fault("The line is too long") }
        guard let command = FTPCommand(bytes) else { return fault("Unknown command") }
        return obey(command, at: now)
    }

    /// A browser that was led here, or something else that speaks no FTP, is not listened to for ever.
    private mutating func fault(_ text: String) -> [FTPAction] {
        faults += 1
        return faults < limits.faults ? [.reply(500, text)] : close(FTPReply(421, "Too many lines that are no commands"))
    }

    /// - Parameter reply: `nil` for a client that has gone.
    mutating func close(_ reply: FTPReply?) -> [FTPAction] {
        phase = .closed
        waiting = WaitingLines()
        password = ""
        return (reply.map { [.write($0.bytes)] } ?? []) + [.endData(isComplete: false), .close]
    }

    /// The data connection is over, and with it its port.
    mutating func drop(_ reply: FTPReply, isComplete: Bool = false, at now: UInt64) -> [FTPAction] {
        phase = .ready
        dataPort = nil
        idleSince = now
        return [.endData(isComplete: isComplete), .write(reply.bytes)]
    }

    mutating func endTransfer(_ reply: FTPReply, isComplete: Bool = false, at now: UInt64) -> [FTPAction] {
        let actions = drop(reply, isComplete: isComplete, at: now)
        return actions + goOn(at: now)
    }
}
