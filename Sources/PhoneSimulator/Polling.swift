/// When a phone comes for its files of its own accord.
indirect enum Polling: Hashable, Sendable {
    /// So many seconds after the last time, and up to `spread` more, at random.
    case every(seconds: Int, spread: Int = 0)
    /// At a time of day.
    case daily(at: Int)
    /// After any time at all that is no longer than so many seconds.
    case within(seconds: Int)
    /// Every so many days, at a random moment between two times of day. The first is the day after it was set, or that day itself where
    /// `firstDay` is 0. A window that ends no later than it begins reaches into the next day.
    case window(days: Int, from: Int, to: Int, firstDay: Int = 1)
    /// Whichever comes first.
    case either(Polling, Polling)

    /// The next moment; `nil` where a period of nothing means never.
    ///
    /// - Parameters:
    ///   - last: when it came last.
    ///   - set: when this rule was set.
    func next(after last: PhoneTime, set: PhoneTime, _ chance: inout some RandomNumberGenerator) -> PhoneTime? {
        switch self {
        case .every(let seconds, let spread):
            guard seconds > 0 else { return nil }
            return last + seconds + (spread > 0 ? Int.random(in: 0...spread, using: &chance) : 0)
        case .daily(let time):
            let today = PhoneTime(day: last.day, time)
            return today > last ? today : PhoneTime(day: last.day + 1, time)
        case .within(let seconds):
            return seconds > 0 ? last + Int.random(in: 0...seconds, using: &chance) : nil
        case .window(let days, let from, let to, let firstDay):
            guard days > 0 else { return nil }
            let length = to < from ? to + PhoneTime.day - from : to - from
            // The first of the days that are meant whose window is still to come.
            var day = set.day + firstDay
            if last.day >= day { day += (last.day - day) / days * days }
            while PhoneTime(day: day, from) <= last { day += days }
            // A window that has begun is over for a phone that came in it.
            return PhoneTime(day: day, from + Int.random(in: 0...length, using: &chance))
        case .either(let one, let other):
            let moments = [one.next(after: last, set: set, &chance), other.next(after: last, set: set, &chance)]
            return moments.compactMap { $0 }.min()
        }
    }

    /// `every 3600 s`, `daily at 09:00:00`.
    var words: String {
        switch self {
        case .every(let seconds, 0): "every \(seconds) s"
        case .every(let seconds, let spread): "every \(seconds) s and up to \(spread) more"
        case .daily(let time): "daily at \(PhoneTime.clock(time))"
        case .within(let seconds): "at random within \(seconds) s"
        case .window(1, let from, let to, _): "daily between \(PhoneTime.clock(from)) and \(PhoneTime.clock(to % PhoneTime.day))"
        case .window(let days, let from, let to, _):
            "every \(days) days between \(PhoneTime.clock(from)) and \(PhoneTime.clock(to % PhoneTime.day))"
        case .either(let one, let other): "\(one.words), and \(other.words)"
        }
    }
}

/// What a phone does when its server gave it nothing: it comes again later, and later still.
struct RetryDelay: Hashable, Sendable {
    /// Seconds before the first attempt.
    let first: ClosedRange<Int>
    /// Doubled each time up to this.
    let longest: Int

    /// - Parameter failures: how often it failed in a row, from 1.
    func seconds(after failures: Int, _ chance: inout some RandomNumberGenerator) -> Int {
        let first = Int.random(in: first, using: &chance)
        return failures > 30 ? longest : min(first << max(failures - 1, 0), longest)
    }
}

/// When one phone comes next, by its rule as it was last set.
struct PollingTimer: Sendable {
    private(set) var rule: Polling?
    private var set: PhoneTime
    /// `nil` where it does not come of its own accord.
    private(set) var next: PhoneTime?

    init(at now: PhoneTime) {
        set = now
    }

    /// After a visit, whatever was set in it.
    mutating func visited(_ rule: Polling?, at now: PhoneTime, _ chance: inout some RandomNumberGenerator) {
        if rule != self.rule {
            self.rule = rule
            set = now
        }
        next = rule?.next(after: now, set: set, &chance)
    }
}
