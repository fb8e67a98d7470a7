import FTPSessions
import Packets
import TestSupport
import Testing

@Suite struct `Lines on the FTP control connection` {
    @Test(
        arguments: [
            ("CRLF", Array("NOOP\r\n".utf8), [200]), ("a bare LF", Array("NOOP\n".utf8), [200]),
            ("two in one segment", Array("NOOP\r\nSYST\n".utf8), [200, 215]),
            // RFC 854: an end of line may also be CR NUL, which ends none here.
            ("CR NUL", Array("NOOP\r\0\r\n".utf8), [500]), ("a bare CR", Array("NO\rOP\r\n".utf8), [500]),
            ("IAC IP, IAC DM", [255, 244, 255, 242] + Array("NOOP\r\n".utf8), [200]),
            ("IAC in the middle of a word", Array("NO".utf8) + [255, 241] + Array("OP\r\n".utf8), [200]),
            ("IAC DONT and WONT are taken in silence", [255, 254, 1, 255, 252, 1] + Array("NOOP\r\n".utf8), [200]),
            ("IAC IAC is a byte of the name", Array("SIZE a".utf8) + [255, 255, 13, 10], [550]),
            ("an IAC that never goes on", [255], []), ("half a line", Array("NOO".utf8), []),
            ("NULs", [0, 0, 0, 13, 10], [500]), ("bytes of no text", [0x80, 0xc0, 0xfe, 13, 10], [500]),
            ("only ends of lines", [10, 13, 10, 10], [500, 500, 500]),
        ] as [(String, [UInt8], [Int])])
    func `are read as Telnet has them, and as careless phones do`(name: String, bytes: [UInt8], codes: [Int]) {
        var session = TestSession.loggedIn()
        #expect(session.send(bytes).codes == codes)
        // The same in pieces of one byte.
        var slow = TestSession.loggedIn()
        #expect(bytes.flatMap { slow.send([$0]).codes } == codes)
    }

    @Test func `RFC 854: options are refused`() {
        var session = TestSession()
        _ = session.happens { session, now in session.received([255, 253, 1, 255, 251, 3], at: now) }
        #expect(session.actions == [.write([255, 252, 1, 255, 254, 3])])
    }

    @Test func `T10: a line that never ends costs no memory and one answer`() {
        var session = TestSession.loggedIn()
        for _ in 0..<1000 { #expect(session.send([UInt8](repeating: 0x41, count: 4096)).isEmpty) }
        #expect(session.send([13, 10]).codes == [500])
        #expect(session.codes("NOOP") == [200])
    }

    @Test func `a line of the greatest length is read, one of a byte more is not`() {
        let longest = FTPLimits().line
        for (count, code) in [(longest, 504), (longest + 1, 500)] {
            var session = TestSession.loggedIn()
            #expect(session.say("TYPE " + String(repeating: "x", count: count - 6)).codes == [code])
        }
    }

    @Test func `T10: after twenty lines that are no commands it is no FTP client`() {
        var session = TestSession()
        let request = "GET / HTTP/1.1\r\n" + String(repeating: "Header: value\r\n", count: 30) + "\r\nUSER ftp\r\n"
        let codes = session.send(Array(request.utf8)).codes
        #expect(codes == Array(repeating: 500, count: 19) + [421])
        #expect(session.isClosed)
    }

    @Test func `T10: while a file is on its way only so many lines wait`() {
        var session = TestSession.loggedIn()
        session.connect()
        _ = session.say("RETR a.cfg")
        var sends = 0
        while session.session.takesInput, sends < 100_000 {
            _ = session.say("NOOP")
            sends += 1
        }
        #expect(sends == (4096 + 4) / 5)
        #expect(session.happens { $0.delivered(at: $1) }.codes.count == sends + 1)
        #expect(session.session.takesInput)
    }

    @Test func `random bytes never trap, and a session that lives still answers`() {
        var generator = SeededGenerator(named: "FTP")
        let seed = generator.state
        func next() -> UInt64 { generator.next() >> 33 }
        let words = [
            "USER ftp", "PASS x", "EPSV", "PASV", "RETR a.cfg", "ABOR", "REST 50", "LIST", "\u{ff}", "\r\n", "\n", "CWD ..",
            "QUIT ", "EPSV ALL",
            "SIZE a.cfg", "REIN", "USER alice", "PASS y",
        ]
        let rounds = SeededGenerator.rounds("FTP", usually: 2000)
        var living = 0
        for _ in 0..<rounds {
            var session = TestSession()
            for _ in 0..<60 {
                switch next() % 8 {
                case 0: _ = session.send((0..<Int(next() % 40)).map { _ in UInt8(truncatingIfNeeded: next()) })
                case 1: _ = session.happens { $0.dataConnected(at: $1) }
                case 2: _ = session.happens { $0.delivered(at: $1) }
                case 3: _ = session.wait(seconds: Double(next() % 20))
                case 4:
                    session.turn = next() % 2 == 0 ? nil : next() % 10 * 1_000_000_000
                    _ = session.happens { $0.failed(.connectionLost, at: $1) }
                default: _ = session.say(words[Int(next()) % words.count])
                }
            }
            // No line is obeyed while a password waits for its turn, ABOR neither.
            session.turn = 0
            _ = session.wait(seconds: 10)
            guard !session.isClosed else { continue }
            living += 1
            // Whatever transfer it is in the middle of ends with ABOR.
            let last = session.say("", "ABOR").last ?? "nothing"
            // A QUIT or the end of patience may have come before it.
            #expect(["226", "221", "421"].contains { last.hasPrefix($0) }, "seed \(seed): \(last)")
        }
        #expect(living > 0 || rounds < 100, "seed \(seed): no session lived")
    }
}
