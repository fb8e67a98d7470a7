import DHCPMessages
import Packets
import TestSupport
import Testing

@testable import Provisioning

/// An INFORM that was asked before is answered as it was, and only then.
@Suite struct AnsweredQuestionTests {
    private let policy: Policy

    init() throws {
        policy = try ProvisioningTests.policy()
    }

    private func decision(_ heard: Heard, learnt: LearntDevice? = nil, _ policy: Policy? = nil) throws -> Decision {
        let bytes = try #require(heard.frame.encoded())
        return (policy ?? self.policy).decide(
            frame: bytes[...], on: heard.link, at: Moment(microseconds: 0), learnt: { _ in learnt })
    }

    private func answer(_ heard: Heard, learnt: LearntDevice? = nil) throws -> DHCPAnswer {
        guard case .dhcp(let answer)? = try decision(heard, learnt: learnt).answer else { throw NoAnswer() }
        return answer
    }

    @Test func `asked again with another xid and other seconds it gets the same octets but for the xid`() throws {
        let first = try answer(.snomInform())
        let again = try answer(.snomInform { ($0.message.transactionID, $0.message.seconds) = (0xdead_beef, 9) })
        #expect(try again.message.transactionID == 0xdead_beef)
        var message = try again.message
        message.transactionID = try first.message.transactionID
        #expect(try message == first.message)
        var (old, new) = (first.payload, again.payload)
        #expect(Array(new[4..<8]) == [0xde, 0xad, 0xbe, 0xef])
        (old[4..<8], new[4..<8]) = ([], [])
        #expect(old == new)
        // What goes out is whole: the checksum is that of these octets.
        let bytes = try #require(again.bytes)
        #expect(try UDPFrame(decoding: bytes[...]) == again.frame)
    }

    @Test func `whatever the xid, the frame that goes out is the one that would be written anew`() throws {
        _ = try answer(.snomInform())
        for number: UInt32 in [0, 1, 0xffff, 0x1_0000, 0xdead_beef, 0xffff_0000, .max] {
            let again = try answer(.snomInform { $0.message.transactionID = number })
            try #require(again.bytes == again.frame.encoded(), "\(number)")
            try #require(again.message.transactionID == number)
        }
    }

    @Test func `what is told of it is what was told before, of this time and phone`() throws {
        let decisions = try (0..<2).map { _ in try decision(.snomInform()) }
        let told = decisions.map {
            Event.answered($0, interface: "lab0", at: Moment(microseconds: 5)).map { EventText($0).details }
        }
        #expect(told[0] == told[1])
        #expect(told[0]?.isEmpty == false)
    }

    struct Change: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let apply: @Sendable (inout Heard) -> Void

        init(_ what: String, _ apply: @escaping @Sendable (inout Heard) -> Void) {
            testDescription = what
            self.apply = apply
        }
    }

    @Test(arguments: [
        Change("another option") { $0.message.options[.hostName] = [0x78] },
        Change("another list") { $0.message.options[.parameterRequestList] = [66] },
        Change("another field") { $0.mangle = { $0[60] = 1 } },
        Change("another flag") { $0.message.flags = DHCPMessage.broadcastFlag },
        Change("another address") {
            $0.source = IPv4Address(192, 168, 50, 32)
            $0.message.clientAddress = $0.source
        },
        Change("a tag") { $0.tags = [VLANTag(control: 7)] },
        Change("another link") { $0.link.address = IPv4Address(192, 168, 50, 2) },
        Change("another maker") { $0.message.options[.vendorClass] = Array("snomD785".utf8)[...] },
        Change("to us alone") { ($0.destination, $0.destinationMAC) = (ourAddress, ourMAC) },
        Change("another port") { $0.sourcePort = 1068 },
    ])
    func `another question is decided as if it were the first`(change: Change) throws {
        let first = try decision(.snomInform())
        #expect(try decision(.snomInform()).identity === first.identity)
        let changed = Heard.snomInform(change.apply)
        let (after, alone) = (try decision(changed), try decision(changed, AnsweredQuestionTests().policy))
        #expect(after.identity !== first.identity)
        #expect(after.answer?.frames(on: changed.link) == alone.answer?.frames(on: changed.link))
    }

    @Test func `phones of one model behind a relay do not drive each other out`() throws {
        let policy = try ProvisioningTests.policy("dhcp: {relays: 192.168.50.250}")
        let phones = (0..<100 as Range<UInt8>).map { number in
            var heard = Heard.snomInform().relayed(by: IPv4Address(192, 168, 50, 250))
            heard.message.hardwareAddress = [0, 4, 0x13, 0, 0, number, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
            return heard
        }
        let first = try phones.map { try decision($0, policy) }
        #expect(first.allSatisfy { $0.isAnswered })
        for (phone, first) in zip(phones, first) { #expect(try decision(phone, policy).identity === first.identity) }
    }

    @Test func `sixteen thousand phones that ask in turn are all known when they ask again`() throws {
        let answered = AnsweredQuestions()
        let (decision, answer) = (try decision(.snomInform()), try answer(.snomInform()))
        let frames = (0..<16_000).map { number in
            var frame = Heard.snomInform().frame
            frame.sourceMAC = MACAddress(bits: 0x0004_1300_0000 + UInt64(number))
            return frame
        }
        for frame in frames {
            answered.keep(AnsweredQuestion(frame, on: link, learnt: nil, decision, answer, nil))
        }
        #expect(frames.allSatisfy { answered.earlier($0, on: link, learnt: nil) != nil })
    }

    @Test func `what was learnt of the phone since is heeded`() throws {
        let question = Heard.snomInform { $0.message.options[.vendorClass] = nil }
        #expect(try decision(question).identity.model == nil)
        var learnt = LearntDevice(lastSeen: Moment(microseconds: 0))
        (learnt.familyID, learnt.model, learnt.version) = ("snom-desk", "D735", "10.1")
        let after = try decision(question, learnt: learnt).identity
        #expect(after.model == "D735" && after.version == "10.1")
        learnt.version = "10.2"
        #expect(try decision(question, learnt: learnt).identity.version == "10.2")
        // When it was last seen says nothing.
        learnt.lastSeen = Moment(microseconds: 7)
        #expect(try decision(question, learnt: learnt).identity === decision(question, learnt: learnt).identity)
    }

    @Test func `what is asked again counts for the device's allowance`() throws {
        var (leases, limits): (LeaseBook?, RequestLimits?) = (nil, RequestLimits())
        let bytes = try #require(Heard.snomInform().frame.encoded())
        let request = try Request(reading: bytes[...], sipPorts: [5060])
        var decisions: [Decision] = []
        for _ in 0..<1001 {
            decisions.append(policy.decide(request, on: link, at: Moment(microseconds: 0), leases: &leases, limits: &limits))
        }
        #expect(decisions.prefix(1000).allSatisfy { $0.isAnswered })
        #expect(decisions.last?.silence?.name == "asks-too-often")
    }

    @Test func `another configuration, catalogue or tree begins anew`() throws {
        _ = try answer(.snomInform())
        let elsewhere = try ProvisioningTests.policy("rules: [{match: {vendor: snom}, url: \"http://pbx.example/\"}]")
        #expect(try decision(.snomInform(), policy.with(elsewhere.settings, elsewhere.catalogue)).url == "http://pbx.example/")
        #expect(try decision(.snomInform(), policy.with(tree: TreeSnapshot(files: []))).silence?.name == "nothing-to-serve")
    }
}
