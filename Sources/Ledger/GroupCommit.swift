import LinuxSystem
import Packets
import Provisioning

/// The writer's work: everything queued since the last commit goes into one transaction, so that one wait for the disk serves all.
final class GroupCommit {
    private let file: DatabaseFile
    private let inbox: Inbox
    private let limits: LedgerLimits
    private let remark: @Sendable (LedgerRemark) -> Void
    /// `nil` after a damaged database was closed and while none can take its place.
    private var tables: LedgerTables?
    private var backlog = Backlog()
    private var digest: Digest
    private var setAsides = 0
    /// How long the last commit took, in nanoseconds.
    private var duration: UInt64 = 0

    /// Rows that the limits take away in one transaction; no fewer than a commit brings, so that the limits hold under any load.
    static let forgottenInCommit = 512
    /// Pages in the write-ahead log from which it is moved into the database.
    private static let pagesToMove = 1000
    /// A disk that damages one database after another is not filled with them.
    private static let mostSetAsides = 3

    init(
        _ file: DatabaseFile, _ connection: Connection, _ inbox: Inbox, _ limits: LedgerLimits,
        standing: @escaping StandingSource, remark: @escaping @Sendable (LedgerRemark) -> Void
    ) throws(LedgerError) {
        self.file = file
        self.inbox = inbox
        self.limits = limits
        self.remark = remark
        digest = Digest(standing: standing)
        tables = try LedgerTables(connection)
    }

    /// Works until the inbox is stopped and empty.
    func run() {
        var isTidy = false
        while true {
            let begun = MonotonicClock.now()
            let stores = inbox.takeStores()
            if backlog.isEmpty { backlog = Backlog(inbox.takeNotes()) }
            let batch = backlog.batch(&digest, WrittenBefore(tables))
            let isLast = inbox.isDone && backlog.isEmpty
            let isHeldDue = isLast ? !digest.held.isEmpty : digest.held.wait(at: begun) == 0
            if !stores.isEmpty || !batch.isEmpty || isHeldDue {
                commit(stores, batch, withHeld: isHeldDue)
                isTidy = false
                if let connection = tables?.connection, connection.pagesToMove >= GroupCommit.pagesToMove {
                    try? connection.checkpoint()
                }
                duration = MonotonicClock.now() - begun
            } else if batch.notes > 0 {
                inbox.count { $0.take(batch, digest.held) }
            }
            if !isTidy { isTidy = forget() }
            if isLast { break }
            if isTidy, backlog.isEmpty {
                inbox.wait(gathering: pause, limit: digest.held.wait(at: MonotonicClock.now()))
            }
        }
        try? tables?.connection.checkpoint(truncating: true)
    }

    /// Milliseconds that notes wait for others, which share their commit and the waking of the writer: ten times what the last one took,
    /// and 50 at most. So one phone's boot is on record before anybody can ask for it, and of a flood many share a commit.
    private var pause: Int32 { Int32(min(duration / 100_000, 50)) }

    /// Writes a group, or what can be written of it: leases come before the timeline.
    /// - Parameter withHeld: whether repeats that were only counted so far are written too.
    private func commit(_ stores: [Inbox.Store], _ batch: Batch, withHeld: Bool) {
        var outcome = write(stores, batch, withHeld ? digest.held : nil)
        var isBatchWritten = true
        if case .failure = outcome {
            isBatchWritten = false
            if withHeld { digest.putOffHeld() }
            if !stores.isEmpty, !batch.isEmpty || withHeld { outcome = write(stores, Batch(), nil) }
            // Old rows of the timeline make room for a lease.
            if case .failure(let error) = outcome, error.isDiskTrouble, !stores.isEmpty,
                forgetEvents(GroupCommit.forgottenInCommit)
            {
                outcome = write(stores, Batch(), nil)
            }
        }
        inbox.count { statistics in
            statistics.storesWaiting -= stores.count
            statistics.take(batch, isWritten: isBatchWritten, digest.held)
            if case .success = outcome {
                statistics.storesWritten += stores.count
            } else {
                statistics.storesFailed += stores.count
            }
        }
        for store in stores { store.done(outcome) }
    }

