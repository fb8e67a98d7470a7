import DHCPMessages
import Packets
import TestSupport
import Testing

@testable import Provisioning

/// The rules that a DHCP answer keeps, D1 to D10 and D12: what goes out for what was heard.
@Suite struct DHCPRuleTests {
    /// One of each kind of answer.
    enum Kind: CaseIterable, Sendable {
        case inform, offer, acknowledge, negativeAcknowledge

        var type: DHCPMessageType {
            switch self {
            case .inform, .acknowledge: .acknowledge
            case .offer: .offer
            case .negativeAcknowledge: .negativeAcknowledge
            }
        }

        /// What brings it about, in a server that has just offered 192.168.50.100.
        var question: Heard {
            switch self {
            case .inform: Heard.snomInform()
            case .offer: heard(.discover)
            case .acknowledge: request(IPv4Address(192, 168, 50, 100))
            case .negativeAcknowledge: request(IPv4Address(192, 168, 50, 199))
            }
        }
    }

    /// The answer of this kind to a question that is changed so.
    private func answer(_ kind: Kind, yaml: String = leasing, _ change: (inout Heard) -> Void = { _ in }) throws -> DHCPAnswer {
        var bench = try Bench(yaml)
        var discover = heard(.discover)
        var question = kind.question
        // It is one client all along.
        change(&question)
        discover.message.options[.clientIdentifier] = question.message.options[.clientIdentifier]
        if kind != .inform { _ = try bench.reply(discover) }
        let answer = try bench.reply(question)
        #expect(answer.message.type == kind.type)
        return answer
    }

    // MARK: D1, D2

    private static let much =
        "rules: [{match: {vendor: snom}, options: {"
        + (200...223).map { "\($0): \"\(String(repeating: "x", count: 100))\"" }.joined(separator: ", ") + "}}]\n"

    @Test(
        arguments: [
            ("none", nil, 548), ("less than is legal", 300, 548), ("the least", 576, 548), ("a snom's", 1472, 1444),
            ("more than Ethernet carries", 9000, 1472),
        ] as [(String, Int?, Int)])
    func `D1 an answer is no longer than option 57 allows, and no shorter than it need be`(name: String, asked: Int?, limit: Int)
        throws
    {
        for kind in [Kind.inform, .offer, .acknowledge] {
            let answer = try answer(kind, yaml: DHCPRuleTests.much + leasing) {
                $0.message.options[.maximumMessageSize] = asked.map { [UInt8($0 >> 8), UInt8($0 & 0xff)] }
            }
            #expect(answer.encoded.bytes.count <= limit)
            #expect(answer.encoded.bytes.count > limit - 102, "another option had room")
            #expect(!answer.encoded.leftOut.isEmpty)
        }
    }

    @Test(arguments: Kind.allCases)
    func `D2 an answer has 300 octets at least, zeros behind its END`(_ kind: Kind) throws {
        let bytes = try answer(kind) { $0.message.options[.parameterRequestList] = [66] }.encoded.bytes
        #expect(bytes.count == 300)
        let end = try #require(bytes.lastIndex { $0 != 0 })
        #expect(bytes[end] == 255)
    }

    // MARK: D3, D4, D5

    @Test(arguments: [(0x0000, false), (0x8000, true), (0x7fff, false), (0xffff, true), (0x0001, false)] as [(UInt16, Bool)])
    func `D3 the top bit of flags alone asks for broadcast, and all bits go back`(flags: UInt16, isBroadcast: Bool) throws {
        for kind in [Kind.offer, .acknowledge] {
            let answer = try answer(kind) { $0.message.flags = flags }
            #expect(answer.message.flags == flags)
            #expect((answer.frame.destination == .broadcast) == isBroadcast)
        }
        #expect(try answer(.inform) { $0.message.flags = flags }.message.flags == flags)
    }

    @Test(arguments: [("wrong", [99, 130, 83, 100]), ("absent", [0, 0, 0, 0])] as [(String, [UInt8])])
    func `D4 a request without the magic cookie is BOOTP and gets no answer, and every answer has it`(
        name: String, cookie: [UInt8]
    ) throws {
        for kind in Kind.allCases {
            var bench = try Bench()
            var question = kind.question
            question.mangle = { $0.replaceSubrange(236..<240, with: cookie) }
            let decision = try bench.says(question)
            #expect(decision.silence == .dhcp(.noMagicCookie))
            #expect(decision.kind == .bootp)
            #expect(try answer(kind).encoded.bytes[236..<240] == [99, 130, 83, 99])
        }
    }

