/// So much at once, and so much a second from then on. What is left is kept as one number: when it will be whole again (the virtual
/// scheduling algorithm of ITU-T I.371, annex A), by the steady clock in nanoseconds; zero at the start.
package struct Allowance: Sendable {
    private let price: UInt64
    private let depth: UInt64

    package init(perSecond rate: UInt64, atOnce burst: UInt64) {
        price = 1_000_000_000 / max(1, rate)
        depth = burst * price
    }

    /// Takes `count` where that many are left.
    package func take(_ count: UInt64 = 1, from wholeAgain: inout UInt64, at now: UInt64) -> Bool {
        let after = max(wholeAgain, now) &+ count &* price
        guard after <= now &+ depth else { return false }
        wholeAgain = after
        return true
    }
}

/// What is left to each of many devices, in memory that does not grow: where there is no room, the one goes that has most left, and so
/// loses least by being forgotten.
struct DeviceAllowances: Sendable {
    /// As large as a network segment gets, at 16 bytes a device. A page of sets is made when somebody falls into it.
    private static let pages = 256
    private static let setsOfPage = 64
    private static let places = 4

    private struct Place {
        /// The hardware address; zero where nobody has the place.
        var device: UInt64 = 0
        var wholeAgain: UInt64 = 0
    }

    private var table = [[Place]](repeating: [], count: pages)

    mutating func take(_ count: UInt64, of allowance: Allowance, for device: UInt64, at now: UInt64) -> Bool {
        // Fibonacci hashing (Knuth, The Art of Computer Programming 3, §6.4). Whoever aims at another's place only gives that one more.
        let set = Int(truncatingIfNeeded: (device &* 0x9e37_79b9_7f4a_7c15) >> 50)
        let page = set / DeviceAllowances.setsOfPage
        if table[page].isEmpty {
            table[page] = [Place](repeating: Place(), count: DeviceAllowances.setsOfPage * DeviceAllowances.places)
        }
        let first = set % DeviceAllowances.setsOfPage * DeviceAllowances.places
        var chosen = first
        for place in first..<first + DeviceAllowances.places {
            if table[page][place].device == device {
                return allowance.take(count, from: &table[page][place].wholeAgain, at: now)
            }
            if table[page][place].wholeAgain < table[page][chosen].wholeAgain { chosen = place }
        }
        table[page][chosen] = Place(device: device)
        return allowance.take(count, from: &table[page][chosen].wholeAgain, at: now)
    }
}
