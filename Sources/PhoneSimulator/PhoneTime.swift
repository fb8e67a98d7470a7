/// A moment as a phone's own clock shows it: whole seconds since the midnight before it was switched on.
struct PhoneTime: Hashable, Comparable, Sendable, CustomStringConvertible {
    var seconds: Int

    static let day = 86_400
    static let year = 365 * day

    init(seconds: Int) {
        self.seconds = seconds
    }

    init(day: Int, _ timeOfDay: Int) {
        seconds = day * PhoneTime.day + timeOfDay
    }

    /// The days since the first one, which is 0.
    var day: Int { seconds / PhoneTime.day }
    /// Seconds since midnight.
    var timeOfDay: Int { seconds % PhoneTime.day }

    static func < (left: PhoneTime, right: PhoneTime) -> Bool { left.seconds < right.seconds }
    static func + (time: PhoneTime, more: Int) -> PhoneTime { PhoneTime(seconds: time.seconds + more) }

    /// `day 2, 09:04:31`, the first day being 1.
    var description: String { "day \(day + 1), \(PhoneTime.clock(timeOfDay))" }

    /// `09:04:31`
    static func clock(_ timeOfDay: Int) -> String {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(two(timeOfDay / 3600)):\(two(timeOfDay / 60 % 60)):\(two(timeOfDay % 60))"
    }

    /// Seconds since midnight of `9:00`, `09:00` or `09:00:30`; `nil` for anything else.
    static func timeOfDay(_ text: some StringProtocol) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), parts.allSatisfy({ (1...2).contains($0.count) && $0.allSatisfy(\.isNumber) }),
            let hours = Int(parts[0]), let minutes = Int(parts[1]), let seconds = parts.count == 3 ? Int(parts[2]) : 0,
            hours < 24, minutes < 60, seconds < 60
        else { return nil }
        return hours * 3600 + minutes * 60 + seconds
    }
}
