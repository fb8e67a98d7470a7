import Packets

/// How much DATA goes to one address where whoever forges that address can forge its ACKs too: so many octets in a second, after a first
/// few at once. What is more waits for its turn.
struct DataAllowance {
    /// Nanoseconds at which a share would be whole again; not after the present where it is.
    private var ofAddress: [IPv4Address: UInt64] = [:]
    private var sweptAt: UInt64 = 0

    /// From so many addresses on, those are forgotten whose share is whole.
    private static let manyAddresses = 4096

    /// Whether an address has some of its share left.
    func isLeft(to address: IPv4Address, at now: UInt64, _ rate: DeskLimits.Rate) -> Bool {
        (ofAddress[address] ?? 0) <= now &+ time(for: rate.atOnce, rate)
    }

    /// Takes octets off a share.
    ///
    /// - Returns: when they may be sent.
    mutating func take(_ octets: Int, for address: IPv4Address, at now: UInt64, _ rate: DeskLimits.Rate) -> UInt64 {
        if ofAddress.count >= DataAllowance.manyAddresses, now >= sweptAt &+ 1_000_000_000 {
            sweptAt = now
            ofAddress = ofAddress.filter { $0.value > now }
        }
        let whole = max(ofAddress[address] ?? 0, now) &+ time(for: octets, rate)
        ofAddress[address] = whole
        let ahead = time(for: rate.atOnce, rate)
        return whole - now > ahead ? whole - ahead : now
    }

    private func time(for octets: Int, _ rate: DeskLimits.Rate) -> UInt64 {
        UInt64(max(0, octets)) &* 1_000_000_000 / UInt64(max(1, rate.perSecond))
    }
}
