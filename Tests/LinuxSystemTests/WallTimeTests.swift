import Foundation
import LinuxSystem
import Testing

@Suite struct WallTimeTests {
    @Test(
        arguments: [
            ("the epoch", 0, 0, "1970-01-01T00:00:00.000000Z"),
            ("an ordinary moment", 1_795_221_821, 123_456, "2026-11-21T00:43:41.123456Z"),
            ("a leap day in a century that keeps it", 951_782_400, 1, "2000-02-29T00:00:00.000001Z"),
            ("the day after it", 951_868_800, 0, "2000-03-01T00:00:00.000000Z"),
            ("a century without a leap day", 4_107_542_400, 0, "2100-03-01T00:00:00.000000Z"),
            ("the second before the epoch", -1, 999_999, "1969-12-31T23:59:59.999999Z"),
            ("the end of a leap year", 1_735_689_599, 0, "2024-12-31T23:59:59.000000Z"),
        ] as [(String, Int64, Int32, String)])
    func `a moment reads as RFC 3339 has it`(name: String, seconds: Int64, microseconds: Int32, text: String) {
        #expect(WallTime(seconds: seconds, microseconds: microseconds).description == text)
    }

    @Test func `every day of four centuries has the date that Foundation gives it`() {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = TimeZone(secondsFromGMT: 0) ?? calendar.timeZone
        for day in stride(from: Int64(-25_567), through: 146_097, by: 1) {
            let parts = calendar.dateComponents([.year, .month, .day], from: Date(timeIntervalSince1970: Double(day) * 86_400))
            let text = String(format: "%04d-%02d-%02d", parts.year ?? 0, parts.month ?? 0, parts.day ?? 0)
            guard WallTime(seconds: day * 86_400).description.hasPrefix(text) else {
                Issue.record("day \(day) is \(text), not \(WallTime(seconds: day * 86_400))")
                return
            }
        }
    }

    @Test func `microseconds beyond a second are carried`() {
        #expect(WallTime(seconds: 1, microseconds: 1_000_000) == WallTime(seconds: 2, microseconds: 0))
        #expect(WallTime(seconds: 1, microseconds: -1) == WallTime(seconds: 0, microseconds: 999_999))
        #expect(WallTime(seconds: 1, microseconds: -1_000_000) == WallTime(seconds: 0, microseconds: 0))
    }

    @Test func `moments are in order`() {
        #expect(WallTime(seconds: 1, microseconds: 999_999) < WallTime(seconds: 2, microseconds: 0))
        #expect(WallTime(seconds: 2, microseconds: 0) < WallTime(seconds: 2, microseconds: 1))
    }

    @Test func `the clocks go on`() {
        let (wall, monotonic) = (WallClock.now(), MonotonicClock.now())
        #expect(MonotonicClock.now() >= monotonic)
        // Since the machine started, asleep or not.
        #expect(BootClock.now() >= monotonic)
        #expect(wall > WallTime(seconds: 1_700_000_000))
        #expect(abs(wall.seconds - Int64(Date().timeIntervalSince1970)) <= 60)
    }
}
