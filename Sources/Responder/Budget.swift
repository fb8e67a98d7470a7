/// How often something may happen: so many times at once, and once more each `interval` (the generic cell rate algorithm, ITU-T I.371).
struct Rate {
    let burst: UInt64
    /// In nanoseconds.
    let interval: UInt64
}

/// What is left of a ``Rate``, as the moment at which all of it will be there again.
struct Budget {
    private var whole: UInt64 = 0

    mutating func take(_ rate: Rate, at now: UInt64) -> Bool {
        let after = max(whole, now) + rate.interval
        guard after - now <= rate.interval * rate.burst else { return false }
        whole = after
        return true
    }

    mutating func giveBack(_ rate: Rate) {
        whole -= min(whole, rate.interval)
    }

    func isWhole(at now: UInt64) -> Bool { whole <= now }
}

/// A budget for each key. Those that are whole again take no room; where there is none left for a key, it gets nothing.
struct Budgets<Key: Hashable> {
    private let rate: Rate
    private let capacity: Int
    private var entries: [Key: Budget] = [:]
    private var nextSweep: UInt64 = 0

    init(_ rate: Rate, capacity: Int = 65_536) {
        self.rate = rate
        self.capacity = capacity
    }

    var count: Int { entries.count }

    mutating func take(_ key: Key, at now: UInt64) -> Bool {
        if entries[key] == nil, !hasRoom(at: now) { return false }
        return entries[key, default: Budget()].take(rate, at: now)
    }

    mutating func giveBack(_ key: Key, at now: UInt64) {
        guard var budget = entries[key] else { return }
        budget.giveBack(rate)
        entries[key] = budget.isWhole(at: now) ? nil : budget
    }

    /// Going through all of them costs time, so it is done once a second at the most.
    private mutating func hasRoom(at now: UInt64) -> Bool {
        guard entries.count >= capacity, nextSweep <= now else { return entries.count < capacity }
        nextSweep = now + 1_000_000_000
        entries = entries.filter { !$0.value.isWhole(at: now) }
        return entries.count < capacity
    }
}
