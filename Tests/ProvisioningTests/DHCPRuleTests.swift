import DHCPMessages
import Packets
import TestSupport
import Testing

@testable import Provisioning

/// The rules that a DHCP answer keeps, D1 to D10 and D12: what goes out for what was heard.
@Suite struct DHCPRuleTests {
    /// The answer of this kind to a question that is changed so.
    private func answer(_ kind: AnswerKind, yaml: String = leasing, _ change: (inout Heard) -> Void = { _ in }) throws
        -> DHCPAnswer
    {
        var bench = try Bench(yaml)
        var discover = heard(.discover)
        var question = kind.question
        // It is one client all along.
        change(&question)
        discover.message.options[.clientIdentifier] = question.message.options[.clientIdentifier]
        if kind != .inform { _ = try bench.reply(discover) }
        let answer = try bench.reply(question)
        #expect(try answer.message.type == kind.type)
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
        for kind in [AnswerKind.inform, .offer, .acknowledge] {
            let answer = try answer(kind, yaml: DHCPRuleTests.much + leasing) {
                $0.message.options[.maximumMessageSize] = asked.map { [UInt8($0 >> 8), UInt8($0 & 0xff)] }
            }
            #expect(answer.payload.count <= limit)
            #expect(answer.payload.count > limit - 102, "another option had room")
            #expect(!answer.leftOut.isEmpty)
        }
    }

    @Test(arguments: AnswerKind.allCases)
    func `D2 an answer has 300 octets at least, zeros behind its END`(_ kind: AnswerKind) throws {
        let bytes = try answer(kind) { $0.message.options[.parameterRequestList] = [66] }.payload
        #expect(bytes.count == 300)
        let end = try #require(bytes.lastIndex { $0 != 0 })
        #expect(bytes[end] == 255)
    }

    // MARK: D3, D4, D5

    @Test(arguments: [(0x0000, false), (0x8000, true), (0x7fff, false), (0xffff, true), (0x0001, false)] as [(UInt16, Bool)])
    func `D3 the top bit of flags alone asks for broadcast, and all bits go back`(flags: UInt16, isBroadcast: Bool) throws {
        for kind in [AnswerKind.offer, .acknowledge] {
            let answer = try answer(kind) { $0.message.flags = flags }
            #expect(try answer.message.flags == flags)
            #expect((answer.frame.destination == .broadcast) == isBroadcast)
        }
        #expect(try answer(.inform) { $0.message.flags = flags }.message.flags == flags)
    }

    @Test(arguments: [("wrong", [99, 130, 83, 100]), ("absent", [0, 0, 0, 0])] as [(String, [UInt8])])
    func `D4 a request without the magic cookie is BOOTP and gets no answer, and every answer has it`(
        name: String, cookie: [UInt8]
    ) throws {
        for kind in AnswerKind.allCases {
            var bench = try Bench()
            var question = kind.question
            question.mangle = { $0.replaceSubrange(236..<240, with: cookie) }
            let decision = try bench.says(question)
            #expect(decision.silence == .dhcp(.noMagicCookie))
            #expect(decision.kind == .bootp)
            #expect(try answer(kind).payload[236..<240] == [99, 130, 83, 99])
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
        #expect(try (answer.message.options[.vendorEncapsulated] == nil) == isRead)
    }

    // MARK: D8

    @Test(
        arguments: [
            (.inform, phoneAddress, phoneAddress, .any), (.offer, .any, .any, LeaseRuleTests.first),
            (.acknowledge, .any, .any, LeaseRuleTests.first),
            (.negativeAcknowledge, .any, .any, .any),
        ] as [(AnswerKind, IPv4Address, IPv4Address, IPv4Address)])
    func `D8 each field is what table 3 says`(kind: AnswerKind, claimed: IPv4Address, client: IPv4Address, yours: IPv4Address)
        throws
    {
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
        let read = try answer.message
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
        ] as [(AnswerKind, [UInt8])])
    func `D9 each answer has what it must have, and nothing that it must not, whatever is asked for`(
        kind: AnswerKind, codes: [UInt8]
    )
        throws
    {
        let answer = try answer(kind) {
            $0.message.options[.maximumMessageSize] = [5, 192]
            $0.message.options[.parameterRequestList] = [50, 55, 57, 52, 61, 82, 90, 108, 81, 66, 53, 54, 51, 58, 59]
        }
        #expect(try answer.message.options.codes.map(\.rawValue) == codes)
    }

    @Test(
        arguments: AnswerKind.allCases,
        [
            ("an Ethernet address", [1, 0, 4, 0x13, 0x12, 0x34, 0x56]), ("an opaque one", [0xff, 1, 2, 3]),
            ("one that is too short", [1]), ("a long one", [UInt8](repeating: 7, count: 200)), ("none", nil),
        ] as [(String, [UInt8]?)])
    func `D10 a client identifier comes back unaltered, and none is made up`(
        _ kind: AnswerKind, _ row: (name: String, value: [UInt8]?)
    )
        throws
    {
        let answer = try answer(kind) { $0.message.options[.clientIdentifier] = row.value.map { $0[...] } }
        let read = try answer.message
        #expect(read.options[.clientIdentifier].map(Array.init) == row.value)
    }

    @Test(arguments: AnswerKind.allCases)
    func `D10 a client identifier finds room before all that is configured`(_ kind: AnswerKind) throws {
        let identifier = [UInt8](repeating: 7, count: 255)
        let answer = try answer(kind, yaml: DHCPRuleTests.much + leasing) {
            $0.message.options[.clientIdentifier] = identifier[...]
        }
        #expect(try answer.message.options[.clientIdentifier] == identifier[...])
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
        #expect(try answer.message.options.codes.map(\.rawValue) == codes)
        #expect(answer.leftOut.isEmpty)
    }
}
