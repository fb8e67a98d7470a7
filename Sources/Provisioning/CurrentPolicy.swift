import Synchronization

/// The policy in force, replaced as a whole.
package final class CurrentPolicy: Sendable {
    private let policy: Mutex<Policy>

    package init(_ policy: Policy) {
        self.policy = Mutex(policy)
    }

    package var value: Policy { policy.withLock { $0 } }

    /// Puts what `change` makes of the policy in its place.
    package func update(_ change: (Policy) -> Policy) {
        policy.withLock { $0 = change($0) }
    }
}
