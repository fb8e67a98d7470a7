import FTPSessions
import Packets
import Testing

@Suite struct `FTP logins` {
    @Test(arguments: ["anonymous", "ftp", "Anonymous", "FTP"])
    func `anonymous needs any password or none, and nobody is asked`(user: String) {
        for password in ["PASS guest@example.com", "PASS", "PASS "] {
            var session = TestSession()
            #expect(session.codes("USER \(user)", password, "PWD") == [331, 230, 257])
            #expect(!session.actions.contains(.askTurn))
        }
    }

    @Test func `a right password lets in, with every byte of it`() {
        var session = TestSession()
        session.passwords = ["alice": " a b: \u{e9} "]
        #expect(session.codes("USER alice", "PASS  a b: \u{e9} ", "PWD") == [331, 230, 257])
        #expect(session.actions.contains(.check(user: "alice", password: " a b: \u{e9} ")))
    }

    @Test func `RFC 2577 section 7: a user that does not exist hears what a wrong password hears`() {
        var known = TestSession()
        var unknown = TestSession()
        #expect(known.say("USER alice", "PASS wrong") == unknown.say("USER nobody", "PASS wrong"))
        #expect(known.codes("PWD") == [530])
    }

    @Test func `RFC 2577 section 5: the third wrong password ends the session`() {
        var session = TestSession()
        #expect(session.codes("USER alice", "PASS 1", "USER alice", "PASS 2") == [331, 530, 331, 530])
        #expect(session.codes("USER alice", "PASS 3", "USER alice", "PASS secret") == [331, 421])
        #expect(session.isClosed)
        #expect(session.codes("NOOP") == [])
    }

    @Test func `after a wrong password USER comes first again`() {
        var session = TestSession()
        #expect(session.codes("USER alice", "PASS x", "PASS secret") == [331, 530, 503])
    }

    @Test func `a password waits for its turn, what follows it waits too, and no thread does`() {
        var session = TestSession()
        session.turn = 3_000_000_000
        #expect(session.codes("USER alice", "PASS secret", "PWD") == [331])
        #expect(session.session.due == 3_000_000_000)
        #expect(session.wait(seconds: 2.9).codes == [])
        #expect(session.wait(seconds: 0.1).codes == [230, 257])
    }

    @Test func `where too many passwords wait the session ends`() {
        var session = TestSession()
        session.turn = nil
        #expect(session.codes("USER alice", "PASS secret") == [331, 421])
        #expect(session.isClosed)
    }

    @Test func `USER begins anew: folder, restart and EPSV ALL are forgotten, an open port is closed`() {
        var session = TestSession.loggedIn()
        _ = session.say("CWD snom", "REST 50", "EPSV", "EPSV ALL")
        #expect(session.codes("USER ftp", "PASV") == [331, 530])
        #expect(session.actions.last { if case .endData = $0 { true } else { false } } != nil)
        #expect(session.say("PASS x", "PWD").last == "257 \"/\" is where you are")
        #expect(session.codes("PASV") == [227])
        _ = session.happens { $0.dataConnected(at: $1) }
        _ = session.say("RETR a.cfg")
        #expect(session.sending?.from == 0)
    }

    @Test func `without a login a session ends after a minute, however much it says`() {
        var session = TestSession()
        for _ in 0..<11 {
            #expect(session.wait(seconds: 5).codes == [])
            #expect(session.codes("NOOP") == [200])
        }
        #expect(session.wait(seconds: 5).codes == [421])
        #expect(session.isClosed)
    }

    @Test(arguments: ["REIN", "USER alice"])
    func `who begins anew after a while has a minute for the login again, and no more by saying so again`(line: String) {
        var session = TestSession.loggedIn()
        #expect(session.wait(seconds: 100).codes == [])
        _ = session.say(line)
        #expect(session.wait(seconds: 1).codes == [])
        #expect(session.codes("USER alice", "PASS secret", "PWD") == [331, 230, 257])
        _ = session.say(line)
        #expect(session.wait(seconds: 40).codes == [])
        _ = session.say(line)
        #expect(session.wait(seconds: 20).codes == [421])
    }

    @Test func `RFC 1123 section 4-1-3-2: with one it ends after five idle minutes`() {
        var session = TestSession.loggedIn()
        #expect(session.wait(seconds: 299).codes == [])
        #expect(session.codes("NOOP") == [200])
        #expect(session.wait(seconds: 299).codes == [])
        #expect(session.wait(seconds: 1).codes == [421])
        #expect(session.isClosed)
    }

    @Test func `when the daemon stops it says so`() {
        var session = TestSession.loggedIn()
        #expect(session.happens { $0.stop(at: $1) }.codes == [421])
        #expect(session.isClosed)
    }
}

@Suite struct `The door of the FTP server` {
    private let one = IPv4Address(10, 0, 0, 1)
    private let other = IPv4Address(10, 0, 0, 2)
    private let second = FTPLimits.second

    @Test func `T10: admits so many sessions, and so many of one address`() {
        var limits = FTPLimits()
        (limits.sessions, limits.sessionsOfAddress) = (3, 2)
        var door = FTPDoor(limits)
        let admitted = [one, one, one, other, other].map { door.admit($0) }
        #expect(admitted == [true, true, false, true, false])
        #expect(door.count == 3)
        door.left(one)
        let comesIn = door.admit(other)
        #expect(comesIn)
        door.left(IPv4Address(10, 0, 0, 3))
        #expect(door.count == 3)
    }

    @Test func `a password is looked at at once where none was wrong`() {
        var door = FTPDoor(FTPLimits())
        for _ in 0..<100 { #expect(door.turn(of: one, at: 5) == 5) }
    }

    @Test
    func `RFC 2577 section 5: after a wrong one they are looked at one by one, two seconds apart, whatever session they come by`()
    {
        var door = FTPDoor(FTPLimits())
        door.wrongPassword(from: one, at: 0)
        let first = (1...3).map { _ in door.turn(of: one, at: 0) }
        #expect(first == [2 * second, 4 * second, 6 * second])
        #expect(door.turn(of: other, at: 0) == 0)
        // More than that many do not wait.
        let turns = (0..<100).map { _ in door.turn(of: one, at: 0) }
        #expect(turns.last == .some(nil))
        #expect(turns.compactMap { $0 }.max() == 20 * second)
    }

    @Test func `a minute later it is forgotten`() {
        var door = FTPDoor(FTPLimits())
        door.wrongPassword(from: one, at: 0)
        #expect(door.turn(of: one, at: 59 * second) == 59 * second)
        #expect(door.turn(of: one, at: 59 * second) == 61 * second)
        #expect(door.turn(of: one, at: 60 * second) == 60 * second)
        #expect(door.turn(of: one, at: 60 * second) == 60 * second)
    }

    @Test func `what it remembers is bounded, and comes to nothing`() {
        var door = FTPDoor(FTPLimits())
        for number in 0..<UInt32(4096) { door.wrongPassword(from: IPv4Address(bits: number), at: 0) }
        #expect(door.turn(of: IPv4Address(bits: 5000), at: second) == nil)
        #expect(door.turn(of: IPv4Address(bits: 5000), at: 60 * second) == 60 * second)
    }
}
