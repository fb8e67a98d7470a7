import JSONText
import LinuxSystem
import Provisioning
import WebServer

/// What the daemon says of itself.
struct StatusAPI: Sendable {
    let sources: StatusSources

    init(_ sources: StatusSources) {
        self.sources = sources
    }

    var routes: [Route] {
        [Route(method: "GET", path: "/api/v1/status") { _ in .json(status) }]
    }

    private var status: JSONValue {
        let links = sources.links().map { link in
            JSONValue.object([
                ("name", .string(link.interface)), ("address", .string("\(link.address)")),
                ("addresses", .strings(link.ownAddresses.map(\.description))),
                ("sip-port", .number(Int(link.sipPort))),
            ])
        }
        let now = sources.clock().steady
        return .object([
            ("version", .string(sources.version)),
            // Seconds.
            ("uptime", .number(Int((now - min(sources.started.steady, now)) / 1_000_000_000))),
            // Of the file tree: a whole path.
            ("root", .string(absolutePath(sources.policy.value.settings.root))), ("interfaces", .array(links)),
        ])
    }
}
