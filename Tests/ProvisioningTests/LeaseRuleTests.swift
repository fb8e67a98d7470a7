import DHCPMessages
import Packets
import TestSupport
import Testing

@testable import Provisioning

/// The rules that an address is given by, D13 to D19.
@Suite struct LeaseRuleTests {
    static let first = IPv4Address(192, 168, 50, 100)
    static let wrong = IPv4Address(192, 168, 50, 199)
    static let elsewhere = IPv4Address(10, 1, 2, 3)
    static let otherServer = IPv4Address(192, 168, 50, 2)
    static let near = IPv4Address(192, 168, 50, 250)
    private static let relaying = leasing.replacing("answer: lease", with: "answer: lease\n  relays: 192.168.50.250")

    enum Reply: Equatable, Sendable {
        case acknowledge, negativeAcknowledge
        case silence(Silence)
    }

    private func reply(_ decision: Decision) -> Reply? {
        switch decision.outcome {
        case .ignore(let silence): .silence(silence)
        case .answer(.dhcp(let answer)) where answer.type == .acknowledge: .acknowledge
        case .answer(.dhcp(let answer)) where answer.type == .negativeAcknowledge: .negativeAcknowledge
        case .answer: nil
        }
    }

    // MARK: D13

    struct Asked: Sendable, CustomTestStringConvertible {
        enum Before: Sendable { case nothing, offered, bound }

        var name: String
        /// What the server knows of the client.
        var before = Before.bound
        var request: Heard
        var expected: Reply

        var testDescription: String { name }
    }

