/// Looks for what may come for a moment before its thread sleeps.
///
/// Whoever asks on a fast wire goes on within a few ten microseconds, and to fall asleep and be woken takes as long again: in lockstep, one
/// packet at a time, that doubles everything. Phones take longer, and looking would waste the processor: so each time that nothing came in
/// the moment, twice as many rounds go by until it is tried again.
package struct Attention {
    /// Nanoseconds.
    private static let moment: UInt64 = 50_000
    private static let mostMisses = 10

    /// Somebody else has a processor meanwhile.
    private let canLook: Bool
    private var misses = 0
    private var roundsToSleep = 0

    package init(processors: Int = SystemThread.processors) {
        canLook = processors > 1
    }

    /// Asked once a round, before it sleeps.
    /// - Parameter poll: looks without waiting.
    /// - Returns: what `poll` found; `nil` where looking has not paid of late, or nothing came.
    package mutating func look<Found>(_ poll: () throws(SystemError) -> Found?) throws(SystemError) -> Found? {
        guard canLook, isWorthwhile() else { return nil }
        let end = MonotonicClock.now() + Attention.moment
        repeat {
            if let found = try poll() {
                looked(inVain: false)
                return found
            }
        } while MonotonicClock.now() < end
        looked(inVain: true)
        return nil
    }

    private mutating func isWorthwhile() -> Bool {
        guard roundsToSleep > 0 else { return true }
        roundsToSleep -= 1
        return false
    }

    private mutating func looked(inVain: Bool) {
        misses = inVain ? min(misses + 1, Attention.mostMisses) : 0
        roundsToSleep = inVain ? 1 << misses : 0
    }
}
