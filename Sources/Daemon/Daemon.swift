import ConfigFiles
import ConfigTree
import FrameLink
import Ledger
import LinuxSystem
import Packets
import Provisioning
import Responder
import StatusPage
import VendorCatalogue

/// The daemon: settings to running services; start, stop, reload.
package final class Daemon {
    let path: String?
    let overrides: Overrides
    let logger: Logger
    private let events: EventLog
    let boots: BootBook
    private let counters = EventCounters()
    private let memory = DeviceMemory()
    private let secret = UInt64.random(in: .min ... .max)
    private let clock: @Sendable () -> Moment = {
        Moment(microseconds: WallClock.now().microsecondsSince1970, steady: MonotonicClock.now())
    }
    private let started: Moment
    var configuration: Configuration
    var services: Services?
    /// Leases and timeline; without it phones are answered all the same, and no addresses given.
    var ledger: Ledger?
    private var ledgerFolder: String?
    private var ledgerFeedsFleet = false
    let fleet: FleetMembership

    /// - Parameters:
    ///   - path: the configuration's file; `nil` for the usual one.
    ///   - configuration: as read from it, without mistakes.
    package init(path: String?, configuration: Configuration, overrides: Overrides, minimumLevel: LogLevel) throws(SystemError) {
        self.path = path
        self.configuration = configuration
        self.overrides = overrides
        started = clock()
        fleet = try FleetMembership()
        logger = try Logger(minimumLevel: minimumLevel)
        logger.write(asJSON: overrides.applied(to: configuration.settings).logFormat == .json)
        events = try EventLog(logger, counters)
        boots = BootBook(configuration.catalogue)
    }

    /// Runs until SIGTERM or SIGINT; SIGHUP reads the configuration again.
    ///
    /// - Parameters:
    ///   - signals: blocked before any thread began.
    ///   - ready: called once when every socket is open, with the links in service and the policy in force.
    package func run(_ signals: Signals, ready: ([Link], Policy) -> Void) throws(StartFailure) {
        // Every phone that fetches holds a file and a socket.
        DescriptorLimit.raise()
        defer {
            fleet.leave()
            services?.stop()
            events.stop()
            ledger?.stop()
            logger.stop()
        }
        // Before interfaces are looked at: what changes in between is not missed then.
        let interfaces = try watchInterfaces()
        try begin(ready)
        do throws(SystemError) {
            try wait(signals, interfaces)
        } catch {
            throw StartFailure(.unavailable, error.description)
        }
        ServiceManager.stopping()
        logger.log(LogLine(.notice, "stopping"))
    }

    /// Afterwards ``services`` alone holds what was started, and a reload can let go of it.
    private func begin(_ ready: ([Link], Policy) -> Void) throws(StartFailure) {
        let settings = overrides.applied(to: configuration.settings)
        let started = try start(settings)
        services = started
        let (links, failures) = try started.serveInterfaces()
        try check(links, failures, settings)
        ready(links, started.policy.value)
        joinFleet(settings)
        ServiceManager.ready(status: "serving \(links.map(\.interface).joined(separator: ", "))")
    }

    private func watchInterfaces() throws(StartFailure) -> InterfaceWatch {
        do throws(SystemError) {
            return try InterfaceWatch()
        } catch {
            throw StartFailure(.unavailable, error.description)
        }
    }

    func start(_ settings: Settings) throws(StartFailure) -> Services {
        let interfaces = InterfaceChoice.served((try? NetworkInterface.all()) ?? [], by: settings)
        if let fault = InterfaceChoice.leaseFault(interfaces, by: settings) { throw StartFailure(.wrongConfiguration, fault) }
        if let fault = settings.admin.fault { throw StartFailure(.wrongConfiguration, fault) }
        let log: @Sendable (LogLine) -> Void = { [logger] in logger.log($0) }
        let certificates = try certificates(of: settings)
        let ledger = try openLedger(settings)
        return try Services(
            settings, configuration.catalogue, certificates, memory: memory, secret: secret, clock: clock, started: started,
            ledger: ledger, counters: counters, gate: fleet.newGate(settings), fleet: { [fleet] in fleet.status },
            sink: { [events] in events.take($0) }, log: log)
    }

    func certificates(of settings: Settings) throws(StartFailure) -> Certificates? {
        let problems = ConfigProblems()
        let certificates = Certificates(settings, problems)
        guard problems.isEmpty else {
            throw StartFailure(.wrongConfiguration, problems.inOrder.map(\.description).joined(separator: "\n"))
        }
        for remark in certificates?.remarks ?? [] { logger.log(LogLine(.warning, "https.weak", ["text": remark])) }
        return certificates
    }

    /// The database beneath `state`, opened once and kept over a reload that does not move it.
    private func openLedger(_ settings: Settings) throws(StartFailure) -> Ledger? {
        if let ledger, ledgerFolder == settings.state, ledgerFeedsFleet == (settings.fleet != nil) { return ledger }
        fleet.leave()
        events.pass(to: nil)
        ledger?.stop()
        ledger = nil
        do throws(LedgerError) {
            let opened = try Ledger(folder: settings.state, feedsFleet: settings.fleet != nil) { [boots] in boots.take($0, $1, $2)
            }
            for remark in opened.remarks { logger.log(LogLine(.error, "ledger.set-aside", ["text": remark.sentence])) }
            ledger = opened
            events.pass(to: opened)
            ledgerFolder = settings.state
            ledgerFeedsFleet = settings.fleet != nil
            return opened
        } catch {
            guard settings.dhcp.answer != .lease else {
                throw StartFailure(.unavailable, "leases must be kept, and cannot be: \(error)")
            }
            logger.log(LogLine(.error, "ledger.unavailable", ["text": "\(error)"]))
            return nil
        }
    }

    /// At the start every interface that is named must open; later ones may come and go.
    private func check(_ links: [Link], _ failures: [(interface: String, error: any Error)], _ settings: Settings)
        throws(StartFailure)
    {
        for (interface, error) in failures {
            let isForbidden =
                (error as? SystemError)?.isPermissionDenied == true || (error as? FrameLinkError)?.reason == .notPermitted
            throw StartFailure(isForbidden ? .notPermitted : .unavailable, "cannot serve \(interface): \(error)")
        }
        if links.isEmpty {
            throw StartFailure(.unavailable, InterfaceChoice.explanation((try? NetworkInterface.all()) ?? [], by: settings))
        }
    }

    private func wait(_ signals: Signals, _ interfaces: InterfaceWatch) throws(SystemError) {
        var hasFailures = false
        let watchdog = ServiceManager.watchdogInterval().map { Int32(clamping: $0 / 2_000_000) }
        while true {
            // An interface that would not open is tried again now and then: its driver may need a moment.
            let wait = [watchdog, hasFailures ? 5000 : nil].compactMap { $0 }.min()
            let readable = try waitReadable(
                [signals.descriptor, interfaces.descriptor, fleet.news.descriptor], milliseconds: wait)
            ServiceManager.ping()
            var mayServeOthers = hasFailures
            while readable[0], let signal = signals.next() {
                guard signal == Signals.hangUp else { return }
                reload()
                mayServeOthers = true
            }
            if readable[2] {
                fleet.news.drain()
                takeFleetDevices()
                mayServeOthers = true
            }
            if readable[1], try interfaces.drain() { mayServeOthers = true }
            if mayServeOthers { hasFailures = serveInterfaces() }
        }
    }

    /// - Returns: whether some interface could not be opened.
    private func serveInterfaces() -> Bool {
        do throws(StartFailure) {
            guard let result = try services?.serveInterfaces() else { return false }
            for (interface, error) in result.failures {
                logger.log(LogLine(.warning, "interface.not-open", ["interface": interface, "text": "\(error)"]))
            }
            return !result.failures.isEmpty
        } catch {
            logger.log(LogLine(.error, "interfaces.unknown", ["text": error.sentence]))
            return true
        }
    }
}
