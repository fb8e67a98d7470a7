import SIPMessages
import TestSupport
import Testing

struct HostileSampleTests {
    /// Refused before anyone asks what the message means.
    static let unreadable: [(String, SIPFault)] = [
        ("keep-alive", .keepAlive),
        ("start-line-alone-in-words", .startLine),
        ("start-line-two-blanks", .startLine),
        ("start-line-blank-at-end", .startLine),
        ("start-line-uri-in-brackets", .startLine),
        ("version-3", .otherVersion),
        ("status-9999999999", .status),
        ("nul-in-header", .controlCharacter(line: 8)),
        ("escape-in-header", .controlCharacter(line: 8)),
        ("bare-cr-in-header", .controlCharacter(line: 8)),
        ("line-too-long", .lineTooLong(line: 8)),
        ("fold-too-long", .lineTooLong(line: 681)),
        ("message-too-long", .messageTooLong),
        ("too-many-headers", .tooManyHeaders),
        ("header-without-colon", .noColon(line: 9)),
        ("header-without-name", .headerName(line: 9)),
        ("header-name-with-blank", .headerName(line: 9)),
        ("fold-before-first-header", .foldWithoutHeader),
        ("cut-in-line", .cutLine(line: 5)),
        ("content-length-past-end", .bodyTooShort(claimed: 400, present: 0)),
        ("content-length-negative", .notANumber("Content-Length")),
        ("content-length-beyond-64-bits", .numberTooLarge("Content-Length")),
        ("content-length-twice", .headerTwice("Content-Length")),
        ("from-twice", .headerTwice("From")),
        ("max-forwards-300", .numberTooLarge("Max-Forwards")),
        ("expires-over-2-to-the-31", .numberTooLarge("Expires")),
    ]

    /// Read, and then no question of a phone.
    static let unanswerable: [(String, PnPFault)] = [
        ("cseq-over-2-to-the-31", .malformed("CSeq")),
        ("cseq-other-method", .malformed("CSeq")),
        ("via-port-65536", .malformed("Via")),
        ("via-without-host", .malformed("Via")),
        ("via-latin-1", .malformed("Via")),
        ("from-quote-without-end", .malformed("From")),
        ("from-bracket-without-end", .malformed("From")),
        ("from-two-tags", .malformed("From")),
        ("event-quote-without-end", .malformed("Event")),
        ("contact-without-host", .malformed("Contact")),
        ("call-id-empty", .missing("Call-ID")),
        ("contact-star", .malformed("Contact")),
        ("contact-other-scheme", .malformed("Contact")),
        ("request-uri-other-scheme", .malformed("Request-URI")),
        ("require-not-a-token", .malformed("Require")),
        ("no-via", .missing("Via")),
        ("no-from", .missing("From")),
        ("no-to", .missing("To")),
        ("no-call-id", .missing("Call-ID")),
        ("no-cseq", .missing("CSeq")),
        ("no-event", .missing("Event")),
        ("no-contact", .missing("Contact")),
    ]

    @Test(arguments: unreadable)
    func `S10 a hostile message is refused by its fault`(_ name: String, _ fault: SIPFault) throws {
        let sample = try Sample("hostile/\(name)")
        #expect(throws: fault) { try sample.message() }
        #expect(!fault.sentence.isEmpty)
    }

    @Test(arguments: unanswerable)
    func `S10 a hostile SUBSCRIBE is no question of a phone`(_ name: String, _ fault: PnPFault) throws {
        let message = try Sample("hostile/\(name)").message()
        #expect(throws: fault) { try PnPSubscribe(message) }
        #expect(fault.refusal?.status == (name == "no-event" ? 489 : 400))
    }

    @Test func `every hostile sample has its fault`() throws {
        let listed = HostileSampleTests.unreadable.map(\.0) + HostileSampleTests.unanswerable.map(\.0)
        #expect(try Sample.names(in: "hostile") == listed.sorted())
    }

    @Test func `what makes a sample hostile is its fault alone`() throws {
        let text = text(try Sample("hostile/cseq-other-method").bytes).split(separator: "CSeq: 1 NOTIFY")
        #expect(text.count == 2)
        let mended = Array((text.first ?? "").utf8) + Array("CSeq: 1 SUBSCRIBE".utf8) + Array((text.last ?? "").utf8)
        _ = try PnPSubscribe(SIPMessage(parsing: mended[...], allowing: .none))
    }

    static let others: [(String, PnPFault, UInt16?)] = [
        ("others/kamailio-register", .otherMethod("REGISTER"), 405),
        ("others/subscribe-presence", .otherEvent("presence"), 489),
        ("others/subscribe-require", .requires(["eventlist", "100rel", "nothingSupportsThis"]), 420),
        ("others/ack", .isACK, nil),
        ("others/ucm-accepted", .isResponse, nil),
        ("others/responder-without-blank-line", .isResponse, nil),
        ("exchange/2-ok", .isResponse, nil),
        ("exchange/3-notify", .otherMethod("NOTIFY"), 405),
        ("exchange/4-ok", .isResponse, nil),
    ]

    @Test(arguments: others)
    func `what is no question says why, and what a peer of its own would be told`(
        _ name: String, _ fault: PnPFault, _ status: UInt16?
    )
        throws
    {
        let message = try Sample(name).message()
        #expect(throws: fault) { try PnPSubscribe(message) }
        #expect(fault.refusal?.status == status)
        #expect(!fault.sentence.isEmpty)
    }
}
