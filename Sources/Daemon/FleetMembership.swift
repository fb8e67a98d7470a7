import Fleet
import FleetStore
import Ledger
import LinuxSystem
import PostgreSQL
import Provisioning
import Responder
import Synchronization

/// This daemon's part in a fleet, while it has one: what ships, and the half of a pair that it is.
final class FleetMembership: Sendable {
    private struct State {
        var service: FleetService?
        var pair: PairService?
        var gate: SegmentGate?
    }

    private let state = Mutex(State())
    /// Readable when other known devices have come.
    let news: Wakeup

    init() throws(SystemError) {
        news = try Wakeup()
    }

    var isMember: Bool { state.withLock { $0.service != nil } }

    /// How it goes; `nil` without a fleet.
    var status: FleetStatus? {
        let (service, gate) = state.withLock { ($0.service, $0.gate) }
        guard var status = service?.status else { return nil }
        if let gate { status.duty = gate.mayAnswer ? .answering : .listening }
        return status
    }

    /// The gate of the services that are about to start; `nil` for one that is no half of a pair.
    func newGate(_ settings: Settings) -> SegmentGate? {
        let gate = settings.fleet.flatMap { fleet in
            fleet.segment.map {
                SegmentGate(segment: "\(fleet.site) \($0)", instance: .random(in: 1 ... .max), clock: { BootClock.now() })
            }
        }
        state.withLock { $0.gate = gate }
        return gate
    }

    /// Begins to ship, and to listen for the partner.
    func join(
        _ settings: FleetSettings, state folder: String, ledger: Ledger?, responder: Responder,
        log: @escaping @Sendable (LogLine) -> Void
    ) throws(SystemError) {
        let options = FleetService.Options(settings: settings, state: folder, version: bellhopVersion)
        let gate = state.withLock { $0.gate }
        let service = try FleetService(
            options, ledger: ledger, answers: { gate?.mayAnswer ?? true }, devicesChanged: { [news] in news.signal() }, log: log)
        var pair: PairService?
        do throws(SystemError) {
            if let gate, let segment = settings.segment {
                pair = try startPair(options, segment: segment, gate, ledger, responder, log)
            }
        } catch {
            service.stop()
            throw error
        }
        state.withLock { ($0.service, $0.pair) = (service, pair) }
    }

    private func startPair(
        _ options: FleetService.Options, segment: String, _ gate: SegmentGate, _ ledger: Ledger?, _ responder: Responder,
        _ log: @escaping @Sendable (LogLine) -> Void
    ) throws(SystemError) -> PairService {
        let wire = PairService.Wire(
            beat: { responder.beat() }, isLinkUp: { responder.isLinkUp },
            takeOver: { leases in
                let news = responder.takeOver(leases)
                ledger?.store(news.map(LeaseChange.put)) { _ in }
            })
        return try PairService(options, segment: segment, gate: gate, wire: wire, log: log)
    }

    func leave() {
        let (service, pair) = state.withLock { state in
            defer { (state.service, state.pair) = (nil, nil) }
            return (state.service, state.pair)
        }
        pair?.stop()
        service?.stop()
    }
}

extension Daemon {
    func joinFleet(_ settings: Settings) {
        guard let member = settings.fleet, let services else { return }
        do throws(SystemError) {
            try fleet.join(
                member, state: settings.state, ledger: ledger, responder: services.responder, log: { [logger] in logger.log($0) })
        } catch {
            logger.log(LogLine(.error, "fleet.not-joined", ["text": error.description]))
        }
    }

    /// Known devices of the fleet's table are others: they take effect, and nothing else that the file may hold by now.
    func takeFleetDevices() {
        do throws(SystemError) {
            adopt(try configuration.withFleetDevices(state: overrides.applied(to: configuration.settings).state))
        } catch {
            logger.log(LogLine(.warning, "fleet.devices-not-read", ["text": error.description]))
        }
    }
}
