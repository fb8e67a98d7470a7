/// Whether to look for packets for a moment before sleeping.
///
/// A client on a fast wire answers within a few ten microseconds, and to fall asleep and be woken takes as long again: in lockstep, a
/// block at a time, that doubles every transfer. Phones take longer, and looking would waste the processor: so each time that
/// nothing came in the moment, twice as many rounds go by until it is tried again.
struct Attention {
    /// Nanoseconds.
    static let moment: UInt64 = 50_000

    private var misses = 0
    private var roundsToSleep = 0
    private static let mostMisses = 10

    /// Asked once a round, before it sleeps.
    mutating func isWorthwhile() -> Bool {
        guard roundsToSleep > 0 else { return true }
        roundsToSleep -= 1
        return false
    }

    mutating func looked(inVain: Bool) {
        misses = inVain ? min(misses + 1, Attention.mostMisses) : 0
        roundsToSleep = inVain ? 1 << misses : 0
    }
}
