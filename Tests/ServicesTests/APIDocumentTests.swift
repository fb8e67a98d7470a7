import Foundation
import JSONReading
import JSONText
import LinuxSystem
import Provisioning
import TestSupport
import Testing
import VendorCatalogue

@testable import StatusPage

/// The API's document and the program have the same operations; `scripts/check-api` holds the answers to it.
@Suite struct APIDocumentTests {
    @Test func `every route of the API is in the document, and the other way round`() throws {
        let path = repository.appending(path: "conf/page/openapi.json").path
        let document = try readJSON(readWholeFile(path, limit: 1 << 20), limit: 1 << 20)
        var written: Set<String> = []
        for (path, item) in document["paths"]?.members ?? [] {
            let shape = path.replacing(/{[a-z]+}/, with: "*")
            for (method, _) in item.members ?? [] { written.insert("\(method.uppercased()) \(shape)") }
        }
        let policy = Policy(settings: Settings(), catalogue: Catalogue([]), tree: TreeSnapshot())
        let sources = StatusSources(
            version: "0", started: Moment(microseconds: 0), clock: { Moment(microseconds: 0) }, links: { [] },
            policy: CurrentPolicy(policy), memory: DeviceMemory(), ledger: nil,
            resync: ResyncService(start: { _ in nil }, progress: { _, _ in nil }), counters: EventCounters(), pageFolder: nil)
        let publisher = try Publisher(sources)
        defer { publisher.stop() }
        let routes = StatusPage.routes(sources, publisher, token: nil)
        #expect(Set(routes.map { "\($0.method) \($0.path)" }.filter { $0.contains(" /api/") }) == written)
        #expect(routes.contains { $0.path == "/openapi.json" })
    }
}
