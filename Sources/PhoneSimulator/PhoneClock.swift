import Packets

/// One phone's clock: begins at a time of day, may run faster than ours, and is never quite right. No two phones err alike.
struct PhoneClock: Sendable {
    private let start: UInt64
    private let shown: Double
    private let rate: Double

    /// - Parameters:
    ///   - start: nanoseconds of the steady clock when it was switched on.
    ///   - shown: what it showed then, within half a second.
    ///   - speed: how many of its seconds go by in one of ours.
    ///   - phone: decides by how much it is wrong: half a second at most to begin with, and 50 seconds in a million.
    init(start: UInt64, shows shown: PhoneTime, speed: Double, _ phone: MACAddress, seed: UInt64 = 0) {
        var chance = SeededNumbers(phone, seed: seed, for: 1)
        self.start = start
        self.shown = Double(shown.seconds) + Double.random(in: 0..<0.5, using: &chance)
        rate = speed * (1 + Double.random(in: -50e-6...50e-6, using: &chance))
    }

    func time(at now: UInt64) -> PhoneTime {
        PhoneTime(seconds: Int(shown + Double(now < start ? 0 : now - start) / 1e9 * rate))
    }

    /// The first nanosecond at which it shows `time`.
    func moment(of time: PhoneTime) -> UInt64 {
        let seconds = (Double(time.seconds) - shown) / rate
        return seconds <= 0 ? start : start + UInt64(min(seconds, 1e9) * 1e9) + 1000
    }
}

/// Random numbers that are a phone's own, and the same again in another run with the same seed (SplitMix64).
struct SeededNumbers: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// - Parameter purpose: numbers for one thing do not depend on how many were drawn for another.
    init(_ phone: MACAddress, seed: UInt64, for purpose: UInt64) {
        state = phone.bits &+ seed &* 0x9e37_79b9_7f4a_7c15 &+ purpose &* 0xd1b5_4a32_d192_ed03
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
