import GroupMembership
import Packets
import TestSupport
import Testing

private let group = IPv4Address(224, 0, 1, 75)
private let second = IPv4Address(224, 0, 1, 76)
private let foreign = IPv4Address(239, 1, 2, 3)
private let router = IPv4Address(10, 9, 0, 254)
private let host = IPv4Address(10, 9, 0, 7)
private let nanoseconds: UInt64 = 1_000_000_000

private func query(
    _ version: IGMPVersion, _ group: IPv4Address? = nil, tenths: UInt8 = 100, robustness: UInt8 = 0, interval: UInt8 = 0
) -> IGMPQuery {
    var query = IGMPQuery(version, group: group, responseCode: version == .one ? 0 : tenths)
    (query.robustness, query.intervalCode) = (robustness, interval)
    return query
}

private func state(_ kind: IGMPRecord.Kind, _ groups: IPv4Address...) -> IGMPMessage {
    .records(groups.map { IGMPRecord(kind, $0) })
}

/// A member and the seconds that pass for it.
private struct Play {
    var member: GroupMember
    var now: UInt64 = 1000 * nanoseconds

    init(_ groups: IPv4Address..., seed: UInt64 = 1) {
        member = GroupMember(of: groups, chance: SeededGenerator(state: seed))
    }

    mutating func join() -> [IGMPMessage] { member.join(at: now) }

    mutating func hear(_ query: IGMPQuery, at destination: IPv4Address? = nil) {
        let message = IGMPMessage.query(query)
        member.heard(message, from: router, to: destination ?? message.destination, at: now)
    }

    mutating func hear(_ message: IGMPMessage, from source: IPv4Address = host) {
        member.heard(message, from: source, to: message.destination, at: now)
    }

    /// All that is said from now on within so many seconds, each with the seconds that had passed.
    mutating func said(within seconds: Double) -> [(after: Double, messages: [IGMPMessage])] {
        let start = now
        let end = now + UInt64(seconds * 1e9)
        var said: [(Double, [IGMPMessage])] = []
        while let due = member.nextDue, due <= end {
            now = max(now, due)
            let messages = member.elapsed(at: now)
            if !messages.isEmpty { said.append((Double(now - start) / 1e9, messages)) }
        }
        now = end
        return said
    }

    /// What is said, without when.
    mutating func messages(within seconds: Double) -> [IGMPMessage] { said(within: seconds).flatMap(\.messages) }
}

@Suite struct GroupMemberTests {
    @Test func `RFC 3376 §5.1 joining is said at once and once more within a second`() {
        for seed in 0..<50 as Range<UInt64> {
            var play = Play(group, second, seed: seed)
            #expect(play.join() == [state(.changeToExclude, group, second)])
            let again = play.said(within: 60)
            #expect(again.map(\.messages) == [[state(.changeToExclude, group, second)]])
            #expect(again.allSatisfy { $0.after <= 1 })
            #expect(play.member.nextDue == nil)
        }
    }

    @Test func `RFC 3376 §6 the group of all systems is never reported, nor what is no group`() {
        var play = Play(.allSystems, host)
        #expect(play.join().isEmpty)
        play.hear(query(.three))
        #expect(play.messages(within: 60).isEmpty)
        #expect(play.member.leave(at: play.now).isEmpty)
    }

    @Test func `RFC 3376 §5.2 a general query is answered once for all groups, at some time within what it allows`() {
        var times: Set<Int> = []
        for seed in 0..<50 as Range<UInt64> {
            var play = Play(group, second, seed: seed)
            play.hear(query(.three, tenths: 50))
            let answers = play.said(within: 60)
            #expect(answers.map(\.messages) == [[state(.isExclude, group, second)]])
            #expect(answers.allSatisfy { $0.after <= 5 })
            times.formUnion(answers.map { Int($0.after) })
        }
        #expect(times.count >= 4)
    }

