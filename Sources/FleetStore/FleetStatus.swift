/// How the fleet's database is doing, for metrics and page.
package struct FleetStatus: Hashable, Sendable {
    package var isConnected = false
    /// Why there is no connection, or why the last shipment failed; `nil` while all is well.
    package var trouble: String?
    package var failures = 0
    /// Events in the ledger that have not been shipped.
    package var waiting: Int64 = 0
    /// The number of the last event that was shipped.
    package var position: Int64 = 0
    package var eventsShipped: Int64 = 0
    /// Events that the ledger's limits took before they were shipped.
    package var eventsLost: Int64 = 0
    /// Rows that the database refused for what is in them.
    package var rowsRefused: Int64 = 0
    /// By the steady clock; 0 before the first.
    package var lastShipment: UInt64 = 0
    package var duty: Duty = .alone

    package init() {}

    /// What this responder of a pair does.
    package enum Duty: String, Hashable, Sendable {
        /// There is no pair.
        case alone
        case answering
        case listening
    }
}
