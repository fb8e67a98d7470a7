import Foundation
import SIPMessages
import Testing

struct LeniencyTests {
    static let tidy = """
        SUBSCRIBE sip:MAC%3a00041300AA01@224.0.1.75 SIP/2.0
        Via: SIP/2.0/UDP 192.168.0.10:5060;branch=z9hG4bK1;rport
        Max-Forwards: 70
        From: <sip:MAC%3a00041300AA01@224.0.1.75>;tag=1
        To: <sip:MAC%3a00041300AA01@224.0.1.75>
        Call-ID: 1@192.168.0.10
        CSeq: 1 SUBSCRIBE
        Event: ua-profile;vendor="snom"
        Contact: <sip:192.168.0.10:5060>
        Subject: a b
        Content-Length: 0


        """

    /// The leniency, what of the tidy message becomes what, and whether RFC 3261 permits it.
    static let rows: [(SIPLeniency, String, String, Bool)] = [
        // Folding leaves a blank where the line was broken.
        (.foldedLines, "Subject: a b", "Subject: a\n b", true),
        (.blankBeforeColon, "Event: ", "Event : ", true),
        (.noBlankAfterColon, "Event: ", "Event:", true),
        (.compactNames, "Call-ID: ", "i: ", true),
        (.oddSpacing, "SIP/2.0/UDP ", "SIP / 2.0/UDP ", true),
        (.oddSpacing, ">;tag=1", "> ;tag=1", true),
        (.oddSpacing, ">;tag=1", ">;tag = 1", true),
        (.oddSpacing, "CSeq: 1 ", "CSeq: 1\t", true),
        (.oddSpacing, "UDP 192", "UDP  192", true),
        (.oddSpacing, ":5060;branch", " : 5060;branch", true),
        (.missingContentLength, "Content-Length: 0\n", "", true),
        (.bytesAfterBody, "Length: 0\n\n", "Length: 0\n\nxyz", true),
        (.missingBranch, "branch=z9hG4bK1;", "", false),
        (.missingFromTag, ";tag=1", "", false),
        (.missingMaxForwards, "Max-Forwards: 70\n", "", false),
        (.missingBlankLine, "Length: 0\n\n", "Length: 0\n", false),
    ]

    static func replacing(_ old: String, by new: String, in text: String) throws -> String {
        let range = try #require(text.range(of: old))
        return text.replacingCharacters(in: range, with: new)
    }