    @Test(arguments: [
        Asked(name: "SELECTING: what was offered", before: .offered, request: request(first), expected: .acknowledge),
        Asked(
            name: "SELECTING: what was never offered", before: .offered, request: request(wrong), expected: .negativeAcknowledge),
        Asked(
            name: "SELECTING: another network's", before: .offered, request: request(elsewhere), expected: .negativeAcknowledge),
        Asked(
            name: "SELECTING: another server's offer", before: .offered, request: request(first, server: otherServer),
            expected: .silence(.noLease(.choseAnotherServer(otherServer)))),
        Asked(
            name: "SELECTING: without saying which address", before: .offered,
            request: request(first) { $0.message.options[.requestedAddress] = nil }, expected: .silence(.incompleteRequest)),
        Asked(
            name: "SELECTING: an answer to be sent to a third host", before: .offered,
            request: request(first) { $0.message.clientAddress = elsewhere },
            expected: .silence(.clientAddressIsNotSource(client: elsewhere, source: .any))),
        Asked(
            name: "INIT-REBOOT: an unknown client gets silence", before: .nothing, request: request(first, server: nil),
            expected: .silence(.noLease(.unknownClient))),
        Asked(
            name: "INIT-REBOOT: an unknown client of another network too", before: .nothing,
            request: request(elsewhere, server: nil),
            expected: .silence(.noLease(.unknownClient))),
        Asked(
            name: "INIT-REBOOT: an offer is no record", before: .offered, request: request(first, server: nil),
            expected: .silence(.noLease(.unknownClient))),
        Asked(name: "INIT-REBOOT: the address that it had", request: request(first, server: nil), expected: .acknowledge),
        Asked(name: "INIT-REBOOT: another of the pool", request: request(wrong, server: nil), expected: .negativeAcknowledge),
        Asked(name: "INIT-REBOOT: another network's", request: request(elsewhere, server: nil), expected: .negativeAcknowledge),
        Asked(name: "RENEWING, to us alone", request: using(first), expected: .acknowledge),
        Asked(name: "RENEWING: an address that is not its own", request: using(wrong), expected: .negativeAcknowledge),
        Asked(
            name: "RENEWING: an unknown client", before: .nothing, request: using(first),
            expected: .silence(.noLease(.unknownClient))),
        Asked(
            name: "RENEWING from another address",
            request: using(first) { $0.source = wrong },
            expected: .silence(.clientAddressIsNotSource(client: first, source: wrong))),
        Asked(
            name: "RENEWING that names us, which it should not",
            request: using(first) { $0.message.options[.serverIdentifier] = ourAddress.octets[...] }, expected: .acknowledge),
        Asked(name: "REBINDING, to all", request: using(first, toUs: false), expected: .acknowledge),
        Asked(name: "REBINDING through a relay", request: using(first, toUs: false).relayed(by: near), expected: .acknowledge),
        Asked(
            name: "REBINDING from no address", request: using(first, toUs: false) { $0.source = .any }, expected: .acknowledge),
        Asked(
            name: "REBINDING from no address: an address that is not its own",
            request: using(wrong, toUs: false) { $0.source = .any },
            expected: .silence(.clientAddressIsNotSource(client: wrong, source: .any))),
        Asked(
            name: "REBINDING from no address: an unknown client", before: .nothing,
            request: using(first, toUs: false) { $0.source = .any },
            expected: .silence(.clientAddressIsNotSource(client: first, source: .any))),
        Asked(
            name: "REBINDING from no address: an offer is no record", before: .offered,
            request: using(first, toUs: false) { $0.source = .any }, expected: .silence(.noLease(.unknownClient))),
        Asked(
            name: "REBINDING from no address, with 50 all the same",
            request: request(first, server: nil) { $0.message.clientAddress = first },
            expected: .silence(.clientAddressIsNotSource(client: first, source: .any))),
        Asked(
            name: "SELECTING with ciaddr from no address", request: request(first) { $0.message.clientAddress = first },
            expected: .silence(.clientAddressIsNotSource(client: first, source: .any))),
        Asked(
            name: "REBINDING from no address, by another's hardware",
            request: using(first, toUs: false) { ($0.source, $0.sourceMAC) = (.any, relayMAC) },
            expected: .silence(.hardwareAddressIsNotSource(client: phoneMAC, source: relayMAC))),
        Asked(name: "neither 50 nor ciaddr", request: heard(.request), expected: .silence(.incompleteRequest)),
    ])
    func `D13 what a REQUEST is follows from 50, 54 and ciaddr`(_ row: Asked) throws {
        var bench = try Bench(LeaseRuleTests.relaying)
        switch row.before {
        case .nothing: break
        case .offered: #expect(try bench.reply(heard(.discover)).message.yourAddress == LeaseRuleTests.first)
        case .bound: #expect(try bench.lease() == LeaseRuleTests.first)
        }
        let decision = try bench.says(row.request, at: 3)
        #expect(reply(decision) == row.expected)
        // A lease has to be stored before its ACK; nothing else changes any.
        #expect(decision.changes.count == (row.expected == .acknowledge ? 1 : 0))
    }

    // MARK: D14

    @Test(
        arguments: [
            ("DECLINE of its own", heard(.decline) { $0.message.options[.requestedAddress] = first.octets[...] }, .declined),
            (
                "DECLINE by another client",
                heard(.decline) {
                    $0.message.options[.requestedAddress] = first.octets[...]
                    $0.message.options[.clientIdentifier] = [9, 9]
                }, nil
            ),
            ("DECLINE of another address", heard(.decline) { $0.message.options[.requestedAddress] = wrong.octets[...] }, nil),
            ("DECLINE of no address", heard(.decline), nil),
            (
                "DECLINE to another server",
                heard(.decline) {
                    $0.message.options[.requestedAddress] = first.octets[...]
                    $0.message.options[.serverIdentifier] = otherServer.octets[...]
                }, nil
            ),
            ("RELEASE of its own", using(first, .release), .released),
            (
                "RELEASE that names us",
                using(first, .release) { $0.message.options[.serverIdentifier] = ourAddress.octets[...] }, .released
            ),
            ("RELEASE by another client", using(first, .release) { $0.message.options[.clientIdentifier] = [9, 9] }, nil),
            ("RELEASE of another address", using(wrong, .release), nil),
            (
                "RELEASE to another server",
                using(first, .release) { $0.message.options[.serverIdentifier] = otherServer.octets[...] }, nil
            ),
        ] as [(String, Heard, Lease.State?)])
    func `D14 DECLINE and RELEASE get no reply, and count only from the lease's own client`(
        name: String, said: Heard, state: Lease.State?
    )
        throws
    {
        var bench = try Bench()
        try bench.lease()
        let decision = try bench.says(said, at: 3)
        #expect(decision.answer == nil)
        if let state {
            guard case .put(let lease)? = decision.changes.first else {
                Issue.record("nothing to store: \(decision.silence?.sentence ?? "")")
                return
            }
            #expect((lease.address, lease.state) == (LeaseRuleTests.first, state))
            // What was declined is left alone; what was released is its client's again.
            #expect((try bench.lease(at: 4) == LeaseRuleTests.first) == (state == .released))
        } else {
            #expect(decision.changes.isEmpty)
            #expect(bench.book?.lease(at: LeaseRuleTests.first)?.state == .bound)
        }
    }

