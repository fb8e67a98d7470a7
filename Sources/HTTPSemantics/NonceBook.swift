import Packets

/// The nonces of Digest (RFC 7616 §5.4): made here, good for one client for a short time, each count with them good once.
///
/// A nonce bears the moment it was made and a seal that only this process can make, so that nothing is kept for clients that never
/// come back. What is kept is which counts were used, and only for clients that knew a password.
package struct NonceBook: Sendable {
    package enum Verdict: Equatable, Sendable {
        case fresh
        /// Not of this process, for another client, or too old: the client is to ask again with a new one.
        case stale
        /// This count was used with this nonce before.
        case replayed
    }

    /// Milliseconds that a nonce is good for.
    package static let lifetime: UInt64 = 300_000
    /// How far behind the highest count another may come: parallel connections overtake each other.
    private static let window: UInt32 = 64

    private struct Counts {
        let made: UInt64
        var highest: UInt32
        /// Bit n: the count `highest - n` was used.
        var used: UInt64 = 1
    }

    private let capacity: Int
    private let seal: @Sendable ([UInt8]) -> [UInt8]
    private var serial: UInt32 = 0
    private var counts: [String: Counts] = [:]
    /// Nonces made before this moment are stale: their counts are no longer kept.
    private var floor: UInt64 = 0

    /// - Parameters:
    ///   - capacity: nonces whose counts are kept.
    ///   - seal: a keyed hash of octets, of at least 14 octets.
    package init(capacity: Int = 16_384, seal: @escaping @Sendable ([UInt8]) -> [UInt8]) {
        self.capacity = max(2, capacity)
        self.seal = seal
    }

    /// A nonce for a client, in hexadecimal.
    ///
    /// - Parameter now: milliseconds of a clock that only goes forward.
    package mutating func nonce(for client: [UInt8], at now: UInt64) -> String {
        serial &+= 1
        let head = octets(of: now, 6) + octets(of: UInt64(serial), 4)
        return hexText(head + seal(head + client).prefix(14))
    }

    /// Whether a nonce that came with the right password is good for this request; its count is then used up.
    ///
    /// - Parameter isStrict: each count is good once; else a nonce may be used again and again until it is too old.
    package mutating func check(
        _ nonce: String, count: UInt32, of client: [UInt8], at now: UInt64, isStrict: Bool
    ) -> Verdict {
        guard nonce.utf8.count == 48, let bytes = bytes(fromHexText: nonce), bytes.count == 24 else { return .stale }
        let made = bytes[..<6].reduce(0) { $0 << 8 | UInt64($1) }
        let head = Array(bytes[..<10])
        // Compared as it comes: who could measure this would learn a seal for a nonce that he could have had for the asking.
        guard bytes[10...].elementsEqual(seal(head + client).prefix(14)), made <= now, now - made <= NonceBook.lifetime,
            made >= floor
        else { return .stale }
        guard isStrict else { return .fresh }
        guard count > 0 else { return .replayed }
        return use(count, of: nonce.lowercased(), made: made, at: now) ? .fresh : .replayed
    }

    private mutating func use(_ count: UInt32, of nonce: String, made: UInt64, at now: UInt64) -> Bool {
        guard var known = counts[nonce] else {
            if counts.count >= capacity { forget(at: now) }
            counts[nonce] = Counts(made: made, highest: count)
            return made >= floor
        }
        if count > known.highest {
            let step = count - known.highest
            known.used = step < NonceBook.window ? known.used << UInt64(step) | 1 : 1
            known.highest = count
        } else {
            let behind = known.highest - count
            let bit: UInt64 = behind < NonceBook.window ? 1 << UInt64(behind) : 0
            guard bit != 0, known.used & bit == 0 else { return false }
            known.used |= bit
        }
        counts[nonce] = known
        return true
    }

    /// Drops what is too old; where that is too little, the older half, whose nonces are stale from then on.
    private mutating func forget(at now: UInt64) {
        counts = counts.filter { now <= $0.value.made + NonceBook.lifetime }
        guard counts.count >= capacity else { return }
        let moments = counts.values.map(\.made).sorted()
        floor = max(floor, moments[moments.count / 2] + 1)
        let floor = floor
        counts = counts.filter { $0.value.made >= floor }
    }
}

private func octets(of number: UInt64, _ count: Int) -> [UInt8] {
    (0..<count).reversed().map { UInt8(truncatingIfNeeded: number >> UInt64($0 * 8)) }
}
