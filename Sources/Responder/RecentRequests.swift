import Packets
import Provisioning
import Synchronization

/// Which interface answered a request last: a bridge and its port, or a VLAN and what carries it, deliver one frame twice.
final class RecentRequests: Sendable {
    struct Key: Hashable, Sendable {
        let mac: MACAddress
        let kind: RequestKind
        let transaction: UInt64
    }

    private struct Answered {
        let interface: String
        let time: UInt64

        /// Each interface's thread took its own time before it came here: one may be earlier than what another has left.
        func holds(at now: UInt64) -> Bool { now < time &+ RecentRequests.window }
    }

    private let answered = Mutex<[Key: Answered]>([:])
    static let capacity = 16_384
    /// A copy arrives within microseconds; a phone that asks again takes a second or more.
    private static let window: UInt64 = 500_000_000

    var count: Int { answered.withLock { $0.count } }

    /// The interface that has just answered the same request, if another one did; else this one counts as the one that does.
    func claim(_ key: Key, on interface: String, at now: UInt64) -> String? {
        answered.withLock { answered in
            if let earlier = answered[key], earlier.interface != interface, earlier.holds(at: now) {
                return earlier.interface
            }
            if answered.count >= RecentRequests.capacity {
                answered = answered.filter { $0.value.holds(at: now) }
                if answered.count >= RecentRequests.capacity { answered = [:] }
            }
            answered[key] = Answered(interface: interface, time: now)
            return nil
        }
    }
}
