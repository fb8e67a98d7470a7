import FrameLink
import LinuxSystem
import Packets
import Provisioning
import Synchronization

/// The thread of one interface: frames in, decisions, frames out.
final class FrameListener: Sendable {
    let served: ServedInterface
    private let policy: CurrentPolicy
    let memory: DeviceMemory
    let recent: RecentRequests
    let sip: SIPDesk
    let store: LeaseStore
    let clock: @Sendable () -> Moment
    let sink: EventSink
    private let failed: @Sendable (any Error) -> Void
    private let lost: @Sendable (_ frames: Int) -> Void
    let names: ServedNames
    /// `nil` where this responder is no half of a pair.
    let gate: SegmentGate?
    /// Leases of a partner that are on their way to the disk.
    let notes = Atomic<Int>(0)
    let whereabouts: Whereabouts
    let others = Mutex(OtherResponderWatch())
    let stored: StoredAnswers
    private let isDead = Mutex(false)
    private let isRunning: Mutex<Bool>
    private let stopping: Wakeup
    private let linkReturned: Wakeup
    private let thread = Mutex<SystemThread?>(nil)

    /// - Parameters:
    ///   - lost: called where the kernel dropped frames that were not read in time.
    ///   - failed: called when the interface gives no frames any more; the thread has ended then.
    init(
        _ served: ServedInterface, names: ServedNames, policy: CurrentPolicy, memory: DeviceMemory, recent: RecentRequests,
        whereabouts: Whereabouts, sip: SIPDesk, gate: SegmentGate?, store: LeaseStore, clock: @escaping @Sendable () -> Moment,
        sink: @escaping EventSink, lost: @escaping @Sendable (_ frames: Int) -> Void,
        failed: @escaping @Sendable (any Error) -> Void
    ) throws(SystemError) {
        self.served = served
        self.names = names
        self.policy = policy
        self.memory = memory
        self.recent = recent
        self.sip = sip
        self.gate = gate
        self.store = store
        self.clock = clock
        self.sink = sink
        self.lost = lost
        self.failed = failed
        self.whereabouts = whereabouts
        isRunning = Mutex(served.interface.isRunning)
        stopping = try Wakeup()
        linkReturned = try Wakeup()
        stored = try StoredAnswers()
        var groups = GroupDesk(of: served.groups, on: served.link) { names.contains(vlan: $0, of: served.link.interface) }
        send(groups?.join(at: clock().steady))
        let started = try SystemThread.start(name: served.link.interface) { [self, groups] in run(groups) }
        thread.withLock { $0 = started }
    }

    func stop() {
        stopping.signal()
        thread.withLock { $0.take() }?.join()
    }

    /// Frames that are handled before the thread looks whether it is to stop, and takes the newest policy.
    private static let batch = 32

    private func run(_ groups: GroupDesk?) {
        let descriptors = [stopping.descriptor, linkReturned.descriptor, stored.descriptor, served.frames.descriptor ?? -1]
        var round = Round(groups: groups)
        var attention = Attention()
        do {
            while true {
                let hasHeard = round.frames > 0
                let patience = patience(
                    groups: round.groups?.nextDue, hasNews: round.limits?.hasNews == true || round.losses.isOpen)
                let readable = try wait(for: descriptors, hasHeard: hasHeard, milliseconds: patience, &attention)
                if readable[0] { return send(round.groups?.leave(at: clock().steady)) }
                if readable[1] {
                    linkReturned.drain()
                    send(round.groups?.join(at: clock().steady))
                }
                let policy = policy.value
                round.frames = 0
                while round.frames < FrameListener.batch, let frame = try served.frames.nextFrame() {
                    round.frames += 1
                    handle(frame, policy, &round)
                    if round.answers.count == Round.answersAtOnce { flush(&round) }
                }
                flush(&round)
                let now = clock()
                send(round.groups?.elapsed(at: now.steady))
                for answer in stored.due(at: now.steady) where mayAnswer { send(answer) }
                if let leases = served.leases { perform(leases.elapsed(at: now)) }
                for event in round.limits?.news(on: served.link.interface, at: now) ?? [] { sink(event) }
                let losses = round.losses.elapsed(hasHeard: round.frames > 0, at: now.steady) {
                    try? served.frames.statistics().dropped
                }
                if losses > 0 { lost(losses) }
            }
        } catch {
            // What was heard before has its answers, and each its word on what became of it.
            flush(&round)
            isDead.withLock { $0 = true }
            failed(error)
        }
    }

    /// Where frames were just heard others may follow at once.
    private func wait(
        for descriptors: [Int32], hasHeard: Bool, milliseconds: Int32?, _ attention: inout Attention
    ) throws(SystemError) -> [Bool] {
        func waiting() throws(SystemError) -> [Bool]? {
            let readable = try waitReadable(descriptors, milliseconds: 0)
            return readable.contains(true) ? readable : nil
        }
        if hasHeard, let readable = try attention.look(waiting) { return readable }
        return try waitReadable(descriptors, milliseconds: milliseconds)
    }

    /// Milliseconds until something is due besides frames.
    private func patience(groups: UInt64?, hasNews: Bool) -> Int32? {
        let usual: Int32? = stored.isHoldingBack ? 1 : served.leases != nil ? 100 : hasNews ? 1000 : nil
        let groups = groups.map { MonotonicClock.milliseconds(until: $0, from: clock().steady) }
        return [usual, groups].compactMap { $0 }.min()
    }

    var mayAnswer: Bool { gate?.mayAnswer ?? true }

    /// The interface gave up; it has to be opened anew.
    var hasFailed: Bool { isDead.withLock { $0 } }

    var hasLink: Bool { isRunning.withLock { $0 } && !hasFailed }

    /// - Returns: whether the link has come back: then nobody on the other end knows which groups are wanted here, and it is told.
    func note(isRunning now: Bool) -> Bool {
        let hasReturned = isRunning.withLock { before in
            defer { before = now }
            return now && !before
        }
        if hasReturned { linkReturned.signal() }
        return hasReturned
    }
}
