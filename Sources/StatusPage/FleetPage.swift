import Diagnosis
import FleetStore
import LinuxSystem
import Provisioning
import WebServer

/// The page of all sites by itself, without a responder: it listens, and shows what the fleet's database has. Nothing can be changed by it.
package final class FleetPage: Sendable {
    private let web: WebServer
    private let desk: FleetDesk
    package let url: String

    package init(
        _ settings: AdminSettings, desk: FleetDesk, sources: FleetPageSources
    ) throws(WebServerError) {
        self.desk = desk
        guard case .at(let address, let port) = settings.listening else { throw .cannotPrepare("admin.listen is off") }
        let api = FleetAPI(desk: desk, reports: sources.reports, clock: sources.clock)
        let home = Route(method: "GET", path: "/") { _ in
            WebAnswer(status: 302, headers: [("Location", "/fleet.html")], body: .bytes([]))
        }
        let routes = [home] + api.routes + PageFiles(folder: sources.pageFolder).routes
        let listener = try AdminListener(
            settings, at: address, port: port, token: AdminListener.newToken(), routes: routes, longestOrder: 0)
        web = listener.web
        url = "\(listener.url)/fleet.html"
    }

    package func stop() {
        desk.stop()
        web.stop()
    }
}

/// What the page of all sites is made with.
package struct FleetPageSources: Sendable {
    package var reports: Reports
    package var clock: @Sendable () -> Moment
    package var pageFolder: String?

    package init(reports: Reports, clock: @escaping @Sendable () -> Moment, pageFolder: String?) {
        self.reports = reports
        self.clock = clock
        self.pageFolder = pageFolder
    }
}
