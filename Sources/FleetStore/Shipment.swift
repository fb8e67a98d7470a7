import Provisioning

/// What a site sends up at once: rows, and how far its ledger is then known.
package struct Shipment: Sendable {
    /// New events, and such that were repeated since they were sent.
    package var events: [RecordedEvent] = []
    package var devices: [RecordedDevice] = []
    package var leases: [Lease] = []
    package var servers: [RecordedServer] = []
    package var position = ShippingPosition()
    /// Events that still wait at the site.
    package var waiting: Int64 = 0
    /// Events that the ledger had to forget before they were sent.
    package var newlyLost: Int64 = 0
    /// Whether this responder answers; the one of a pair that only listens does not.
    package var answers = true

    package init() {}

    package var rows: Int { events.count + devices.count + leases.count + servers.count }
}

/// How far a ledger has been sent, as the fleet's database says.
package struct ShippingPosition: Hashable, Sendable {
    /// The number of the last event.
    package var events: Int64
    /// The number of the last change of devices, leases, servers and repeated events.
    package var changes: Int64

    package init(events: Int64 = 0, changes: Int64 = 0) {
        self.events = events
        self.changes = changes
    }
}

/// Which responder ships.
package struct ShippingSource: Hashable, Sendable {
    package var site: String
    /// A pair has the same.
    package var segment: String?
    /// The ledger's own number, so that a new ledger begins anew.
    package var ledger: Int64
    package var host: String
    package var version: String

    package init(site: String, segment: String?, ledger: Int64, host: String, version: String) {
        self.site = site
        self.segment = segment
        self.ledger = ledger
        self.host = host
        self.version = version
    }
}
