import Foundation
import Glibc
import Synchronization

/// A PostgreSQL of the tests' own, from Debian's package: in a temporary folder, on a Unix socket there, under the user `postgres` where
/// the tests are root (initdb refuses root).
package final class PostgreSQLServer: Sendable {
    package let folder: String
    private let server = Mutex<ChildProcess?>(nil)
    private let namespace: String?
    private let settings: [String]

    package struct Failure: Error {
        let words: String
    }

    /// One for every test that does it no harm, each with a database of its own.
    package static let shared = Result { try PostgreSQLServer() }
    private static let count = Atomic<Int>(0)

    /// - Parameters:
    ///   - namespace: the network namespace that it is in.
    ///   - address: where it listens besides its socket, for anybody.
    ///   - isSecure: at that address it speaks TLS alone, by `server.pem` and `server.key`, and wants a password.
    package init(in namespace: String? = nil, address: String = "", isSecure: Bool = false) throws {
        self.namespace = namespace
        PostgreSQLServer.removeLeftovers()
        folder = "\(PostgreSQLServer.prefix)\(getpid())-\(PostgreSQLServer.count.add(1, ordering: .relaxed).newValue)"
        settings = [
            "listen_addresses=\(address)", "ssl=\(isSecure)", "ssl_cert_file=../server.pem", "ssl_key_file=../server.key",
        ]
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        if isSecure { try makeCertificate(address) }
        if geteuid() == 0, let user = getpwnam("postgres") {
            for name in ["", "/server.pem", "/server.key"] { chown(folder + name, user.pointee.pw_uid, user.pointee.pw_gid) }
        }
        try run("initdb", ["-D", "\(folder)/data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C"])
        if !address.isEmpty {
            let rules = try FileHandle(forWritingTo: URL(fileURLWithPath: "\(folder)/data/pg_hba.conf"))
            try rules.seekToEnd()
            let rule = isSecure ? "hostssl all all 0.0.0.0/0 scram-sha-256\n" : "host all all 0.0.0.0/0 trust\n"
            try rules.write(contentsOf: Data(rule.utf8))
        }
        try start()
    }

    deinit {
        stop()
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// By its socket, for a role.
    package func uri(_ role: String = "postgres", database: String = "postgres") -> String {
        "postgresql://\(role)@/\(database)?host=\(folder)"
    }

    /// What signed the certificate that it shows.
    package var authority: String { "\(folder)/server.pem" }

    private var log: String { (try? String(contentsOfFile: "\(folder)/log", encoding: .utf8)) ?? "no log" }

    private static let programs = (15...20).reversed().map { "/usr/lib/postgresql/\($0)/bin" }.first {
        FileManager.default.fileExists(atPath: $0)
    }

    private func begin(_ name: String, _ arguments: [String]) throws -> ChildProcess {
        guard let programs = PostgreSQLServer.programs else { throw Failure(words: "postgresql is missing: run `make deps`") }
        let inside = namespace.map { ["ip", "netns", "exec", $0] } ?? []
        let own = geteuid() == 0 ? ["--reuid=postgres", "--regid=postgres", "--clear-groups"] : []
        return try begin(inside + ["setpriv"] + own + ["--pdeathsig", "KILL", "--", "\(programs)/\(name)"] + arguments)
    }

    private func begin(_ words: [String]) throws -> ChildProcess {
        let log = open("\(folder)/log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        defer { close(log) }
        return try ChildProcess(
            ChildProcess.Start(
                command: ["/usr/bin/env", "--chdir=\(folder)"] + words, environment: ProcessInfo.processInfo.environment,
                output: log,
                errors: log))
    }

    private static func end(of program: ChildProcess) -> Int32 {
        while true {
            if let status = program.status { return status }
            usleep(2_000)
        }
    }

    private func run(_ name: String, _ arguments: [String]) throws {
        guard try PostgreSQLServer.end(of: begin(name, arguments)) == 0 else { throw Failure(words: log) }
    }

    private func makeCertificate(_ address: String) throws {
        let words =
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=database -keyout server.key "
            + "-out server.pem -addext subjectAltName=IP:\(address)"
        guard try PostgreSQLServer.end(of: begin(words.split(separator: " ").map(String.init))) == 0 else {
            throw Failure(words: log)
        }
    }

    /// Starts it, as often as it takes for what is left of one that was killed to go, and returns when it answers.
    package func start() throws {
        let given = settings + ["fsync=off", "max_connections=200", "log_min_messages=warning"]
        for _ in 0..<100 {
            let program = try begin("postgres", ["-D", "\(folder)/data", "-k", folder] + given.flatMap { ["-c", $0] })
            server.withLock { $0 = program }
            while program.status == nil {
                if try PostgreSQLServer.end(of: begin("pg_isready", ["-q", "-h", folder])) == 0 { return }
                usleep(50_000)
            }
            usleep(100_000)
        }
        throw Failure(words: log)
    }

    /// Kills the server at once (kill -9).
    package func kill() { end(SIGKILL) }

    package func stop() { end(SIGQUIT) }

    private func end(_ signal: Int32) {
        guard let program = server.withLock({ $0.take() }) else { return }
        PostgreSQLServer.signal(signal, program)
        _ = PostgreSQLServer.end(of: program)
    }

    /// Stops every process of it until ``thaw()``: connections stay, and nobody answers.
    package func freeze() { server.withLock { $0 }.map { PostgreSQLServer.signal(SIGSTOP, $0) } }
    package func thaw() { server.withLock { $0 }.map { PostgreSQLServer.signal(SIGCONT, $0) } }

    /// It and those whom it started.
    private static func signal(_ number: Int32, _ program: ChildProcess) {
        guard program.status == nil else { return }
        let path = "/proc/\(program.pid)/task/\(program.pid)/children"
        let children = (try? String(contentsOfFile: path, encoding: .utf8))?.split(whereSeparator: \.isWhitespace) ?? []
        program.signal(number)
        for child in children.compactMap({ pid_t($0) }) { Glibc.kill(child, number) }
    }

    // MARK: Leftovers

    private static let prefix = "/tmp/bellhop-pg-"

    /// Folders of runs whose process is gone. Its servers went with it.
    private static func removeLeftovers() {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: "/tmp")) ?? [] {
            guard let match = name.wholeMatch(of: /bellhop-pg-([0-9]+)-[0-9]+/), let owner = pid_t(match.1) else { continue }
            if Glibc.kill(owner, 0) != 0, errno == ESRCH { try? FileManager.default.removeItem(atPath: "/tmp/\(name)") }
        }
    }
}
