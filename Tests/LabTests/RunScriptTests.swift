import Foundation
import TestSupport
import Testing

/// `make run`, what a stranger sees first: its script, with the programs that were built with these tests.
extension LabTests.Files {
    @Suite struct RunScriptTests {
        private func started(_ words: [String] = []) throws -> Program {
            let script = repository.appending(path: "scripts/run").path
            let programs = URL(filePath: try Bellhop.binary("phonesim")).deletingLastPathComponent().path
            return try Program(
                path: words.first ?? script, words.dropFirst() + (words.isEmpty ? [] : [script]), environment: ["BIN": programs])
        }

        /// Namespaces that the script made.
        private func namespaces(of pid: pid_t) throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: "/run/netns").filter { $0.hasPrefix("bellhop-\(pid)") }
        }

        @Test func `a phone of each of five systems boots before one's eyes, and nothing is left behind`() throws {
            let run = try started()
            let outcome = try run.outcome(within: 300)
            #expect(outcome.status == 0)
            #expect(outcome.output.hasSuffix("all 5 phones booted\n"))
            #expect(outcome.output.components(separatedBy: "\n  It fetched everything").count == 6, "\(outcome.text)")
            #expect(try namespaces(of: run.pid).isEmpty)
        }

        @Test func `whoever ends it midway finds nothing left`() throws {
            let run = try started()
            try run.wait(for: "00:17:65:12:34:56")
            #expect(try !namespaces(of: run.pid).isEmpty)
            run.signal(SIGTERM)
            #expect(try run.outcome(within: 120).status == 143)
            #expect(try namespaces(of: run.pid).isEmpty)
        }

        @Test func `without root it says in one sentence what it wants`() throws {
            let outcome = try started(["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]).outcome(
                within: 60)
            #expect(outcome.status == 77)
            #expect(outcome.text == "Hearing frames takes root: run 'sudo make run'.\n")
        }

        @Test func `without Swift the dependencies say what is missing`() throws {
            let folder = try TemporaryFolder()
            try folder.link("bash", to: "/bin/bash")
            let run = try Program(
                path: repository.appending(path: "scripts/deps").path, [], environment: ["PATH": folder.path])
            let outcome = try run.outcome(within: 60)
            #expect(outcome.status == 69)
            #expect(outcome.text.split(separator: "\n").count == 1)
            #expect(outcome.text.hasPrefix("Swift is missing: install Swift"))
        }
    }
}
