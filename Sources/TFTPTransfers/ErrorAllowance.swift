import Packets

/// How many ERRORs go out to those who have no transfer: so many in a second to one address, and so many to all, after a first few at
/// once. An ERROR may be longer than the packet that it answers, and whoever forges a source chooses whom it reaches.
struct ErrorAllowance {
    /// Nanoseconds at which a share would be whole again; not after the present where it is.
    private var ofAddress: [IPv4Address: UInt64] = [:]
    private var ofAll: UInt64 = 0
    private var sweptAt: UInt64 = 0

    /// Addresses remembered at once. While they are as many, further ones get nothing.
    static let mostAddresses = 4096

    /// Takes one ERROR off both shares; `false` where one of them is used up.
    mutating func take(for address: IPv4Address, at now: UInt64, limits: DeskLimits) -> Bool {
        let own = ErrorAllowance.after(ofAddress[address] ?? 0, at: now, limits.errorsOfAddress)
        let all = ErrorAllowance.after(ofAll, at: now, limits.errors)
        guard let own, let all else { return false }
        if ofAddress[address] == nil, ofAddress.count >= ErrorAllowance.mostAddresses {
            // Once a second: a flood from ever new addresses must not make every packet cost a search of them all.
            guard now >= sweptAt &+ 1_000_000_000 else { return false }
            sweptAt = now
            ofAddress = ofAddress.filter { $0.value > now }
            guard ofAddress.count < ErrorAllowance.mostAddresses else { return false }
        }
        ofAddress[address] = own
        ofAll = all
        return true
    }

    /// When a share is whole again after one more is taken off it; `nil` where there is nothing to take.
    private static func after(_ whole: UInt64, at now: UInt64, _ rate: DeskLimits.Rate) -> UInt64? {
        let cost = 1_000_000_000 / UInt64(max(1, rate.perSecond))
        let next = max(whole, now) &+ cost
        return next - now <= cost &* UInt64(max(1, rate.atOnce)) ? next : nil
    }
}
