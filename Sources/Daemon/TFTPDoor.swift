import FileServing
import LinuxSystem
import Provisioning
import Synchronization

/// TFTP as the settings have it: begun, ended, and begun anew where its port or its way is another one.
final class TFTPDoor: Sendable {
    private struct State {
        var settings: TFTPSettings?
        var service: TFTPService?
    }

    private let state = Mutex(State())
    private let files: FileDesk
    private let policy: CurrentPolicy
    private let log: @Sendable (LogLine) -> Void

    init(_ files: FileDesk, _ policy: CurrentPolicy, log: @escaping @Sendable (LogLine) -> Void) {
        self.files = files
        self.policy = policy
        self.log = log
    }

    /// Leaves a service alone that is as wanted; another one is ended first.
    ///
    /// - Returns: whether TFTP is served. It is not where another program has the port, which is said.
    func serve(_ wanted: TFTPSettings) throws(SystemError) -> Bool {
        let (before, running) = state.withLock { ($0.settings, $0.service) }
        if let before, let running {
            if wanted.needsSameService(as: before) { return true }
            running.stop()
        }
        state.withLock { $0 = State() }
        guard wanted.answer == .on else { return false }
        var options = TFTPService.Options()
        options.port = wanted.port
        options.hasSinglePort = wanted.hasSinglePort
        // A socket and a file each, and the rest is for the web server and the database.
        options.transfers = min(options.transfers, max(64, (DescriptorLimit.raise() - 1024) / 2))
        do throws(SystemError) {
            let begun = try TFTPService(
                files, options, blockSizeLimit: { [policy] in policy.value.settings.tftp.blockSizeLimit }, log: log)
            state.withLock { $0 = State(settings: wanted, service: begun) }
            return true
        } catch {
            guard error.isAddressInUse else { throw error }
            let text = "in use by another program: stop it (`ss -lunp` names it), choose another port, or say tftp.answer: off"
            log(LogLine(.warning, "tftp.port-taken", ["port": wanted.port, "text": text]))
            return false
        }
    }

    /// The same for a daemon that is up: what fails is said.
    func reload(_ wanted: TFTPSettings) -> Bool {
        do throws(SystemError) {
            return try serve(wanted)
        } catch {
            log(LogLine(.error, "tftp.not-served", ["port": wanted.port, "text": error.description]))
            return false
        }
    }

    func stop() {
        state.withLock { state in
            defer { state = State() }
            return state.service
        }?.stop()
    }
}

extension TFTPSettings {
    /// A limit of block sizes is looked up for each request.
    fileprivate func needsSameService(as other: TFTPSettings) -> Bool {
        answer == other.answer && port == other.port && hasSinglePort == other.hasSinglePort
    }
}
