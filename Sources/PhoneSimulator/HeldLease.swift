/// A lease that a phone has: when it asks to keep it, and when it is over (RFC 2131 §4.4.5). Without socket or clock; times are
/// nanoseconds of the steady clock.
struct HeldLease: Sendable {
    enum Due: Equatable, Sendable {
        /// RENEWING: of the server that gave it.
        case renew
        /// REBINDING: of any.
        case rebind
        /// The phone has no address any more.
        case over
    }

    let lease: LeaseExchange.Lease
    private let rebinding: UInt64
    private let end: UInt64
    /// When something is due.
    private(set) var next: UInt64

    private static let second: UInt64 = 1_000_000_000
    /// "down to a minimum of 60 seconds, before retransmitting"
    private static let leastPause = 60 * second

    /// - Parameter granted: when its ACK came.
    init(_ lease: LeaseExchange.Lease, at granted: UInt64) {
        // A lease of 0xffffffff seconds has no end (RFC 2131 §3.3).
        func moment(_ seconds: UInt32) -> UInt64 {
            lease.seconds == .max ? .max : granted + UInt64(seconds) * HeldLease.second
        }
        self.lease = lease
        end = moment(lease.seconds)
        rebinding = min(moment(lease.rebinding), end)
        next = min(moment(lease.renewal), rebinding)
    }

    /// What is due now; `nil` where nothing is. One that is not answered comes again when half of the time until T2, or until the end, is over.
    mutating func due(at now: UInt64) -> Due? {
        guard now >= next else { return nil }
        guard now < end else { return .over }
        let isRebinding = now >= rebinding
        let limit = isRebinding ? end : rebinding
        next = min(now + max((limit - now) / 2, HeldLease.leastPause), limit)
        return isRebinding ? .rebind : .renew
    }
}
