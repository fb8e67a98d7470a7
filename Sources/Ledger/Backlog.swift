import Provisioning

/// Notes on their way from the inbox into batches.
struct Backlog {
    private var chunks: ArraySlice<[MarkedEvent]>
    /// In the first of them.
    private var place = 0
    private var shipped: Outbox.Shipped?

    /// Rows that one commit brings: a lease that comes meanwhile waits for no more than these. In a large database each touches a page of
    /// its own in the index of devices.
    private static let rowsInBatch = 512
    /// Notes that are looked at for one commit, most of which may be repeats.
    private static let notesInBatch = 4096

    init(_ notes: Inbox.Notes = Inbox.Notes()) {
        chunks = notes.events[...]
        shipped = notes.shipped
    }

    var isEmpty: Bool { chunks.isEmpty && shipped == nil }

    /// As many as one commit may bring.
    mutating func batch(_ digest: inout Digest, _ past: WrittenBefore) -> Batch {
        var batch = Batch()
        batch.shipped = shipped
        shipped = nil
        while batch.notes < Backlog.notesInBatch, batch.rows.count + batch.servers.count < Backlog.rowsInBatch {
            guard let chunk = chunks.first else { break }
            if chunk.indices.contains(place) { digest.take(chunk[place], past, into: &batch) }
            place += 1
            if place >= chunk.count {
                chunks.removeFirst()
                place = 0
            }
        }
        return batch
    }
}