    @Test func `RFC 3376 §5.2 a second general query brings no second answer, only perhaps a sooner one`() {
        var play = Play(group)
        play.hear(query(.three, tenths: 100))
        play.hear(query(.three, tenths: 5))
        play.hear(query(.three, tenths: 100))
        let answers = play.said(within: 60)
        #expect(answers.count == 1 && answers[0].after <= 0.5)
    }

    @Test func `RFC 3376 §5.2 a query for one group is answered for that group, and for a foreign one not`() {
        var play = Play(group, second)
        play.hear(query(.three, second, tenths: 10))
        play.hear(query(.three, foreign, tenths: 10))
        #expect(play.messages(within: 60) == [state(.isExclude, second)])
    }

    @Test func `RFC 3376 §5.2 a general answer that is due sooner answers for the group too`() {
        var play = Play(group)
        play.hear(query(.three, tenths: 1))
        play.now += 1
        play.hear(query(.three, group, tenths: 255))
        #expect(play.messages(within: 3600) == [state(.isExclude, group)])
    }

    @Test func `RFC 3376 §9.1 a query from many sources costs no memory and is answered for the group`() {
        var play = Play(group)
        for number in 0..<1000 as Range<UInt32> {
            var asked = query(.three, group, tenths: 100)
            asked.sources = (0..<300).map { IPv4Address(bits: 0x0a00_0000 + number * 300 + $0) }
            play.hear(asked)
        }
        #expect(play.messages(within: 60) == [state(.isExclude, group)])
    }

    @Test func `RFC 3376 §9.1 a general query to another group is ignored, one to our own address is not`() {
        var play = Play(group)
        play.hear(query(.three), at: group)
        play.hear(query(.two), at: second)
        #expect(play.messages(within: 60).isEmpty && play.member.version == .three)
        play.hear(query(.three), at: IPv4Address(10, 9, 0, 1))
        #expect(play.messages(within: 60) == [state(.isExclude, group)])
    }

    @Test func `RFC 3376 §7.2.2 a report of an older version silences no host of version 3`() {
        var play = Play(group)
        play.hear(query(.three, group))
        play.hear(.report(group, .two))
        #expect(play.messages(within: 60) == [state(.isExclude, group)])
    }

    @Test func `RFC 3376 §5.1 leaving is said as often as joining`() {
        var play = Play(group, second)
        _ = play.join()
        #expect(
            play.member.leave(at: play.now)
                == [state(.changeToInclude, group, second), state(.changeToInclude, group, second)])
        #expect(play.member.nextDue == nil)
    }

    @Test func `RFC 3376 §4.1.6 the querier says how often what may get lost is said`() {
        var play = Play(group)
        play.hear(query(.three, robustness: 4))
        _ = play.messages(within: 60)
        #expect(play.join().count == 1)
        #expect(play.messages(within: 60).count == 3)
        #expect(play.member.leave(at: play.now).count == 4)
        play.hear(query(.three, robustness: 0))
        #expect(play.member.leave(at: play.now).count == 2)
    }
}

@Suite struct OlderQuerierTests {
    @Test func `RFC 2236 §3 a general query of version 2 is answered for each group by itself`() {
        for seed in 0..<20 as Range<UInt64> {
            var play = Play(group, second, seed: seed)
            play.hear(query(.two, tenths: 30))
            let answers = play.said(within: 60)
            #expect(answers.flatMap(\.messages).count == 2)
            #expect(Set(answers.flatMap(\.messages)) == [.report(group, .two), .report(second, .two)])
            #expect(answers.allSatisfy { $0.after <= 3 })
        }
    }

    @Test func `RFC 2236 §3 another host's report for a group takes the place of ours, one from 0.0.0.0 does not`() {
        var play = Play(group, second)
        play.hear(query(.two))
        play.hear(.report(group, .two))
        play.hear(.report(second, .two), from: .any)
        #expect(play.messages(within: 60) == [.report(second, .two)])
        play.hear(query(.two))
        #expect(play.messages(within: 60).count == 2)
    }

