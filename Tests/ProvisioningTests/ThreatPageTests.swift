import Foundation
import TestSupport
import Testing

/// `docs/threats.md`, the code and the tests speak of the same lines. Whether those tests fail without them, `scripts/controls` shows.
@Suite struct `The page of threats` {
    private func text(_ path: String) throws -> String {
        try String(contentsOf: repository.appending(path: path), encoding: .utf8)
    }

    @Test func `each control stands once in the code, and each test that fails without it is there`() throws {
        let page = try text("docs/threats.md")
        let threats = page.matches(of: #/(?m)^## T([0-9]+) [A-Za-z]/#).compactMap { Int($0.1) }
        #expect(threats == Array(1...18))
        let files = try #require(FileManager.default.enumerator(atPath: repository.appending(path: "Tests").path))
        let tests = try files.compactMap { $0 as? String }.filter { $0.hasSuffix(".swift") }.map { try text("Tests/\($0)") }
        let controls = page.matches(of: #/```diff\n(.+)\n-(.+)\n\+(.+)\n```\n\nFails: `(.+)`\n/#)
        #expect(controls.count == page.matches(of: #/```diff/#).count)
        for control in controls {
            let (file, line, test) = (String(control.1), control.2 + "\n", "`\(control.4)`")
            #expect(try text(file).ranges(of: line).count == 1, "\(file): \(line)")
            #expect(control.2 != control.3)
            #expect(tests.contains { $0.contains(test) }, "\(test)")
        }
        // Every threat has one.
        #expect(page.matches(of: #/## T[0-9]+ [^#]*?```diff/#).count == 18)
    }
}
