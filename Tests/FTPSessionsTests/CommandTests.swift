import FTPSessions
import Packets
import Testing

@Suite struct `FTP commands` {
    @Test(arguments: [
        // RFC 959 §5.4 and what it became, for a session that is logged in.
        ("NOOP", 200), ("noop", 200), ("NoOp", 200), ("SYST", 215), ("HELP", 214), ("HELP RETR", 214), ("FEAT", 211),
        ("STAT", 211),
        ("STAT a.cfg", 504), ("PWD", 257), ("XPWD", 257), ("CWD snom", 250), ("XCWD snom", 250), ("CDUP", 250), ("XCUP", 250),
        ("CWD", 501), ("CWD \\", 550), ("CWD a\u{7}", 550), ("ACCT x", 202), ("ALLO 100", 202), ("ABOR", 226), ("REIN", 220),
        ("TYPE I", 200), ("TYPE i", 200), ("TYPE A", 200), ("TYPE A N", 200), ("TYPE L 8", 200), ("TYPE A T", 504),
        ("TYPE E", 504),
        ("TYPE L 36", 504), ("TYPE", 501), ("MODE S", 200), ("MODE B", 504), ("MODE C", 504), ("MODE", 501), ("STRU F", 200),
        ("STRU R", 504), ("STRU P", 504), ("STRU", 501), ("REST 0", 350), ("REST 99999999999", 350), ("REST", 501),
        ("REST -1", 501),
        ("REST x", 501), ("REST 9223372036854775808", 501), ("REST 1 2", 501), ("SIZE a.cfg", 213), ("SIZE nothing", 550),
        ("SIZE", 501), ("MDTM a.cfg", 213), ("MDTM nothing", 550), ("MDTM", 501), ("OPTS UTF8 ON", 200), ("opts utf8 on", 200),
        ("OPTS UTF8 OFF", 501), ("OPTS MLST x", 501), ("OPTS", 501), ("PASV", 227), ("EPSV", 229), ("EPSV 1", 229),
        ("EPSV 2", 522),
        ("EPSV 3", 522), ("EPSV ALL", 200), ("epsv all", 200), ("QUIT", 221),
        // What is not served.
        ("PORT 10,0,0,9,4,1", 502), ("PORT 127,0,0,1,0,22", 502), ("PORT", 502), ("EPRT |1|10.0.0.9|1025|", 502),
        ("EPRT |2|::1|1025|", 502), ("SMNT x", 502), ("SITE CHMOD 777 a", 502), ("MLST", 502), ("MLSD", 502), ("AUTH TLS", 502),
        ("PBSZ 0", 502), ("PROT P", 502), ("LANG en", 502), ("STOR a.cfg", 502), ("STOU", 502), ("APPE a.cfg", 502),
        ("DELE a.cfg", 502), ("MKD x", 502), ("XMKD x", 502), ("RMD snom", 502), ("XRMD snom", 502), ("RNFR a.cfg", 502),
        ("RNTO b.cfg", 502), ("STOR", 501), ("DELE", 501),
        // Out of their order.
        ("PASS x", 503), ("RETR a.cfg", 425), ("LIST", 425), ("NLST", 425), ("RETR", 501),
        // No commands.
        ("", 500), (" ", 500), (" NOOP", 500), ("NOOPX", 500), ("GET / HTTP/1.1", 500), ("A", 500), ("ÄÖ", 500), ("123", 500),
    ])
    func `each has its answer once somebody is logged in`(line: String, code: Int) {
        var session = TestSession.loggedIn()
        #expect(session.codes(line) == [code])
    }

    @Test(arguments: [
        ("CWD x", 530), ("CDUP", 530), ("PWD", 530), ("PASV", 530), ("EPSV", 530), ("EPSV ALL", 530), ("SIZE a.cfg", 530),
        ("MDTM a.cfg", 530), ("RETR a.cfg", 530), ("LIST", 530), ("NLST", 530), ("REST 1", 530), ("TYPE I", 530), ("STOR x", 530),
        ("DELE x", 530), ("PORT 1,2,3,4,5,6", 530), ("EPRT |1|1.2.3.4|5|", 530), ("SITE x", 530), ("ACCT x", 530),
        ("NOOP", 200), ("SYST", 215), ("FEAT", 211), ("HELP", 214), ("OPTS UTF8 ON", 200), ("STAT", 211), ("AUTH TLS", 502),
        ("ABOR", 226), ("REIN", 220), ("QUIT", 221), ("PASS x", 503), ("USER", 501), ("USER alice", 331), ("XYZZ", 500),
    ])
    func `before the login only what tells nothing is answered`(line: String, code: Int) {
        var session = TestSession()
        #expect(session.codes(line) == [code])
        #expect(session.questions.isEmpty)
        #expect(!session.actions.contains(.listen))
    }