    @Test(arguments: [
        (Change("PAD before all") { $0.mangle = { $0.insert(contentsOf: [0, 0, 0], at: 240) } }, true),
        (Change("PAD between") { $0.mangle = { $0.insert(contentsOf: [0, 0], at: 243) } }, true),
        (Change("no END") { $0.mangle = { $0 = Array($0.prefix { $0 != 255 }) } }, true),
        (Change("options behind END") { $0.mangle = { $0.insert(255, at: 243) } }, false),
    ])
    func `D5 END ends the options, and PAD may stand anywhere before it`(change: Change, isRead: Bool) throws {
        // What is read asks for 66 alone; what is not asks for nothing in particular, and is told 43 too.
        let answer = try answer(.inform) {
            $0.message.options[.parameterRequestList] = [66]
            change.apply(&$0)
        }
        #expect((answer.message.options[.vendorEncapsulated] == nil) == isRead)
    }

    // MARK: D6

    struct Delivery: Sendable, CustomTestStringConvertible {
        var name: String
        var kind = Kind.inform
        var to: (address: IPv4Address, mac: MACAddress, port: UInt16)
        var change: @Sendable (inout Heard) -> Void = { _ in }

        var testDescription: String { name }
    }

    private static let offered = IPv4Address(192, 168, 50, 100)
    private static let near = IPv4Address(192, 168, 50, 250)

    private static func broadcasting(_ heard: inout Heard) { heard.message.flags = 0x8000 }
    private static func relaying(_ heard: inout Heard) { heard = heard.relayed(by: near) }