    // MARK: D15

    private static func past(_ last: UInt8, _ state: Lease.State, ended: Bool = false) -> Lease {
        Lease(
            address: IPv4Address(192, 168, 50, last), mac: phoneMAC, interface: "eth1", state: state, granted: second(0),
            expires: second(ended ? 0 : 1000))
    }

    @Test(
        arguments: [
            ("its binding, before what it asks for", [past(120, .bound)], 150, 120),
            ("its binding that ended, before what it asks for", [past(121, .bound, ended: true)], 150, 121),
            ("what it released, before what it asks for", [past(122, .released)], 150, 122),
            ("what it asks for, where it had none", [], 150, 150),
            ("not what it declined", [past(123, .declined)], 123, 100),
            ("one of the pool, where it asks for what is not in it", [], 31, 100),
            ("one of the pool, where it asks for nothing", [], nil, 100),
        ] as [(String, [Lease], UInt8?, UInt8)])
    func `D15 the address is the current, else the previous, else the one asked for, else any`(
        name: String, leases: [Lease], asked: UInt8?, given: UInt8
    ) throws {
        // The leases come from the disk: it is the same after a restart.
        var bench = try Bench(leases: leases)
        let offer = try bench.reply(
            heard(.discover) { $0.message.options[.requestedAddress] = asked.map { [192, 168, 50, $0] } })
        #expect(try offer.message.yourAddress == IPv4Address(192, 168, 50, given))
    }

    // MARK: D16

    @Test(
        arguments: [
            ("1m", 60, 30, 53), ("1h", 3600, 1800, 3150), ("1d", 86_400, 43_200, 75_600),
            ("30d", 2_592_000, 1_296_000, 2_268_000),
        ]
            as [(String, UInt32, UInt32, UInt32)])
    func `D16 T1 is half and T2 seven eighths of the time, in OFFER and ACK`(
        time: String, lease: UInt32, renewal: UInt32, rebinding: UInt32
    ) throws {
        var bench = try Bench(leasing.replacing("time: 1h", with: "time: \(time)"))
        for question in [heard(.discover), request(LeaseRuleTests.first)] {
            let options = try bench.read(question).options
            #expect(try options.uint32(.leaseTime) == lease)
            #expect(try options.uint32(.renewalTime) == renewal)
            #expect(try options.uint32(.rebindingTime) == rebinding)
        }
        #expect(renewal < rebinding && rebinding < lease)
    }

    @Test(
        arguments: [
            ("both", "58: 600, 59: 900", 600, 900), ("T1 alone", "58: 600", 600, 3150), ("T2 alone", "59: 3000", 1800, 3000),
            ("the wrong way round", "58: 900, 59: 600", 1800, 3150), ("beyond the lease", "58: 600, 59: 3600", 1800, 3150),
            ("no time", "58: {text: soon}", 1800, 3150),
        ] as [(String, String, UInt32, UInt32)])
    func `D16 a rule may set T1 and T2 where T1 comes before T2 and T2 before the end`(
        name: String, options: String, renewal: UInt32, rebinding: UInt32
    ) throws {
        var bench = try Bench(leasing + "\n" + snomRule(options))
        let told = try bench.read(heard(.discover)).options
        #expect(try told.uint32(.renewalTime) == renewal)
        #expect(try told.uint32(.rebindingTime) == rebinding)
        // An INFORM is about no lease.
        let inform = try bench.read(Heard.snomInform()).options
        #expect(inform[.renewalTime] == nil && inform[.rebindingTime] == nil)
    }