    @Test func `RFC 2389: FEAT lists what goes beyond RFC 959, a line each`() {
        var session = TestSession()
        #expect(session.say("FEAT") == ["211-Features:", " EPSV", " MDTM", " REST STREAM", " SIZE", " UTF8", "211 End"])
    }

    @Test func `HELP names no command that is refused`() {
        var session = TestSession()
        let words = Set(session.say("HELP").dropFirst().dropLast().joined(separator: " ").split(separator: " "))
        #expect(words.isSuperset(of: ["USER", "RETR", "EPSV", "SIZE"]))
        #expect(words.isDisjoint(with: ["PORT", "EPRT", "STOR", "DELE", "SITE", "AUTH"]))
    }

    @Test func `RFC 3659: SIZE counts bytes and MDTM gives the time as digits`() {
        var session = TestSession.loggedIn()
        #expect(session.say("SIZE snom/b.cfg", "MDTM snom/b.cfg") == ["213 5000", "213 20260102030405"])
        // In type A too: nothing is converted.
        #expect(session.say("TYPE A", "SIZE snom/b.cfg").last == "213 5000")
    }

    @Test(arguments: [
        (["CWD snom"], "/snom"), (["CWD /snom/"], "/snom"), (["CWD snom", "CWD ../x"], "/x"), (["CWD snom", "CDUP"], "/"),
        (["CDUP"], "/"), (["CWD .."], "/"), (["CWD ../../../etc"], "/etc"), (["CWD a//b/./c"], "/a/b/c"),
        (["CWD a/b", "CWD /"], "/"),
        (["CWD a b"], "/a b"), (["CWD %2e%2e"], "/%2e%2e"), (["CWD caf\u{e9}"], "/caf\u{e9}"), (["CWD  x"], "/ x"),
        (["CWD snom", "USER ftp", "PASS x"], "/"), (["CWD snom", "CWD \\..\\x"], "/snom"), (["CWD ..."], "/..."),
    ])
    func `PWD says where CWD and CDUP lead, never above the root`(lines: [String], expected: String) {
        var session = TestSession.loggedIn()
        for line in lines { _ = session.say(line) }
        #expect(session.say("PWD").first?.hasPrefix("257 \"\(expected)\" ") == true)
    }

    @Test func `RFC 959 appendix II: a quote in a folder's name is doubled`() {
        var session = TestSession.loggedIn()
        #expect(session.say("CWD it's \"x\"") == ["250 \"/it's \"\"x\"\"\" is where you are"])
    }

    @Test(arguments: [
        "\\etc\\passwd", "a\u{0}b", "a\tb", "a\u{1b}[2J", String(repeating: "x", count: 1025), "a\u{85}b",
    ])
    func `T7: a name that no tree holds reaches nobody as a path`(name: String) {
        var session = TestSession.loggedIn()
        #expect(session.send(Array("SIZE \(name)\r\n".utf8)).codes == [550])
        #expect(session.questions.first?.path == nil)
        #expect(session.questions.count == 1)
    }

    @Test func `T7: a name that is no UTF-8 reaches nobody as a path`() {
        var session = TestSession.loggedIn()
        // 0xfe needs no doubling in Telnet, and is never part of UTF-8.
        #expect(session.send(Array("SIZE a".utf8) + [0xfe, 0x0d, 0x0a]).codes == [550])
        #expect(session.questions.first?.path == nil)
    }

    @Test(arguments: ["../../etc/passwd", "/../etc/passwd", "./../etc/passwd", "snom/../../etc/passwd", "//etc//passwd"])
    func `T7: no name leads out of the root`(name: String) {
        var session = TestSession.loggedIn()
        #expect(session.codes("SIZE \(name)") == [550])
        #expect(session.questions.first?.path?.name == "etc/passwd")
    }

    /// What stands behind the slash is one character with it, for people, and a name of its own for the file system.
    @Test(arguments: [
        ("../\u{301}x", "\u{301}x"), ("snom/../\u{301}", "\u{301}"), ("snom/\u{301}/../a.cfg", "snom/a.cfg"),
    ])
    func `T7: nor one whose slashes have marks on them`(name: String, path: String) {
        var session = TestSession.loggedIn()
        _ = session.codes("SIZE \(name)")
        #expect(session.questions.first?.path.map { Array($0.name.unicodeScalars) } == Array(path.unicodeScalars))
    }

    @Test func `a folder deeper than any path is refused`() {
        var session = TestSession.loggedIn()
        let step = String(repeating: "x", count: 500)
        #expect(session.codes("CWD \(step)", "CWD \(step)", "CWD \(step)") == [250, 250, 550])
    }

    @Test func `a write says what was asked to be written, and where`() {
        var session = TestSession.loggedIn()
        _ = session.say("CWD logs", "STOR 000413123456.log")
        #expect(session.questions.map(\.purpose) == [.write("STOR")])
        #expect(session.questions.first?.path?.name == "logs/000413123456.log")
        #expect(session.questions.first?.rawName == "000413123456.log")
    }
}
