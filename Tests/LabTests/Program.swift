import Foundation
import Glibc
import LinuxSystem
import Synchronization
import TestSupport

/// A program that was started, with what it writes. It dies with this process at the latest.
final class Program: Sendable {
    struct Outcome: Sendable {
        let status: Int32
        let output: String
        let errors: String
        var text: String { output + errors }
    }

    private let command: String
    private let process: ChildProcess
    private let output: Collected
    private let errors: Collected

    /// What comes through one pipe, until its end.
    private final class Collected: Sendable {
        private struct State {
            var bytes: [UInt8] = []
            var isEnded = false
        }

        private let state = Mutex(State())

        init(_ pipe: Pipe) throws {
            let handle = pipe.fileHandleForReading
            _ = try SystemThread.start(name: "output") { [self] in
                while true {
                    let data = handle.availableData
                    state.withLock { state in
                        state.bytes += data
                        state.isEnded = data.isEmpty
                    }
                    if data.isEmpty { return }
                }
            }
        }

        var text: String { String(decoding: state.withLock { $0.bytes }, as: UTF8.self) }
        var isEnded: Bool { state.withLock { $0.isEnded } }
    }

    init(
        path: String, _ arguments: [String], namespace: String? = nil, folder: URL? = nil, environment: [String: String] = [:]
    ) throws {
        guard let setpriv = Program.path(of: "setpriv"), let ip = Program.path(of: "ip"), let env = Program.path(of: "env") else {
            throw LabFailure("setpriv is missing: run `make deps`")
        }
        let there = folder.map { [env, "--chdir=\($0.path)"] } ?? []
        let inside = namespace.map { [ip, "netns", "exec", $0] } ?? []
        let (out, err) = (Pipe(), Pipe())
        command = ([URL(filePath: path).lastPathComponent] + arguments).joined(separator: " ")
        process = try ChildProcess(
            ChildProcess.Start(
                command: [setpriv, "--pdeathsig", "KILL", "--"] + there + inside + [path] + arguments,
                environment: ProcessInfo.processInfo.environment.merging(["LC_ALL": "C.UTF-8", "TERM": "dumb"]) { $1 }
                    .merging(environment) { $1 },
                output: out.fileHandleForWriting.fileDescriptor,
                errors: err.fileHandleForWriting.fileDescriptor))
        // What it writes ends when no program holds the other end any more.
        for pipe in [out, err] { try pipe.fileHandleForWriting.close() }
        output = try Collected(out)
        errors = try Collected(err)
    }

    /// Everything so far.
    var text: String { output.text + errors.text }
    /// Whole lines of standard error so far.
    var errorLines: [String] { Program.lines(errors.text) }
    var outputLines: [String] { Program.lines(output.text) }

    /// Its own process id: what starts it becomes it, by exec(2).
    var pid: pid_t { process.pid }
    var isRunning: Bool { process.status == nil }

    private static func lines(_ text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }

    /// Waits for a line, on either pipe, that holds `piece`.
    func wait(for piece: String, seconds: Double = 30) throws {
        try eventually("\(command) never said \"\(piece)\"", within: seconds, showing: { self.text }) {
            if text.contains(piece) { return true }
            if let status = process.status, isDrained, !text.contains(piece) {
                throw LabFailure("\(command) ended with \(status):\n\(text)")
            }
            return false
        }
    }

    private var isDrained: Bool { output.isEnded && errors.isEnded }

    /// Waits for its end.
    func outcome(within seconds: Double) throws -> Outcome {
        do {
            try eventually("\(command) did not end in \(seconds) s", within: seconds, showing: { self.text }) {
                !isRunning && isDrained
            }
        } catch {
            end()
            throw error
        }
        return Outcome(status: process.status ?? -1, output: output.text, errors: errors.text)
    }

    func signal(_ number: Int32) { process.signal(number) }

    /// Asks it to end, and ends it if it does not.
    func end() {
        signal(SIGTERM)
        if (try? eventually("", within: 10) { !isRunning }) == nil { signal(SIGKILL) }
        _ = try? eventually("", within: 10) { !isRunning }
    }

    static func path(of name: String) -> String? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        return (folders + ["/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/bin", "/bin"]).map { "\($0)/\(name)" }
            .first(where: FileManager.default.isExecutableFile)
    }
}

/// Waits until something holds. There are no assertions about how long anything takes: the deadline only bounds the wait.
func eventually(
    _ complaint: @autoclosure () -> String, within seconds: Double = 30, showing context: () -> String = { "" },
    _ holds: () throws -> Bool
) throws {
    let end = MonotonicClock.now() + UInt64(seconds * 1e9)
    while try !holds() {
        guard MonotonicClock.now() < end else {
            let shown = context()
            throw LabFailure(complaint() + (shown.isEmpty ? "" : "; so far:\n\(shown.suffix(6000))"))
        }
        usleep(10_000)
    }
}
