import DHCPMessages
import Packets
import Testing

@testable import Provisioning

/// A client that asked about an address before is told what it was told, of the address that the book gives it this time.
@Suite struct AnsweredLeaseTests {
    private static func again(_ heard: Heard) -> Heard {
        var heard = heard
        (heard.message.transactionID, heard.message.seconds) = (0xdead_beef, 9)
        return heard
    }

    /// From another phone.
    private static func another(_ heard: inout Heard) {
        heard.sourceMAC = MACAddress(bits: 0x0004_1300_0001)
        heard.message.hardwareAddress = (heard.sourceMAC.octets + [UInt8](repeating: 0, count: 10))[...]
    }

    /// The same server, which remembers no question.
    private static func forgetful(_ bench: Bench) -> Bench {
        var other = bench
        other.policy = bench.policy.with(tree: bench.policy.tree)
        return other
    }

    private func dhcp(_ decision: Decision) throws -> DHCPAnswer {
        guard case .dhcp(let answer)? = decision.answer else { throw NoAnswer() }
        return answer
    }

    @Test func `DISCOVER, REQUEST and a renewal are answered as before but for the xid, and the lease is stored anew`() throws {
        var bench = try Bench()
        let address = try bench.lease()
        for question in [heard(.discover), request(address), using(address), request(address, server: nil)] {
            let first = try bench.says(question)
            let again = AnsweredLeaseTests.again(question)
            var forgetful = AnsweredLeaseTests.forgetful(bench)
            let (anew, second) = (try forgetful.says(again, at: 60), try bench.says(again, at: 60))
            #expect(second.identity === first.identity && anew.identity !== first.identity)
            #expect(try dhcp(second).frame == dhcp(anew).frame)
            #expect(try dhcp(second).message.transactionID == 0xdead_beef)
            #expect(second.changes == anew.changes && second.changes.isEmpty == (question.message.type == .discover))
            #expect(second.url == anew.url && second.rule == anew.rule)
        }
    }

    @Test func `the address is the one that is its own by then`() throws {
        var bench = try Bench()
        let wanted = IPv4Address(192, 168, 50, 150)
        let question = heard(.discover) { $0.message.options[.requestedAddress] = wanted.octets[...] }
        #expect(try bench.reply(question).message.yourAddress == wanted)
        // It does not take it, and somebody else does, once it is known to be free again.
        for time in UInt64(17)...19 { _ = bench.book?.tend(at: second(time)) }
        let theirs = try bench.reply(
            heard(.discover) {
                AnsweredLeaseTests.another(&$0)
                $0.message.options[.requestedAddress] = wanted.octets[...]
            }, at: 20)
        #expect(try theirs.message.yourAddress == wanted)
        var forgetful = AnsweredLeaseTests.forgetful(bench)
        let offer = try bench.reply(AnsweredLeaseTests.again(question), at: 21)
        #expect(try offer.message.yourAddress != wanted)
        #expect(try offer.frame == forgetful.reply(AnsweredLeaseTests.again(question), at: 21).frame)
    }

    @Test func `what was stored for an answer is not stored again where another has the address by then`() throws {
        var bench = try Bench(leasing.replacing("192.168.50.199", with: "192.168.50.100"))
        let address = try bench.lease()
        let asking = [request(address, server: nil), using(address)]
        for question in asking { #expect(try bench.says(question).changes.count == 1) }
        // Its lease ends, and the address is another's by then.
        for time in 4000...4003 as ClosedRange<UInt64> { _ = bench.book?.tend(at: second(time)) }
        #expect(try bench.lease(AnsweredLeaseTests.another, at: 4004) == address)
        for question in asking {
            let decision = try bench.says(question, at: 4005)
            #expect(decision.silence == .noLease(.unknownClient) && decision.changes.isEmpty)
        }
    }

    @Test func `what was stored for an answer is not stored again once its client declined the address`() throws {
        var bench = try Bench()
        let address = try bench.lease()
        let asking = request(address, server: nil)
        #expect(try bench.says(asking).changes.count == 1)
        let declined = try bench.says(
            heard(.decline) {
                $0.message.options[.requestedAddress] = address.octets[...]
                $0.message.options[.serverIdentifier] = ourAddress.octets[...]
            }, at: 3)
        #expect(declined.changes.count == 1)
        let again = try bench.says(asking, at: 4)
        #expect(again.silence == .noLease(.unknownClient) && again.changes.isEmpty)
    }

    @Test func `where leasing has stopped it is told nothing, whatever it was told before`() throws {
        var bench = try Bench()
        _ = try bench.lease()
        bench.book = nil
        #expect(try bench.says(heard(.discover)).silence == .notLeasingHere)
    }

    @Test func `T3 what is asked again counts for the device's allowance`() throws {
        let bench = try Bench()
        var (leases, limits): (LeaseBook?, RequestLimits?) = (bench.book, RequestLimits())
        let bytes = try #require(heard(.discover).frame.encoded())
        let discover = try Request(reading: bytes[...], sipPorts: [5060])
        let decisions = (0..<51).map { _ in
            bench.policy.decide(discover, on: link, at: second(2), leases: &leases, limits: &limits)
        }
        #expect(decisions.prefix(50).allSatisfy { $0.isAnswered })
        #expect(decisions.last?.silence?.name == "asks-too-often")
    }

    @Test func `T3 who is no phone is not remembered`() throws {
        var bench = try Bench(leasing.replacing("time: 1h", with: "to: anyone, time: 1h"))
        let laptop = heard(.discover) {
            $0.message.hardwareAddress = [0x02, 1, 2, 3, 4, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
            $0.sourceMAC = MACAddress(bits: 0x0201_0203_0405)
            $0.message.options[.vendorClass] = Array("MSFT 5.0".utf8)[...]
        }
        let first = try bench.says(laptop)
        #expect(first.isAnswered)
        #expect(try bench.says(laptop).identity !== first.identity)
    }
}
