import DHCPMessages
import Packets
import TestSupport
import Testing

@testable import Provisioning

/// D11: whether an INFORM is answered, and where to (RFC 2131 §3.4, §4.3.5).
@Suite struct InformRuleTests {
    static let relay = IPv4Address(10, 0, 20, 1)
    static let remote = IPv4Address(10, 0, 20, 31)
    static let stranger = IPv4Address(192, 168, 50, 77)
    static let far = IPv4Address(10, 9, 8, 7)

    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        /// What the message says, and where its packet came from.
        var ciaddr = phoneAddress
        var source = phoneAddress
        var flags: UInt16 = 0
        var toUs = false
        var relay: IPv4Address?
        var relays = "10.0.20.1"
        /// Where the answer goes and which ciaddr it has, or why there is none.
        var expected: Expected

        enum Expected: Sendable {
            case answer(IPv4Address, port: UInt16 = 68, ciaddr: IPv4Address)
            case silence(Silence)
        }

        var testDescription: String { name }
    }

    static let cases: [Case] = [
        // The cases that Kea's unit tests name, and what follows from them.
        Case(name: "directClientBroadcast: to ciaddr", expected: .answer(phoneAddress, ciaddr: phoneAddress)),
        Case(
            name: "directClientBroadcast, broadcast bit: to ciaddr all the same", flags: 0x8000,
            expected: .answer(phoneAddress, ciaddr: phoneAddress)),
        Case(name: "directClientBroadcastNoAddress: silence", ciaddr: .any, source: .any, expected: .silence(.noClientAddress)),
        Case(
            name: "directClientBroadcastNoAddress, broadcast bit: silence", ciaddr: .any, source: .any, flags: 0x8000,
            expected: .silence(.noClientAddress)),
        Case(name: "directClientUnicast: to ciaddr", toUs: true, expected: .answer(phoneAddress, ciaddr: phoneAddress)),
        Case(
            name: "directClientNoCiaddr: to where it came from", ciaddr: .any,
            expected: .answer(phoneAddress, ciaddr: .any)),
        Case(
            name: "directClientNoCiaddr, broadcast bit: to where it came from", ciaddr: .any, flags: 0x8000,
            expected: .answer(phoneAddress, ciaddr: .any)),
        Case(
            name: "directClientNoCiaddr, unicast: to where it came from", ciaddr: .any, toUs: true,
            expected: .answer(phoneAddress, ciaddr: .any)),
        Case(
            name: "directClientCiaddrOnly: an address claimed from nowhere, and no answer", source: .any,
            expected: .silence(.clientAddressIsNotSource(client: phoneAddress, source: .any))),
        Case(name: "relayedClient: to ciaddr", ciaddr: remote, relay: relay, expected: .answer(remote, ciaddr: remote)),
        Case(
            name: "relayedClient, broadcast bit: to ciaddr", ciaddr: remote, flags: 0x8000, relay: relay,
            expected: .answer(remote, ciaddr: remote)),
        Case(
            name: "relayedClientNoCiaddr: to the relay, which broadcasts", ciaddr: .any, relay: relay, relays: "10.0.0.0/8",
            expected: .answer(relay, port: 67, ciaddr: .any)),
        // T6: nobody aims an answer at another.
        Case(
            name: "another host's ciaddr", ciaddr: stranger,
            expected: .silence(.clientAddressIsNotSource(client: stranger, source: phoneAddress))),
        Case(
            name: "a broadcast ciaddr", ciaddr: .broadcast,
            expected: .silence(.clientAddressIsNotSource(client: .broadcast, source: phoneAddress))),
        Case(
            name: "our own ciaddr", ciaddr: ourAddress,
            expected: .silence(.clientAddressIsNotSource(client: ourAddress, source: phoneAddress))),
        Case(name: "a source that is not on the link", ciaddr: far, source: far, expected: .silence(.notOnLink(far))),
        Case(name: "a source that is not on the link, no ciaddr", ciaddr: .any, source: far, expected: .silence(.notOnLink(far))),
        Case(
            name: "a relay that nobody named", ciaddr: remote, relay: relay, relays: "[10.0.21.1, 192.168.0.0/16]",
            expected: .silence(.relayNotConfigured(relay))),
        Case(
            name: "a relay, and none is named", ciaddr: remote, relay: relay, relays: "[]",
            expected: .silence(.relayNotConfigured(relay))),
        Case(name: "a relay with a broadcast ciaddr", ciaddr: .broadcast, relay: relay, expected: .silence(.noClientAddress)),
        Case(
            name: "a relay with a group's ciaddr", ciaddr: IPv4Address(224, 0, 1, 75), relay: relay,
            expected: .silence(.noClientAddress)),
    ]

    @Test(arguments: cases)
    func `D11 an INFORM is answered at the address that its client surely has, or not at all`(_ row: Case) throws {
        var heard = Heard.snomInform {
            $0.message.clientAddress = row.ciaddr
            $0.source = row.source
            $0.message.flags = row.flags
            if row.toUs { ($0.destination, $0.destinationMAC) = (ourAddress, ourMAC) }
        }
        if let relay = row.relay { heard = heard.relayed(by: relay) }
        let decision = try heard.decision(policy("dhcp: {relays: \(row.relays)}"))
        switch row.expected {
        case .silence(let silence): #expect(decision.silence == silence)
        case .answer(let address, let port, let ciaddr):
            guard case .dhcp(let answer)? = decision.answer else {
                Issue.record("silence: \(decision.silence?.sentence ?? "?")")
                return
            }
            #expect((answer.frame.destination, answer.frame.destinationPort) == (address, port))
            #expect(answer.frame.destinationMAC == heard.sourceMAC)
            let message = try answer.message
            #expect((message.clientAddress, message.yourAddress, message.type) == (ciaddr, .any, .acknowledge))
            #expect((message.relayAddress, message.hops) == (row.relay ?? .any, 0))
            #expect(message.options[.leaseTime] == nil)
            #expect(message.wantsBroadcast == (row.flags != 0 || (row.relay != nil && ciaddr == .any)))
        }
    }

    @Test func `D11 of a capture nobody knows which networks its link had`() throws {
        let heard = Heard.snomInform {
            $0.message.clientAddress = InformRuleTests.far
            $0.source = InformRuleTests.far
            $0.link = Link(interface: "capture", mac: nil, address: ourAddress)
        }
        #expect(try heard.acknowledgement(policy()).frame.destination == InformRuleTests.far)
    }

    /// "The server … MUST NOT check for an existing lease binding" (RFC 2131 §4.3.5, in the sense of table 4).
    @Test(
        arguments: [
            ("an address that it has leased", 100), ("another client's", 101), ("a free one of the pool", 150),
            ("one outside the pool", 31),
        ] as [(String, UInt8)])
    func `D11 where addresses are given, an INFORM is answered whosever lease its address is`(name: String, last: UInt8) throws {
        var bench = try Bench()
        #expect(try bench.lease() == IPv4Address(192, 168, 50, 100))
        try bench.lease { $0.message.options[.clientIdentifier] = [1, 2, 3] }
        let before = bench.book
        let address = IPv4Address(192, 168, 50, last)
        let decision = try bench.says(
            Heard.snomInform {
                $0.message.clientAddress = address
                $0.source = address
                $0.message.options[.parameterRequestList] = [1, 3, 6, 51, 58, 59, 66]
            })
        guard case .dhcp(let answer)? = decision.answer else { throw NoAnswer() }
        #expect(try answer.message.options.codes == [53, 54, 1, 3, 6, 66])
        #expect(try answer.message.yourAddress == .any)
        #expect(decision.changes.isEmpty)
        #expect(bench.book?.boundCount == before?.boundCount)
    }
}
