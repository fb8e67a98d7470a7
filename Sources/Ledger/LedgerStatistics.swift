/// What the ledger has done since it was opened.
package struct LedgerStatistics: Hashable, Sendable {
    /// Commits that held leases or events, each of them one wait for the disk.
    package var commits = 0
    /// Groups that could not be written; each was tried again at least once in part.
    package var failedCommits = 0
    /// Calls of ``Ledger/store(_:then:)`` that reached the disk.
    package var storesWritten = 0
    package var storesFailed = 0
    /// Now in the queue.
    package var storesWaiting = 0
    package var eventsWaiting = 0
    /// Events that were counted and whose counts are written within a second.
    package var eventsHeld = 0
    /// New rows of the timeline.
    package var eventsWritten = 0
    /// Events that raised another row's `repeats`.
    package var eventsFolded = 0
    /// Events and sightings of servers lost, since the queue or the disk was full, or they were some of ``strangersDropped``.
    package var eventsDropped = 0
    /// Events about devices of which nothing is known that were not written, since too many of them came.
    package var strangersDropped = 0
    /// Rows that the limits took away.
    package var eventsForgotten = 0
    package var devicesForgotten = 0
}

extension LedgerStatistics {
    /// Notes of a batch are taken off the queue.
    /// - Parameters:
    ///   - isWritten: whether what they bring is on disk.
    ///   - held: what is counted, and written later.
    mutating func take(_ batch: Batch, isWritten: Bool = true, _ held: Held) {
        eventsHeld = held.count
        eventsWaiting -= batch.notes
        eventsFolded += batch.held + (isWritten ? batch.folded : 0)
        eventsWritten += isWritten ? batch.rows.count : 0
        eventsDropped += isWritten ? batch.refused : batch.notes - batch.held
        strangersDropped += batch.refused
    }
}
