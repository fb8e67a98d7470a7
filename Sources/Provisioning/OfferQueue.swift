import Packets

/// How much a client's offer counts when addresses run out.
package enum ClientStanding: Int, CaseIterable, Comparable, Sendable {
    /// Nothing says that it is a phone.
    case stranger
    /// What it says of itself, its hardware address included, is a phone's. Anyone can say so.
    case phone
    /// It is in `devices.csv`, was recognised before, or had a lease.
    case known

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// Offered addresses in the order in which the offers end. Each is in it once.
struct OfferQueue: Sendable {
    private var offers: [(address: IPv4Address, until: UInt64)] = []
    private var next = 0

    var first: (address: IPv4Address, until: UInt64)? { next < offers.count ? offers[next] : nil }

    mutating func append(_ address: IPv4Address, until: UInt64) { offers.append((address, until)) }

    mutating func removeFirst() {
        next += 1
        if next > 4096, next * 2 > offers.count {
            offers.removeFirst(next)
            next = 0
        }
    }
}
