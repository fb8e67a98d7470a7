import FTPSessions
import Packets
import Testing

@Suite struct `FTP transfers` {
    @Test func `RFC 959 and 2428: PASV names address and port, EPSV the port alone`() {
        var session = TestSession.loggedIn()
        session.port = 0xc351
        #expect(session.say("PASV") == ["227 Entering Passive Mode (10,0,0,1,195,81)"])
        #expect(session.say("EPSV") == ["229 Entering Extended Passive Mode (|||50001|)"])
    }

    @Test func `with no port free a session goes on`() {
        var session = TestSession.loggedIn()
        session.port = nil
        #expect(session.codes("PASV", "EPSV", "RETR a.cfg", "NOOP") == [425, 425, 425, 200])
    }

    @Test func `RFC 2428 section 4: after EPSV ALL no other command opens a port`() {
        var session = TestSession.loggedIn()
        #expect(
            session.codes("EPSV ALL", "PASV", "PORT 10,0,0,9,4,1", "EPRT |1|10.0.0.9|1025|", "EPSV") == [200, 503, 502, 502, 229])
    }

    @Test func `RFC 2577: no PORT or EPRT makes anything but a refusal`() {
        for line in ["PORT 10,0,0,9,4,1", "PORT 127,0,0,1,0,22", "EPRT |1|10.0.0.9|25|", "PORT x", "EPRT x"] {
            var session = TestSession.loggedIn()
            _ = session.say(line, "RETR a.cfg", "LIST")
            #expect(session.questions.isEmpty)
            #expect(session.sending == nil)
            #expect(!session.actions.contains(.listen))
        }
    }

    @Test func `a file is sent when the client has connected, before the command or after it`() {
        var early = TestSession.loggedIn()
        early.connect()
        #expect(early.codes("RETR a.cfg") == [125])
        #expect(early.sending.map { [$0.from, $0.size] } == [0, 100])
        #expect(early.happens { $0.delivered(at: $1) }.codes == [226])
        #expect(early.endings == [true])

        var late = TestSession.loggedIn()
        #expect(late.codes("EPSV", "RETR a.cfg") == [229, 150])
        #expect(late.sending == nil)
        #expect(late.happens { $0.dataConnected(at: $1) } == [])
        #expect(late.sending.map { [$0.from, $0.size] } == [0, 100])
        #expect(late.happens { $0.delivered(at: $1) }.codes == [226])
    }

    @Test func `a port serves one transfer`() {
        var session = TestSession.loggedIn()
        session.connect()
        _ = session.say("RETR a.cfg")
        _ = session.happens { $0.delivered(at: $1) }
        #expect(session.codes("RETR a.cfg") == [425])
    }

    @Test func `RFC 3659 section 5: REST says where the next transfer begins, and only the next`() {
        var session = TestSession.loggedIn()
        session.connect()
        #expect(session.say("REST 40", "RETR a.cfg").last?.contains("(60 bytes)") == true)
        #expect(session.sending?.from == 40)
        _ = session.happens { $0.delivered(at: $1) }
        session.connect()
        _ = session.say("RETR a.cfg")
        #expect(session.sending?.from == 0)
    }

    @Test(arguments: [("REST 100", 125), ("REST 101", 554), ("REST 9223372036854775807", 554)])
    func `RFC 3659 section 5: REST up to the file's end, and not beyond`(rest: String, code: Int) {
        var session = TestSession.loggedIn()
        session.connect()
        #expect(session.codes(rest, "RETR a.cfg") == [350, code])
        #expect(session.codes("NOOP") == (code == 125 ? [] : [200]))
    }

    @Test func `a list begins at its beginning, whatever REST said`() {
        var session = TestSession.loggedIn()
        session.connect()
        _ = session.say("REST 40", "LIST")
        #expect(session.sending?.from == 0)
    }

    @Test func `a file that is not there leaves the port open for another`() {
        var session = TestSession.loggedIn()
        session.connect()
        #expect(session.codes("RETR nothing", "RETR a.cfg") == [550, 125])
    }

    @Test func `LIST and NLST take a folder, and ls's options before it`() {
        for (line, path) in [
            ("LIST", ""), ("LIST -la", ""), ("LIST -a snom", "snom"), ("NLST snom/", "snom"), ("NLST -1 -a x y", "x y"),
            ("LIST /", ""),
        ] {
            var session = TestSession.loggedIn()
            session.connect()
            #expect(session.codes(line) == [125])
            #expect(session.questions.last?.path?.name == path)
        }
    }

    @Test(arguments: [("NLST", ""), ("NLST snom", "snom/"), ("NLST snom/", "snom/"), ("NLST /snom", "/snom/"), ("NLST /", "/")])
    func `RFC 1123 section 4-1-2-7: what NLST gives can be asked for as it is`(line: String, prefix: String) {
        var session = TestSession.loggedIn()
        session.connect()
        _ = session.say(line)
        #expect(session.questions.last?.purpose == .names(prefix: prefix))
    }

    @Test func `pipelined commands are answered in their order, and wait for the transfer before them`() {
        var session = TestSession.loggedIn()
        session.connect()
        #expect(session.codes("RETR a.cfg", "PWD", "EPSV", "RETR empty.cfg", "QUIT") == [125])
        #expect(session.happens { $0.delivered(at: $1) }.codes == [226, 257, 229, 150])
        #expect(!session.isClosed)
        _ = session.happens { $0.dataConnected(at: $1) }
        #expect(session.happens { $0.delivered(at: $1) }.codes == [226, 221])
        #expect(session.isClosed)
    }

    @Test func `RFC 959 section 4-1-3: ABOR ends the transfer with 426 and itself with 226`() {
        var session = TestSession.loggedIn()
        session.connect()
        #expect(session.codes("RETR a.cfg", "NOOP") == [125])
        #expect(session.codes("ABOR") == [426, 200, 226])
        #expect(session.endings == [false])
        #expect(session.codes("RETR a.cfg") == [425])
    }

    @Test func `ABOR with Telnet's interrupt before it is ABOR`() {
        var session = TestSession.loggedIn()
        _ = session.say("EPSV", "RETR a.cfg")
        // RFC 959 §4.1.3: IAC IP, IAC DM.
        #expect(session.send([255, 244, 255, 242] + Array("ABOR\r\n".utf8)).codes == [426, 226])
    }

    @Test func `ABOR closes a port that nothing used`() {
        var session = TestSession.loggedIn()
        #expect(session.codes("EPSV", "ABOR", "RETR a.cfg") == [229, 226, 425])
        #expect(session.actions.contains(.endData(isComplete: false)))
    }

    @Test func `T10: a transfer waits half a minute for its connection`() {
        var session = TestSession.loggedIn()
        #expect(session.codes("EPSV", "RETR a.cfg") == [229, 150])
        #expect(session.wait(seconds: 29).codes == [])
        #expect(session.wait(seconds: 1).codes == [425])
        #expect(session.codes("NOOP") == [200])
    }

    @Test func `T10: a port that is not used is closed after half a minute, and the session goes on`() {
        var session = TestSession.loggedIn()
        session.connect()
        #expect(session.wait(seconds: 30).codes == [])
        #expect(session.actions.last == .endData(isComplete: false))
        #expect(session.codes("RETR a.cfg") == [425])
    }

    @Test func `T10: a client that takes less than 1024 bytes a second is cut off, one that takes them is not`() {
        var session = TestSession.loggedIn()
        session.connect()
        _ = session.say("RETR snom/b.cfg")
        for step in 1...10 {
            session.session.sent(Int64(step) * 40 * 1024)
            #expect(session.wait(seconds: 40).codes == [])
        }
        session.session.sent(10 * 40 * 1024 + 40 * 1024 - 1)
        #expect(session.wait(seconds: 40).codes == [426])
        #expect(session.endings == [false])
        #expect(session.codes("NOOP") == [200])
    }

    @Test func `a session is not idle while it sends, and its five minutes begin with the end`() {
        var session = TestSession.loggedIn()
        session.connect()
        _ = session.say("RETR snom/b.cfg")
        for step in 1...10 {
            session.session.sent(Int64(step) * 1_000_000)
            #expect(session.wait(seconds: 40).codes == [])
        }
        #expect(session.happens { $0.delivered(at: $1) }.codes == [226])
        #expect(session.wait(seconds: 299).codes == [])
        #expect(session.wait(seconds: 1).codes == [421])
    }

    @Test func `a broken data connection and an unreadable file are told apart, and the session goes on`() {
        for (failure, code) in [(FTPDataFailure.connectionLost, 426), (.fileUnreadable, 451)] {
            var session = TestSession.loggedIn()
            session.connect()
            _ = session.say("RETR a.cfg")
            #expect(session.happens { $0.failed(failure, at: $1) }.codes == [code])
            #expect(session.endings == [false])
            #expect(session.codes("NOOP") == [200])
        }
    }

    @Test func `a client that ends its input still gets the file`() {
        var session = TestSession.loggedIn()
        session.connect()
        _ = session.say("RETR a.cfg", "PWD")
        #expect(session.happens { $0.inputEnded(at: $1) } == [])
        #expect(!session.isClosed)
        #expect(session.happens { $0.delivered(at: $1) }.codes == [226, 257])
        #expect(session.isClosed)
    }

    @Test func `a client that is gone leaves nothing open`() {
        var session = TestSession.loggedIn()
        session.connect()
        _ = session.say("RETR a.cfg")
        _ = session.happens { session, _ in session.connectionLost() }
        #expect(session.isClosed)
        #expect(session.endings == [false])
        #expect(session.session.due == nil)
    }

    @Test func `while the daemon stops a transfer may end`() {
        var session = TestSession.loggedIn()
        session.connect()
        _ = session.say("RETR a.cfg")
        #expect(session.happens { $0.stop(at: $1) } == [])
        #expect(session.happens { $0.delivered(at: $1) }.codes == [226, 421])
        #expect(session.isClosed)
    }

    @Test func `what was not asked for changes nothing`() {
        var session = TestSession.loggedIn()
        #expect(session.happens { $0.delivered(at: $1) } == [])
        #expect(session.happens { $0.failed(.connectionLost, at: $1) } == [])
        #expect(session.happens { $0.dataConnected(at: $1) } == [])
        #expect(session.happens { $0.listening(on: 5, at: $1) } == [])
        #expect(session.happens { $0.found(size: 5, modified: "", at: $1) } == [])
        #expect(session.happens { $0.refused(550, "", at: $1) } == [])
        #expect(session.happens { $0.checked(true, at: $1) } == [])
        #expect(session.happens { $0.turn(at: 5, now: $1) } == [])
        #expect(session.codes("RETR a.cfg") == [425])
    }
}
