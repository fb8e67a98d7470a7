import ConfigFiles
import Daemon
import FrameLink
import LinuxSystem
import Packets
import Provisioning
import VendorCatalogue

/// `bellhop run`: the daemon, in the foreground.
enum RunCommand {
    static let grammar = Arguments.Grammar(
        command: "run",
        usage:
            "[--config FILE] [--interface NAME]... [--root DIR] [--url URL] [--state DIR] [--lease FIRST-LAST] [--observe] "
            + "[--http-port N] [--tftp-port N] [--tftp-single-port] [--admin ADDRESS:PORT|off] [--user NAME] "
            + "[--log-format text|json] [--verbose]",
        values: [
            "--config": "FILE", "--interface": "NAME", "--root": "DIR", "--url": "URL", "--state": "DIR", "--lease": "FIRST-LAST",
            "--http-port": "N", "--tftp-port": "N", "--admin": "ADDRESS:PORT", "--user": "NAME", "--log-format": "text|json",
        ],
        switches: ["--observe", "--tftp-single-port", "--verbose"])

    static func run(_ arguments: Arguments) throws(Exit) {
        // Before anything is read or opened: what the daemon may not read then, it could not read at a reload either.
        if let name = arguments.text("--user") { try become(name) }
        let configuration = try loadSoundConfiguration(arguments)
        let overrides = try overrides(arguments)
        let (signals, daemon) = try prepare(arguments, configuration, overrides)
        do throws(StartFailure) {
            try daemon.run(signals) { links, policy in BellhopCommand.say(readyLine(links, policy)) }
        } catch {
            let status: Exit.Status =
                switch error.kind {
                case .missingFile: .missingFile
                case .unavailable: .unavailable
                case .notPermitted: .notPermitted
                case .wrongConfiguration: .wrongConfiguration
                }
            throw Exit(status, error.sentence)
        }
    }

    private static func become(_ name: String) throws(Exit) {
        guard let account = Privileges.Account(name) else {
            throw Exit(.usage, "--user is \"\(name)\", and this system has no such account; `adduser --system \(name)` makes one")
        }
        guard Privileges.isRoot else { throw Exit(.notPermitted, "--user takes root, which it gives up") }
        do throws(SystemError) {
            try Privileges.become(account)
        } catch {
            throw Exit(.notPermitted, error.description)
        }
    }

    private static func prepare(
        _ arguments: Arguments, _ configuration: Configuration, _ overrides: Overrides
    ) throws(Exit) -> (Signals, Daemon) {
        do throws(SystemError) {
            // Before any thread: the threads inherit that these are blocked.
            let signals = try Signals([Signals.hangUp, Signals.interrupt, Signals.terminate])
            let daemon = try Daemon(
                path: arguments.text("--config"), configuration: configuration, overrides: overrides,
                minimumLevel: arguments.has("--verbose") ? .debug : .info)
            return (signals, daemon)
        } catch {
            throw Exit(.unavailable, error.description)
        }
    }

    private static func overrides(_ arguments: Arguments) throws(Exit) -> Overrides {
        var overrides = Overrides()
        overrides.interfaces = try arguments.texts("--interface").map { name throws(Exit) in
            guard let pattern = ShapePattern(name) else {
                throw Exit(.usage, "--interface is \"\(name)\"; it must be a name, or a pattern with * and ?")
            }
            return pattern
        }
        overrides.root = arguments.text("--root")
        overrides.state = arguments.text("--state")
        overrides.lease = try arguments.value(
            "--lease", expected: "a run of addresses, such as 192.168.50.100-192.168.50.199"
        ) { AddressRange($0) }
        overrides.httpPort = try port("--http-port", arguments)
        overrides.tftpPort = try port("--tftp-port", arguments)
        overrides.hasSingleTFTPPort = arguments.has("--tftp-single-port")
        overrides.admin = try arguments.value(
            "--admin", expected: "ADDRESS:PORT, such as 127.0.0.1:8067, or off", AdminSettings.listening)
        overrides.logFormat = try arguments.value("--log-format", expected: "text or json") { Settings.LogFormat(rawValue: $0) }
        if let text = arguments.text("--url") {
            do throws(TextTemplate.Fault) {
                overrides.url = try URLTemplate(text)
            } catch {
                throw Exit(.usage, "--url: \(error.sentence)")
            }
        }
        overrides.observes = arguments.has("--observe")
        return overrides
    }

    private static func port(_ flag: String, _ arguments: Arguments) throws(Exit) -> UInt16? {
        try arguments.value(flag, expected: "a port, 1 to 65535") { UInt16($0).flatMap { $0 > 0 ? $0 : nil } }
    }

    private static func readyLine(_ links: [Link], _ policy: Policy) -> String {
        let settings = policy.settings
        let served = links.map {
            "\($0.interface)=\($0.address)" + ($0.sipPort == settings.pnp.port ? "" : " sip-port=\($0.sipPort)")
        }
        let admin =
            switch settings.admin.listening {
            case .off: "off"
            case .at(let address, let port): "\(address):\(port)"
            }
        let groups = settings.pnp.listeners.map { "\($0.group):\($0.port)" }.joined(separator: ",")
        return "ready \(served.joined(separator: " ")) dhcp=\(settings.dhcp.answer.rawValue) pnp=\(settings.pnp.answer.rawValue) "
            + "group=\(groups) \(settings.pnp.tcp ? "sip-tcp=on " : "")"
            + [URLScheme.http, .https, .tftp, .ftp].map { scheme in
                let ports = policy.servedPorts[scheme].map { $0.map(String.init).joined(separator: ",") }
                return "\(scheme.rawValue)=\(ports ?? "off") "
            }.joined() + "admin=\(admin) root=\(settings.root)"
    }
}
