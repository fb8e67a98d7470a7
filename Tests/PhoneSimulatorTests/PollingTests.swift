import Packets
import Testing

@testable import PhoneSimulator

/// The rules of the manuals, to the second of the phone's own clock.
@Suite struct `When a phone comes of its own accord` {
    /// Of the manuals' examples: what is set, when the phone came last, when it comes next.
    struct Exact: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let rule: Polling
        let last: PhoneTime
        let next: PhoneTime?

        init(_ name: String, _ rule: Polling, last: (Int, String), next: (Int, String)?) {
            func time(_ day: Int, _ clock: String) -> PhoneTime { PhoneTime(day: day, PhoneTime.timeOfDay(clock) ?? -1) }
            testDescription = name
            self.rule = rule
            self.last = time(last.0, last.1)
            self.next = next.map { time($0.0, $0.1) }
        }
    }

    static let exact = [
        Exact("snom Relative: every 20 seconds", .every(seconds: 20), last: (0, "08:00"), next: (0, "08:00:20")),
        Exact("snom Relative: over midnight", .every(seconds: 20), last: (0, "23:59:50"), next: (1, "00:00:10")),
        Exact("snom Absolute: daily at 09:00, before it", .daily(at: 32400), last: (0, "08:59:59"), next: (0, "09:00")),
        Exact("snom Absolute: daily at 09:00, at it", .daily(at: 32400), last: (0, "09:00"), next: (1, "09:00")),
        Exact("snom Absolute: daily at 09:00, after it", .daily(at: 32400), last: (3, "09:00:01"), next: (4, "09:00")),
        Exact("OT4135: every 30 minutes", .every(seconds: 1800), last: (0, "23:45"), next: (1, "00:15")),
        Exact("ALE: 3600, no spread", .every(seconds: 3600), last: (0, "00:00"), next: (0, "01:00")),
        Exact(
            "Spectralink: interval 60 and time 00:00, the interval first", .either(.every(seconds: 3600), .daily(at: 0)),
            last: (0, "22:00"), next: (0, "23:00")),
        Exact(
            "Spectralink: interval 60 and time 00:00, the time first", .either(.every(seconds: 3600), .daily(at: 0)),
            last: (0, "23:30"), next: (1, "00:00")),
        Exact("no period", .every(seconds: 0), last: (0, "00:00"), next: nil),
        Exact("no random period", .within(seconds: 0), last: (0, "00:00"), next: nil),
        Exact("no days", .window(days: 0, from: 0, to: 1), last: (0, "00:00"), next: nil),
    ]

    @Test(arguments: exact)
    func `to the second`(row: Exact) {
        var chance = SeededNumbers(MACAddress(bits: 1), seed: 0, for: 0)
        #expect(row.rule.next(after: row.last, set: PhoneTime(seconds: 0), &chance) == row.next)
    }

    /// Moments of a month, of a rule that was set on the first day at 08:00.
    private func month(_ rule: Polling, of mac: UInt64 = 1) -> [PhoneTime] {
        var chance = SeededNumbers(MACAddress(bits: mac), seed: 0, for: 0)
        let set = PhoneTime(day: 0, 8 * 3600)
        var moments = [set]
        while let last = moments.last, last.day < 30, let next = rule.next(after: last, set: set, &chance) {
            moments.append(next)
        }
        return Array(moments.dropFirst())
    }

    private let nine = 9 * 3600

    @Test(arguments: 1...50 as ClosedRange<UInt64>)
    func `snom Random, example 1: daily between 09-00 and 09-10, from the next day on`(mac: UInt64) {
        let moments = month(.window(days: 1, from: nine, to: nine + 600), of: mac)
        #expect(moments.map(\.day) == Array(1...30))
        #expect(moments.allSatisfy { (nine...nine + 600).contains($0.timeOfDay) })
    }

    @Test func `snom Random, example 2: every 3 days between 09-00 and 09-10, from the next day on`() {
        let moments = month(.window(days: 3, from: nine, to: nine + 600))
        #expect(moments.map(\.day) == [1, 4, 7, 10, 13, 16, 19, 22, 25, 28, 31])
        #expect(moments.allSatisfy { (nine...nine + 600).contains($0.timeOfDay) })
        #expect(Set(moments.map(\.timeOfDay)).count > 5)
    }

    @Test func `snom Random, example 3: any interval between 0 and 3600 seconds`() {
        let moments = month(.within(seconds: 3600)).map(\.seconds)
        let intervals = zip(moments.dropFirst(), moments).map { $0 - $1 }
        #expect(intervals.allSatisfy { (0...3600).contains($0) })
        #expect((intervals.min() ?? 99) < 60 && (intervals.max() ?? 0) > 3540)
        #expect((1700...1900).contains(intervals.reduce(0, +) / max(intervals.count, 1)))
    }

    @Test func `ALE: every 3600 seconds and up to 40 more`() {
        let moments = month(.every(seconds: 3600, spread: 40)).map(\.seconds)
        let intervals = Set(zip(moments.dropFirst(), moments).map { $0 - $1 })
        #expect(intervals.min() == 3600 && intervals.max() == 3640)
    }

    @Test func `Avaya: every day at its time, today's included where that is still to come`() {
        let moments = month(.window(days: 1, from: nine, to: nine + 3600, firstDay: 0))
        #expect(moments.map(\.day) == Array(0...30))
        let past = month(.window(days: 1, from: 7 * 3600, to: nine, firstDay: 0))
        #expect(past.map(\.day) == Array(1...30))
    }

    @Test func `a window over midnight ends on the next day`() {
        let moments = month(.window(days: 1, from: 23 * 3600, to: 3600))
        #expect(moments.allSatisfy { $0.timeOfDay >= 23 * 3600 || $0.timeOfDay <= 3600 })
        #expect(moments.contains { $0.timeOfDay <= 3600 } && moments.contains { $0.timeOfDay >= 23 * 3600 })
    }

    @Test func `a rule that stays keeps the day on which it was set, and another one does not`() {
        var chance = SeededNumbers(MACAddress(bits: 1), seed: 0, for: 0)
        var timer = PollingTimer(at: PhoneTime(day: 0, 0))
        let rule = Polling.window(days: 3, from: nine, to: nine)
        timer.visited(rule, at: PhoneTime(day: 0, 1), &chance)
        #expect(timer.next == PhoneTime(day: 1, nine))
        timer.visited(rule, at: PhoneTime(day: 2, 1), &chance)
        #expect(timer.next == PhoneTime(day: 4, nine))
        timer.visited(.window(days: 3, from: nine, to: nine + 1), at: PhoneTime(day: 2, 1), &chance)
        #expect(timer.next?.day == 3)
        timer.visited(nil, at: PhoneTime(day: 2, 1), &chance)
        #expect(timer.next == nil)
    }

    @Test func `snom: 3 to 6 seconds after a failure, then twice as long up to an hour`() {
        var chance = SeededNumbers(MACAddress(bits: 1), seed: 0, for: 0)
        let delay = RetryDelay(first: 3...6, longest: 3600)
        for (failures, range) in [(1, 3...6), (2, 6...12), (5, 48...96), (20, 3600...3600), (500, 3600...3600)] {
            #expect(range.contains(delay.seconds(after: failures, &chance)))
        }
    }

    @Test(arguments: ["", "9", "24:00", "09:60", "09:00:60", "-1:00", "09:000", "a:b", "09:00:00:00"])
    func `what is no time of day is none`(text: String) {
        #expect(PhoneTime.timeOfDay(text) == nil)
    }
}