    // MARK: D17

    @Test(
        arguments: [
            (Change("a reply") { $0.message.operation = 2 }, .dhcpReply(.inform)),
            (Change("op 0") { $0.message.operation = 0 }, .dhcpReply(.inform)),
            (Change("our own frame by its MAC") { $0.sourceMAC = ourMAC }, .ownFrame),
            (Change("our own frame by its address") { $0.source = ourAddress }, .ownFrame),
        ] as [(Change, Silence)])
    func `D17 what is a reply or our own gets none`(change: Change, silence: Silence) throws {
        for yaml in ["", leasing] {
            var bench = try Bench(yaml)
            #expect(try bench.says(Heard.snomInform(change.apply)).silence == silence)
        }
    }

    @Test(arguments: [0, 2, 5, 6, 9, 10, 11, 12, 13, 14, 18, 128, 255] as [UInt8])
    func `D17 types that no client sends a server get no answer, FORCERENEW and LEASEQUERY neither`(type: UInt8) throws {
        for yaml in ["", leasing] {
            var bench = try Bench(yaml)
            let decision = try bench.says(heard(DHCPMessageType(rawValue: type)))
            #expect(decision.silence == .neverAnswered(DHCPMessageType(rawValue: type)))
            #expect(decision.changes.isEmpty)
        }
    }

    @Test(arguments: [1, 3, 4, 7] as [UInt8])
    func `D17 outside lease mode what is about an address gets no answer`(type: UInt8) throws {
        for answer in ["inform", "observe"] {
            var bench = try Bench("dhcp: {answer: \(answer)}")
            #expect(
                try bench.says(heard(DHCPMessageType(rawValue: type))).silence == .wantsLease(DHCPMessageType(rawValue: type)))
        }
    }

    // MARK: D18

    @Test(
        arguments: [
            ("the same identifier", [1, 1], [1, 1], true), ("two identifiers", [1, 1], [1, 2], false),
            ("one with and one without", [1, 1], nil, false), ("both without", nil, nil, true),
            ("one that is too short is none", [1], nil, true),
        ] as [(String, [UInt8]?, [UInt8]?, Bool)])
    func `D18 a client is its identifier where it has one, else its hardware address`(
        name: String, one: [UInt8]?, other: [UInt8]?, isSame: Bool
    ) throws {
        var bench = try Bench()
        let first = try bench.lease { $0.message.options[.clientIdentifier] = one.map { $0[...] } }
        let second = try bench.lease { $0.message.options[.clientIdentifier] = other.map { $0[...] } }
        #expect((first == second) == isSame)
    }

    @Test func `D18 one identifier on two hardware addresses is one client`() throws {
        var bench = try Bench()
        let first = try bench.lease { $0.message.options[.clientIdentifier] = [0, 1, 2, 3] }
        let second = try bench.lease {
            $0.message.options[.clientIdentifier] = [0, 1, 2, 3]
            $0.message.hardwareAddress = [0x00, 0x04, 0x13, 0x99, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
            $0.sourceMAC = MACAddress(bits: 0x0004_1399_0001)
        }
        #expect(first == second)
    }

    // MARK: D19

    @Test(
        arguments: [
            ("neither", 0, 0), ("one relay", 1, 3), ("sixteen", 16, 0), ("more than relays pass on", 17, 1),
            ("the most", 255, 65_535),
        ]
            as [(String, UInt8, UInt16)])
    func `D19 hops and secs decide nothing, and are 0 in the answer`(name: String, hops: UInt8, seconds: UInt16) throws {
        var bench = try Bench(LeaseRuleTests.relaying)
        for question in [Heard.snomInform(), heard(.discover), heard(.discover).relayed(by: LeaseRuleTests.near)] {
            var question = question
            question.message.hops = hops
            question.message.seconds = seconds
            let answer = try bench.reply(question).message
            #expect((answer.hops, answer.seconds) == (0, 0))
        }
    }
}
