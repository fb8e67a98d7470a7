import Packets
import SIPMessages
import Testing

/// A message of RFC 4475, "Session Initiation Protocol (SIP) Torture Test Messages".
struct TortureMessage: Sendable, CustomTestStringConvertible {
    /// As the RFC names it.
    let name: String
    /// The fault for which it is refused; `nil` where it is read.
    let fault: SIPFault?
    /// What whoever sent it to us alone is told; `nil` for silence.
    let told: UInt16?

    var testDescription: String { name }

    init(_ name: String, _ fault: SIPFault? = nil, told: UInt16?) {
        self.name = name
        self.fault = fault
        self.told = told
    }

    /// §3.1.1: valid, and every one of another method than ours, hence 405; responses are answered by nobody.
    static let valid = [
        TortureMessage("wsinv", told: 405),
        // §3.1.1.2 has quoted NUL and BEL in a display name. No phone needs them and no log wants them.
        TortureMessage("intmeth", .controlCharacter(line: 3), told: 400),
        TortureMessage("esc01", told: 405), TortureMessage("escnull", told: 405), TortureMessage("esc02", told: 405),
        TortureMessage("lwsdisp", told: 405), TortureMessage("longreq", told: 405),
        // §3.1.1.8: one request in a datagram; what follows its body is discarded.
        TortureMessage("dblreq", told: 405),
        TortureMessage("semiuri", told: 405), TortureMessage("transports", told: 405), TortureMessage("mpart01", told: 405),
        TortureMessage("unreason", told: nil), TortureMessage("noreason", told: nil),
    ]

    /// §3.1.2: invalid. Where the fault is in a header that is read only when it is needed, the method is told of first.
    static let invalid = [
        // The Via cannot be read: there is nobody to answer.
        TortureMessage("badinv01", told: nil),
        TortureMessage("clerr", .bodyTooShort(claimed: 9999, present: 154), told: 400),
        TortureMessage("ncl", .notANumber("Content-Length"), told: 400),
        TortureMessage("scalar02", .numberTooLarge("Expires"), told: 400),
        TortureMessage("scalarlg", told: nil),
        TortureMessage("quotbal", told: 405),
        TortureMessage("ltgtruri", .startLine, told: 400), TortureMessage("lwsruri", .startLine, told: 400),
        TortureMessage("lwsstart", .startLine, told: 400), TortureMessage("trws", .startLine, told: 400),
        TortureMessage("escruri", told: 405), TortureMessage("baddate", told: 405), TortureMessage("regbadct", told: 405),
        TortureMessage("badaspec", told: 405), TortureMessage("baddn", told: 405),
        // 505 in the RFC: but its Via is of that version as well, and cannot be read by this one.
        TortureMessage("badvers", .otherVersion, told: nil),
        TortureMessage("mismatch01", told: 405), TortureMessage("mismatch02", told: 405),
        TortureMessage("bigcode", .status, told: nil),
    ]

    /// §3.2 to §3.4: transactions, application, RFC 2543.
    static let higher = [
        TortureMessage("badbranch", told: 405), TortureMessage("insuf", told: 405), TortureMessage("unkscm", told: 405),
        TortureMessage("novelsc", told: 405), TortureMessage("unksm2", told: 405), TortureMessage("bext01", told: 405),
        TortureMessage("invut", told: 405), TortureMessage("regaut01", told: 405),
        TortureMessage("multi01", .headerTwice("From"), told: 400),
        TortureMessage("mcl01", .headerTwice("Content-Length"), told: 400), TortureMessage("bcast", told: nil),
        TortureMessage("zeromf", told: 405), TortureMessage("cparam01", told: 405), TortureMessage("cparam02", told: 405),
        TortureMessage("regescrt", told: 405), TortureMessage("sdp01", told: 405), TortureMessage("inv2543", told: 405),
    ]

    static let all = valid + invalid + higher
}

struct TortureTests {
    private static let sender = IPv4Address(192, 0, 2, 99)

    /// What `PnPReply` has for the sender of these bytes.
    private func refusal(of bytes: [UInt8]) -> SIPMessage? {
        do throws(SIPFault) {
            let message = try SIPMessage(parsing: bytes[...])
            do throws(PnPFault) {
                _ = try PnPSubscribe(message)
                Issue.record("it is a question of a phone")
                return nil
            } catch {
                return error.refusal.flatMap {
                    PnPReply.refusal(to: message, $0, toTag: "t", receivedFrom: TortureTests.sender, port: 5060)
                }
            }
        } catch {
            return PnPReply.refusal(toUnreadable: bytes[...], error, toTag: "t", receivedFrom: TortureTests.sender, port: 5060)
        }
    }

    @Test(arguments: TortureMessage.all)
    func `S12 a torture message traps nobody, gets no NOTIFY, and its sender is told what is due`(_ torture: TortureMessage)
        throws
    {
        let sample = try Sample("rfc4475/\(torture.name)")
        do throws(SIPFault) {
            let message = try SIPMessage(parsing: sample.bytes[...])
            #expect(torture.fault == nil)
            #expect(throws: PnPFault.self) { try PnPSubscribe(message) }
            exercise(message)
        } catch {
            #expect(torture.fault == error)
        }
        let refusal = refusal(of: sample.bytes)
        #expect(refusal?.status == torture.told)
        // Each line of an answer reads back, and the first Via says where the request came from.
        if let refusal {
            let read = try SIPMessage(parsing: refusal.encoded()[...], allowing: [.missingFromTag, .oddSpacing])
            #expect(read.topVia?.parameters.value("received") == TortureTests.sender.description)
        }
    }

    @Test func `S12 the RFC's forty-nine messages are all here`() throws {
        #expect(try Sample.names(in: "rfc4475") == TortureMessage.all.map(\.name).sorted())
        #expect(TortureMessage.all.count == 49)
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

    @Test func `the long request is read to its last Via`() throws {
        let message = try Sample("rfc4475/longreq").message()
        #expect(message.all("Via").count == 34)
        #expect(message.topVia?.host == "sip33.example.com")
        #expect(message.from?.tag?.utf8.count == 155)
        #expect(message.first("Call-ID")?.hasPrefix("longreq.onereally") == true)
        #expect(message.body.count == 150)
    }

    @Test func `a body of any bytes is framed by its length`() throws {
        let message = try Sample("rfc4475/mpart01").message(allowing: .rfc3261)
        #expect(message.body.count == 553)
        #expect(message.body.contains(0))
        #expect(message.body.suffix(4) == [0x2d, 0x2d, 0x0d, 0x0a])
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
