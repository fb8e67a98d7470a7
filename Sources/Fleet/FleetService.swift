import FleetStore
import Ledger
import LinuxSystem
import PostgreSQL
import Provisioning
import Synchronization

/// Ships the ledger to the fleet's database, and brings the known devices down, on a thread of its own. Nobody waits for it: while the
/// database is away the ledger keeps what there is, and it goes on from where the database says that it is.
package final class FleetService: Sendable {
    package struct Options: Sendable {
        package var settings: FleetSettings
        /// The state folder: ledger and cache of known devices are beneath it.
        package var state: String
        package var version: String
        /// The least time between two shipments while there is a backlog, in milliseconds: with 2,000 events each, the rate at most.
        package var catchUpMilliseconds: Int32 = 250
        /// The longest wait for one answer of the database, in milliseconds.
        package var patienceMilliseconds = 15_000

        package init(settings: FleetSettings, state: String, version: String) {
            self.settings = settings
            self.state = state
            self.version = version
        }

        package var address: DatabaseAddress {
            settings.address
        }
    }

    private let options: Options
    private let ledger: Ledger?
    private let board = StatusBoard()
    private let answers: @Sendable () -> Bool
    private let devicesChanged: @Sendable () -> Void
    private let log: @Sendable (LogLine) -> Void
    private let stopping: Wakeup
    /// The table of known devices could be kept the last time.
    private let hasDevices = Atomic<Bool>(true)
    private let thread = Mutex<SystemThread?>(nil)

    /// How often the ledger is looked at, in milliseconds.
    private static let pollMilliseconds: Int32 = 300
    /// A source that has nothing to send says so this often, in nanoseconds.
    private static let heartbeat: UInt64 = 30_000_000_000
    /// Known devices are read again this often, whatever was notified, in nanoseconds.
    private static let slowPoll: UInt64 = 60_000_000_000
    private static let longestTable = 256 << 20
    private static let tendInterval: UInt64 = 3_600_000_000_000
    private static let longestBackOffMilliseconds: Int32 = 30_000

    /// - Parameters:
    ///   - ledger: was opened with `feedsFleet`; without one only known devices are cared for.
    ///   - answers: whether this responder answers; one that only listens for its partner does not.
    ///   - devicesChanged: called when the cache of known devices has another content.
    package init(
        _ options: Options, ledger: Ledger?, answers: @escaping @Sendable () -> Bool,
        devicesChanged: @escaping @Sendable () -> Void, log: @escaping @Sendable (LogLine) -> Void
    ) throws(SystemError) {
        self.options = options
        self.ledger = ledger
        self.answers = answers
        self.devicesChanged = devicesChanged
        self.log = log
        stopping = try Wakeup()
        let started = try SystemThread.start(name: "fleet") { [self] in run() }
        thread.withLock { $0 = started }
    }

    package var status: FleetStatus { board.value }

    package func stop() {
        stopping.signal()
        thread.withLock { $0.take() }?.join()
    }

    private func run() {
        var backOff: Int32 = 500
        while true {
            do {
                let connection = try DatabaseConnection(
                    options.address, patienceMilliseconds: options.patienceMilliseconds, stop: stopping)
                try serve(connection) { backOff = 500 }
            } catch DatabaseError.stopped {
                return
            } catch {
                note("\(error)")
            }
            // Sites that lost the same database do not all come back at once.
            let pause = backOff / 2 + Int32.random(in: 0...backOff / 2)
            backOff = min(backOff * 2, FleetService.longestBackOffMilliseconds)
            if isStopped(within: pause) { return }
        }
    }

    private func serve(_ connection: DatabaseConnection, wentWell: () -> Void) throws {
        let devices = try FleetDevices(connection)
        try devices.listen()
        try takeDevices(from: devices)
        var work = try Shipping(connection, options, ledger)
        board.update { $0.isConnected = true }
        log(LogLine(.info, "fleet.connected", ["site": options.settings.site]))
        var (nextPoll, nextBeat, nextTend) = (MonotonicClock.now() + FleetService.slowPoll, UInt64(0), UInt64(0))
        while true {
            let now = MonotonicClock.now()
            if now >= nextTend {
                try work?.tend()
                nextTend = now + FleetService.tendInterval
            }
            let outcome = try work?.step(answers: answers(), isBeatDue: now >= nextBeat)
            if let outcome, outcome.isShipped {
                nextBeat = now + FleetService.heartbeat
                note(outcome)
                wentWell()
            }
            let isBehind = outcome?.isFull == true
            let ready = try waitReadable(
                [stopping.descriptor, connection.descriptor],
                milliseconds: isBehind ? options.catchUpMilliseconds : FleetService.pollMilliseconds)
            if ready[0] { throw DatabaseError.stopped }
            // One that came with the answer to a statement leaves the socket with nothing to read.
            let isNotified = try connection.notifications().contains { $0.channel == FleetDevices.channel }
            if isNotified || now >= nextPoll {
                nextPoll = now + FleetService.slowPoll
                try takeDevices(from: devices)
            }
        }
    }

    /// Keeps what the table of known devices holds for a start without the database. A disk that is full keeps nobody from shipping.
    private func takeDevices(from table: FleetDevices) throws(DatabaseError) {
        let text = try table.csv(site: options.settings.site)
        let path = FleetSettings.devicesFile(state: options.state)
        do throws(SystemError) {
            guard (try? readWholeFile(path, limit: FleetService.longestTable)) != Array(text.utf8) else { return }
            try writePrivateFile(path, Array(text.utf8))
            hasDevices.store(true, ordering: .relaxed)
        } catch {
            // It is tried again each minute, and said once.
            guard hasDevices.exchange(false, ordering: .relaxed) else { return }
            return log(LogLine(.warning, "fleet.devices-not-kept", ["text": error.description]))
        }
        devicesChanged()
    }

    private func note(_ outcome: Shipping.Outcome) {
        if outcome.lost > 0 {
            log(
                LogLine(
                    .warning, "fleet.events-lost",
                    ["count": Int(outcome.lost), "text": "the ledger's limits took them before they could be shipped"]))
        }
        if outcome.refused > 0 {
            log(
                LogLine(
                    .warning, "fleet.rows-refused", ["count": Int(outcome.refused), "text": outcome.refusal ?? ""]))
        }
        board.update { status in
            status.trouble = nil
            status.waiting = outcome.waiting
            status.position = outcome.position.events
            status.eventsShipped += Int64(outcome.events)
            status.eventsLost += outcome.lost
            status.rowsRefused += outcome.refused
            status.lastShipment = MonotonicClock.now()
        }
    }

    /// Says what is wrong once, and again when it is something else.
    private func note(_ trouble: String) {
        let isNew = trouble != board.value.trouble
        let last = try? ledger?.reader().lastEvent()
        board.update { status in
            if let last, status.position > 0 { status.waiting = max(0, last - status.position) }
            status.isConnected = false
            status.trouble = trouble
            status.failures += 1
        }
        if isNew { log(LogLine(.warning, "fleet.not-shipped", ["site": options.settings.site, "text": trouble])) }
    }

    private func isStopped(within milliseconds: Int32) -> Bool {
        (try? waitReadable([stopping.descriptor], milliseconds: milliseconds))?[0] ?? true
    }
}

extension FleetSettings {
    package var address: DatabaseAddress { DatabaseAddress(database, passwordFile: passwordFile, name: "bellhop \(site)") }
}
