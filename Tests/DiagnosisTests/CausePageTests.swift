import Diagnosis
import Foundation
import TestSupport
import Testing

/// `docs/troubleshooting.md` and the program speak of the same causes.
@Suite struct `The page of causes` {
    @Test func `every cause stands in one of its tables, and none that there is not`() throws {
        let page = try String(contentsOf: repository.appending(path: "docs/troubleshooting.md"), encoding: .utf8)
        let rows = page.split(separator: "\n").filter { $0.hasPrefix("| `") }
        let named = rows.flatMap { row in
            row.dropFirst().prefix { $0 != "|" }.matches(of: /`([a-z-]+)`/).map { String($0.1) }
        }
        #expect(named.count == Set(named).count, "one has two rows")
        #expect(Set(named) == Set(Cause.allCases.map(\.rawValue)))
    }
}
