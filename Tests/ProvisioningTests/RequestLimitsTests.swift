import DHCPMessages
import Packets
import Testing

@testable import Provisioning

private let second: UInt64 = 1_000_000_000

private func madeUp(_ number: Int) -> MACAddress { MACAddress(bits: 0x0200_0100_0000 + UInt64(number)) }

extension RequestLimits {
    /// How many of `count` requests at one moment are looked at; each from a device of its own, unless it is one's.
    fileprivate mutating func admitted(
        _ count: Int, of type: DHCPMessageType, from one: MACAddress? = nil, isKnown: Bool = false, at now: UInt64 = second
    ) -> Int {
        var admitted = 0
        for number in 0..<count where refusal(of: type, from: one ?? madeUp(number), isKnown: isKnown, at: now) == nil {
            admitted += 1
        }
        return admitted
    }
}

@Suite struct RequestLimitsTests {
    @Test(arguments: [
        (DHCPMessageType.inform, 1000), (.discover, 50), (.request, 50), (.decline, 50), (.release, 50),
    ])
    func `T3 one device is heard so often in a second, known or not`(type: DHCPMessageType, perSecond: Int) {
        for isKnown in [false, true] {
            var limits = RequestLimits()
            #expect(limits.admitted(5000, of: type, from: madeUp(1), isKnown: isKnown) == perSecond)
            #expect(
                limits.admitted(5000, of: type, from: madeUp(1), isKnown: isKnown, at: second + second / 10) == perSecond / 10)
            #expect(limits.admitted(5000, of: type, from: madeUp(1), isKnown: isKnown, at: 100 * second) == perSecond)
            let refusal = limits.refusal(of: type, from: madeUp(1), isKnown: isKnown, at: 100 * second)
            #expect(refusal == .asksTooOften(refused: 1))
            #expect(limits.refusal(of: type, from: madeUp(2), isKnown: isKnown, at: 100 * second) == nil)
        }
    }

    @Test func `T3 strangers that ask about addresses share one allowance, and who is known does not draw on it`() {
        var limits = RequestLimits()
        #expect(limits.admitted(100_000, of: .discover) == 4096)
        #expect(limits.refusal(of: .discover, from: madeUp(200_000), isKnown: false, at: second) == .tooManyStrangers(refused: 1))
        #expect(limits.refusal(of: .request, from: madeUp(200_001), isKnown: false, at: second) == .tooManyStrangers(refused: 1))
        #expect(limits.refusal(of: .discover, from: madeUp(200_002), isKnown: true, at: second) == nil)
        #expect(limits.admitted(100_000, of: .discover, at: second + second / 2) == 2048)
    }

    @Test func `T3 one stranger's flood does not use up what the others share`() {
        var limits = RequestLimits()
        #expect(limits.admitted(100_000, of: .discover, from: madeUp(0)) == 50)
        #expect(limits.admitted(4000, of: .discover) >= 3999)
    }

    @Test func `INFORMs of however many devices are all heard`() {
        var limits = RequestLimits()
        #expect(limits.admitted(1_000_000, of: .inform) == 1_000_000)
    }

    @Test func `2,000 new clients a second, each with its DISCOVER and its REQUEST, are all heard`() {
        var limits = RequestLimits()
        for number in 0..<60_000 {
            let now = second + UInt64(number) * second / 2000
            #expect(limits.refusal(of: .discover, from: madeUp(number), isKnown: false, at: now) == nil)
            // It holds an offer by then.
            #expect(limits.refusal(of: .request, from: madeUp(number), isKnown: true, at: now) == nil)
        }
    }

    @Test func `what was refused is said seldom, with its number, and as nobody's where they were many`() {
        var limits = RequestLimits()
        func news(_ now: UInt64) -> [String] {
            limits.news(on: "eth0", at: Moment(microseconds: 0, steady: now)).map { event in
                guard case .ignored(let kind, let silence) = event.what else { return "" }
                return
                    "\(event.mac.map(\.colons) ?? "-") \(kind.rawValue) \(silence.name) \(silence.sentence.split(separator: " ").last ?? "")"
            }
        }
        #expect(news(second).isEmpty && !limits.hasNews)
        #expect(limits.admitted(1001, of: .inform, from: madeUp(0xffffff)) == 1000)
        #expect(limits.hasNews)
        #expect(news(second) == ["02:00:01:ff:ff:ff dhcp-inform asks-too-often 1"])
        #expect(limits.admitted(5000, of: .inform, from: madeUp(0xffffff)) == 0)
        #expect(limits.admitted(5096, of: .discover) == 4096)
        #expect(news(second) == ["- dhcp-discover too-many-strangers 1000"])
        #expect(news(2 * second).isEmpty && limits.hasNews)
        #expect(news(11 * second) == ["02:00:01:ff:ff:ff dhcp-inform asks-too-often 5000"])
        #expect(news(30 * second).isEmpty && !limits.hasNews)
    }
}

