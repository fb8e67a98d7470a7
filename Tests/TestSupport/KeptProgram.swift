import Foundation
import Glibc
import LinuxSystem
import Synchronization

/// A program of the tests' own. The thread that starts it waits for its end, and the kernel ends it with that thread
/// (`setpriv --pdeathsig`): so nothing outlives a run that died.
final class KeptProgram: Sendable {
    private enum State {
        case starting
        case running(pid_t)
        case ended(status: Int32)
        case failed(errno: Int32)
    }

    private let state = Mutex(State.starting)
    private let started = DispatchSemaphore(value: 0)
    private let thread = Mutex<SystemThread?>(nil)

    struct Failure: Error {
        let words: String
    }

    /// - Parameter log: where both outputs go, at the end of what is there.
    init(_ words: [String], in folder: String, log: String) throws {
        let thread = try SystemThread.start(name: "kept") { [self] in
            let (pid, failure) = KeptProgram.spawn(
                ["setpriv", "--pdeathsig", "KILL", "--", "bash", "-c", KeptProgram.alone, folder] + words, log: log)
            state.withLock { $0 = failure == 0 ? .running(pid) : .failed(errno: failure) }
            started.signal()
            guard failure == 0 else { return }
            var information = siginfo_t()
            while waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
            // Until here its number is nobody else's.
            state.withLock { state in
                var status: Int32 = 0
                waitpid(pid, &status, 0)
                state = .ended(status: status)
            }
        }
        self.thread.withLock { $0 = thread }
        started.wait()
        if case .failed(let errno) = state.withLock({ $0 }) {
            throw Failure(words: "\(words): \(String(cString: strerror(errno)))")
        }
    }

    var pid: pid_t? {
        guard case .running(let pid) = state.withLock({ $0 }) else { return nil }
        return pid
    }

    /// Waits for its end: its status as waitpid(2) has it.
    @discardableResult
    func wait() -> Int32 {
        thread.withLock { $0.take() }?.join()
        guard case .ended(let status) = state.withLock({ $0 }) else { return -1 }
        return status
    }

    /// Signals it and those whom it started.
    func signal(_ number: Int32) {
        state.withLock { state in
            guard case .running(let pid) = state else { return }
            for pid in [pid] + KeptProgram.children(of: pid) { kill(pid, number) }
        }
    }

    private static func children(of pid: pid_t) -> [pid_t] {
        let text = (try? String(contentsOfFile: "/proc/\(pid)/task/\(pid)/children", encoding: .utf8)) ?? ""
        return text.split(whereSeparator: \.isWhitespace).compactMap { pid_t($0) }
    }

    /// In its folder, and without what other tests have open: their pipes would not end while it runs.
    private static let alone = """
        cd "$0" || exit 1
        for name in /proc/self/fd/*; do
            number=${name##*/}
            [ "$number" -le 2 ] || eval "exec $number>&-"
        done
        exec "$@"
        """

    private static func spawn(_ words: [String], log: String) -> (pid_t, Int32) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        let arguments = words.map { strdup($0) } + [nil]
        let environment = ProcessInfo.processInfo.environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { for text in arguments + environment { free(text) } }
        var pid: pid_t = 0
        let failure = posix_spawnp(&pid, words[0], &actions, &attributes, arguments, environment)
        return (pid, failure)
    }
}
