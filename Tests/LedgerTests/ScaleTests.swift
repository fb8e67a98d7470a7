import Foundation
import Packets
import Provisioning
import TestSupport
import Testing

@testable import Ledger

@Suite struct ScaleTests {
    @Test func `two hundred thousand events of ten thousand devices are all there`() throws {
        let place = try LedgerOfTest()
        for number in 0..<200_000 {
            while place.ledger.statistics.eventsWaiting >= 60_000 { usleep(1000) }
            place.ledger.record(served("\(number)", to: number % 10_000, at: after(Double(number) / 1000)))
        }
        place.ledger.stop()
        #expect(try place.ledger.reader().counts() == LedgerCounts(leases: 0, devices: 10_000, events: 200_000, otherServers: 0))
        #expect(place.ledger.statistics.eventsDropped == 0)
        let rows = try place.ledger.reader().timeline(of: mac(1234), limit: 100)
        #expect(rows.map { $0.details[2].text } == stride(from: 1234, to: 200_000, by: 10_000).map { "\($0)" })
    }

    @Test(arguments: [
        ("timeline", EventTable.query, "SEARCH events USING INDEX events_of_device (mac=? AND rowid<?)"),
        ("devices", DeviceTable.query, "SEARCH devices USING INTEGER PRIMARY KEY (rowid>?)"),
        ("devices to forget first", DeviceTable.leastQueries[0], "SCAN devices USING INDEX devices_unrecognised"),
        ("devices to forget then", DeviceTable.leastQueries[1], "SCAN devices USING COVERING INDEX devices_heard"),
        ("phones by brand and stage", LedgerReader.tallyQuery, "SCAN devices USING COVERING INDEX devices_by_stage"),
        (
            "the page", "SELECT mac, model FROM devices WHERE \(DeviceQuery().condition.sql) ORDER BY last_seen DESC LIMIT 500",
            "SCAN devices USING INDEX devices_heard"
        ),
        (
            "what is new", "SELECT mac, model FROM devices WHERE last_seen > ? ORDER BY last_seen LIMIT 500",
            "SEARCH devices USING INDEX devices_heard (last_seen>?)"
        ),
        ("watch", "SELECT mac, model FROM devices ORDER BY last_seen DESC LIMIT 9", "SCAN devices USING INDEX devices_heard"),
        ("oldest events", "DELETE FROM events WHERE id < ?", "SEARCH events USING INTEGER PRIMARY KEY (rowid<?)"),
    ])
    func `a query goes by its index, and sorts nothing`(_ name: String, _ query: String, _ plan: String) throws {
        let folder = try TemporaryFolder()
        let (connection, _) = try DatabaseFile(folder: folder.path).open()
        #expect(try connection.rows("EXPLAIN QUERY PLAN \(query)") { $0.text(3) } == [plan])
    }

    /// In the folder that LEDGER_FOLDER names, where it stays, for whoever wants to measure the program with it.
    @Test func `a fleet's ledger has every device and event, and answers by pages`() throws {
        let temporary = try TemporaryFolder()
        let folder = ProcessInfo.processInfo.environment["LEDGER_FOLDER"] ?? temporary.path
        try LargeLedger.fill(folder)
        let reader = try LedgerReader(folder: folder)
        let counts = try reader.counts()
        #expect((counts.devices, counts.events) == (LargeLedger.devices, LargeLedger.events))
        #expect(try reader.tally().stages.values.reduce(0, +) == LargeLedger.devices)
        var query = DeviceQuery()
        query.limit = 100
        #expect(try reader.devices(query).devices.count == 100)
        #expect(try reader.devices(query).matching == LargeLedger.devices)
        query.stage = "done"
        query.vendor = "snom"
        let found = try reader.devices(query)
        #expect(found.matching > 0 && found.devices.count == min(100, found.matching))
        #expect(found.devices.allSatisfy { $0.stage == "done" && $0.vendor == "snom" })
        let mac = LargeLedger.mac(LargeLedger.devices / 2)
        #expect(try reader.timeline(of: mac, limit: 1000).count == min(1000, LargeLedger.events / LargeLedger.devices))
    }

    @Test func `readers do not wait for the writer, nor it for them`() throws {
        let place = try LedgerOfTest()
        #expect(place.ledger.stored([.put(lease(1))]).isSuccess)
        let (other, _) = try DatabaseFile(folder: place.folder.path).open()
        try other.transaction { () throws(LedgerError) in
            try LeaseTable(connection: other).apply(.put(lease(2)))
            #expect((try? place.ledger.reader().leases()) == [lease(1)])
        }
        let reader = try place.ledger.reader().connection
        try reader.execute("BEGIN", "reading")
        #expect(try LeaseTable(connection: reader).all().count == 2)
        #expect(place.ledger.stored([.put(lease(3))]).isSuccess)
        #expect(try LeaseTable(connection: reader).all().count == 2)
        #expect(try place.ledger.reader().leases().count == 3)
        #expect(throws: LedgerError.self) { try reader.run("DELETE FROM leases") }
    }

    @Test func `the write-ahead log does not grow without bound`() throws {
        let place = try LedgerOfTest()
        for number in 0..<60_000 { place.ledger.record(served("\(number)", to: number % 100)) }
        place.ledger.settle()
        let log = try FileManager.default.attributesOfItem(atPath: "\(place.folder.path)/bellhop.db-wal")[.size] as? Int
        #expect(try #require(log) < 8 << 20)
    }
}