    @Test(arguments: [
        Delivery(name: "INFORM: ciaddr", to: (phoneAddress, phoneMAC, 68)),
        Delivery(name: "INFORM, broadcast bit: ciaddr goes before it", to: (phoneAddress, phoneMAC, 68), change: broadcasting),
        Delivery(name: "INFORM by a relay: ciaddr even so (§4.3.5)", to: (phoneAddress, relayMAC, 68), change: relaying),
        Delivery(name: "OFFER: yiaddr and chaddr", kind: .offer, to: (offered, phoneMAC, 68)),
        Delivery(name: "OFFER, broadcast bit: all", kind: .offer, to: (.broadcast, .broadcast, 68), change: broadcasting),
        Delivery(name: "OFFER by a relay: the relay's server port", kind: .offer, to: (near, relayMAC, 67), change: relaying),
        Delivery(
            name: "OFFER by a relay, broadcast bit: giaddr goes before it", kind: .offer, to: (near, relayMAC, 67),
            change: {
                broadcasting(&$0)
                relaying(&$0)
            }),
        Delivery(name: "ACK in SELECTING: yiaddr and chaddr", kind: .acknowledge, to: (offered, phoneMAC, 68)),
        Delivery(name: "ACK by a relay", kind: .acknowledge, to: (near, relayMAC, 67), change: relaying),
        Delivery(name: "NAK: all", kind: .negativeAcknowledge, to: (.broadcast, .broadcast, 68)),
        Delivery(
            name: "NAK to one that has an address: all", kind: .negativeAcknowledge, to: (.broadcast, .broadcast, 68),
            change: { $0 = using(IPv4Address(192, 168, 50, 199)) }),
        Delivery(name: "NAK by a relay: the relay", kind: .negativeAcknowledge, to: (near, relayMAC, 67), change: relaying),
    ])
    func `D6 an answer goes where RFC 2131 4.1 sends it`(_ row: Delivery) throws {
        var bench = try Bench(leasing.replacing("answer: lease", with: "answer: lease\n  relays: 192.168.50.250"))
        if row.kind == .negativeAcknowledge {
            try bench.lease()
        } else if row.kind != .inform {
            _ = try bench.reply(heard(.discover))
        }
        var question = row.kind.question
        row.change(&question)
        let answer = try bench.reply(question)
        #expect(answer.message.type == row.kind.type)
        #expect((answer.frame.destination, answer.frame.destinationMAC, answer.frame.destinationPort) == row.to)
        #expect((answer.frame.sourcePort, answer.frame.sourceMAC) == (67, ourMAC))
        // "If 'giaddr' is set … the server MUST set the broadcast bit in the DHCPNAK" (§4.3.2).
        if row.kind == .negativeAcknowledge { #expect(answer.message.wantsBroadcast == (answer.message.relayAddress != .any)) }
    }

    // MARK: D7

    private static let other = IPv4Address(10, 20, 0, 1)

    @Test(arguments: [
        (Change("a phone of the first network"), ourAddress),
        (
            Change("a phone of the second") {
                $0.message.clientAddress = IPv4Address(10, 20, 0, 31)
                $0.source = IPv4Address(10, 20, 0, 31)
            }, other
        ),
        (
            Change("a phone of the second that wrote to the first") {
                $0.message.clientAddress = IPv4Address(10, 20, 0, 31)
                $0.source = IPv4Address(10, 20, 0, 31)
                ($0.destination, $0.destinationMAC) = (ourAddress, ourMAC)
            }, other
        ),
        (Change("a relay far away that wrote to the first") { $0 = $0.relayed(by: IPv4Address(172, 16, 0, 1)) }, ourAddress),
        (
            Change("a relay far away that wrote to the second") {
                $0 = $0.relayed(by: IPv4Address(172, 16, 0, 1))
                $0.destination = other
            }, other
        ),
        (Change("a relay on the second network") { $0 = $0.relayed(by: IPv4Address(10, 20, 0, 250)) }, other),
    ])
    func `D7 the server is the own address that the client can reach, in 54, siaddr, source and URL`(
        change: Change, own: IPv4Address
    )
        throws
    {
        let heard = Heard.snomInform {
            $0.link.networks += [IPv4Prefix(DHCPRuleTests.other, length: 16)].compactMap { $0 }
            change.apply(&$0)
        }
        let answer = try heard.acknowledgement(policy("dhcp: {relays: [172.16.0.1, 10.20.0.250]}"))
        #expect(try answer.message.options.address(.serverIdentifier) == own)
        #expect(answer.message.nextServer == own)
        #expect(answer.frame.source == own)
        #expect(text(answer.message.options[.tftpServerName]) == "http://\(own)/")
    }

    @Test(arguments: [ourAddress, other])
    func `D7 a REQUEST may name any of the own addresses, and the lease's own network names itself`(named: IPv4Address) throws {
        func onBoth(_ heard: inout Heard) {
            heard.link.networks += [IPv4Prefix(DHCPRuleTests.other, length: 16)].compactMap { $0 }
        }
        var bench = try Bench(leasing.replacing("192.168.50.", with: "10.20.0."))
        let offer = try bench.reply(heard(.discover, onBoth)).message
        #expect(try offer.options.address(.serverIdentifier) == DHCPRuleTests.other)
        #expect(text(offer.options[.tftpServerName]) == "http://10.20.0.1/")
        let answer = try bench.reply(request(offer.yourAddress, server: named, onBoth))
        #expect(answer.message.type == .acknowledge)
        #expect(answer.frame.source == DHCPRuleTests.other)
    }

    // MARK: D8

    @Test(
        arguments: [
            (.inform, phoneAddress, phoneAddress, .any), (.offer, .any, .any, offered), (.acknowledge, .any, .any, offered),
            (.negativeAcknowledge, .any, .any, .any),
        ] as [(Kind, IPv4Address, IPv4Address, IPv4Address)])
    func `D8 each field is what table 3 says`(kind: Kind, claimed: IPv4Address, client: IPv4Address, yours: IPv4Address) throws {
        let answer = try answer(kind) {
            #expect($0.message.clientAddress == claimed)
            $0.message.hops = 4
            $0.message.seconds = 99
            $0.message.flags = 0x0042
            $0.message.yourAddress = IPv4Address(9, 9, 9, 9)
            $0.message.nextServer = IPv4Address(9, 9, 9, 9)
            $0.message.serverName = Array("client".utf8)[...]
            $0.message.bootFile = Array("client".utf8)[...]
        }
        let read = try DHCPMessage(decoding: answer.encoded.bytes[...])
        #expect((read.operation, read.hardwareType, read.hardwareLength, read.hops) == (2, 1, 6, 0))
        #expect((read.transactionID, read.seconds, read.flags) == (0x3903_f326, 0, 0x0042))
        #expect((read.clientAddress, read.yourAddress, read.relayAddress) == (client, yours, .any))
        #expect(read.nextServer == (kind == .negativeAcknowledge ? .any : ourAddress))
        #expect(read.clientMAC == phoneMAC)
        #expect(read.hardwareAddress.dropFirst(6).allSatisfy { $0 == 0 })
        #expect(read.serverName.isEmpty && read.bootFile.isEmpty)
    }

    @Test func `D8 the ACK of a client that renews gives its ciaddr back`() throws {
        var bench = try Bench()
        let address = try bench.lease()
        #expect(try bench.read(using(address)).clientAddress == address)
    }

    // MARK: D9, D10

    @Test(
        arguments: [
            (.inform, [53, 54, 66]), (.offer, [53, 54, 51, 58, 59, 66]), (.acknowledge, [53, 54, 51, 58, 59, 66]),
            (.negativeAcknowledge, [53, 54, 56]),
        ] as [(Kind, [UInt8])])
    func `D9 each answer has what it must have, and nothing that it must not, whatever is asked for`(kind: Kind, codes: [UInt8])
        throws
    {
        let answer = try answer(kind) {
            $0.message.options[.maximumMessageSize] = [5, 192]
            $0.message.options[.parameterRequestList] = [50, 55, 57, 52, 61, 82, 90, 108, 81, 66, 53, 54, 51, 58, 59]
        }
        #expect(try DHCPMessage(decoding: answer.encoded.bytes[...]).options.codes.map(\.rawValue) == codes)
    }

    @Test(
        arguments: Kind.allCases,
        [
            ("an Ethernet address", [1, 0, 4, 0x13, 0x12, 0x34, 0x56]), ("an opaque one", [0xff, 1, 2, 3]),
            ("one that is too short", [1]), ("a long one", [UInt8](repeating: 7, count: 200)), ("none", nil),
        ] as [(String, [UInt8]?)])
    func `D10 a client identifier comes back unaltered, and none is made up`(_ kind: Kind, _ row: (name: String, value: [UInt8]?))
        throws
    {
        let answer = try answer(kind) { $0.message.options[.clientIdentifier] = row.value.map { $0[...] } }
        let read = try DHCPMessage(decoding: answer.encoded.bytes[...])
        #expect(read.options[.clientIdentifier].map(Array.init) == row.value)
    }

    @Test(arguments: Kind.allCases)
    func `D10 a client identifier finds room before all that is configured`(_ kind: Kind) throws {
        let identifier = [UInt8](repeating: 7, count: 255)
        let answer = try answer(kind, yaml: DHCPRuleTests.much + leasing) {
            $0.message.options[.clientIdentifier] = identifier[...]
        }
        #expect(try DHCPMessage(decoding: answer.encoded.bytes[...]).options[.clientIdentifier] == identifier[...])
    }

    // MARK: D12

    private static let several = "rules: [{match: {vendor: snom}, options: {42: \"{server}\", 66: \"{url}\", 67: x, 12: lobby}}]"

    @Test(
        arguments: [
            ("in the order of 55", [120, 67, 12, 1, 66, 42], several, [53, 54, 67, 12, 66, 42]),
            ("each once", [66, 66, 67, 66], "", [53, 54, 66]),
            ("what is not known is left out", [66, 120, 33, 200], "", [53, 54, 66]),
            (
                "what a rule sets is told unasked, behind the rest", [66],
                "rules: [{match: {vendor: snom}, options: {132: {u16: 20}}}]",
                [53, 54, 66, 132]
            ),
            ("without a list everything is told", nil, "", [53, 54, 66, 43]),
            ("with an empty list too", [], "", [53, 54, 66, 43]),
            (
                "a vendor class that is not exactly the rule's", [66],
                "rules: [{match: {vendor-class: snomD73}, options: {132: x}}]",
                [53, 54, 66]
            ),
            (
                "one that is exactly the rule's", [66], "rules: [{match: {vendor-class: snomD735}, options: {132: x}}]",
                [53, 54, 66, 132]
            ),
        ] as [(String, [UInt8]?, String, [UInt8])])
    func `D12 what was asked for is told in its order`(name: String, asked: [UInt8]?, yaml: String, codes: [UInt8]) throws {
        let answer = try Heard.snomInform { $0.message.options[.parameterRequestList] = asked.map { $0[...] } }.acknowledgement(
            policy(yaml))
        #expect(try DHCPMessage(decoding: answer.encoded.bytes[...]).options.codes.map(\.rawValue) == codes)
        #expect(answer.encoded.leftOut.isEmpty)
    }
}