@Suite struct FloodDecisionTests {
    private static let terms = """
        dhcp:
          answer: lease
          lease: {range: 192.168.50.100-192.168.50.199, to: anyone}
        """

    /// A server whose allowance for strangers is used up at that moment, and its answer to one more DISCOVER.
    private func answer(
        to mac: MACAddress, learnt: LearntDevice? = nil, devices: String? = nil, leases: [Lease] = []
    ) throws -> Decision {
        let policy = try policy(FloodDecisionTests.terms, devices: devices)
        let now = Moment(microseconds: 1, steady: 100 * second)
        var book: LeaseBook? = LeaseBook(.init(ranges: policy.settings.dhcp.lease.ranges, time: 3600), leases: leases, at: now)
        for tick in UInt64(100)...101 { _ = book?.tend(at: Moment(microseconds: 1, steady: tick * second)) }
        var limits: RequestLimits? = RequestLimits()
        func says(_ mac: MACAddress, _ learnt: LearntDevice?) throws -> Decision {
            let heard = Heard.snomInform {
                $0.message = DHCPMessage(type: .discover, transactionID: 1, client: mac)
                $0.source = .any
                $0.sourceMAC = mac
            }
            let request = try Request(heard.frame, sipPorts: [5060])
            return policy.decide(
                request, on: link, at: Moment(microseconds: 1, steady: 102 * second), learnt: learnt, leases: &book,
                limits: &limits)
        }
        for number in 0..<4096 { _ = try says(madeUp(number), nil) }
        #expect(try says(madeUp(5000), nil).silence == .tooManyStrangers(refused: 1))
        return try says(mac, learnt)
    }

    @Test func `T3 in the middle of a flood a stranger is refused, phone or not`() throws {
        #expect(try answer(to: phoneMAC).silence == .tooManyStrangers(refused: 1))
    }

    @Test func `T3 in the middle of a flood a device of devices csv is offered an address`() throws {
        #expect(try answer(to: phoneMAC, devices: "mac\n\(phoneMAC)\n").answer != nil)
    }

    @Test func `T3 in the middle of a flood a phone that was recognised before is offered an address`() throws {
        var learnt = LearntDevice(lastSeen: Moment(microseconds: 0))
        learnt.familyID = "snom-desk"
        #expect(try answer(to: phoneMAC, learnt: learnt).answer != nil)
        learnt.familyID = nil
        #expect(try answer(to: phoneMAC, learnt: learnt).silence == .tooManyStrangers(refused: 1))
    }

    @Test func `T3 in the middle of a flood a client with a lease is offered its own address`() throws {
        let now = Moment(microseconds: 0)
        let lease = Lease(
            address: IPv4Address(192, 168, 50, 150), mac: phoneMAC, interface: "eth1", state: .bound, granted: now,
            expires: Moment(microseconds: 1_000_000_000))
        guard case .dhcp(let offer)? = try answer(to: phoneMAC, leases: [lease]).answer else {
            Issue.record("no offer")
            return
        }
        #expect(try offer.message.yourAddress == lease.address)
    }

    @Test func `T3 who writes a phone's hardware address into frames of its own does not use up the phone's allowance`() throws {
        let policy = try policy(FloodDecisionTests.terms)
        var (book, limits): (LeaseBook?, RequestLimits?) = (nil, RequestLimits())
        func says(from source: MACAddress) throws -> Silence? {
            let heard = Heard.snomInform {
                $0.message = DHCPMessage(type: .discover, transactionID: 1, client: phoneMAC)
                $0.sourceMAC = source
            }
            return policy.decide(
                try Request(heard.frame, sipPorts: [5060]), on: link, at: Moment(microseconds: 1, steady: second), leases: &book,
                limits: &limits
            ).silence
        }
        for _ in 0..<100 {
            #expect(try says(from: madeUp(1)) == .hardwareAddressIsNotSource(client: phoneMAC, source: madeUp(1)))
        }
        #expect(try says(from: phoneMAC) == .notLeasingHere)
    }

    @Test func `T3 DISCOVERs that get no address anyway are limited all the same, for each would be a line of the log`() throws {
        let policy = try policy()
        var (book, limits): (LeaseBook?, RequestLimits?) = (nil, RequestLimits())
        var reasons: [String: Int] = [:]
        for number in 0..<5000 {
            let heard = Heard.snomInform {
                $0.message = DHCPMessage(type: .discover, transactionID: 1, client: madeUp(number))
                $0.sourceMAC = madeUp(number)
            }
            let decision = policy.decide(
                try Request(heard.frame, sipPorts: [5060]), on: link, at: Moment(microseconds: 1, steady: second), leases: &book,
                limits: &limits)
            reasons[decision.silence?.name ?? "", default: 0] += 1
        }
        #expect(reasons == ["wants-lease": 4096, "too-many-strangers": 904])
    }
}
