import Cryptography
import FileServing
import LinuxSystem
import Packets
import Provisioning
import WebServer

/// The listeners for files over HTTP and HTTPS: one tree, one book of nonces, one limit on wrong passwords.
final class WebServers: Sendable {
    private let plain: WebServer
    private let encrypted: WebServer?
    private let legacy: WebServer?

    init(
        _ settings: Settings, _ certificates: Certificates?, _ desk: FileDesk, _ policy: CurrentPolicy
    ) throws(StartFailure) {
        let gate = FileGate(desk)
        let uploads = UploadDesk(folder: settings.state + "/uploads", policy: policy, desk: desk)
        var limits = WebLimits()
        // A body that nobody wants is read to its end, so that the client hears why: 405 rather than 413.
        limits.body = 65_536
        // A file on its way takes a second descriptor, and there are three listeners and much else.
        limits.connections = min(4096, max(limits.connections, DescriptorLimit.raise() / 8))
        let listen = { (port: UInt16, transport: FileTransport, identity: TLSIdentity?) throws(StartFailure) -> WebServer in
            do throws(WebServerError) {
                return try WebServer(
                    listen: .any, port: port, threads: 2, limits: limits, identity: identity,
                    service: WebFiles(desk, transport, gate: gate, uploads: uploads).service)
            } catch {
                if case .notPermitted = error { throw StartFailure(.notPermitted, error.description) }
                throw StartFailure(.unavailable, error.description)
            }
        }
        var open: [WebServer] = []
        do throws(StartFailure) {
            let plain = try listen(settings.httpPort, .http, nil)
            open.append(plain)
            let encrypted: WebServer?
            let legacy: WebServer?
            if let https = settings.https, let certificates {
                encrypted = try listen(https.port, .https, certificates.current)
                open += [encrypted].compactMap { $0 }
                legacy = if let port = https.legacyPort { try listen(port, .https, certificates.legacy) } else { nil }
            } else {
                (encrypted, legacy) = (nil, nil)
            }
            self.plain = plain
            self.encrypted = encrypted
            self.legacy = legacy
        } catch {
            for server in open { server.stop(graceMilliseconds: 0) }
            throw error
        }
    }

    func show(_ certificates: Certificates) {
        encrypted?.show(certificates.current)
        if let identity = certificates.legacy { legacy?.show(identity) }
    }

    func stop(graceMilliseconds: Int = 2000) {
        for server in [plain, encrypted, legacy] { server?.stop(graceMilliseconds: graceMilliseconds) }
    }
}