@Suite struct `A phone's clock` {
    @Test func `an hour goes by in a second, and back`() {
        let clock = PhoneClock(start: 5_000_000_000, shows: PhoneTime(day: 0, 32_000), speed: 3600, MACAddress(bits: 1))
        #expect(clock.time(at: 0) == PhoneTime(day: 0, 32_000))
        #expect(abs(clock.time(at: 6_000_000_000).seconds - 35_600) <= 1)
        for seconds in [32_000, 32_400, 99_999] {
            let time = PhoneTime(seconds: seconds)
            #expect(clock.time(at: clock.moment(of: time)) == time)
        }
    }

    @Test func `no two phones' clocks are alike, and one phone's is the same in each run`() {
        let time = PhoneTime(day: 9, 0)
        func moment(_ mac: UInt64, seed: UInt64 = 0) -> UInt64 {
            PhoneClock(start: 0, shows: PhoneTime(seconds: 0), speed: 1, MACAddress(bits: mac), seed: seed).moment(of: time)
        }
        let moments = (0..<1000).map { moment(0x0004_1300_0000 + $0) }
        #expect(Set(moments).count == 1000)
        #expect(moment(7) != moment(7, seed: 1))
        // SplitMix64's first two numbers, whatever process asks.
        var chance = SeededNumbers(MACAddress(bits: 0), seed: 0, for: 0)
        #expect([chance.next(), chance.next()] == [0xe220_a839_7b1d_cdaf, 0x6e78_9e6a_a1b9_65f4])
        #expect(PhoneTime(day: 1, 32_671).description == "day 2, 09:04:31")
    }
}
