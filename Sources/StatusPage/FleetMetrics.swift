import FleetStore

extension MetricsText {
    /// How shipping to the fleet goes.
    ///
    /// - Parameter now: nanoseconds of the steady clock.
    mutating func add(_ fleet: FleetStatus, now: UInt64) {
        family("fleet_connected", .gauge, "1 while the fleet's database is there.")
        sample("fleet_connected", [:], fleet.isConnected ? 1 : 0)
        family("fleet_events_waiting", .gauge, "Events in the ledger that were not shipped.")
        sample("fleet_events_waiting", [:], Int(fleet.waiting))
        if fleet.lastShipment > 0 {
            family("fleet_lag_seconds", .gauge, "Seconds since the last shipment; one goes each half minute at least.")
            sample("fleet_lag_seconds", [:], Int((now - min(fleet.lastShipment, now)) / 1_000_000_000))
        }
        family("fleet_events_shipped_total", .counter, "Events shipped.")
        sample("fleet_events_shipped_total", [:], Int(fleet.eventsShipped))
        family("fleet_events_lost_total", .counter, "Events that the ledger's limits took before they were shipped.")
        sample("fleet_events_lost_total", [:], Int(fleet.eventsLost))
        family("fleet_rows_refused_total", .counter, "Rows that the database would not have.")
        sample("fleet_rows_refused_total", [:], Int(fleet.rowsRefused))
        family("fleet_failures_total", .counter, "Times that the database was away, slow or refused.")
        sample("fleet_failures_total", [:], fleet.failures)
        guard fleet.duty != .alone else { return }
        family("fleet_answering", .gauge, "1 for the one of a pair that answers.")
        sample("fleet_answering", [:], fleet.duty == .answering ? 1 : 0)
    }
}
