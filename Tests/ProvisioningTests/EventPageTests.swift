import Foundation
import Provisioning
import Testing

/// `docs/events.md` and the program speak of the same events and reasons.
@Suite struct `The page of events` {
    private let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private func text(_ path: String) throws -> String { try String(contentsOf: root.appending(path: path), encoding: .utf8) }

    /// The texts of a switch that gives names, from `var name: String {` to the line that closes it.
    private func names(in path: String) throws -> Set<String> {
        var found: Set<String> = []
        for block in try text(path).components(separatedBy: "var name: String {").dropFirst() {
            let body = block.components(separatedBy: "\n    }\n").first ?? ""
            found.formUnion(body.matches(of: /"([a-z][a-z.0-9-]+)"/).map { String($0.1) })
        }
        return found
    }

    private func headings(after title: String, in page: String) throws -> Set<String> {
        let part = try #require(page.components(separatedBy: "\n# \(title)\n").dropFirst().first)
        let section = part.components(separatedBy: "\n# ").first ?? ""
        return Set(section.matches(of: /(?m)^(?:## |\| `)([a-z][a-z.0-9-]+)/).map { String($0.1) })
    }

    @Test func `every event stands on it, and none that there is not`() throws {
        let page = "\n" + (try text("docs/events.md"))
        #expect(try headings(after: "Events", in: page) == names(in: "Sources/Provisioning/Event.swift"))
    }

    @Test func `every reason for silence stands on it, and none that there is not`() throws {
        let page = "\n" + (try text("docs/events.md"))
        #expect(try headings(after: "Reasons for silence", in: page) == Set(Silence.Reason.allCases.map(\.rawValue)))
    }
}
