import Glibc

/// A moment in UTC.
package struct WallTime: Hashable, Comparable, Sendable {
    /// Seconds since 1970-01-01T00:00:00Z, without leap seconds; negative before.
    package let seconds: Int64
    /// The rest, 0 to 999,999.
    package let microseconds: Int32

    /// Microseconds outside 0 to 999,999 are carried into the seconds.
    package init(seconds: Int64, microseconds: Int32 = 0) {
        let whole = (Int64(microseconds) - (microseconds < 0 ? 999_999 : 0)) / 1_000_000
        self.seconds = seconds &+ whole
        self.microseconds = Int32(Int64(microseconds) - whole * 1_000_000)
    }

    package init(microsecondsSince1970 microseconds: Int64) {
        let (seconds, rest) = floorDivide(microseconds, 1_000_000)
        self.init(seconds: seconds, microseconds: Int32(rest))
    }

    init(_ time: timespec) {
        self.init(seconds: Int64(time.tv_sec), microseconds: Int32(time.tv_nsec / 1000))
    }

    /// The whole time in microseconds.
    package var microsecondsSince1970: Int64 { seconds * 1_000_000 + Int64(microseconds) }

    package static func < (left: WallTime, right: WallTime) -> Bool {
        (left.seconds, left.microseconds) < (right.seconds, right.microseconds)
    }
}

extension WallTime {
    /// The date in the Gregorian calendar, UTC: month and day count from 1.
    package var date: (year: Int64, month: Int, day: Int) {
        let date = civilDate(days: floorDivide(seconds, 86_400).quotient)
        return (date.year, Int(date.month), Int(date.day))
    }

    /// Hour, minute and second of the day, UTC, two digits each with `separator` between.
    private func clock(_ separator: String) -> String {
        let second = floorDivide(seconds, 86_400).remainder
        return [second / 3600, second / 60 % 60, second % 60].map { padded($0, 2) }.joined(separator: separator)
    }

    private func day(_ separator: String) -> String {
        padded(date.year, 4) + separator + padded(Int64(date.month), 2) + separator + padded(Int64(date.day), 2)
    }

    /// Year, month, day, hour, minute and second in UTC without anything between: `20261121004341`
    package var digits: String { day("") + clock("") }
}

extension WallTime: CustomStringConvertible {
    /// RFC 3339 in UTC with microseconds: `2026-11-21T00:43:41.123456Z`
    package var description: String { day("-") + "T" + clock(":") + "." + padded(Int64(microseconds), 6) + "Z" }
}

/// The Gregorian date that lies a number of days after 1970-01-01.
///
/// Counted in years that begin on 1 March, so that a leap day is the last of its year. 400 years have 146,097 days, a century without
/// its leap day 36,524, four years 1,461; the fourth century and the fourth year keep their extra day.
func civilDate(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    /// From 0000-03-01 to 1970-01-01.
    let epoch: Int64 = 719_468
    var (cycle, rest) = floorDivide(days + epoch, 146_097)
    let century = min(rest / 36_524, 3)
    rest -= century * 36_524
    let leapYears = rest / 1461
    rest -= leapYears * 1461
    let single = min(rest / 365, 3)
    rest -= single * 365
    // From March, months of 31, 30, 31, 30 and 31 days repeat: 153 days in five.
    let month = (5 * rest + 2) / 153
    let day = rest - (153 * month + 2) / 5 + 1
    cycle = cycle * 400 + century * 100 + leapYears * 4 + single
    return month < 10 ? (cycle, month + 3, day) : (cycle + 1, month - 9, day)
}

private func floorDivide(_ number: Int64, _ divisor: Int64) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = number.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
}

private func padded(_ number: Int64, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
