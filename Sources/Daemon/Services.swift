import ConfigFiles
import FileServing
import Fleet
import FleetStore
import FileTree
import Ledger
import LinuxSystem
import Packets
import Provisioning
import Responder
import StatusPage
import VendorCatalogue
import WebServer

/// The services of one configuration, running. Started in the order files, web server, responder, status page, so that nobody is told an
/// address before it can be fetched from; stopped in the opposite one.
final class Services: Sendable {
    let policy: CurrentPolicy
    private let tftp: TFTPDoor
    private let ftp: FTPDoor
    private let tree: FileTree
    private let watch: FileTreeWatch
    private let web: WebServers
    let responder: Responder
    private let page: StatusPage?

    init(
        _ settings: Settings, _ catalogue: Catalogue, _ certificates: Certificates?, memory: DeviceMemory, secret: UInt64,
        clock: @escaping @Sendable () -> Moment, started: Moment, ledger: Ledger?, counters: EventCounters,
        gate: SegmentGate?, fleet: @escaping @Sendable () -> FleetStatus?, sink: @escaping EventSink,
        log: @escaping @Sendable (LogLine) -> Void
    ) throws(StartFailure) {
        let tree: FileTree
        do throws(SystemError) {
            tree = try FileTree(root: settings.root)
        } catch {
            throw StartFailure(
                error.isPermissionDenied ? .notPermitted : .missingFile,
                "the root \(settings.root) cannot be opened (\(error.description)); make the folder, or name another with --root or root:"
            )
        }
        self.tree = tree
        let policy = CurrentPolicy(Policy(settings: settings, catalogue: catalogue, tree: tree.snapshot, secret: secret))
        let desk = FileDesk(
            tree: tree, policy: policy, memory: memory, neighbourhood: .init(try neighbours()), clock: clock, sink: sink)
        /// How to stop what runs by now, for the case that the next does not start.
        var stops: [() -> Void] = []
        func stopAll() { for stop in stops.reversed() { stop() } }
        let web = try WebServers(settings, certificates, desk, policy)
        stops.append { web.stop(graceMilliseconds: 0) }
        let ftp = FTPDoor(desk, log: log)
        let ftpPorts = ftp.serve(settings.ftp)
        stops.append { ftp.stop() }
        policy.update { $0.serving(.ftp, at: ftpPorts) }
        let tftp = TFTPDoor(desk, policy, log: log)
        stops.append { tftp.stop() }
        let responder: Responder
        do throws(SystemError) {
            if try !tftp.serve(settings.tftp) { policy.update { $0.serving(.tftp, at: nil) } }
            let watch = try FileTreeWatch(
                tree, changed: { policy.update { $0.with(tree: tree.snapshot) } },
                trouble: { log(LogLine(.warning, "files.not-watched", ["text": $0.description])) })
            self.watch = watch
            stops.append { watch.stop() }
            responder = try Responder(
                policy: policy, memory: memory, clock: clock, store: LeaseStore(ledger), gate: gate, sink: sink,
                log: log)
            stops.append { responder.stop() }
        } catch {
            stopAll()
            throw StartFailure(error.isPermissionDenied ? .notPermitted : .unavailable, error.description)
        }
        var sources = StatusSources(
            version: bellhopVersion, started: started, clock: clock, links: { responder.links }, policy: policy, memory: memory,
            ledger: ledger, resync: responder.resync, counters: counters, pageFolder: programFolder("page"))
        sources.fleet = fleet
        sources.lostFrames = { responder.lostFrames }
        do throws(SystemError) {
            if let fleet = settings.fleet { sources.fleetDesk = try FleetDesk(fleet.address) }
        } catch {
            stopAll()
            throw StartFailure(.unavailable, error.description)
        }
        let given = sources
        do throws(WebServerError) {
            page = try StatusPage(settings.admin, state: settings.state, sources: given) { error in
                log(LogLine(.warning, "admin.no-token", ["text": "commands cannot reach the daemon: \(error)"]))
            }
        } catch {
            stopAll()
            throw StartFailure(.unavailable, "admin.listen: \(error.description)")
        }
        (self.policy, self.tftp, self.web, self.ftp, self.responder) = (policy, tftp, web, ftp, responder)
    }

    /// Takes over settings for which no service has to be started anew but TFTP and FTP, where these are meant.
    func reload(_ settings: Settings, _ catalogue: Catalogue) {
        let isTFTPServed = tftp.reload(settings.tftp)
        let ftpPorts = ftp.serve(settings.ftp)
        policy.update {
            $0.with(settings, catalogue).serving(.tftp, at: isTFTPServed ? [settings.tftp.port] : nil).serving(.ftp, at: ftpPorts)
        }
    }

    /// Whether the root's path leads to another folder than the one that is served.
    var rootIsAnother: Bool { tree.rootIsAnother }

    /// Opens and closes interfaces so that those in service are the configuration's.
    func serveInterfaces() throws(StartFailure) -> (links: [Link], failures: [(interface: String, error: any Error)]) {
        do throws(SystemError) {
            return responder.serve(InterfaceChoice.served(try NetworkInterface.all(), by: policy.value.settings))
        } catch {
            throw StartFailure(.unavailable, error.description)
        }
    }

    /// What TLS shows to phones that connect from here on.
    func show(_ certificates: Certificates) {
        web.show(certificates)
    }

    func stop() {
        page?.stop()
        responder.stop()
        watch.stop()
        ftp.stop()
        tftp.stop()
        web.stop()
    }
}

private func neighbours() throws(StartFailure) -> NeighbourTable {
    do throws(SystemError) {
        return try NeighbourTable()
    } catch {
        throw StartFailure(.unavailable, error.description)
    }
}

/// Why the daemon could not start, and the exit status that says so (sysexits.h).
package struct StartFailure: Error, Sendable {
    package enum Kind: Sendable {
        case missingFile, unavailable, notPermitted, wrongConfiguration
    }

    package let kind: Kind
    package let sentence: String

    init(_ kind: Kind, _ sentence: String) {
        self.kind = kind
        self.sentence = sentence
    }
}
