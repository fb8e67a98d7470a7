import ConfigTree
import Daemon
import ConfigFiles
import Fleet
import FleetStore
import JSONText
import LinuxSystem
import Provisioning
import StatusPage

/// `bellhop page`: the address of the status page, by which the browser may also change something. With `--fleet` it serves the page of all
/// sites itself, in the foreground.
enum PageCommand {
    static let grammar = Arguments.Grammar(
        command: "page",
        usage:
            "[--config FILE] [--state DIR] [--json] | --fleet [--database URL] [--password-file FILE] [--admin ADDRESS:PORT] [--config FILE]",
        values: [
            "--config": "FILE", "--state": "DIR", "--database": "URL", "--password-file": "FILE", "--admin": "ADDRESS:PORT",
        ], switches: ["--fleet", "--json"])

    static func run(_ arguments: Arguments) throws(Exit) {
        if arguments.has("--fleet") { return try serveFleet(arguments) }
        var state = arguments.text("--state")
        if state == nil { state = try loadSoundConfiguration(arguments).settings.state }
        let admin = try AdminFile.found(state: state ?? "")
        let url = "\(admin.url)/#token=\(admin.token)"
        BellhopCommand.say(arguments.has("--json") ? JSONValue.object([("url", .string(url))]).prettyText : url)
    }

    /// Until SIGTERM or SIGINT.
    private static func serveFleet(_ arguments: Arguments) throws(Exit) {
        let access = try FleetAccess(arguments)
        var settings = access.configuration.settings.admin
        let listening = try arguments.value(
            "--admin", expected: "ADDRESS:PORT, such as 127.0.0.1:8067", AdminSettings.listening)
        settings.listening = listening ?? settings.listening
        if let fault = settings.fault { throw Exit(.wrongConfiguration, fault) }
        do {
            let signals = try Signals([Signals.interrupt, Signals.terminate])
            let sources = FleetPageSources(
                reports: Records.reports,
                clock: { Moment(microseconds: WallClock.now().microsecondsSince1970, steady: MonotonicClock.now()) },
                pageFolder: programFolder("page"))
            let page = try FleetPage(settings, desk: FleetDesk(access.address), sources: sources)
            BellhopCommand.say("ready \(page.url)")
            _ = try waitReadable([signals.descriptor], milliseconds: nil)
            page.stop()
        } catch {
            throw Exit(.unavailable, "\(error)")
        }
    }
}
