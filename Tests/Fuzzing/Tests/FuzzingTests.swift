import Foundation
import FuzzTargets
import TestSupport
import Testing

/// Seeds and what was found, without a fuzzer; `make fuzz` looks for more.
@Suite struct FuzzingTests {
    @Test(arguments: FuzzTarget.all)
    func `T4 every seed of a target is survived, and keeps its rules`(_ target: FuzzTarget) throws {
        let seeds = try target.seeds()
        #expect(!seeds.isEmpty)
        for seed in seeds { #expect(throws: Never.self) { try target.run(seed) } }
    }

    @Test(arguments: FuzzTarget.all)
    func `T4 what was found once is not found again`(_ target: FuzzTarget) throws {
        for (name, bytes) in try target.found() {
            #expect(throws: Never.self, "Tests/Fuzzing/Found/\(target)/\(name)") { try target.run(bytes) }
        }
    }

    @Test func `scripts fuzz has a row for each target, and the folders of what was found are theirs`() throws {
        let script = try String(contentsOf: repository.appending(path: "scripts/fuzz"), encoding: .utf8)
        let table = try #require(script.firstMatch(of: /FLOORS="([^"]*)"/)).1
        let rows = table.split(separator: "\n").compactMap { $0.split(separator: " ").first.map(String.init) }
        #expect(rows == FuzzTarget.all.map(\.name))
        let found = repository.appending(path: "Tests/Fuzzing/Found")
        let folders = try FileManager.default.contentsOfDirectory(atPath: found.path).filter { $0 != "README.md" }
        #expect(Set(folders).subtracting(rows).isEmpty && !folders.isEmpty)
        for folder in folders {
            let names = try FileManager.default.contentsOfDirectory(atPath: found.appending(path: folder).path)
            #expect(try FuzzTarget.named(folder)?.found().count == names.count, "\(folder)")
        }
    }
}
