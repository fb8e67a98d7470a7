import LinuxSystem
import Packets
import Provisioning
import Synchronization

/// Leases, devices and timeline on disk, in `bellhop.db` beneath the state folder (SQLite).
///
/// One thread writes, in groups: what was queued since the last commit shares the next one. Readers have connections of their own and
/// wait for nobody.
package final class Ledger: Sendable {
    private let file: DatabaseFile
    private let inbox: Inbox
    private let thread: SystemThread
    private let told: Remarks

    /// Opens the database, made where it is missing, and starts the writer.
    /// - Parameters:
    ///   - folder: made, with mode 0700, where it is missing; the folder above it must exist.
    ///   - limits: how much is held in memory and on disk.
    ///   - feedsFleet: whether changes are noted for whoever ships them to a fleet.
    ///   - standing: how far the device of an event got with it, called with what that tells of its make, on the writer's thread, once for
    ///     each event that is taken in, in order.
    /// - Throws: what keeps the database from being opened, the file of a newer bellhop among it. A damaged file does not: it is set
    ///   aside as `bellhop.db.damaged-TIME`, which ``remarks`` tell, and the leases that can be read in it are carried over.
    package convenience init(
        folder: String, limits: LedgerLimits = LedgerLimits(), feedsFleet: Bool = false,
        standing: @escaping StandingSource = { _, _, _ in nil }
    ) throws(LedgerError) {
        try self.init(DatabaseFile(folder: folder, feedsFleet: feedsFleet), limits: limits, standing: standing)
    }

    init(
        _ file: DatabaseFile, limits: LedgerLimits = LedgerLimits(),
        standing: @escaping StandingSource = { _, _, _ in nil }
    ) throws(LedgerError) {
        let (connection, remark) = try file.open()
        let told = Remarks()
        if let remark { told.add(remark) }
        self.file = file
        self.told = told
        do {
            let inbox = try Inbox(capacity: limits.queuedEvents)
            self.inbox = inbox
            let work = WriterWork(try GroupCommit(file, connection, inbox, limits, standing: standing) { told.add($0) })
            thread = try SystemThread.start(name: "ledger") { work.run() }
        } catch let error as LedgerError {
            throw error
        } catch let error as SystemError {
            throw .system(error)
        } catch {
            fatalError("only those two are thrown: \(error)")
        }
    }

    deinit {
        stop()
    }

    /// Writes lease changes, in the order of the calls and never without them: nothing is dropped or folded.
    /// - Parameters:
    ///   - changes: written together or not at all.
    ///   - done: is called once, on the writer's thread, when the commit that holds the changes is on disk (fsync), or with the reason
    ///     why they are not there. It must be quick, since the next commit waits for it. After ``stop()`` it is called at once, on the
    ///     caller's thread, with ``LedgerError/stopped(file:)``.
    package func store(_ changes: [LeaseChange], then done: @escaping @Sendable (Result<Void, LedgerError>) -> Void) {
        if !inbox.put(Inbox.Store(changes: changes, done: done)) { done(.failure(.stopped(file: file.path))) }
    }

    /// Puts events on the timeline, and the devices and other DHCP servers that they are about among these. Returns at once: they are
    /// written later, or counted as dropped where the queue or the disk is full. The same of one device within a minute raises
    /// ``RecordedEvent/repeats``, which is written within a second.
    package func record(_ events: [MarkedEvent]) {
        inbox.put(events)
    }

    package func record(_ event: Event) {
        record([MarkedEvent(event, EventText(event))])
    }

    /// Changes up to a number have been shipped and need not be remembered.
    /// - Parameter identity: of the database that has them. Those of one that took its place are still to be shipped.
    package func forgetChanges(upTo sequence: Int64, of identity: Int64) {
        inbox.put(Outbox.Shipped(ledger: identity, sequence: sequence))
    }

    /// What was done, what waits, and what was lost.
    package var statistics: LedgerStatistics { inbox.statistics }

    /// Damaged databases that were set aside since the start, the oldest first.
    package var remarks: [LedgerRemark] { told.all }

    /// Writes what is queued, closes the database and ends the writer's thread. What is handed in later is refused or dropped.
    package func stop() {
        inbox.stop()
        thread.join()
    }

    /// A reader of what is on disk, for the thread that asks; it may outlive the ledger.
    package func reader() throws(LedgerError) -> LedgerReader {
        try LedgerReader(file: file.path)
    }
}

/// Gives the writer, which is no value to share, to its thread: the lock is held as long as the thread lives.
private final class WriterWork: Sendable {
    private let writer: Mutex<GroupCommit?>

    init(_ writer: sending GroupCommit) {
        self.writer = Mutex(writer)
    }

    func run() {
        writer.withLock { writer in
            writer?.run()
            // Closes the database before the thread ends.
            writer = nil
        }
    }
}

private final class Remarks: Sendable {
    private let list = Mutex<[LedgerRemark]>([])

    var all: [LedgerRemark] { list.withLock { $0 } }
    func add(_ remark: LedgerRemark) { list.withLock { $0.append(remark) } }
}
