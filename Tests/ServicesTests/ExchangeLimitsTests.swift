import Packets
import Provisioning
import SIPMessages
import TestSupport
import Testing

@testable import Responder

@Suite struct `Who never answers` {
    /// Bytes of a SUBSCRIBE, its 200 and its NOTIFY as snom's come out, and how often such a NOTIFY is sent to who keeps silent.
    @Test(arguments: [(444, 330, 470, 2), (444, 330, 320, 3), (444, 330, 900, 1), (900, 330, 470, 3)])
    func `T6 is sent no more than three times the bytes that came`(request: Int, okay: Int, notify: Int, sends: Int) {
        var exchanges = NotifyExchanges()
        _ = exchanges.subscribed(answer("a", request: request, okay: okay, notify: notify), at: 0)
        let seen = exchanges.run(to: 80)
        #expect(seen.last == "35 unanswered \(sends)")
        #expect(okay + notify * sends <= 3 * request)
        #expect(okay + notify * sends + 42 * (1 + sends) <= 3 * (request + 42))
    }

    @Test func `T6 but asking again pays for one more`() {
        var exchanges = NotifyExchanges()
        let asked = answer("a", request: 444, okay: 330, notify: 470)
        _ = exchanges.subscribed(asked, at: 0)
        #expect(exchanges.run(to: 5) == ["5 notify 2"])
        #expect(words(exchanges.subscribed(asked, at: second * 6 / 10).actions) == ["okay"])
        #expect(exchanges.run(from: 6, to: 80) == ["15 notify 3", "35 unanswered 3"])
    }

    @Test func `T6 whatever is asked, and however often`() {
        for (request, gap) in [(350, 1), (350, 3), (350, 40), (444, 2), (444, 25), (600, 5), (1500, 1)] {
            var exchanges = NotifyExchanges()
            var (heard, sent) = (0, 0)
            for tick in 0..<600 {
                let now = UInt64(tick) * second / 10
                // The same question for a while, then another.
                if tick % gap == 0 {
                    heard += request
                    let asked = answer("\(tick / 20)", request: request, okay: request * 7 / 10, notify: request)
                    sent += exchanges.subscribed(asked, at: now).actions.octetsSent
                    #expect(sent <= 3 * heard)
                }
                sent += exchanges.elapsed(at: now).octetsSent
                #expect(sent <= 3 * heard)
            }
            #expect(sent > 0)
        }
    }

    @Test func `is told three times, and then once in ten seconds`() {
        var exchanges = NotifyExchanges()
        var told: [Int] = []
        for tick in 0..<60 {
            let (outcome, actions) = exchanges.subscribed(answer("\(tick)"), at: UInt64(tick) * second)
            if word(outcome) == "begun" {
                told.append(tick)
            } else {
                #expect(word(outcome) == "cooling-down")
                #expect(actions.isEmpty)
            }
        }
        #expect(told == [0, 1, 2, 10, 20, 30, 40, 50])
        // Another phone is not held up by it.
        #expect(word(exchanges.subscribed(answer("other"), mac: 8, at: 60 * second).outcome) == "begun")
    }

    @Test func `holds up nobody who answers`() {
        var exchanges = NotifyExchanges()
        for number in 0..<1000 {
            #expect(word(exchanges.subscribed(answer("\(number)"), at: 0).outcome) == "begun")
            _ = exchanges.responded("\(number)", at: 0)
        }
        #expect(exchanges.limits.count == 0)
    }

    @Test func `gets no further by giving other names from one address`() {
        var exchanges = NotifyExchanges()
        let outcomes = (0..<2000).map { word(exchanges.subscribed(answer("\($0)"), mac: UInt64($0), at: 0).outcome) }
        #expect(outcomes.count { $0 == "begun" } == Int(ExchangeLimits.source.burst))
        #expect(outcomes.last == "source-limit")
        let elsewhere = answer("x", to: IPv4Address(192, 168, 0, 11), station: 2)
        #expect(word(exchanges.subscribed(elsewhere, mac: 1 << 40, at: 0).outcome) == "begun")
    }