    @Test func `RFC 2236 §3 a timer that runs is reset only by a query that wants it sooner`() {
        var play = Play(group)
        play.hear(query(.two))
        _ = play.messages(within: 60)
        play.hear(query(.two, group, tenths: 100))
        let before = play.member.nextDue
        play.hear(query(.two, group, tenths: 200))
        #expect(play.member.nextDue == before)
        play.hear(query(.two, group, tenths: 1))
        #expect((play.member.nextDue ?? .max) <= play.now + nanoseconds / 10)
    }

    @Test func `RFC 2236 §3 where the querier is of version 2 joining is a report for each group, and one again`() {
        var play = Play(group, second)
        play.hear(query(.two))
        _ = play.messages(within: 60)
        #expect(play.join() == [.report(group, .two), .report(second, .two)])
        let again = play.said(within: 60)
        #expect(Set(again.flatMap(\.messages)) == [.report(group, .two), .report(second, .two)])
        #expect(again.flatMap(\.messages).count == 2 && again.allSatisfy { $0.after <= 10 })
        #expect(play.member.leave(at: play.now) == [.leave(group), .leave(second)])
    }

    @Test func `RFC 3376 §7.2.1 a querier of version 1 gets reports of version 1 within ten seconds, and no leave`() {
        var play = Play(group)
        play.hear(query(.one))
        #expect(play.member.version == .one)
        let answers = play.said(within: 60)
        #expect(answers.map(\.messages) == [[.report(group, .one)]] && answers[0].after <= 10)
        #expect(play.join() == [.report(group, .one)])
        #expect(play.member.leave(at: play.now).isEmpty)
    }

    @Test func `RFC 3376 §7.2.1 a change of version cancels what is pending`() {
        var play = Play(group)
        _ = play.join()
        play.hear(query(.three, tenths: 10))
        play.hear(query(.two))
        #expect(play.member.version == .two)
        #expect(play.messages(within: 60) == [.report(group, .two)])
    }

    @Test func `RFC 3376 §7.2.1 a query of version 2 for one group changes no version, and is answered in the host's own`() {
        var play = Play(group, second)
        play.hear(query(.two, foreign, tenths: 10))
        #expect(play.member.nextDue == nil)
        play.hear(query(.two, second, tenths: 10))
        #expect(play.member.version == .three)
        #expect(play.messages(within: 60) == [state(.isExclude, second)])
    }

    @Test func `RFC 3376 §7.2.1 the oldest querier that is there decides`() {
        var play = Play(group)
        for asked in [query(.two), query(.one), query(.three), query(.two)] { play.hear(asked) }
        #expect(play.member.version == .one)
        #expect(play.messages(within: 60) == [.report(group, .one)])
    }

    @Test func `RFC 3376 §8.12 an older querier counts for two intervals and a response, as the last query gave them`() {
        var play = Play(group)
        play.hear(query(.two, tenths: 100))
        _ = play.said(within: 259)
        play.hear(query(.three, tenths: 5))
        #expect(play.messages(within: 0.9) == [.report(group, .two)])
        #expect(play.member.version == .two)
        play.now += 20 * nanoseconds
        play.hear(query(.three, tenths: 10, robustness: 3, interval: 20))
        #expect(play.member.version == .three)
        #expect(play.messages(within: 60) == [state(.isExclude, group)])
        play.hear(query(.two, tenths: 10))
        _ = play.said(within: 60)
        play.hear(query(.three, tenths: 10))
        #expect(play.member.version == .two)
        _ = play.said(within: 2)
        play.hear(query(.three, tenths: 10))
        #expect(play.member.version == .three)
    }

    @Test func `T6 however often somebody asks, an answer goes at most ten times a second`() {
        for version in [IGMPVersion.two, .three] {
            for asked in [query(version, tenths: 1), query(version, group, tenths: 1)] {
                var play = Play(group)
                var said = 0
                for _ in 0..<10_000 {
                    play.hear(asked)
                    said += play.messages(within: 0.001).count
                }
                #expect((1...101).contains(said), "\(version): \(said)")
            }
        }
    }
}
