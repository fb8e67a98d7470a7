import ConfigFiles
import FileServing
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
    private let watch: FileTreeWatch
    private let web: WebServers
    private let responder: Responder
    private let page: StatusPage?

    init(
        _ settings: Settings, _ catalogue: Catalogue, _ certificates: Certificates?, memory: DeviceMemory, secret: UInt64,
        clock: @escaping @Sendable () -> Moment, started: Moment, ledger: Ledger?, counters: EventCounters,
        sink: @escaping EventSink,
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
        let policy = CurrentPolicy(Policy(settings: settings, catalogue: catalogue, tree: tree.snapshot, secret: secret))
        let desk = FileDesk(tree: tree, policy: policy, memory: memory, clock: clock, sink: sink)
        web = try WebServers(settings, certificates, desk, policy)
        do throws(SystemError) {
            watch = try FileTreeWatch(
                tree, changed: { policy.update { $0.tree = tree.snapshot } },
                trouble: { log(LogLine(.warning, "files.not-watched", ["text": $0.description])) })
            responder = try Responder(
                policy: policy, memory: memory, clock: clock, store: LeaseStore(ledger), sink: sink, log: log)
        } catch {
            web.stop(graceMilliseconds: 0)
            throw StartFailure(.unavailable, error.description)
        }
        let responder = responder
        let sources = StatusSources(
            version: bellhopVersion, started: started, clock: clock, links: { responder.links }, policy: policy, memory: memory,
            ledger: ledger, resync: responder.resync, counters: counters, pageFolder: programFolder("page"))
        do throws(WebServerError) {
            page = try StatusPage(settings.admin, state: settings.state, sources: sources) { error in
                log(LogLine(.warning, "admin.no-token", ["text": "commands cannot reach the daemon: \(error)"]))
            }
        } catch {
            responder.stop()
            watch.stop()
            web.stop(graceMilliseconds: 0)
            throw StartFailure(.unavailable, "admin.listen: \(error.description)")
        }
        self.policy = policy
    }

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
        web.stop()
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