    /// One transaction; a damaged database is replaced, and then the transaction is tried once more.
    private func write(_ stores: [Inbox.Store], _ batch: Batch, _ held: Held?) -> Result<Void, LedgerError> {
        do throws(LedgerError) {
            try attempt(stores, batch, held)
            return .success(())
        } catch {
            inbox.count { $0.failedCommits += 1 }
            guard error.isDamage, replaceDatabase(error) else { return .failure(error) }
        }
        do throws(LedgerError) {
            return .success(try attempt(stores, batch, nil))
        } catch {
            inbox.count { $0.failedCommits += 1 }
            return .failure(error)
        }
    }

    private func attempt(_ stores: [Inbox.Store], _ batch: Batch, _ held: Held?) throws(LedgerError) {
        var ids: Range<Int64> = 0..<0
        try transaction { tables throws(LedgerError) in
            for store in stores {
                for change in store.changes { try tables.leases.apply(change) }
            }
            ids = try tables.write(batch, serverLimit: limits.otherServers)
            if let held { try tables.write(held) }
        }
        digest.settle(batch, ids)
        if held != nil { digest.settleHeld() }
        inbox.count { $0.commits += 1 }
    }

    /// What is remembered of the tables is kept only if the transaction is.
    private func transaction(_ body: (inout LedgerTables) throws(LedgerError) -> Void) throws(LedgerError) {
        var after = if let tables { tables } else { try reopened() }
        try after.connection.transaction { () throws(LedgerError) in try body(&after) }
        tables = consume after
    }

    /// Takes one batch away of what the limits do not allow.
    /// - Returns: false where there is more to take away, and that is possible.
    private func forget() -> Bool {
        guard let tables else { return true }
        let devices = min(tables.devices.count - limits.devices, GroupCommit.forgottenInCommit)
        let events = min((try? excessEvents(tables)) ?? 0, GroupCommit.forgottenInCommit)
        let hasForgottenDevices = devices > 0 && forgetDevices(devices)
        let hasForgottenEvents = events > 0 && forgetEvents(events)
        return !hasForgottenDevices && !hasForgottenEvents
    }

    private func excessEvents(_ tables: LedgerTables) throws(LedgerError) -> Int {
        let excess = tables.events.count - limits.events
        guard excess < GroupCommit.forgottenInCommit, try tables.usedBytes() > limits.bytes else { return excess }
        return GroupCommit.forgottenInCommit
    }

    /// - Returns: whether any went.
    private func forgetEvents(_ number: Int) -> Bool {
        let forgotten = forgotten { tables throws(LedgerError) in try tables.events.forget(number) }
        inbox.count { $0.eventsForgotten += forgotten }
        return forgotten > 0
    }

    /// - Returns: whether any went.
    private func forgetDevices(_ number: Int) -> Bool {
        var macs: [MACAddress] = []
        let forgotten = forgotten { tables throws(LedgerError) in
            macs = try tables.devices.forget(number)
            return macs.count
        }
        for mac in macs { digest.forget(mac) }
        inbox.count { $0.devicesForgotten += forgotten }
        return forgotten > 0
    }

    /// Rows deleted by `body` in a transaction of its own; 0 where that failed.
    private func forgotten(_ body: (inout LedgerTables) throws(LedgerError) -> Int) -> Int {
        do throws(LedgerError) {
            var number = 0
            try transaction { tables throws(LedgerError) in number = try body(&tables) }
            return number
        } catch {
            // Else a damaged timeline would grow beyond its limits.
            if error.isDamage { _ = replaceDatabase(error) }
            return 0
        }
    }

    private func reopened() throws(LedgerError) -> LedgerTables {
        digest.forgetAll()
        let (connection, remark) = try file.open()
        if let remark { self.remark(remark) }
        return try LedgerTables(connection)
    }

    /// - Returns: whether there is a new database to go on with.
    private func replaceDatabase(_ damage: LedgerError) -> Bool {
        guard setAsides < GroupCommit.mostSetAsides else { return false }
        setAsides += 1
        let leases = tables?.leases.readable() ?? .nothing
        // Closed before its files are renamed: closing removes the log by its name, and that would be the new database's.
        tables = nil
        digest.forgetAll()
        do {
            let (connection, remark) = try file.replace(for: damage, keeping: leases)
            tables = try LedgerTables(connection)
            self.remark(remark)
            return true
        } catch {
            return false
        }
    }
}
