import FleetStore
import Ledger
import LinuxSystem
import Packets
import Provisioning
import WebServer

/// All that the page and its API tell and do.
package struct StatusSources: Sendable {
    package var version: String
    package var started: Moment
    package var clock: @Sendable () -> Moment
    package var links: @Sendable () -> [Link]
    package var policy: CurrentPolicy
    package var memory: DeviceMemory
    package var ledger: Ledger?
    package var resync: ResyncService
    package var counters: EventCounters
    /// Frames that the kernel dropped, by interface.
    package var lostFrames: @Sendable () -> [String: Int] = { [:] }
    /// How shipping to the fleet goes; `nil` where there is none.
    package var fleet: @Sendable () -> FleetStatus? = { nil }
    /// All sites, to read.
    package var fleetDesk: FleetDesk?
    /// The folder of the page's own files.
    package var pageFolder: String?
    /// RFC 3339.
    package var timeText: @Sendable (Moment) -> String
    /// Hour and minute of this machine's clock, and the date where that is not the second moment's.
    package var clockText: @Sendable (Moment, Moment) -> String

    package init(
        version: String, started: Moment, clock: @escaping @Sendable () -> Moment, links: @escaping @Sendable () -> [Link],
        policy: CurrentPolicy, memory: DeviceMemory, ledger: Ledger?, resync: ResyncService, counters: EventCounters,
        pageFolder: String?
    ) {
        self.version = version
        self.started = started
        self.clock = clock
        self.links = links
        self.policy = policy
        self.memory = memory
        self.ledger = ledger
        self.resync = resync
        self.counters = counters
        self.pageFolder = pageFolder
        timeText = { WallTime(microsecondsSince1970: $0.microseconds).description }
        clockText = { moment, now in
            LocalTime(WallTime(microsecondsSince1970: moment.microseconds)).minute(
                asOf: LocalTime(WallTime(microsecondsSince1970: now.microseconds)))
        }
    }
}

/// The listener for people and programs that look after the daemon: API, and what will be shown in a browser.
package final class StatusPage: Sendable {
    private let web: WebServer
    private let state: String
    private let publisher: Publisher
    private let fleetDesk: FleetDesk?

    /// Listens, and leaves ``AdminFile`` beneath `state` for the commands of this machine.
    ///
    /// - Parameter trouble: called where that file cannot be written: then only those who look on can come.
    package init?(
        _ settings: AdminSettings, state: String, sources: StatusSources, trouble: (SystemError) -> Void
    ) throws(WebServerError) {
        guard case .at(let address, let port) = settings.listening else { return nil }
        let token = AdminListener.newToken()
        fleetDesk = sources.fleetDesk
        do throws(SystemError) {
            publisher = try Publisher(sources)
        } catch {
            throw .cannotPrepare(error.description)
        }
        let routes = StatusPage.routes(sources, publisher, token: settings.password == nil ? nil : token)
        let listener: AdminListener
        do throws(WebServerError) {
            listener = try AdminListener(
                settings, at: address, port: port, token: token, routes: routes, longestOrder: ResyncAPI.longestOrder)
        } catch {
            // Its thread would hold it for good.
            publisher.stop()
            throw error
        }
        web = listener.web
        self.state = state
        do throws(SystemError) {
            try AdminFile(url: listener.url, token: token).write(state: state)
        } catch {
            trouble(error)
        }
    }

    /// All that is answered.
    ///
    /// - Parameter token: for who gave the password; `nil` where there is none. Then anybody on this machine may look, and only who may
    ///   read the token's file may change something.
    static func routes(_ sources: StatusSources, _ publisher: Publisher, token: String?) -> [Route] {
        let session = Route(method: "GET", path: "/api/v1/session") { _ in
            token.map { .json(.object([("token", .string($0))])) }
                ?? .error(
                    403,
                    "to change something open the page by the address that `bellhop page` prints, as the daemon's user or root")
        }
        return StatusAPI(sources).routes + ResyncAPI(sources).routes + PhonesAPI(sources).routes + Metrics(sources).routes
            + FleetAPI(desk: sources.fleetDesk, reports: sources.reports, clock: sources.clock).routes
            + PageFiles(folder: sources.pageFolder).routes + publisher.routes + [session]
    }

    package func stop() {
        AdminFile.remove(state: state)
        publisher.stop()
        // Before the server, which waits for answers on their way.
        fleetDesk?.stop()
        web.stop()
    }
}
