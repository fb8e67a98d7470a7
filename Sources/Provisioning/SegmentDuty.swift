import Packets

/// Which of two responders on one segment answers: a state machine without clock, wire or database.
///
/// Who takes over needs both: the database's lock, which one session has at a time, and silence on the wire, for one that lost the
/// database goes on answering and says so by its beats. Who answers needs neither to go on, but to have run without a pause: a process
/// that was stopped, or a machine that slept, may have been replaced meanwhile, and begins again by listening. The times fit together:
/// it is silent 1.5 s after its last step, and nobody takes over before 3 s without a beat, of which there are two a second.
package struct SegmentDuty: Sendable {
    package enum State: Hashable, Sendable {
        case listening
        /// The lock is held and the wire is silent; what the partner gave is being read.
        case takingOver
        case answering
    }

    package enum Lock: Hashable, Sendable {
        case held
        case anothers
        case unreachable
    }

    /// Nanoseconds without a beat before somebody takes over.
    package static let silence: UInt64 = 3_000_000_000
    /// Nanoseconds without a step after which nothing is answered.
    package static let longestPause: UInt64 = 1_500_000_000
    package static let beatInterval: UInt64 = 500_000_000
    /// Addresses of partners that are remembered.
    private static let mostPartners = 64
    /// A lock was confirmed so long ago at most.
    static let confirmation: UInt64 = 2_500_000_000

    package private(set) var state = State.listening
    private let instance: UInt64
    private var stepped: UInt64
    private var partnerHeard: UInt64
    private var partners: Set<IPv4Address> = []
    private var confirmed: UInt64?
    private var isLinkUp = true

    package init(instance: UInt64, at now: UInt64) {
        self.instance = instance
        stepped = now
        partnerHeard = now
    }

    package func mayAnswer(at now: UInt64) -> Bool {
        state == .answering && now < stepped + SegmentDuty.longestPause
    }

    /// Whether to try for the lock, or to keep it; else it is to be given back.
    package func wantsLock(at now: UInt64) -> Bool {
        state != .listening || (isLinkUp && isSilent(at: now))
    }

    package func holdsLock(at now: UInt64) -> Bool {
        confirmed.map { now < $0 + SegmentDuty.confirmation } ?? false
    }

    /// Whether an address is the partner's: what it tells phones is no stranger's.
    package func isPartner(_ address: IPv4Address) -> Bool { partners.contains(address) }

    /// Whether it is known by now who the partner is, or that there is none that answers.
    package func mayTellPartner(at now: UInt64) -> Bool {
        state != .listening || !partners.isEmpty || isSilent(at: now)
    }

    private func isSilent(at now: UInt64) -> Bool { now >= partnerHeard + SegmentDuty.silence }

    /// To be called several times a second.
    package mutating func step(at now: UInt64, isLinkUp: Bool) {
        let hasPaused = now >= stepped + SegmentDuty.longestPause
        if hasPaused || !isLinkUp { stepBack(at: now) }
        // Who did not run heard nobody, whoever spoke: it listens anew.
        if hasPaused { partnerHeard = now }
        if isLinkUp, !self.isLinkUp { partnerHeard = now }
        self.isLinkUp = isLinkUp
        stepped = max(stepped, now)
    }

    /// What the database says of the lock.
    /// - Parameter asked: when it was asked.
    package mutating func note(_ lock: Lock, asked: UInt64, at now: UInt64) {
        switch lock {
        case .held:
            confirmed = asked
            if state == .listening, isLinkUp, isSilent(at: now), holdsLock(at: now) { state = .takingOver }
        case .anothers:
            confirmed = nil
            // Somebody who hears no beat of this one has it.
            stepBack(at: now)
        case .unreachable:
            confirmed = nil
            if state == .takingOver { stepBack(at: now) }
        }
    }

    /// What the partner gave is known.
    package mutating func tookOver(at now: UInt64) {
        guard state == .takingOver, holdsLock(at: now), isLinkUp, isSilent(at: now), now < stepped + SegmentDuty.longestPause
        else {
            return stepBack(at: now)
        }
        state = .answering
    }

    package mutating func heard(_ beat: SegmentBeat, at now: UInt64) {
        guard beat.instance != instance else { return }
        if partners.count >= SegmentDuty.mostPartners { partners = [] }
        partners.formUnion(beat.addresses)
        partnerHeard = max(partnerHeard, now)
        guard state != .listening else { return }
        // Two answer: the network was parted. The lock decides, and where nobody has it the lower number.
        let mine = holdsLock(at: now)
        if state == .takingOver || (!mine && (beat.holdsLock || beat.instance < instance)) { stepBack(at: now) }
    }

    /// Frames are read late: whether the partner is silent cannot be told, nor what it gave in its last moments.
    package mutating func isBehind(at now: UInt64) {
        guard state != .answering else { return }
        partnerHeard = max(partnerHeard, now)
        stepBack(at: now)
    }

    private mutating func stepBack(at now: UInt64) {
        guard state != .listening else { return }
        state = .listening
        confirmed = nil
        partnerHeard = now
    }
}
