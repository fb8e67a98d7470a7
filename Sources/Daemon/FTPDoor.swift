import FileServing
import LinuxSystem
import Provisioning
import Synchronization

/// FTP as the settings have it: begun, ended, and begun anew where its ports or its address are others.
final class FTPDoor: Sendable {
    private struct State {
        var settings: FTPSettings?
        var service: FTPService?
    }

    private let state = Mutex(State())
    private let files: FileDesk
    private let log: @Sendable (LogLine) -> Void

    init(_ files: FileDesk, log: @escaping @Sendable (LogLine) -> Void) {
        self.files = files
        self.log = log
    }

    /// Leaves a service alone that is as wanted; another one is ended first. What fails is said: phones that fetch by other protocols do not
    /// go without for FTP's sake.
    ///
    /// - Returns: where FTP is served; `nil` where it is not.
    func serve(_ wanted: FTPSettings?) -> [UInt16]? {
        let (before, running) = state.withLock { ($0.settings, $0.service) }
        if let wanted, running != nil, wanted == before { return [wanted.port] }
        stop()
        guard let wanted, let begun = begin(wanted) else { return nil }
        state.withLock { $0 = State(settings: wanted, service: begun) }
        return [wanted.port]
    }

    private func begin(_ settings: FTPSettings) -> FTPService? {
        var options = FTPService.Options(port: settings.port)
        options.passivePorts = settings.passivePorts
        options.toldAddress = settings.address
        do throws(SystemError) {
            return try FTPService(files, options, log: log)
        } catch {
            let text =
                error.isAddressInUse
                ? "in use by another program: stop it (`ss -ltnp` names it) or choose another port" : error.description
            log(
                LogLine(
                    .warning, error.isAddressInUse ? "ftp.port-taken" : "ftp.not-served", ["port": settings.port, "text": text]))
            return nil
        }
    }

    func stop() {
        state.withLock { state in
            defer { state = State() }
            return state.service
        }?.stop()
    }
}
