import FleetStore
import Ledger
import LinuxSystem
import PostgreSQL
import Provisioning
import Synchronization

/// The half of a pair that this responder is: two threads, one that steps and beats and waits for nobody, one that asks the database.
package final class PairService: Sendable {
    /// What the pair asks of the responder.
    package struct Wire: Sendable {
        /// Says on every interface that this one answers.
        package var beat: @Sendable () -> Void
        package var isLinkUp: @Sendable () -> Bool
        /// Takes over the leases of the segment, right before this one answers.
        package var takeOver: @Sendable ([Lease]) -> Void

        package init(
            beat: @escaping @Sendable () -> Void, isLinkUp: @escaping @Sendable () -> Bool,
            takeOver: @escaping @Sendable ([Lease]) -> Void
        ) {
            self.beat = beat
            self.isLinkUp = isLinkUp
            self.takeOver = takeOver
        }
    }

    private let gate: SegmentGate
    private let wire: Wire
    private let address: DatabaseAddress
    private let site: String
    private let segment: String
    private let log: @Sendable (LogLine) -> Void
    private let stopping: Wakeup
    private let threads = Mutex<[SystemThread]>([])
    private let trouble = Mutex<String?>(nil)

    private static let stepMilliseconds: Int32 = 200
    private static let askMilliseconds: Int32 = 400
    /// The longest wait for the database: an answer that comes later says nothing of now.
    private static let patienceMilliseconds = 2000
    /// ... but for a hundred thousand leases.
    private static let readingMilliseconds = 10_000
    /// A session that says nothing so long is ended by the server, and its lock is free: so ends that of a process that was stopped, or of
    /// a machine that was cut off (PostgreSQL manual, `idle_session_timeout`, 14 and later).
    private static let idleMilliseconds = 4000

    package init(
        _ options: FleetService.Options, segment: String, gate: SegmentGate, wire: Wire,
        log: @escaping @Sendable (LogLine) -> Void
    ) throws(SystemError) {
        self.gate = gate
        self.wire = wire
        self.segment = segment
        site = options.settings.site
        address = DatabaseAddress(
            options.settings.database, passwordFile: options.settings.passwordFile, name: "bellhop pair \(segment)")
        self.log = log
        stopping = try Wakeup()
        do throws(SystemError) {
            try start("pair") { [self] in step() }
            try start("pair-lock") { [self] in ask() }
        } catch {
            stop()
            throw error
        }
    }

    private func start(_ name: String, _ body: @escaping @Sendable () -> Void) throws(SystemError) {
        let started = try SystemThread.start(name: name, body)
        threads.withLock { $0.append(started) }
    }

    package func stop() {
        stopping.signal()
        for thread in threads.withLock({ $0 }) { thread.join() }
    }

    private func isStopped(within milliseconds: Int32) -> Bool {
        (try? waitReadable([stopping.descriptor], milliseconds: milliseconds))?[0] ?? true
    }

    private func step() {
        var nextBeat: UInt64 = 0
        var before = SegmentDuty.State.listening
        while !isStopped(within: PairService.stepMilliseconds) {
            gate.step(isLinkUp: wire.isLinkUp())
            let now = gate.now
            if now >= nextBeat {
                wire.beat()
                nextBeat = now + SegmentDuty.beatInterval
            }
            let state = gate.state
            if state != before, state == .answering || before == .answering {
                log(LogLine(.notice, state == .answering ? "fleet.answering" : "fleet.listening", ["segment": segment]))
            }
            before = state
        }
    }

    private func ask() {
        while true {
            do {
                let connection = try DatabaseConnection(
                    address, patienceMilliseconds: PairService.patienceMilliseconds, stop: stopping)
                try connection.script("SET idle_session_timeout = \(PairService.idleMilliseconds)")
                let lock = SegmentLock(connection, site: site, segment: segment)
                if trouble.withLock({ trouble in
                    defer { trouble = nil }
                    return trouble != nil
                }) {
                    log(LogLine(.notice, "fleet.lock-reachable", ["segment": segment]))
                }
                try keep(lock, connection)
            } catch DatabaseError.stopped {
                return
            } catch {
                gate.note(.unreachable, asked: gate.now)
                say("\(error)")
            }
            if isStopped(within: PairService.askMilliseconds) { return }
        }
    }

    private func keep(_ lock: SegmentLock, _ connection: DatabaseConnection) throws {
        var isHeld = false
        while true {
            let asked = gate.now
            if gate.wantsLock {
                let held = isHeld ? try lock.isStillThere() : try lock.take()
                isHeld = held
                gate.note(held ? .held : .anothers, asked: asked)
                if gate.state == .takingOver {
                    try takeOver(connection)
                    // That may have taken its time.
                    let confirmed = gate.now
                    if try lock.isStillThere() { gate.note(.held, asked: confirmed) }
                    gate.tookOver()
                    // Before the first answer: it is no stranger who gives it.
                    wire.beat()
                }
            } else if isHeld {
                try lock.giveBack()
                isHeld = false
            } else {
                _ = try lock.isStillThere()
            }
            let ready = try waitReadable([stopping.descriptor], milliseconds: PairService.askMilliseconds)
            if ready[0] { throw DatabaseError.stopped }
        }
    }

    /// What the partner gave, as far as the database knows it. The lock is held meanwhile: there is time.
    private func takeOver(_ connection: DatabaseConnection) throws {
        connection.patienceMilliseconds = PairService.readingMilliseconds
        defer { connection.patienceMilliseconds = PairService.patienceMilliseconds }
        wire.takeOver(try FleetReader(connection).leases(site: site, segment: segment))
    }

    private func say(_ words: String) {
        let isNew = trouble.withLock { trouble in
            defer { trouble = words }
            return trouble == nil
        }
        guard isNew else { return }
        let text = gate.mayAnswer ? "this one goes on answering" : "this one stays silent until it is back"
        log(LogLine(.warning, "fleet.lock-unreachable", ["segment": segment, "text": "\(words); \(text)"]))
    }
}
