import SIPMessages
import Testing

/// RFC 4475: "Session Initiation Protocol (SIP) Torture Test Messages".
struct TortureTests {
    enum Outcome: Equatable, Sendable {
        case read
        case refused(SIPFault)
    }

    static let messages: [(String, Outcome)] = [
        // Valid there; `intmeth` has escaped control characters in a display name, which no phone needs and no log wants.
        ("wsinv", .read), ("intmeth", .refused(.controlCharacter(line: 3))), ("esc01", .read), ("escnull", .read),
        ("esc02", .read),
        ("lwsdisp", .read), ("dblreq", .read), ("semiuri", .read), ("transports", .read), ("unreason", .read),
        ("noreason", .read),
        ("cparam01", .read), ("sdp01", .read), ("inv2543", .read), ("unkscm", .read), ("bext01", .read),
        // Invalid there, where the fault is in a header that we read only when we need it.
        ("badinv01", .read), ("quotbal", .read), ("escruri", .read), ("baddn", .read), ("mismatch01", .read),
        ("badbranch", .read),
        ("insuf", .read), ("scalarlg", .read),
        // Invalid there, and refused here.
        ("clerr", .refused(.bodyTooShort(claimed: 9999, present: 50))), ("ncl", .refused(.notANumber("Content-Length"))),
        ("scalar02", .refused(.numberTooLarge("Expires"))), ("ltgtruri", .refused(.startLine)), ("lwsruri", .refused(.startLine)),
        ("lwsstart", .refused(.startLine)), ("trws", .refused(.startLine)), ("badvers", .refused(.otherVersion)),
        ("bigcode", .refused(.status)), ("multi01", .refused(.headerTwice("From"))),
        ("mcl01", .refused(.headerTwice("Content-Length"))),
    ]

    @Test(arguments: messages)
    func `a torture message traps nobody and gets no NOTIFY`(_ name: String, _ outcome: Outcome) throws {
        let sample = try Sample("rfc4475/\(name)")
        do throws(SIPFault) {
            let message = try SIPMessage(parsing: sample.bytes[...])
            #expect(outcome == .read)
            #expect(throws: PnPFault.self) { try PnPSubscribe(message) }
            exercise(message)
        } catch {
            #expect(outcome == .refused(error))
        }
    }

    @Test func `every torture message is listed`() throws {
        #expect(try Sample.names(in: "rfc4475") == TortureTests.messages.map(\.0).sorted())
    }

    @Test func `the tortuous INVITE is read to its last blank`() throws {
        let message = try Sample("rfc4475/wsinv").message()
        #expect(message.first("CSeq") == "0009 INVITE")
        #expect(message.all("Via").count == 3)
        #expect(try message.all("Via").map { try SIPVia(parsing: $0).branch } == ["390skdjuw", "z9hG4bK9ikj8", "z9hG4bK30239"])
        #expect(try message.all("Via").map { try SIPVia(parsing: $0).transport } == ["UDP", "TCP", "UDP"])
        #expect(message.from?.displayName == "J Rosenberg \\\"")
        #expect(message.from?.tag == "98asjd8")
        #expect(message.to?.tag == "1918181833n")
        #expect(message.first("NewFangledHeader") == "newfangled value continued newfangled value")
        #expect(message.first("Subject") == "")
        #expect(message.body.count == 150)
    }

    @Test func `an escaped method or header name stays as it is`() throws {
        let message = try Sample("rfc4475/esc02").message()
        #expect(message.method == "RE%47IST%45R")
        #expect(message.all("Contact").count == 2)
    }

    @Test func `a URI's user keeps semicolon and escaped at sign`() throws {
        let uri = try SIPURI(parsing: "sip:user;par=u%40example.net@example.com")
        #expect(uri.userText == "user;par=u%40example.net")
        #expect(uri.user == "user;par=u@example.net")
        #expect(uri.host == "example.com")
        #expect(try SIPURI(parsing: "sip:null-%00-null@example.com").user?.utf8.count == 11)
    }
}
