import Provisioning

/// Where leases are kept. The daemon has one on disk; tests have one in memory.
package struct LeaseStore: Sendable {
    /// Why what was kept cannot be had. Nothing is leased then: addresses that somebody has would be given to others.
    package struct Unreadable: Error, CustomStringConvertible {
        package let description: String

        package init(_ reason: String) {
            description = "leases were kept and cannot be read, so that addresses could be given twice: \(reason)"
        }
    }

    /// What was kept, whatever the interface was on which it was given.
    package var load: @Sendable () throws(Unreadable) -> [Lease]
    /// Keeps changes for good, in the order of the calls, and says when that is done: `nil`, or why not. Never waits.
    package var store: @Sendable (_ changes: [LeaseChange], _ done: @escaping @Sendable (_ failure: String?) -> Void) -> Void

    package init(
        load: @escaping @Sendable () throws(Unreadable) -> [Lease],
        store: @escaping @Sendable (_ changes: [LeaseChange], _ done: @escaping @Sendable (_ failure: String?) -> Void) -> Void
    ) {
        self.load = load
        self.store = store
    }
}
