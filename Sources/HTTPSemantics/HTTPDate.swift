/// A moment as HTTP tells it, in whole seconds (RFC 9110 §5.6.7).
package struct HTTPDate: Hashable, Comparable, Sendable {
    /// Since 1970-01-01T00:00:00Z, up to the end of the year 9999.
    package let seconds: Int64

    /// What lies before 1970 or after 9999 becomes the nearest moment that can be written.
    package init(seconds: Int64) {
        self.seconds = min(max(seconds, 0), 253_402_300_799)
    }

    package static func < (left: HTTPDate, right: HTTPDate) -> Bool { left.seconds < right.seconds }

    /// Reads each of the three formats that a recipient must accept (§5.6.7).
    ///
    /// - Parameter now: settles the century of a year of two digits.
    package init?(_ text: String, now: HTTPDate) {
        let words = text.split(separator: " ")
        switch words.count {
        // Sun, 06 Nov 1994 08:49:37 GMT
        case 6 where words[5] == "GMT" && isDayName(words[0], comma: true):
            self.init(day: words[1], month: words[2], year: number(words[3], digits: 4), time: words[4])
        // Sunday, 06-Nov-94 08:49:37 GMT
        case 4 where words[3] == "GMT" && isDayName(words[0], comma: true, inFull: true):
            let date = words[1].split(separator: "-", omittingEmptySubsequences: false)
            guard date.count == 3, let short = number(date[2], digits: 2) else { return nil }
            // "Recipients of a timestamp value in rfc850-date format, which uses a two-digit year, MUST interpret a timestamp that appears
            // to be more than 50 years in the future as representing the most recent year in the past that had the same last two digits."
            let thisYear = civilYear(ofDay: now.seconds / 86_400)
            let year = thisYear - thisYear % 100 + short
            self.init(day: date[0], month: date[1], year: year > thisYear + 50 ? year - 100 : year, time: words[2])
        // Sun Nov  6 08:49:37 1994
        case 5 where isDayName(words[0], comma: false):
            self.init(day: words[2], month: words[1], year: number(words[4], digits: 4), time: words[3])
        default: return nil
        }
    }

    private init?(day: Substring, month name: Substring, year: Int64?, time: Substring) {
        guard let year, year >= 1970, let month = months.firstIndex(of: String(name)),
            let day = number(day, digits: 2) ?? number(day, digits: 1), day >= 1, day <= monthLength(month, of: year)
        else { return nil }
        let clock = time.split(separator: ":", omittingEmptySubsequences: false).map { number($0, digits: 2) }
        // 60 is a leap second.
        guard clock.count == 3, let hour = clock[0], let minute = clock[1], let second = clock[2], hour < 24, minute < 60,
            second <= 60
        else { return nil }
        let days = dayNumber(ofYear: year) + (0..<month).reduce(0) { $0 + monthLength($1, of: year) } + day - 1
        seconds = days * 86_400 + hour * 3600 + minute * 60 + min(second, 59)
    }
}

extension HTTPDate: CustomStringConvertible {
    /// `Sun, 06 Nov 1994 08:49:37 GMT`, the one format that is sent.
    package var description: String {
        let day = seconds / 86_400
        let year = civilYear(ofDay: day)
        var month = 0
        var rest = day - dayNumber(ofYear: year)
        while rest >= monthLength(month, of: year) {
            rest -= monthLength(month, of: year)
            month += 1
        }
        // 1970 began on a Thursday.
        let name = dayNames[Int((day + 4) % 7)].prefix(3)
        let time = [seconds / 3600 % 24, seconds / 60 % 60, seconds % 60].map { padded($0, 2) }.joined(separator: ":")
        return "\(name), \(padded(rest + 1, 2)) \(months[month]) \(padded(year, 4)) \(time) GMT"
    }
}

private let dayNames = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
private let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

/// Whether the name fits the date is not looked at: no sender gets it wrong on purpose, and nothing depends on it.
private func isDayName(_ word: Substring, comma: Bool, inFull: Bool = false) -> Bool {
    dayNames.contains { (inFull ? $0[...] : $0.prefix(3)) + (comma ? "," : "") == word }
}

private func number(_ text: Substring, digits: Int) -> Int64? {
    let isNumber = text.utf8.count == digits && text.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
    return isNumber ? Int64(text) : nil
}

private func isLeap(_ year: Int64) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

private func monthLength(_ month: Int, of year: Int64) -> Int64 {
    month == 1 && isLeap(year) ? 29 : [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month]
}

/// Days from 1970-01-01 to the first of January.
private func dayNumber(ofYear year: Int64) -> Int64 {
    let before = year - 1
    return (year - 1970) * 365 + before / 4 - before / 100 + before / 400 - 477
}

private func civilYear(ofDay day: Int64) -> Int64 {
    var year = 1970 + day / 366
    while dayNumber(ofYear: year + 1) <= day { year += 1 }
    return year
}

private func padded(_ number: Int64, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
