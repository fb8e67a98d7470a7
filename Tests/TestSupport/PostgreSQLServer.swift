import Foundation
import Glibc

/// A PostgreSQL of the test's own, from Debian's package: in a temporary folder, on a Unix socket there, under the user `postgres` where
/// the test is root (initdb refuses root).
package final class PostgreSQLServer: @unchecked Sendable {
    package let folder: String
    private let lock = NSLock()
    private var process: Process?
    private let namespace: String?
    private let addresses: String

    package struct Failure: Error {
        let words: String
    }

    /// - Parameters:
    ///   - namespace: the network namespace that it is in.
    ///   - addresses: where it listens besides its socket.
    package init(in namespace: String? = nil, addresses: String = "") throws {
        self.namespace = namespace
        self.addresses = addresses
        folder = "/tmp/bellhop-pg-\(UUID().uuidString.prefix(13))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        if geteuid() == 0, let user = getpwnam("postgres") { chown(folder, user.pointee.pw_uid, user.pointee.pw_gid) }
        let made = try command(
            "initdb", "-D", "\(folder)/data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C")
        made.waitUntilExit()
        guard made.terminationStatus == 0 else { throw Failure(words: "initdb: \(made.terminationStatus)") }
        if !addresses.isEmpty {
            let rules = try FileHandle(forWritingTo: URL(fileURLWithPath: "\(folder)/data/pg_hba.conf"))
            try rules.seekToEnd()
            try rules.write(contentsOf: Data("host all all 0.0.0.0/0 trust\n".utf8))
        }
        try start()
    }

    deinit {
        stop()
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// For a role, to the database `postgres`.
    package func uri(_ role: String = "postgres") -> String { "postgresql://\(role)@/postgres?host=\(folder)" }

    private static let programs = (15...20).reversed().map { "/usr/lib/postgresql/\($0)/bin" }.first {
        FileManager.default.fileExists(atPath: $0)
    }

    private func command(_ name: String, _ arguments: String...) throws -> Process {
        guard let programs = PostgreSQLServer.programs else { throw Failure(words: "postgresql is not installed") }
        let process = Process()
        let inside = namespace.map { ["ip", "netns", "exec", $0] } ?? []
        let own =
            geteuid() == 0
            ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : []
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = inside + own + ["\(programs)/\(name)"] + arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        process.standardInput = FileHandle.nullDevice
        let log = open("\(folder)/log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        process.standardOutput = FileHandle(fileDescriptor: log)
        process.standardError = FileHandle(fileDescriptor: log, closeOnDealloc: true)
        try process.run()
        return process
    }

    /// Starts it, as often as it takes for what is left of one that was killed to go, and returns when it answers.
    package func start(_ settings: [String] = []) throws {
        for _ in 0..<100 {
            let process = try command(
                "postgres", "-D", "\(folder)/data", "-k", folder, "-h", addresses, "-c", "fsync=off", "-c", "max_connections=200",
                "-c",
                settings.first ?? "log_min_messages=warning")
            lock.withLock { self.process = process }
            while process.isRunning {
                let ready = try command("pg_isready", "-q", "-h", folder)
                ready.waitUntilExit()
                if ready.terminationStatus == 0 { return }
                usleep(50_000)
            }
            usleep(100_000)
        }
        throw Failure(words: (try? String(contentsOfFile: "\(folder)/log", encoding: .utf8)) ?? "no log")
    }

    private var pid: pid_t? { lock.withLock { process.flatMap { $0.isRunning ? $0.processIdentifier : nil } } }

    /// Kills the server at once (kill -9).
    package func kill() {
        end(SIGKILL)
    }

    package func stop() {
        end(SIGQUIT)
    }

    private func end(_ signal: Int32) {
        guard let pid else { return }
        let all = [pid] + children(of: pid)
        for pid in all { Glibc.kill(pid, signal) }
        lock.withLock { process }?.waitUntilExit()
    }

    /// Stops every process of it until ``thaw()``: connections stay, and nobody answers.
    package func freeze() {
        guard let pid else { return }
        for pid in [pid] + children(of: pid) { Glibc.kill(pid, SIGSTOP) }
    }

    package func thaw() {
        guard let pid else { return }
        for pid in [pid] + children(of: pid) { Glibc.kill(pid, SIGCONT) }
    }

    private func children(of pid: pid_t) -> [pid_t] {
        let text = (try? String(contentsOfFile: "/proc/\(pid)/task/\(pid)/children", encoding: .utf8)) ?? ""
        return text.split(whereSeparator: \.isWhitespace).compactMap { pid_t($0) }
    }
}
