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
        (
            "devices to forget", "SELECT mac FROM devices ORDER BY vendor IS NOT NULL, last_seen LIMIT 1",
            "SCAN devices USING INDEX devices_to_forget"
        ),
        ("oldest events", "DELETE FROM events WHERE id < ?", "SEARCH events USING INTEGER PRIMARY KEY (rowid<?)"),
    ])
    func `a query goes by its index, and sorts nothing`(_ name: String, _ query: String, _ plan: String) throws {
        let folder = try TemporaryFolder()
        let (connection, _) = try DatabaseFile(folder: folder.path).open()
        #expect(try connection.rows("EXPLAIN QUERY PLAN \(query)") { $0.text(3) } == [plan])
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
