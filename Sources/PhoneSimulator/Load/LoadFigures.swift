import JSONText

/// What came of a load. Times are in nanoseconds.
struct LoadFigures: Equatable, Sendable {
    var done = 0
    /// Exchanges that had not ended when their time was over.
    var lost = 0
    var bytes = 0
    /// For how long was measured.
    var elapsed: UInt64 = 0
    /// Phones that were never answered.
    var unanswered = 0
    private var times = [Int](repeating: 0, count: 64 * LoadFigures.steps)
    private(set) var longest: UInt64 = 0

    /// Parts of each power of two: a time is known to 1.6 %.
    private static let steps = 64

    mutating func add(_ time: UInt64) {
        done += 1
        longest = max(longest, time)
        let power = 63 - max(time, 1).leadingZeroBitCount
        let step = power < 6 ? 0 : Int(truncatingIfNeeded: time >> UInt64(power - 6)) & (LoadFigures.steps - 1)
        times[power * LoadFigures.steps + step] += 1
    }

    /// The time that so large a part of the exchanges took at the most, 0 where there was none.
    func time(of part: Double) -> UInt64 {
        var left = Int((Double(done) * part).rounded(.up))
        for (place, count) in times.enumerated() where count > 0 {
            left -= count
            guard left <= 0 else { continue }
            let (power, step) = (place / LoadFigures.steps, place % LoadFigures.steps)
            let start = UInt64(1) << UInt64(power)
            return min(longest, power < 6 ? start : start + (UInt64(step + 1) << UInt64(power - 6)))
        }
        return longest
    }

    var rate: Int { perSecond(done) }

    private func perSecond(_ count: Int) -> Int { elapsed == 0 ? 0 : Int(Double(count) * 1e9 / Double(elapsed)) }

    var text: String {
        func milliseconds(_ time: UInt64) -> String {
            let thousandths = String(time / 1000 % 1000)
            return "\(time / 1_000_000)." + String(repeating: "0", count: 3 - thousandths.count) + thousandths
        }
        let moved = bytes == 0 ? "" : ", \(perSecond(bytes) / 1_000_000) MB a second"
        let silent = unanswered == 0 ? "" : ", \(unanswered) phones never answered"
        return
            "\(rate) a second (\(done) in \(elapsed / 1_000_000) ms)\(moved), \(lost) lost\(silent); p50 \(milliseconds(time(of: 0.5)))"
            + ", p99 \(milliseconds(time(of: 0.99))), max \(milliseconds(longest)) ms"
    }

    var json: JSONValue {
        .object([
            ("rate", .number(rate)), ("done", .number(done)), ("lost", .number(lost)), ("unanswered", .number(unanswered)),
            ("bytes_per_second", .number(perSecond(bytes))), ("elapsed_ns", .number(Int(clamping: elapsed))),
            ("p50_ns", .number(Int(clamping: time(of: 0.5)))), ("p99_ns", .number(Int(clamping: time(of: 0.99)))),
            ("max_ns", .number(Int(clamping: longest))),
        ])
    }
}
