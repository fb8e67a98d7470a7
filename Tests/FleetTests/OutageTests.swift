import FleetStore
import Foundation
import Glibc
import Ledger
import PostgreSQL
import Provisioning
import Synchronization
import TestSupport
import Testing

@testable import Fleet

@Suite struct OutageTests {
    @Test func `killed, restarted, read-only, frozen and slow: of 20 sites every event arrives once`() async throws {
        let sites = (1...20).map { "site\($0)" }
        let fleet = try FleetOfTest(sites: sites, on: PostgreSQLServer())
        let (rounds, eventsOfSite) = (
            Soak.size("OUTAGES", usual: 1, whole: 12), Soak.size("SITE_EVENTS", usual: 300, whole: 6000)
        )
        let folders = try sites.map { _ in try TemporaryFolder() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (site, folder) in zip(sites, folders) {
                let uri = fleet.uri(FleetOfTest.role(site))
                group.addTask { await run(uri, site, folder.path, eventsOfSite) }
            }
            group.addTask {
                let server = fleet.server
                for round in 0..<rounds {
                    let some = 20 * eventsOfSite * (round + 1) / (rounds + 4)
                    try wait(seconds: 300, "some to ship") { try fleet.number("SELECT count(*) FROM bellhop.events") > some }
                    server.kill()
                    usleep(300_000)
                    try server.start()
                    let owner = try fleet.owner()
                    try owner.script("ALTER SYSTEM SET default_transaction_read_only = on")
                    try owner.script("SELECT pg_reload_conf()")
                    usleep(1_000_000)
                    try owner.script("SET default_transaction_read_only = off")
                    try owner.script("ALTER SYSTEM RESET default_transaction_read_only")
                    try owner.script("SELECT pg_reload_conf()")
                    // Longer than a site's patience, and shorter.
                    server.freeze()
                    usleep(1_500_000)
                    server.thaw()
                    try owner.script("BEGIN; LOCK TABLE bellhop.events; SELECT pg_sleep(0.5); COMMIT")
                }
            }
            try await group.waitForAll()
        }
        for (site, folder) in zip(sites, folders) {
            let ledger = try Ledger(folder: folder.path, feedsFleet: true)
            let own = try ledger.reader().events(after: 0, limit: 100_000)
            let rows = try fleet.owner().query(
                """
                SELECT e.id, e.repeats, e.details FROM bellhop.events e JOIN bellhop.sites s ON s.id = e.site WHERE s.name = $1
                ORDER BY e.id
                """, [site])
            #expect(rows.map { $0[0] } == own.map { "\($0.id)" }, "\(site)")
            #expect(rows.map { $0[1] } == own.map { "\($0.repeats)" }, "\(site)")
            #expect(rows.map { $0[2] } == own.map { DetailsText.write($0.details) }, "\(site)")
            #expect(own.count == eventsOfSite)
            ledger.stop()
        }
        #expect(try fleet.number("SELECT sum(lost) FROM bellhop.sources") == 0)
        Soak.say("20 sites shipped \(eventsOfSite) events each through \(4 * rounds) outages, every one once")
    }

    @Test func `events that the ledger's limits take before they were shipped are counted and said`() throws {
        let fleet = try FleetOfTest()
        let folder = try TemporaryFolder()
        var limits = LedgerLimits()
        limits.events = 100
        let ledger = try Ledger(folder: folder.path, limits: limits, feedsFleet: true)
        ledger.record(served("first", to: 1, at: monday))
        let first = try fleet.ship(ledger, folder, site: "lyon")
        try wait("the first") { try fleet.number("SELECT count(*) FROM bellhop.events") == 1 }
        first.stop()
        for number in 0..<1000 { ledger.record(served("\(number)", to: number, at: after(1))) }
        try wait("the limits") { try ledger.reader().lastEvent() == 1001 && ledger.reader().firstEvent() > 400 }
        ledger.store([]) { _ in }
        try wait("the limits") { ledger.statistics.eventsForgotten >= 900 }
        let second = try fleet.ship(ledger, folder, site: "lyon")
        defer { second.stop() }
        try wait("the rest") { second.status.waiting == 0 && second.status.eventsShipped > 0 }
        let arrived = try fleet.number("SELECT count(*) FROM bellhop.events")
        #expect(Int64(arrived) + second.status.eventsLost == 1001)
        #expect(second.status.eventsLost >= 900)
        #expect(try Int64(fleet.number("SELECT lost FROM bellhop.sources")) == second.status.eventsLost)
    }

