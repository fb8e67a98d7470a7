import Synchronization

/// The policy in force: one immutable value, replaced as a whole.
package final class CurrentPolicy: Sendable {
    private let policy: Mutex<Policy>

    package init(_ policy: Policy) {
        self.policy = Mutex(policy)
    }

    package var value: Policy { policy.withLock { $0 } }

    package func update(_ change: (inout Policy) -> Void) {
        policy.withLock { change(&$0) }
    }
}
