import FTPSessions
import Packets

/// One session with a small tree behind it, which does for it what the daemon's thread does.
struct TestSession {
    var session: FTPSession
    var now: UInt64 = 0
    /// What was said on the control connection and not yet read here.
    private(set) var said: [UInt8] = []
    private(set) var actions: [FTPAction] = []
    private(set) var questions: [FTPQuestion] = []
    /// The bytes that a transfer sends, when it may.
    private(set) var sending: (from: Int64, size: Int64)?
    private(set) var endings: [Bool] = []
    private(set) var isClosed = false

    var files: [String: Int64] = ["a.cfg": 100, "empty.cfg": 0, "snom/b.cfg": 5000, "it's \"x\".cfg": 1]
    var passwords = ["alice": "secret"]
    var port: UInt16? = 50_001
    /// When the next password is looked at, from now on.
    var turn: UInt64? = 0
    private var found: Int64 = 0

    init(_ limits: FTPLimits = FTPLimits()) {
        session = FTPSession(toldAddress: IPv4Address(10, 0, 0, 1), limits: limits, at: 0)
    }

    /// One that is logged in as anonymous.
    static func loggedIn(_ limits: FTPLimits = FTPLimits()) -> TestSession {
        var session = TestSession(limits)
        _ = session.say("USER ftp", "PASS x")
        return session
    }

    /// Sends lines and gives what was answered, a reply a line.
    mutating func say(_ lines: String...) -> [String] {
        send(Array(lines.map { $0 + "\r\n" }.joined().utf8))
    }

    mutating func send(_ bytes: [UInt8]) -> [String] {
        perform(session.received(bytes, at: now))
        return replies()
    }

    /// The codes of the answers alone.
    mutating func codes(_ lines: String...) -> [Int] {
        send(Array(lines.map { $0 + "\r\n" }.joined().utf8)).codes
    }

    /// Time goes on.
    mutating func wait(seconds: Double) -> [String] {
        now += UInt64(seconds * 1e9)
        perform(session.elapsed(at: now))
        return replies()
    }

    /// Opens a port, and the data connection to it.
    mutating func connect() {
        _ = say("EPSV")
        perform(session.dataConnected(at: now))
    }

    mutating func happens(_ event: (inout FTPSession, UInt64) -> [FTPAction]) -> [String] {
        perform(event(&session, now))
        return replies()
    }

    mutating func replies() -> [String] {
        defer { said = [] }
        return String(decoding: said, as: UTF8.self).split(separator: "\r\n").map(String.init)
    }

    private mutating func perform(_ more: [FTPAction]) {
        actions += more
        for action in more {
            switch action {
            case .write(let bytes): said += bytes
            case .askTurn: perform(session.turn(at: turn.map { now + $0 }, now: now))
            case .check(let user, let password): perform(session.checked(passwords[user] == password, at: now))
            case .forgetUser: break
            case .listen: perform(session.listening(on: port, at: now))
            case .ask(let question): answer(question)
            case .send(let start): sending = (start, found)
            case .endData(let isComplete):
                if sending != nil { endings.append(isComplete) }
                sending = nil
            case .close: isClosed = true
            }
        }
    }

    private mutating func answer(_ question: FTPQuestion) {
        questions.append(question)
        switch question.purpose {
        case .list, .names: found = 42
        case .write: return perform(session.refused(502, "no", at: now))
        default:
            guard let path = question.path, let size = files[path.name] else {
                return perform(session.refused(550, "no", at: now))
            }
            found = size
        }
        perform(session.found(size: found, modified: "20260102030405", at: now))
    }
}

extension [String] {
    /// The codes of the replies in these lines; of several lines the last counts.
    var codes: [Int] {
        filter { $0.dropFirst(3).first == " " && $0.first != " " }.compactMap { Int($0.prefix(3)) }
    }
}
