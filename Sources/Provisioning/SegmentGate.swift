import Packets
import Synchronization

/// Whether this responder of a pair may answer, for whoever is about to.
package final class SegmentGate: Sendable {
    private let duty: Mutex<SegmentDuty>
    private let clock: @Sendable () -> UInt64
    package let segment: UInt64
    package let instance: UInt64

    /// - Parameters:
    ///   - clock: nanoseconds of a clock that goes on while the machine is suspended: who slept may have been replaced.
    ///   - instance: this run's number.
    package init(segment: String, instance: UInt64, clock: @escaping @Sendable () -> UInt64) {
        self.segment = SegmentBeat.number(of: segment)
        self.instance = instance
        self.clock = clock
        duty = Mutex(SegmentDuty(instance: instance, at: clock()))
    }

    /// What the times of this gate go by.
    package var now: UInt64 { clock() }

    package var mayAnswer: Bool { duty.withLock { $0.mayAnswer(at: clock()) } }
    package var state: SegmentDuty.State { duty.withLock { $0.state } }
    package var wantsLock: Bool { duty.withLock { $0.wantsLock(at: clock()) } }

    package func isPartner(_ address: IPv4Address) -> Bool { duty.withLock { $0.isPartner(address) } }
    package var mayTellPartner: Bool { duty.withLock { $0.mayTellPartner(at: clock()) } }

    /// - Returns: whether it is the partner's.
    package func heard(_ beat: SegmentBeat) -> Bool {
        guard beat.segment == segment, beat.instance != instance else { return false }
        duty.withLock { $0.heard(beat, at: clock()) }
        return true
    }

    /// What is to be said of a lease.
    package func note(of lease: Lease) -> SegmentLease { SegmentLease(segment: segment, instance: instance, lease: lease) }

    /// Whether a lease is one that the partner gives while this one listens.
    package func isPartners(_ note: SegmentLease) -> Bool {
        note.segment == segment && note.instance != instance && state == .listening
    }

    package func isBehind() { duty.withLock { $0.isBehind(at: clock()) } }

    package func step(isLinkUp: Bool) { duty.withLock { $0.step(at: clock(), isLinkUp: isLinkUp) } }
    package func note(_ lock: SegmentDuty.Lock, asked: UInt64) { duty.withLock { $0.note(lock, asked: asked, at: clock()) } }
    package func tookOver() { duty.withLock { $0.tookOver(at: clock()) } }

    /// What is to be said on a link on which this responder has these addresses; `nil` while another answers.
    package func beat(from addresses: [IPv4Address]) -> SegmentBeat? {
        duty.withLock { duty in
            guard duty.mayAnswer(at: clock()) else { return nil }
            return SegmentBeat(segment: segment, instance: instance, holdsLock: duty.holdsLock(at: clock()), addresses: addresses)
        }
    }
}
