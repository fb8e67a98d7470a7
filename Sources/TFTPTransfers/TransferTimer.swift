/// When and how often a transfer sends again. Times are nanoseconds.
package enum TransferTimer {
    /// To a peer that has never answered, the first send included: who forges a source address gets no more.
    package static let mostSendsUnanswered = 3
    /// To a peer that has: at one second doubling, a minute and three seconds of silence.
    package static let mostSends = 6
    /// Before the second send.
    package static let firstWait: UInt64 = 1_000_000_000

    /// How long to wait for an ACK after the `sends`-th send of the same packets, 1 being the first.
    ///
    /// RFC 1123 §4.2.3.2: a TFTP implementation MUST use an adaptive timeout, at the least with exponential back-off. A negotiated
    /// one (RFC 2349) is what the phone waits itself, and does not grow.
    package static func wait(after sends: Int, negotiated seconds: UInt8?) -> UInt64 {
        if let seconds { return UInt64(seconds) * 1_000_000_000 }
        return firstWait << UInt64(min(max(sends - 1, 0), mostSends))
    }
}
