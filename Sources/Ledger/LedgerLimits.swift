/// How much the ledger holds, in memory and on disk.
package struct LedgerLimits: Sendable {
    /// Events, and sightings of other servers, that wait to be written; what comes on top is dropped and counted.
    package var queuedEvents = 65_536
    /// Rows of the timeline.
    package var events = 5_000_000
    /// Bytes that the database fills; beyond, the timeline loses its oldest rows.
    package var bytes = 4 << 30
    /// Rows of devices: a flood of made-up MAC addresses ends here. Unrecognised devices are forgotten before phones.
    package var devices = 200_000
    /// Rows of other servers.
    package var otherServers = 1000

    package init() {}
}
