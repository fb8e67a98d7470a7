import Synchronization

/// The policy in force, replaced as a whole.
package final class CurrentPolicy: Sendable {
    private let policy: Mutex<Policy>
    /// Held by who replaces it. The other lock is held for a copy alone, for every thread that answers phones takes it.
    private let replacing = Mutex(())

    package init(_ policy: Policy) {
        self.policy = Mutex(policy)
    }

    package var value: Policy { policy.withLock { $0 } }

    /// Puts what `change` makes of the policy in its place.
    package func update(_ change: (Policy) -> Policy) {
        replacing.withLock { _ in
            let before = value
            let after = change(before)
            // The one before ends behind the lock: it may be large.
            withExtendedLifetime(before) { policy.withLock { $0 = after } }
        }
    }
}
