import LinuxSystem
import Provisioning
import Synchronization

/// Decisions between the disk and the wire: those whose changes are being stored, and those that are stored and whose answers may go out.
///
/// One commit frees many answers, and after a slow one (a disk that is busy with something else) they are hundreds. Sent all at once
/// they overrun the socket of a relay agent, which hears for everybody: 212,992 bytes, as the kernel has it unless told otherwise, hold
/// 166 such packets (`net.core.rmem_default`, socket(7)). So they leave half again as fast as they were asked for: who could ask so fast
/// can hear so fast.
final class StoredAnswers: Sendable {
    /// A fraction of what such a socket holds.
    static let atOnce: UInt64 = 16
    /// Answers a second that any client hears.
    static let slowest: UInt64 = 3000
    /// A disk that hangs must not fill the memory with answers; whoever asks meanwhile is to ask again.
    static let most = 16_384

    struct Ready: Sendable {
        let decision: Decision
        let time: Moment
        /// Why the changes are not on disk, `nil` where they are.
        let failure: String?
    }

    private struct State {
        /// Handed to the disk and not sent yet.
        var count = 0
        var ready: ArraySlice<Ready> = []
        var pace = Allowance(perSecond: slowest, atOnce: atOnce)
        var wholeAgain: UInt64 = 0
        /// Asked for since the pace was set, and when that was.
        var asked: UInt64 = 0
        var paceSet: UInt64 = 0

        mutating func setPace(at now: UInt64) {
            let time = now &- paceSet
            guard time >= 100_000_000 else { return }
            pace = Allowance(perSecond: max(slowest, asked * 1500 / (time / 1_000_000)), atOnce: atOnce)
            asked = 0
            paceSet = now
        }
    }

    private let state = Mutex(State())
    private let wakeup: Wakeup

    init() throws(SystemError) {
        wakeup = try Wakeup()
    }

    /// Readable when there is something for ``due(at:)``.
    var descriptor: Int32 { wakeup.descriptor }

    var isFull: Bool { state.withLock { $0.count >= StoredAnswers.most } }

    /// Some wait for their turn; ``due(at:)`` has them a millisecond later.
    var isHoldingBack: Bool { state.withLock { !$0.ready.isEmpty } }

    /// Stores a decision's changes; what becomes of that is in ``due(at:)``.
    func store(_ decision: Decision, _ time: Moment, in store: LeaseStore) {
        state.withLock { state in
            state.count += 1
            state.asked += 1
        }
        store.store(decision.changes) { [self] failure in
            let isFirst = state.withLock { state in
                state.ready.append(Ready(decision: decision, time: time, failure: failure))
                return state.ready.count == 1
            }
            if isFirst { wakeup.signal() }
        }
    }

    /// What may go out now, in the order in which it was stored.
    func due(at now: UInt64) -> [Ready] {
        state.withLock { state in
            state.setPace(at: now)
            var due: [Ready] = []
            while let first = state.ready.first, state.pace.take(from: &state.wholeAgain, at: now) {
                due.append(first)
                state.ready.removeFirst()
            }
            state.count -= due.count
            // What is held back has its turn by the clock, not by the descriptor.
            wakeup.drain()
            // A slice that was emptied still holds the room of what was in it.
            if state.ready.isEmpty { state.ready = [] }
            return due
        }
    }
}
