import SIPMessages
import Testing

struct StartLineTests {
    private func message(_ line: String) throws(SIPFault) -> SIPMessage {
        try SIPMessage(parsing: datagram("\(line)\nContent-Length: 0\n\n")[...], allowing: .phones)
    }

    static let refused: [(String, SIPFault)] = [
        ("SIP/2.0 099 Too low", .status), ("SIP/2.0 700 Too high", .status), ("SIP/2.0 0200 Four digits", .status),
        ("SIP/2.0 2 One digit", .status), ("SIP/2.0 2O0 A letter", .status), ("SIP/2.0  200 OK", .status),
        ("SIP/1.0 200 OK", .otherVersion), ("SIP/2.00 200 OK", .otherVersion), ("SIP/2.0", .startLine),
        ("SUBSCRIBE  SIP/2.0", .startLine), (" SUBSCRIBE sip:x SIP/2.0", .startLine), ("SUB,SCRIBE sip:x SIP/2.0", .startLine),
        ("SUBSCRIBE sip:x", .startLine), ("SUBSCRIBE sip:x SIP/2.0 ", .startLine), ("SUBSCRIBE sip:ä SIP/2.0", .startLine),
        ("SUBSCRIBE sip:x HTTP/1.1", .startLine), ("SUBSCRIBE sip:x SIP/2.1", .otherVersion),
        ("SUBSCRIBE\tsip:x\tSIP/2.0", .startLine),
    ]

    @Test(arguments: refused)
    func `what is neither a request nor a status is refused`(_ line: String, _ fault: SIPFault) {
        #expect(throws: fault) { try message(line) }
    }

    @Test func `a request and a status are told apart`() throws {
        #expect(try message("SIPPY sip:x sip/2.0").start == .request(method: "SIPPY", uri: "sip:x"))
        #expect(try message("sip/2.0 699 No  way ").start == .response(status: 699, reason: "No  way "))
        #expect(try message("SIP/2.0 100 ").start == .response(status: 100, reason: ""))
        #expect(try message("SIP/2.0 100 ").leniencies.contains(.missingReason) == false)
    }
}
