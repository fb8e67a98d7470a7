import Foundation
import Glibc
import Synchronization

/// A process that this one started, by posix_spawn(3), and its end, by waitpid(2).
///
/// Foundation's Process learns of ends from a descriptor that the program inherits. While one runs that closes what it inherits, as
/// dnsmasq does, it waits for that program alone and notices no other's end.
package final class ChildProcess: Sendable {
    package let pid: pid_t
    /// How it ended: its exit status, or 128 and the signal's number, as shells tell it.
    private let ended = Mutex<Int32?>(nil)

    /// Starts a program with an empty standard input. It inherits no other descriptor than its standard streams, and no blocked signal.
    package init(_ start: Start) throws {
        pid = try Spawner.shared.run(start)
    }

    package struct Start: Sendable {
        /// The path of the program, and its arguments.
        var command: [String]
        var environment: [String: String]
        /// Descriptors for what it writes. They stay the caller's.
        var output: Int32
        var errors: Int32

        package init(command: [String], environment: [String: String], output: Int32, errors: Int32) {
            self.command = command
            self.environment = environment
            self.output = output
            self.errors = errors
        }
    }

    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// How it ended, or `nil` while it runs.
    package var status: Int32? {
        ended.withLock { ended in
            if ended != nil { return ended }
            var status: Int32 = 0
            guard waitpid(pid, &status, WNOHANG) == pid else { return nil }
            let signal = status & 0x7f
            ended = signal == 0 ? (status >> 8) & 0xff : 128 + signal
            return ended
        }
    }

    /// Sends it a signal; nothing where it has ended. Until ``status`` tells the end its number is nobody else's.
    package func signal(_ number: Int32) {
        if status == nil { kill(pid, number) }
    }
}

/// The one thread that starts programs: they are killed when the thread that started them ends (PR_SET_PDEATHSIG, prctl(2)), and this
/// one lasts as long as the process.
private final class Spawner: Sendable {
    static let shared = Spawner()

    private let jobs = Mutex<[@Sendable () -> Void]>([])
    private let wakeup = DispatchSemaphore(value: 0)

    private init() {
        Thread.detachNewThread { [self] in
            while true {
                wakeup.wait()
                let job = jobs.withLock { $0.isEmpty ? nil : $0.removeFirst() }
                job?()
            }
        }
    }

    func run(_ start: ChildProcess.Start) throws -> pid_t {
        let done = DispatchSemaphore(value: 0)
        let outcome = Mutex<(failure: Int32, pid: pid_t)>((0, 0))
        jobs.withLock {
            $0.append {
                outcome.withLock { $0 = start.spawn() }
                done.signal()
            }
        }
        wakeup.signal()
        done.wait()
        let (failure, pid) = outcome.withLock { $0 }
        guard failure == 0 else {
            throw ChildProcess.Failure(description: "\(start.command): \(String(cString: strerror(failure)))")
        }
        return pid
    }
}

extension ChildProcess.Start {
    /// - Returns: an errno and 0, or 0 and its process id.
    fileprivate func spawn() -> (failure: Int32, pid: pid_t) {
        var files = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&files)
        defer { posix_spawn_file_actions_destroy(&files) }
        posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&files, errors, STDERR_FILENO)
        // That one of them is not open does no harm.
        for other in STDERR_FILENO + 1...ChildProcess.Start.lastDescriptor + 64 {
            posix_spawn_file_actions_addclose(&files, other)
        }

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))

        // posix_spawn(3) wants lists that a null pointer ends.
        let arguments = command.map { strdup($0) } + [nil]
        let variables = environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { for string in arguments + variables { free(string) } }
        var pid = pid_t()
        let failure = posix_spawn(&pid, command[0], &files, &attributes, arguments, variables)
        return (failure, pid)
    }

    /// The last descriptor of this process, a few of which others may open meanwhile.
    private static var lastDescriptor: Int32 {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        return names.lazy.compactMap(Int32.init).max() ?? 1024
    }
}
