import Packets
@testable import Provisioning
import SIPMessages
import Testing

@testable import Responder

let second: UInt64 = 1_000_000_000

/// An answer of these lengths to a request of that length.
func answer(
    _ callID: String, to address: IPv4Address = IPv4Address(192, 168, 0, 10), request: Int = 2000, okay: Int = 300,
    notify: Int = 400, by transport: SIPTransport = .udp, station: UInt64 = 1
) -> PnPAnswer {
    PnPAnswer(
        exchange: SIPTransactionKey([callID]),
        okay: Array(repeating: 1, count: okay), notify: Array(repeating: 2, count: notify), notifyBranch: "z9hG4bK\(callID)",
        body: "http://h/", to: address, okayPort: 5060, notifyPort: 5060, mac: MACAddress(bits: station), tags: [],
        from: SIPContact(IPv4Address(192, 168, 0, 1), 5060, transport), bytesHeard: request)
}

extension NotifyExchanges {
    mutating func subscribed(_ answer: PnPAnswer, mac: UInt64? = 7, at now: UInt64) -> (
        outcome: Outcome, actions: [Action]
    ) {
        subscribed(answer, mac: mac.map { MACAddress(bits: $0) }, on: "eth0", at: now)
    }

    mutating func responded(
        _ callID: String, _ status: UInt16 = 200, from source: IPv4Address = IPv4Address(192, 168, 0, 10), at now: UInt64
    ) -> [Action] {
        let key = SIPResponseKey(branch: "z9hG4bK\(callID)", method: "NOTIFY")
        return [responded(key, status: status, from: source, at: now)].compactMap { $0 }
    }

    /// What happens from then on, by tenths of a second: `5 notify 2`.
    mutating func run(from first: Int = 1, to last: Int) -> [String] {
        (first...last).flatMap { tick in words(elapsed(at: UInt64(tick) * second / 10)).map { "\(tick) \($0)" } }
    }
}

/// `okay`, `notify 1`, `answered 200`, `unanswered 3`
func words(_ actions: [NotifyExchanges.Action]) -> [String] {
    actions.map { action in
        switch action {
        case .sendOkay: "okay"
        case .sendNotify(_, let attempt, _): "notify \(attempt)"
        case .answered(_, let status): "answered \(status)"
        case .unanswered(let exchange): "unanswered \(exchange.sends)"
        }
    }
}

func word(_ outcome: NotifyExchanges.Outcome) -> String {
    switch outcome {
    case .begun: "begun"
    case .repeated: "repeated"
    case .refused(let silence): silence.name
    }
}

/// The state machine of PnP exchanges, fed with times instead of a clock.
@Suite struct `A PnP exchange` {
    @Test func `begins with 200 and one NOTIFY`() {
        var exchanges = NotifyExchanges()
        let (outcome, actions) = exchanges.subscribed(answer("a"), at: 0)
        #expect(words(actions) == ["okay", "notify 1"])
        #expect(word(outcome) == "begun")
    }

    @Test func `S3 a retransmitted SUBSCRIBE gets a 200 and no second NOTIFY, while the first is under way and after`() {
        var exchanges = NotifyExchanges()
        _ = exchanges.subscribed(answer("a"), at: 0)
        for now in [second / 10, second] {
            let (outcome, actions) = exchanges.subscribed(answer("a"), at: now)
            #expect(words(actions) == ["okay"])
            #expect(word(outcome) == "repeated")
            _ = exchanges.responded("a", at: now)
        }
    }

    @Test func `T6 an unanswered NOTIFY is sent three times, at 0, 0.5 and 1.5 seconds, and given up at 3.5`() {
        var exchanges = NotifyExchanges()
        _ = exchanges.subscribed(answer("a"), at: 0)
        #expect(exchanges.run(to: 80) == ["5 notify 2", "15 notify 3", "35 unanswered 3"])
        #expect(exchanges.nextDue == nil)
    }

    @Test(arguments: [200, 202, 401, 404, 405, 407, 481, 489])
    func `S8 any final answer ends the repetition, and is told`(status: UInt16) {
        var exchanges = NotifyExchanges()
        _ = exchanges.subscribed(answer("a"), at: 0)
        #expect(words(exchanges.responded("a", status, at: 1)) == ["answered \(status)"])
        #expect(exchanges.run(to: 100) == [])
    }

    @Test func `a provisional answer does not end it`() {
        var exchanges = NotifyExchanges()
        _ = exchanges.subscribed(answer("a"), at: 0)
        #expect(words(exchanges.responded("a", 100, at: 1)) == [])
        #expect(words(exchanges.elapsed(at: second)) == ["notify 2"])
    }

    @Test func `an answer from another address, of another branch or to another method is not the phone's`() {
        var exchanges = NotifyExchanges()
        _ = exchanges.subscribed(answer("a"), at: 0)
        #expect(words(exchanges.responded("a", from: IPv4Address(192, 168, 0, 11), at: 1)) == [])
        #expect(words(exchanges.responded("x", at: 1)) == [])
        let options = SIPResponseKey(branch: "z9hG4bKa", method: "OPTIONS")
        let action = exchanges.responded(options, status: 200, from: IPv4Address(192, 168, 0, 10), at: 1)
        #expect(words([action].compactMap { $0 }) == [])
        #expect(words(exchanges.responded("a", at: 1)) == ["answered 200"])
    }

    @Test func `a second answer to the same NOTIFY is nothing new`() {
        var exchanges = NotifyExchanges()
        _ = exchanges.subscribed(answer("a"), at: 0)
        #expect(words(exchanges.responded("a", at: 1)) == ["answered 200"])
        #expect(words(exchanges.responded("a", at: 2)) == [])
    }