    /// Its own hardware address is the one thing that a switch may hold it to.
    @Test func `gets no further by giving other addresses in its own frames`() {
        var exchanges = NotifyExchanges()
        let outcomes = (0..<2000).map { number in
            word(exchanges.subscribed(answer("\(number)", to: IPv4Address(bits: UInt32(number))), at: 0).outcome)
        }
        #expect(outcomes.count { $0 == "begun" } == Int(ExchangeLimits.source.burst))
        #expect(outcomes.last == "source-limit")
        #expect(exchanges.limits.count == 2 * Int(ExchangeLimits.source.burst) + 1)
        let elsewhere = answer("x", to: IPv4Address(192, 168, 0, 11), station: 2)
        #expect(word(exchanges.subscribed(elsewhere, mac: 1 << 40, at: 0).outcome) == "begun")
    }

    @Test func `T6 uses up nothing of the phone that it names`() {
        var exchanges = NotifyExchanges()
        let stranger = IPv4Address(192, 168, 0, 66)
        for number in 0..<5 { _ = exchanges.subscribed(answer("s\(number)", to: stranger, station: 66), at: 0) }
        let (outcome, actions) = exchanges.subscribed(answer("a"), at: 0)
        #expect(word(outcome) == "begun" && words(actions) == ["okay", "notify 1"])
        // Nor does it end what is under way with that phone, by its own address or with that one's.
        _ = exchanges.subscribed(answer("t", to: stranger, station: 67), at: 0)
        _ = exchanges.subscribed(answer("u", station: 68), at: 0)
        #expect(
            exchanges.elapsed(at: second / 2).contains { action in
                if case .sendNotify(let again, 2, _) = action { again.exchange == SIPTransactionKey(["a"]) } else { false }
            })
        #expect(words(exchanges.responded("a", at: second)) == ["answered 200"])
    }

    @Test func `gets no further by giving other names, addresses and stations`() {
        var exchanges = NotifyExchanges()
        let outcomes = (0..<20_000).map { number in
            let asked = answer("\(number)", to: IPv4Address(bits: UInt32(number)), station: UInt64(number) << 1 | 1 << 25)
            return word(exchanges.subscribed(asked, mac: UInt64(number), at: 0).outcome)
        }
        #expect(outcomes.count { $0 == "begun" } == Int(ExchangeLimits.all.burst))
        #expect(outcomes.last == "exchange-limit")
        // What was refused left nothing behind.
        #expect(exchanges.limits.count == 3 * Int(ExchangeLimits.all.burst))
    }

    @Test func `is refused sixteen times, and then four times a second`() {
        var limits = ExchangeLimits()
        let source = IPv4Address(192, 168, 0, 10)
        func refused(at now: UInt64, _ source: (Int) -> IPv4Address) -> Int {
            var count = 0
            for number in 0..<1000 where limits.mayRefuse(source(number), at: now) { count += 1 }
            return count
        }
        #expect(refused(at: 0) { _ in source } == 16)
        #expect(refused(at: second) { _ in source } == 4)
        #expect(refused(at: second) { IPv4Address(bits: UInt32($0)) } == 252)
    }
}

@Suite struct `A budget` {
    @Test func `comes back with time, and no more than all of it`() {
        let rate = Rate(burst: 3, interval: second)
        var budget = Budget()
        func taken(_ now: UInt64) -> Int {
            var count = 0
            for _ in 0..<10 where budget.take(rate, at: now) { count += 1 }
            return count
        }
        #expect(taken(0) == 3)
        #expect(taken(second / 2) == 0)
        #expect(taken(second) == 1)
        #expect(taken(100 * second) == 3)
        budget.giveBack(rate)
        #expect(taken(100 * second) == 1)
    }

    @Test func `takes room only while something is missing of it`() {
        var budgets = Budgets<Int>(Rate(burst: 1, interval: second), capacity: 100)
        func take(_ key: Int, _ now: UInt64) -> Bool { budgets.take(key, at: now) }
        #expect((0..<100).allSatisfy { take($0, 0) })
        #expect(!take(100, 0))
        // Looked through once a second at the most.
        #expect(!take(100, second - 1))
        #expect(take(100, second))
        #expect(budgets.count == 1)
        budgets.giveBack(100, at: second)
        #expect(budgets.count == 0)
    }
}
