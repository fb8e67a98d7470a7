import SIPMessages
import Testing

struct TransactionKeyTests {
    private func key(_ changes: [(String, String)] = [], branch: Bool) throws -> SIPTransactionKey {
        var text = LeniencyTests.tidy
        if !branch { text = try LeniencyTests.replacing("branch=z9hG4bK1;", by: "branch=1;", in: text) }
        for (old, new) in changes { text = try LeniencyTests.replacing(old, by: new, in: text) }
        return try PnPSubscribe(SIPMessage(parsing: datagram(text)[...])).transactionKey
    }

    @Test func `S3 a retransmission has the key of the first`() throws {
        let sample = try Sample("phones/snom-720")
        #expect(try sample.subscribe().transactionKey == sample.subscribe().transactionKey)
        #expect(try key(branch: true) == key([("branch=z9hG4bK1", "branch=Z9HG4BK1")], branch: true))
    }

    static let withoutBranch: [(String, String)] = [
        ("SUBSCRIBE sip:MAC%3a00041300AA01", "SUBSCRIBE sip:MAC%3a00041300AA02"), ("To: <sip:MAC", "To: <sip:mac"),
        ("tag=1", "tag=2"), ("Call-ID: 1", "Call-ID: 2"), ("CSeq: 1", "CSeq: 2"), ("rport", "rport;x"),
        ("10:5060;b", "10:5061;b"),
    ]

    @Test(arguments: withoutBranch)
    func `S3 without a cookie the RFC 2543 rule tells requests apart`(_ old: String, _ new: String) throws {
        #expect(try key([(old, new)], branch: false) != key(branch: false))
    }

    @Test func `without a cookie the other headers do not count`() throws {
        #expect(try key([("Max-Forwards: 70", "Max-Forwards: 69")], branch: false) == key(branch: false))
    }

    @Test(arguments: [
        ("branch=z9hG4bK1", "branch=z9hG4bK2"), ("10:5060;b", "11:5060;b"), ("Call-ID: 1", "Call-ID: 2"), ("CSeq: 1", "CSeq: 2"),
    ])
    func `S3 with a cookie branch, sender, Call-ID and CSeq tell requests apart`(_ old: String, _ new: String) throws {
        #expect(try key([(old, new)], branch: true) != key(branch: true))
    }

    @Test func `with a cookie the rest does not count`() throws {
        #expect(
            try key([("tag=1", "tag=2"), ("To: <sip:MAC", "To: <sip:mac"), ("10:5060;b", "10;b")], branch: true)
                == key(branch: true))
    }

    static let noKeys = [
        "Via: SIP/2.0/UDP 192.168.0.1;branch=z9hG4bK1\nVia: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK2\nCSeq: 1 NOTIFY\n",
        "Via: SIP/2.0/UDP 192.168.0.1;branch=z9hG4bK1, SIP/2.0/UDP 10.0.0.1\nCSeq: 1 NOTIFY\n",
        "Via: SIP/2.0/UDP 192.168.0.1\nCSeq: 1 NOTIFY\n",
        "Via: SIP/2.0/UDP 192.168.0.1;branch=z9hG4bK1\nCSeq: one NOTIFY\n",
        "Via: SIP/2.0/UDP 192.168.0.1;branch=z9hG4bK1\n",
        "CSeq: 1 NOTIFY\n",
    ]

    @Test(arguments: noKeys)
    func `a response that cannot be ours has no key`(_ headers: String) throws {
        let message = try SIPMessage(parsing: datagram("SIP/2.0 200 OK\n\(headers)\n")[...])
        #expect(SIPResponseKey(response: message) == nil)
    }
}