    @Test(arguments: rows)
    func `S10 a leniency is refused, remembered, and changes nothing else`(
        _ leniency: SIPLeniency, _ old: String, _ new: String, _ permitted: Bool
    ) throws {
        let bytes = datagram(try LeniencyTests.replacing(old, by: new, in: LeniencyTests.tidy))
        #expect(throws: SIPFault.notAllowed(leniency)) { try SIPMessage(parsing: bytes[...], allowing: .none) }
        #expect(throws: SIPFault.notAllowed(leniency)) {
            try SIPMessage(parsing: bytes[...], allowing: .phones.subtracting(leniency))
        }
        let message = try SIPMessage(parsing: bytes[...], allowing: .phones)
        #expect(message.leniencies == leniency)
        #expect(leniency.sentences.count == 1)
        #expect((try? SIPMessage(parsing: bytes[...], allowing: .rfc3261)) == (permitted ? message : nil))
        #expect(try PnPSubscribe(message).vendor == "snom")
        #expect(message.body.isEmpty)
    }

    /// Leniencies of a question for a configuration, and what of the tidy one becomes what.
    static let questions: [(SIPLeniency, String, String)] = [
        (.missingHost, "From: <sip:MAC%3a00041300AA01@224.0.1.75>", "From: <sip:MAC%3a00041300AA01>"),
        (.missingHost, "To: <sip:MAC%3a00041300AA01@224.0.1.75>", "To: <sip:MAC%3a00041300AA01>"),
        (.untidyEvent, "Event: ua-profile", "Event: UA-Profile"),
        (.untidyEvent, "vendor=\"snom\"", ";vendor=\"snom\""),
        (.untidyEvent, "vendor=\"snom\"", "vendor=\"snom\";model=a b"),
        (.untidyEvent, "vendor=\"snom\"", "vendor=\"snom\";vendor=\"x\""),
        (.misspeltVendor, "vendor=", "vender="),
        (.missingMAC, "MAC%3a00041300AA01", "00000001"),
    ]

    @Test(arguments: questions)
    func `S10 a leniency of a question is refused, remembered, and changes nothing else`(
        _ leniency: SIPLeniency, _ old: String, _ new: String
    ) throws {
        let text = LeniencyTests.tidy.replacingOccurrences(of: old, with: new)
        #expect(text != LeniencyTests.tidy)
        let message = try SIPMessage(parsing: datagram(text)[...], allowing: .none)
        #expect(throws: PnPFault.notAllowed(leniency)) { try PnPSubscribe(message, allowing: .none) }
        #expect(throws: PnPFault.notAllowed(leniency)) { try PnPSubscribe(message, allowing: .phones.subtracting(leniency)) }
        let subscribe = try PnPSubscribe(message)
        #expect(subscribe.message.leniencies == leniency)
        #expect(subscribe.vendor == "snom")
        #expect(PnPFault.notAllowed(leniency).refusal == .badRequest)
        #expect(!PnPFault.notAllowed(leniency).sentence.isEmpty)
    }

    @Test func `every leniency has a sentence of its own`() {
        let all = (0..<UInt32.bitWidth).map { SIPLeniency(rawValue: 1 << UInt32($0)) }.filter { !$0.sentences.isEmpty }
        #expect(SIPLeniency(all) == .phones)
        #expect(all.allSatisfy { $0.sentences.count == 1 })
        #expect(Set(all.flatMap(\.sentences)).count == all.count)
    }

    @Test func `the tidy message needs no leniency`() throws {
        let message = try SIPMessage(parsing: datagram(LeniencyTests.tidy)[...], allowing: .none)
        #expect(message.leniencies == .none)
        #expect(message.encoded() == datagram(LeniencyTests.tidy))
    }

    @Test func `lines that end in LF alone are read`() throws {
        let bytes = Array(LeniencyTests.tidy.utf8)
        #expect(throws: SIPFault.notAllowed(.bareLF)) { try SIPMessage(parsing: bytes[...], allowing: .none) }
        let message = try SIPMessage(parsing: bytes[...])
        #expect(message.leniencies == .bareLF)
        #expect(message.encoded() == datagram(LeniencyTests.tidy))
    }

    @Test func `a status line may end after the status`() throws {
        let bytes = datagram("SIP/2.0 200\nVia: SIP/2.0/UDP 192.168.0.1;branch=z9hG4bK1\nCSeq: 2 NOTIFY\nContent-Length: 0\n\n")
        #expect(throws: SIPFault.notAllowed(.missingReason)) { try SIPMessage(parsing: bytes[...], allowing: .none) }
        let message = try SIPMessage(parsing: bytes[...])
        #expect(message.leniencies == .missingReason)
        #expect(message.start == .response(status: 200, reason: ""))
    }

    @Test func `line ends before the start line are passed over`() throws {
        let bytes = datagram("\n\n" + LeniencyTests.tidy)
        #expect(try SIPMessage(parsing: bytes[...], allowing: .none).leniencies == .none)
    }

    @Test func `a line end before the start line may not be LF alone`() throws {
        let bytes = Array("\n".utf8) + datagram(LeniencyTests.tidy)
        #expect(throws: SIPFault.notAllowed(.bareLF)) { try SIPMessage(parsing: bytes[...], allowing: .none) }
        #expect(try SIPMessage(parsing: bytes[...]).leniencies == .bareLF)
    }

    @Test func `what keeps a binding open is no message`() {
        for text in ["\n", "\n\n", "\n\n\n\n"] {
            #expect(throws: SIPFault.keepAlive) { try SIPMessage(parsing: datagram(text)[...]) }
        }
        #expect(throws: SIPFault.empty) { try SIPMessage(parsing: []) }
    }

    @Test func `a slice is read where it lies`() throws {
        let bytes = [1, 2, 3] + datagram(LeniencyTests.tidy) + [4]
        #expect(try SIPMessage(parsing: bytes.dropFirst(3).dropLast()).encoded() == datagram(LeniencyTests.tidy))
    }

    @Test func `a message of exactly the caps is read`() throws {
        let tidy = LeniencyTests.tidy
        let headers = String(repeating: "X: y\n", count: SIPMessage.mostHeaders - 10)
        let line = "Subject: " + String(repeating: "s", count: SIPMessage.mostBytesInLine - 9) + "\n"
        let full = try LeniencyTests.replacing("Event", by: headers + "Event", in: tidy)
        #expect(try SIPMessage(parsing: datagram(full)[...]).headers.count == SIPMessage.mostHeaders)
        let fuller = try LeniencyTests.replacing("Event", by: "X: y\nEvent", in: full)
        #expect(throws: SIPFault.tooManyHeaders) { try SIPMessage(parsing: datagram(fuller)[...]) }
        let long = try LeniencyTests.replacing("Event", by: line + "Event", in: tidy)
        #expect(try SIPMessage(parsing: datagram(long)[...]).first("s")?.utf8.count == SIPMessage.mostBytesInLine - 9)
        let longer = try LeniencyTests.replacing("Event", by: "x" + line + "Event", in: tidy)
        #expect(throws: SIPFault.lineTooLong(line: 8)) { try SIPMessage(parsing: datagram(longer)[...]) }
        #expect(throws: SIPFault.lineTooLong(line: 8)) { try SIPMessage(parsing: Array(longer.utf8)[...]) }
        let short = datagram(tidy)
        let whole = short + [UInt8](repeating: 0x20, count: SIPMessage.mostBytes - short.count)
        #expect(try SIPMessage(parsing: whole[...]).body.isEmpty)
        #expect(throws: SIPFault.messageTooLong) { try SIPMessage(parsing: (whole + [0x20])[...]) }
    }

    @Test func `a length without digits is none`() throws {
        let text = try LeniencyTests.replacing("Content-Length: 0", by: "Content-Length: ", in: LeniencyTests.tidy)
        #expect(throws: SIPFault.notANumber("Content-Length")) { try SIPMessage(parsing: datagram(text)[...]) }
    }
}
