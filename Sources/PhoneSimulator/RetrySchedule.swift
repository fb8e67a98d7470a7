/// When a question is sent again, and when the phone gives up. Times are nanoseconds of one monotonic clock.
struct RetrySchedule: Sendable {
    enum Due: Equatable, Sendable {
        /// The question goes out, for the nth time, from 1.
        case send(attempt: Int)
        case giveUp
    }

    /// Waits after each send; the last is for an answer only, unless the limit leaves time for more.
    private let waits: [UInt64]
    /// Of the waits behind those.
    private let longest: UInt64
    private let limit: UInt64?
    private let start: UInt64
    private(set) var sends = 0
    private var nextSend: UInt64?
    private var end: UInt64

    /// "up to a maximum of 64 seconds" (RFC 2131 §4.1)
    static let longestOfDHCP: UInt64 = 64_000
    /// T2 (RFC 3261 §17.1.2.2).
    static let longestOfSIP: UInt64 = 4000

    /// - Parameters:
    ///   - waits: milliseconds after each send; as many sends as waits.
    ///   - longest: milliseconds up to which the wait is doubled from there on, where the limit is later than all of these.
    ///   - limit: milliseconds from the first send to giving up; `nil` for the sum of the waits.
    init(waits: [UInt64], longest: UInt64 = RetrySchedule.longestOfSIP, limit: UInt64?, start: UInt64) {
        self.waits = waits.map { $0 * 1_000_000 }
        self.longest = longest * 1_000_000
        self.limit = limit.map { $0 * 1_000_000 }
        self.start = start
        nextSend = start
        end = start + (self.limit ?? self.waits.reduce(0, +))
    }

    /// Waits that are up to a tenth longer or shorter.
    static func spread(_ waits: [UInt64], by chance: SeededNumbers) -> [UInt64] {
        var chance = chance
        return waits.map { $0 * UInt64.random(in: 90...110, using: &chance) / 100 }
    }

    /// What is due now, one thing at a time; `nil` when nothing is.
    mutating func due(at now: UInt64) -> Due? {
        if now >= end { return .giveUp }
        guard let at = nextSend, now >= at else { return nil }
        // From now and not from when it was due, so that a process that slept does not send several at once.
        nextSend = wait(after: sends).map { now + $0 }
        sends += 1
        return .send(attempt: sends)
    }

    /// Nanoseconds between a send, counted from 0, and the next; `nil` where there is none.
    private func wait(after send: Int) -> UInt64? {
        guard let last = waits.max(), limit != nil || send + 1 < waits.count else { return nil }
        guard send >= waits.count else { return waits[send] }
        return max(last, min(last << UInt64(min(send - waits.count + 1, 16)), longest))
    }

    /// The moment at which something will be due.
    var next: UInt64 { min(nextSend ?? end, end) }

    /// It has been heard: it is not asked again. What must follow has at least `grace` milliseconds from now, unless the user's
    /// limit comes first.
    mutating func stopSending(at now: UInt64, grace: UInt64) {
        nextSend = nil
        if limit == nil { end = max(end, now + grace * 1_000_000) }
    }

    /// Milliseconds since the first send.
    func elapsed(at now: UInt64) -> UInt64 { now < start ? 0 : (now - start) / 1_000_000 }
}
