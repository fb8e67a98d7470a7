import Foundation
import Glibc
import Packets
import TestSupport
import Testing

/// The daemon, as users run it.
final class Bellhop: Sendable {
    let station: Station
    let program: Program
    /// The line that says that every socket is open.
    let ready: String

    /// - Parameters:
    ///   - configuration: YAML, written to `bellhop.yaml` in the lab's folder; relative paths in it begin there.
    ///   - flags: besides `--config`; `--interface lab0` unless an interface is among them.
    ///   - wrapper: a program that executes the daemon, and its arguments.
    convenience init(on station: Station, _ configuration: String, _ flags: String..., under wrapper: [String] = []) throws {
        try self.init(on: station, configuration, flags: flags, under: wrapper)
    }

    init(on station: Station, _ configuration: String, flags: [String], under wrapper: [String] = []) throws {
        self.station = station
        try station.lab.write(configuration, to: "bellhop.yaml")
        let interface = flags.contains("--interface") ? [] : ["--interface", "lab0"]
        let words =
            wrapper + [
                try Bellhop.binary(), "run", "--config", Bellhop.configurationPath(station.lab), "--state",
                station.lab.folder.appending(path: "state").path,
            ] + interface + flags
        program = try station.lab.start(words[0], Array(words.dropFirst()), in: station.namespace)
        try program.wait(for: "ready")
        guard let line = program.outputLines.first, line.hasPrefix("ready ") else {
            throw LabFailure("the first line of standard output is not the one that says ready: \(program.outputLines)")
        }
        ready = line
    }

    /// How many files and sockets it has open, but for its database, of which SQLite keeps descriptors for later.
    func openDescriptors() throws -> Int {
        let folder = "/proc/\(program.pid)/fd"
        return try FileManager.default.contentsOfDirectory(atPath: folder).count { name in
            let file = try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\(name)")
            return file?.hasSuffix("/bellhop.db") != true
        }
    }

    /// The same, once it stays so: when it is ready it looks through the interfaces once more, by a socket.
    func descriptorsAtRest() throws -> Int {
        var counts: [Int] = []
        try eventually("its descriptors never came to rest") {
            counts.append(try openDescriptors())
            return counts.count >= 5 && Set(counts.suffix(5)).count == 1
        }
        return counts.last ?? 0
    }

    static func configurationPath(_ lab: Lab) -> String { lab.folder.appending(path: "bellhop.yaml").path }

    /// Writes another configuration and has it read (SIGHUP).
    func reload(_ configuration: String) throws {
        try station.lab.write(configuration, to: "bellhop.yaml")
        program.signal(SIGHUP)
    }

    var log: [LogEntry] { program.errorLines.map(LogEntry.init) }

    func log(_ event: String, mac: MACAddress? = nil, _ pairs: KeyValuePairs<String, String> = [:]) -> [LogEntry] {
        log.filter { entry in
            entry["event"] == event && (mac == nil || entry["mac"] == mac?.colons)
                && pairs.allSatisfy { entry[$0.key] == $0.value }
        }
    }

    /// How many lines of the log are of one event, without taking them apart.
    func count(of event: String) -> Int {
        program.errorLines.count { $0.contains(" event=\(event) ") || $0.hasPrefix("event=\(event) ") }
    }

    /// Waits for a log line.
    @discardableResult
    func wait(for event: String, mac: MACAddress? = nil, _ pairs: KeyValuePairs<String, String> = [:]) throws -> LogEntry {
        var found: LogEntry?
        let sought =
            (mac.map { "mac=\($0) " } ?? "") + "event=\(event) " + pairs.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
        try eventually("the log never said \(sought)", showing: { self.program.text }) {
            found = log(event, mac: mac, pairs).first
            return found != nil
        }
        guard let found else { throw LabFailure(sought) }
        return found
    }

    /// The binary that was built with these tests: it lies in the same folder. `BELLHOP_BINARY` names another daemon, beside which a
    /// phonesim may lie.
    static func binary(_ name: String = "bellhop") throws -> String {
        if let daemon = ProcessInfo.processInfo.environment["BELLHOP_BINARY"] {
            let path = name == "bellhop" ? daemon : URL(filePath: daemon).deletingLastPathComponent().appending(path: name).path
            if FileManager.default.isExecutableFile(atPath: path) { return URL(filePath: path).path }
        }
        let executable = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")).map { URL(filePath: $0) }
        let arguments = ProcessInfo.processInfo.arguments.filter { $0.contains(".xctest") }.map { URL(filePath: $0) }
        let folders =
            ([executable].compactMap { $0 } + arguments).map { $0.deletingLastPathComponent() } + [
                repository.appending(path: ".build/debug")
            ]
        for folder in folders {
            let path = folder.appending(path: name).path
            if FileManager.default.isExecutableFile(atPath: path) { return path }
        }
        throw LabFailure("there is no \(name) beside the tests: run `swift build --product \(name)`")
    }

    /// Runs the program for one of its other commands.
    static func run(_ lab: Lab, _ arguments: String..., in station: Station? = nil) throws -> Program.Outcome {
        try lab.run(try binary(), arguments, in: station?.namespace)
    }
}

/// One line of the daemon's log: `mac=… event=… key=value key="a value"`.
struct LogEntry: Sendable {
    let text: String
    private var values: [String: String] = [:]

    init(_ line: String) {
        text = line
        var rest = line[...]
        while let equals = rest.firstIndex(of: "=") {
            let key = String(rest[..<equals])
            rest = rest[rest.index(after: equals)...]
            let isQuoted = rest.first == "\""
            if isQuoted { rest.removeFirst() }
            let end = rest.firstIndex(of: isQuoted ? "\"" : " ") ?? rest.endIndex
            values[key] = String(rest[..<end])
            rest = rest[end...].drop { $0 == "\"" || $0 == " " }
        }
    }

    subscript(key: String) -> String? { values[key] }
}

/// The examples that come with bellhop, as `tree`, `devices.csv` and `lab.yaml` in the lab's folder, where a test may change them.
/// - Parameter systems: those of `conf/examples` that are meant; all of them where none is named.
func copyExampleTree(to lab: Lab, _ systems: String...) throws {
    let outcome = try lab.run(repository.appending(path: "scripts/examples").path, [lab.folder.path] + systems)
    guard outcome.status == 0 else { throw LabFailure("scripts/examples: \(outcome.text)") }
}