    @Test func `an answer that comes late is told all the same`() {
        var exchanges = NotifyExchanges()
        _ = exchanges.subscribed(answer("a"), at: 0)
        #expect(exchanges.run(to: 40).last == "35 unanswered 3")
        #expect(words(exchanges.responded("a", at: 5 * second)) == ["answered 200"])
    }

    @Test func `is forgotten after 32 seconds, when the same SUBSCRIBE is a new one`() {
        var exchanges = NotifyExchanges()
        _ = exchanges.subscribed(answer("a"), at: 0)
        #expect(word(exchanges.subscribed(answer("a"), at: 31 * second).outcome) == "repeated")
        #expect(word(exchanges.subscribed(answer("a"), at: 32 * second).outcome) == "begun")
        #expect(exchanges.exchanges.count == 1)
    }

    @Test func `by TCP a NOTIFY is sent once, and its answer awaited for half a minute`() {
        var exchanges = NotifyExchanges()
        #expect(words(exchanges.subscribed(answer("a", by: .tcp), at: 0).actions) == ["okay", "notify 1"])
        #expect(exchanges.run(to: 400) == ["315 unanswered 1"])
    }

    @Test func `one phone has one exchange: a newer SUBSCRIBE takes the place of the one under way`() {
        var exchanges = NotifyExchanges()
        _ = exchanges.subscribed(answer("a"), at: 0)
        #expect(words(exchanges.subscribed(answer("b"), at: second / 5).actions) == ["okay", "notify 1"])
        #expect(exchanges.run(from: 3, to: 80) == ["7 notify 2", "17 notify 3", "37 unanswered 3"])
        // Another phone's is not touched.
        _ = exchanges.subscribed(answer("c"), mac: 8, at: 9 * second)
        _ = exchanges.subscribed(answer("d"), mac: 9, at: 9 * second)
        #expect(exchanges.run(from: 91, to: 96) == ["95 notify 2", "95 notify 2"])
    }

    @Test func `a late answer to the exchange before leaves the one under way in its place`() {
        var exchanges = NotifyExchanges()
        _ = exchanges.subscribed(answer("a"), at: 0)
        _ = exchanges.subscribed(answer("b"), at: second / 10)
        #expect(words(exchanges.responded("a", at: second / 5)) == ["answered 200"])
        _ = exchanges.subscribed(answer("c"), at: second * 3 / 10)
        // b's, which c's came after, is not sent again.
        #expect(exchanges.run(from: 4, to: 80) == ["8 notify 2", "18 notify 3", "38 unanswered 3"])
    }

    @Test func `half a million of them stay within the bound, and leave nothing behind`() {
        var exchanges = NotifyExchanges()
        for number in 0..<500_000 {
            let now = UInt64(number) * 1000
            _ = exchanges.subscribed(answer("\(number)", to: IPv4Address(bits: UInt32(number))), mac: UInt64(number), at: now)
            if number % 16 != 0 { _ = exchanges.responded("\(number)", from: IPv4Address(bits: UInt32(number)), at: now) }
        }
        // Those that never answer are held to the limit; those that do leave a number each, for as long as they may ask again.
        #expect(exchanges.exchanges.count <= Int(ExchangeLimits.all.burst) + 500)
        #expect(exchanges.rememberedCount <= NotifyExchanges.capacity + 1)
        _ = exchanges.elapsed(at: 100 * second)
        #expect(exchanges.exchanges.isEmpty)
        #expect(exchanges.rememberedCount == 0)
    }
}

@Suite struct `Requests heard twice` {
    private let key = RecentRequests.Key(mac: MACAddress(bits: 1), kind: .pnpSubscribe, transaction: 7)

    @Test func `the first interface answers, the second keeps silent for half a second`() {
        let recent = RecentRequests()
        #expect(recent.claim(key, on: "br0", at: 0) == nil)
        #expect(recent.claim(key, on: "eth0", at: 1_000_000) == "br0")
        #expect(recent.claim(key, on: "br0", at: 2_000_000) == nil)
        #expect(recent.claim(key, on: "eth0", at: 600_000_000) == nil)
    }

    @Test func `the interface that took its time first may come second`() {
        let recent = RecentRequests()
        #expect(recent.claim(key, on: "eth0", at: 1_000_001) == nil)
        #expect(recent.claim(key, on: "eth0.20", at: 1_000_000) == "eth0")
    }

    @Test func `a flood of requests takes no more room, and what was just heard stays known`() {
        let recent = RecentRequests()
        func key(_ number: Int) -> RecentRequests.Key {
            RecentRequests.Key(mac: MACAddress(bits: UInt64(number)), kind: .pnpSubscribe, transaction: 7)
        }
        for number in 0..<RecentRequests.capacity { _ = recent.claim(key(number), on: "eth0", at: UInt64(number) * 1_000_000) }
        #expect(recent.count == RecentRequests.capacity)
        let now = UInt64(RecentRequests.capacity) * 1_000_000
        #expect(recent.claim(key(RecentRequests.capacity), on: "eth0", at: now) == nil)
        #expect(recent.count == 500)
        #expect(recent.claim(key(RecentRequests.capacity - 1), on: "eth1", at: now) == "eth0")
        for number in 0..<(2 * RecentRequests.capacity) { _ = recent.claim(key(number), on: "eth1", at: now) }
        #expect(recent.count <= RecentRequests.capacity)
    }

    @Test func `another transaction is another request`() {
        let recent = RecentRequests()
        #expect(recent.claim(key, on: "br0", at: 0) == nil)
        let other = RecentRequests.Key(mac: MACAddress(bits: 1), kind: .pnpSubscribe, transaction: 8)
        #expect(recent.claim(other, on: "eth0", at: 0) == nil)
    }
}