    @Test func `T16 what is in a ledger that took the place of a damaged one is shipped, and its marks stay until then`() throws {
        let fleet = try FleetOfTest()
        let folder = try TemporaryFolder()
        // More than SQLite keeps in memory.
        let events = 60_000
        let before = try Ledger(folder: folder.path, feedsFleet: true)
        for number in 0..<events {
            while before.statistics.eventsWaiting > 1000 { usleep(1000) }
            before.record(served("\(number)", to: number % 50, at: monday))
        }
        before.stop()
        let ledger = try Ledger(folder: folder.path, feedsFleet: true)
        let service = try fleet.ship(ledger, folder, site: "lyon")
        defer { service.stop() }
        try wait("the first ledger") { service.status.position == Int64(events) && service.status.waiting == 0 }
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: "\(folder.path)/bellhop.db"))
        let size = try file.seekToEnd()
        try file.seek(toOffset: size / 50)
        try file.write(contentsOf: Data(repeating: 0xa5, count: Int(size - size / 50)))
        try file.close()
        for number in 0..<5000 { ledger.record(served("later \(number)", to: 60 + number, at: after(Double(number) / 10))) }
        try wait("the damage to show") { ledger.remarks.count == 1 }
        ledger.store([.put(lease(7))]) { _ in }
        ledger.record(served("last", to: 9000, at: after(600)))
        try wait("the second ledger") {
            try fleet.number("SELECT count(*) FROM bellhop.leases") == 1
                && fleet.number("SELECT count(*) FROM bellhop.devices WHERE mac = \(mac(9000).bits)") == 1
        }
        #expect(try fleet.number("SELECT count(*) FROM bellhop.sources") == 2)
    }

    @Test func `a table of known devices that cannot be kept keeps no event from being shipped, and is said once`() throws {
        let fleet = try FleetOfTest()
        let folder = try TemporaryFolder()
        // What stands where it is to be takes no file in its place.
        try folder.makeFolder("fleet-devices.csv/full")
        let ledger = try Ledger(folder: folder.path, feedsFleet: true)
        ledger.record(served("first", to: 1, at: monday))
        let said = Mutex<[String]>([])
        let service = try fleet.ship(ledger, folder, site: "lyon", log: { line in said.withLock { $0.append(line.event) } })
        defer { service.stop() }
        try wait("the event") { try fleet.number("SELECT count(*) FROM bellhop.events") == 1 }
        #expect(service.status.isConnected && service.status.trouble == nil)
        // Another table, and it is tried again.
        try fleet.owner().script("NOTIFY bellhop_devices")
        ledger.record(served("second", to: 2, at: monday))
        try wait("the next") { try fleet.number("SELECT count(*) FROM bellhop.events") == 2 }
        #expect(said.withLock { $0.filter { $0 == "fleet.devices-not-kept" } } == ["fleet.devices-not-kept"])
    }

    @Test func `a row that the database will not have holds up no other`() throws {
        let fleet = try FleetOfTest()
        try fleet.owner().script("ALTER TABLE bellhop.events ADD CHECK (details NOT LIKE '%poison%')")
        let folder = try TemporaryFolder()
        let ledger = try Ledger(folder: folder.path, feedsFleet: true)
        for number in 0..<300 { ledger.record(served(number == 150 ? "poison" : "\(number)", to: number, at: monday)) }
        let service = try fleet.ship(ledger, folder, site: "lyon")
        defer { service.stop() }
        try wait("the others") { try fleet.number("SELECT count(*) FROM bellhop.events") >= 299 }
        #expect(service.status.rowsRefused >= 1)
    }
}

private func run(_ uri: String, _ site: String, _ folder: String, _ events: Int) async {
    await #expect(processExitsWith: .success) {
        [uri = uri as String, site = site as String, folder = folder as String, events = events as Int] in
        try beSite(uri, site, folder, events)
    }
}

/// One site's process: events come for some seconds, and it ends when all are shipped.
private func beSite(_ uri: String, _ site: String, _ folder: String, _ eventsOfSite: Int) throws {
    let ledger = try Ledger(folder: folder, feedsFleet: true)
    var options = FleetService.Options(settings: FleetSettings(database: uri, site: site), state: folder, version: "test")
    options.patienceMilliseconds = 1000
    options.catchUpMilliseconds = 20
    let service = try FleetService(options, ledger: ledger, answers: { true }, devicesChanged: {}, log: { _ in })
    for number in 0..<eventsOfSite {
        ledger.record(served("\(number)", to: number % 50, at: after(Double(number) / 100)))
        // Repeats go up as well, before and after their row did.
        if number % 10 == 0 { ledger.record(served("\(number)", to: number % 50, at: after(Double(number) / 100 + 1))) }
        usleep(15_000)
    }
    ledger.record(served("\(eventsOfSite - 1)", to: (eventsOfSite - 1) % 50, at: after(Double(eventsOfSite) / 100)))
    try wait(seconds: 120, "all to be shipped") {
        let statistics = ledger.statistics
        guard statistics.eventsWaiting == 0, statistics.eventsHeld == 0 else { return false }
        let reader = try ledger.reader()
        return try service.status.position == Int64(eventsOfSite) && reader.lastEvent() == Int64(eventsOfSite)
            && reader.changes(after: 0, limit: 1).isEmpty
    }
    service.stop()
    ledger.stop()
}
