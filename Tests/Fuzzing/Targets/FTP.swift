import FTPSessions
import Packets

extension FuzzTarget {
    /// An FTP session: for each thing that happens a byte that says what, one that says how long after, and a piece for what the
    /// client writes. Nobody connects to a port that is not open.
    static let ftp = FuzzTarget("ftp") {
        let lines = [
            "USER ftp", "PASS x", "PWD", "CWD snom/\u{201c}a\u{201d}", "CWD ..", "TYPE I", "REST 5", "PASV", "RETR ../a.cfg",
            "SIZE b",
            "MDTM c", "EPSV", "LIST -la", "EPSV ALL", "NLST d", "ABOR", "STOR e", "STAT", "HELP", "FEAT", "OPTS UTF8 ON", "REIN",
            "USER snom", "PASS secret", "QUIT",
        ]
        let events = lines.flatMap { line in
            [0, 0] + piece("\(line)\r\n".utf8) + [1, 0, 2, 1, 3, 0, 4, 1, 5, 0, 8, 0, 9, 0]
        }
        return [events, [0, 0] + piece(lines.joined(separator: "\n").utf8), [0, 0] + piece([255, 244, 255, 242, 255, 253, 6])]
    } run: { bytes in
        var choices = Choices(bytes)
        var now: UInt64 = 1
        var session = FTPSession(toldAddress: IPv4Address(192, 168, 50, 1), at: now)
        var (isWelcome, isOpen) = (false, false)
        while !choices.isEmpty {
            let event = choices.byte()
            now += UInt64(choices.byte()) * FTPLimits.second / 4
            let wasClosed = session.isClosed
            let actions = event % 16 == 3 && !isOpen ? [] : happen(event, &session, &choices, at: now)
            for action in actions + session.elapsed(at: now) {
                try expect(!wasClosed, "a session that is over does nothing")
                switch action {
                case .write(let reply):
                    try check(reply)
                    if reply.starts(with: "230".utf8) { isWelcome = true }
                case .forgetUser: isWelcome = false
                case .listen: isOpen = true
                case .endData: isOpen = false
                case .ask(let question):
                    try expect(isWelcome, "who has not logged in asks for no file")
                    let steps = question.path?.name.split(separator: "/", omittingEmptySubsequences: false) ?? []
                    try expect(!steps.contains("..") && !steps.contains("."), "a name leads nowhere but down")
                case .send(let from): try expect(isOpen && from >= 0, "files go out over a port that was opened")
                case .close: try expect(session.isClosed, "a session whose connection is closed is over")
                case .askTurn, .check: continue
                }
            }
            try expect(session.isClosed == (session.due == nil), "something is due as long as a session goes on")
        }
    }
}

private func happen(_ event: UInt8, _ session: inout FTPSession, _ choices: inout Choices, at now: UInt64) -> [FTPAction] {
    switch event % 16 {
    case 1: return session.listening(on: event & 16 == 16 ? nil : 40_000, at: now)
    case 2: return session.found(size: Int64(event) << 4, modified: "20260101000000", at: now)
    case 3: return session.dataConnected(at: now)
    case 4:
        session.sent(Int64(event) << 8)
        return []
    case 5: return session.delivered(at: now)
    case 6: return session.failed(.connectionLost, at: now)
    case 7: return session.refused(550, "There is no such file", at: now)
    case 8: return session.turn(at: event & 16 == 16 ? nil : now + UInt64(event), now: now)
    case 9: return session.checked(event & 16 == 16, at: now)
    case 10: return session.inputEnded(at: now)
    case 11: return session.stop(at: now)
    case 12: return session.connectionLost()
    default: return session.received(choices.piece(), at: now)
    }
}

/// RFC 959 §4.2: three digits at the beginning, and no line within a line.
private func check(_ reply: [UInt8]) throws(Broken) {
    // Telnet's refusals.
    if reply.first == 255 { return }
    let lines = reply.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    try expect(lines.last?.isEmpty == true, "a reply ends its line")
    try expect(
        lines.dropLast().allSatisfy { $0.last == UInt8(ascii: "\r") && !$0.dropLast().contains(UInt8(ascii: "\r")) },
        "every line of a reply ends in CRLF")
    let (first, last) = (lines.first ?? [], lines.dropLast().last ?? [])
    try expect(
        first.prefix(3).allSatisfy { (0x30...0x39).contains($0) } && last.prefix(3) == first.prefix(3)
            && last.dropFirst(3).first == 0x20,
        "a reply is its code's alone")
    try expect(lines.dropLast().dropFirst().dropLast().allSatisfy { $0.first == 0x20 }, "no line within a reply can be its last")
}
