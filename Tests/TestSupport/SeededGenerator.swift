import Foundation

/// SplitMix64, so that a seed gives the same bytes on every machine.
package struct SeededGenerator: RandomNumberGenerator, Sendable {
    package var state: UInt64

    package init(state: UInt64) {
        self.state = state
    }

    /// With the seed that the environment names as `NAME_SEED`, else one that is printed under that name.
    package init(named name: String) {
        let seed = ProcessInfo.processInfo.environment["\(name)_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 0 ... .max)
        print("\(name)_SEED=\(seed)")
        self.init(state: seed)
    }

    /// How many rounds a test takes: what the environment names as `NAME_ROUNDS`, else what is usual.
    package static func rounds(_ name: String, usually count: Int) -> Int {
        ProcessInfo.processInfo.environment["\(name)_ROUNDS"].flatMap { Int($0) } ?? count
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
