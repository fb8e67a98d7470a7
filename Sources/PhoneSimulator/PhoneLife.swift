import JSONText
import LinuxSystem
import Packets
import SIPMessages
import VendorCatalogue

/// One phone from when it is switched on until its time is over: it boots, fetches, waits, and comes again.
struct PhoneLife {
    var phone: SimulatedPhone
    let interface: NetworkInterface
    let options: SimulatorOptions
    let report: BootReport
    let clock: PhoneClock

    var system: any PhoneSystem
    private var chance: SeededNumbers
    private var told: ToldURL?
    var address: BorrowedAddress?
    var lease: (held: HeldLease, server: MACAddress)?
    var standby = Standby.Memory()
    /// Without a lease.
    let ownAddress: IPv4Address
    private var failures = 0
    /// Starts in a row without anything else in between: a firmware that is never the one that was wanted must not go on for ever.
    private var restarts = 0

    static let mostRestarts = 5

    init(_ phone: SimulatedPhone, on interface: NetworkInterface, _ options: SimulatorOptions, _ report: BootReport) {
        self.phone = phone
        ownAddress = phone.address
        self.interface = interface
        self.options = options
        self.report = report
        clock = PhoneClock(
            start: MonotonicClock.now(), shows: PhoneTime(seconds: options.clock), speed: options.speed, phone.mac,
            seed: options.seed)
        system = phone.system
        chance = SeededNumbers(phone.mac, seed: options.seed, for: 2)
    }

    mutating func run() -> ExitStatus {
        let began = now
        var timer = PollingTimer(at: began)
        var status = boot()
        guard let stay = options.stay, status != .notPermitted else { return status }
        let end = began + stay
        timer.visited(system.polling, at: began, &chance)
        sayNext(timer)
        do throws(SystemError) {
            while true {
                let retry = retry(after: now)
                let due = [timer.next, retry].compactMap { $0 }.min().map { min($0, end) } ?? end
                let event = try wait(until: clock.moment(of: due))
                let moment = now
                if event == nil, due == end { return status }
                restarts = 0
                switch event {
                case .restarts: status = boot()
                case .visits: status = visit(.checkSync)
                default: status = told == nil ? boot() : visit(due == retry ? .retry : .poll)
                }
                // A visit that took minutes of the phone's own time was for the moment at which it was due.
                timer.visited(system.polling, at: event == nil ? due : moment, &chance)
                sayNext(timer)
            }
        } catch {
            report.say(.gaveUp, "\(error)")
            return .unavailable
        }
    }

    private var now: PhoneTime { clock.time(at: MonotonicClock.now()) }

    private mutating func retry(after now: PhoneTime) -> PhoneTime? {
        guard failures > 0, let retry = system.retry else { return nil }
        return now + retry.seconds(after: failures, &chance)
    }

    private func sayNext(_ timer: PollingTimer) {
        guard let next = timer.next, let rule = timer.rule else { return }
        report.say(
            .waits, "until \(next) (\(rule.words)); it is \(now)",
            [("until", .string(next.description)), ("rule", .string(rule.words)), ("time", .string(now.description))])
    }

    /// Asks for the address, and fetches.
    private mutating func boot() -> ExitStatus {
        var acknowledgement: InformExchange.Acknowledgement?
        if options.leases {
            switch askForAddress() {
            case .leased(let lease, _): acknowledgement = lease.acknowledgement
            // "MAY choose to use the previously allocated network address" (RFC 2131 §3.2 step 3).
            case .nothing where address != nil: break
            case .nothing: return fail(.unavailable)
            case .refused:
                giveBackAddress()
                return fail(.unavailable)
            case .notPermitted: return fail(.notPermitted)
            }
        }
        let ways = system.ways(options.ways(of: phone.manner))
        guard !ways.isEmpty else {
            (told, failures) = (nil, 0)
            report.say(.noted, "by its settings it has no server")
            return finish(Visit([]), .success)
        }
        let discovery = Discovery(
            phone: phone, interface: interface, identifiers: .random(), report: report, timeout: options.timeout,
            server: options.server ?? .broadcast, chance: SeededNumbers(phone.mac, seed: options.seed, for: 3),
            lease: acknowledgement)
        let boot = Boot(phone: phone, discovery: discovery, ways: ways, report: report)
        switch boot.run() {
        case .failed(let status): return fail(status)
        case .told(let url, let listener):
            told = url
            return visit(.boot, listener)
        }
    }

    private mutating func fail(_ status: ExitStatus) -> ExitStatus {
        failures += 1
        return finish(Visit([]), status)
    }

    private mutating func visit(_ reason: VisitReason, _ listener: NotifyListener? = nil) -> ExitStatus {
        guard let told, options.fetches else { return finish(Visit([]), .success) }
        if reason != .boot {
            report.say(.visits, "\(told.text) again (\(reason.rawValue)); it is \(now)", [("reason", .string(reason.rawValue))])
        }
        let plan = system.visit(told, reason)
        let fetching = Fetching(
            phone: phone, report: report, timeout: options.timeout ?? 30_000, authorities: options.authorities)
        let visit = fetching.run(plan, &system, listener)
        failures = plan.isEmpty || visit.fetched > 0 ? 0 : failures + 1
        if visit.restarts, restarts < PhoneLife.mostRestarts {
            restarts += 1
            report.say(.restarts, "after \(visit.fetched) \(visit.fetched == 1 ? "file" : "files")")
            return boot()
        }
        return finish(visit, plan.isEmpty || visit.fetched > 0 ? .success : .nothingFetched)
    }

    private func finish(_ visit: Visit, _ status: ExitStatus) -> ExitStatus {
        report.say(
            .done, "\(visit.fetched) \(visit.fetched == 1 ? "file" : "files"), \(visit.missing) missing",
            [
                ("files", .number(visit.fetched)), ("missing", .number(visit.missing)), ("exit", .number(Int(status.rawValue))),
            ])
        return status
    }
}
