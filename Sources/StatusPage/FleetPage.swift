import Diagnosis
import FleetStore
import LinuxSystem
import Packets
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
        var generator = SystemRandomNumberGenerator()
        let gate = AdminGate(settings, token: hexText((0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }))
        let api = FleetAPI(desk: desk, reports: sources.reports, clock: sources.clock)
        let home = Route(method: "GET", path: "/") { _ in
            WebAnswer(status: 302, headers: [("Location", "/fleet.html")], body: .bytes([]))
        }
        let routes = [home] + api.routes + PageFiles(folder: sources.pageFolder).routes
        var limits = WebLimits()
        limits.connections = 64
        limits.connectionsPerAddress = 32
        web = try WebServer(
            listen: address, port: port, threads: 1, limits: limits,
            service: WebService(bodies: { _ in .keep(upTo: 0) }) { request in
                let answer = gate.refusal(of: request) ?? routes.answer(request)
                return answer.adding(WebAnswer.safeHeaders)
            })
        url = "http://\(address == .any ? IPv4Address(127, 0, 0, 1) : address):\(port)/fleet.html"
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
