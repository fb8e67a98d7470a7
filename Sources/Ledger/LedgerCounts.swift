/// How many rows there are.
package struct LedgerCounts: Hashable, Sendable {
    package var leases: Int
    package var devices: Int
    package var events: Int
    package var otherServers: Int
}
