import Foundation
import Glibc
import LinuxSystem
import Packets
import Provisioning
import TestSupport
import Testing

@testable import Ledger

@Suite struct RoomTests {
    @Test func `the timeline keeps its newest rows`() throws {
        let place = try LedgerOfTest { $0.events = 1000 }
        for number in 0..<20_000 { place.ledger.record(served("\(number)", to: 1)) }
        place.ledger.settle()
        #expect(try place.ledger.reader().counts().events == 1000)
        #expect(place.ledger.statistics.eventsForgotten == 19_000)
        let rows = try place.ledger.reader().timeline(of: mac(1), limit: 5000)
        #expect(rows.map { $0.details[2].text } == (19_000..<20_000).map { "\($0)" })
    }

    @Test func `the database keeps within its bytes, and leases stay`() throws {
        let limit = 1 << 20
        let place = try LedgerOfTest { $0.bytes = limit }
        #expect(place.ledger.stored((1...100).map { .put(lease($0)) }).isSuccess)
        for number in 0..<30_000 { place.ledger.record(served("\(number)", to: 1)) }
        place.ledger.settle()
        let connection = try place.ledger.reader().connection
        let tables = try LedgerTables(connection)
        // A quiet ledger goes on until it is within its limits.
        for _ in 0..<5000 where try tables.usedBytes() > limit { usleep(1000) }
        #expect(try tables.usedBytes() <= limit)
        let newest = try place.ledger.reader().timeline(of: mac(1), limit: 1).first
        #expect(newest?.details[2].text == "29999")
        #expect(try place.ledger.reader().leases().count == 100)
        // What is freed is used again: beyond the limit there was never more than one group.
        #expect(try connection.number("PRAGMA page_count") * 4096 < 2 * Int64(limit))
    }

    @Test func `the limits of rows and bytes at once take no more than they must`() throws {
        let place = try LedgerOfTest {
            $0.events = 10
            $0.bytes = 0
        }
        for number in 0..<100 { place.ledger.record(served("\(number)", to: 1)) }
        place.ledger.settle()
        #expect(try place.ledger.reader().counts().events == 1)
        #expect(place.ledger.stored([.put(lease(1))]).isSuccess)
        place.ledger.record(served("later", to: 1))
        place.ledger.settle()
        #expect(place.ledger.statistics.eventsDropped == 0)
    }

    @Test func `where all but the newest row go, those that follow have numbers behind it, and a repeat finds its own`() throws {
        let place = try LedgerOfTest { $0.bytes = 0 }
        for number in 1...10 { place.ledger.record(served("\(number)", to: number)) }
        place.ledger.settle()
        let reader = try place.ledger.reader()
        for _ in 0..<5000 where try reader.counts().events > 1 { usleep(1000) }
        #expect(try reader.events(after: 0, limit: 10).map(\.id) == [10])
        place.ledger.record(served("11", to: 11))
        place.ledger.settle()
        for _ in 0..<5000 where try reader.counts().events > 1 { usleep(1000) }
        #expect(try reader.events(after: 10, limit: 10).map(\.id) == [11])
    }

    @Test func `T3 of a flood about devices that nobody knows so many rows are written a second, and a phone's all`() throws {
        let place = try LedgerOfTest { $0.events = 5000 }
        place.ledger.record(served("first", to: 1))
        let perSecond: UInt64 = 20_000
        for number in 0..<Int(2 * perSecond) {
            let steady = 1_000_000_000 + UInt64(number) * (1_000_000_000 / perSecond)
            var made = ignored(100 + number, .notAPhone, at: Moment(microseconds: monday.microseconds, steady: steady))
            made.isAboutStranger = true
            place.ledger.record(made)
            if number % 1000 == 0 { place.ledger.record(ignored(2, .nothingToServe("http://h/\(number)"))) }
            while place.ledger.statistics.eventsWaiting > 10_000 { usleep(1000) }
        }
        place.ledger.settle()
        let statistics = place.ledger.statistics
        #expect((1050...1150).contains(statistics.eventsWritten - 41), "\(statistics)")
        #expect(statistics.strangersDropped == statistics.eventsDropped)
        #expect(statistics.eventsWritten + statistics.eventsDropped == 2 * Int(perSecond) + 41)
        #expect(try place.ledger.reader().timeline(of: mac(1), limit: 9).count == 1)
        #expect(try place.ledger.reader().timeline(of: mac(2), limit: 99).count == 40)
        // What was written of one is no new row when it comes again.
        var again = ignored(100, .notAPhone, at: Moment(microseconds: monday.microseconds + 1, steady: 3_000_000_000))
        again.isAboutStranger = true
        place.ledger.record(again)
        place.ledger.settle()
        #expect(place.ledger.statistics.eventsDropped == statistics.eventsDropped)
    }

    // MARK: A full disk

    @Test func `as many repeats as may be held are written at once, and put off as long as any where there is no room`() {
        var held = Held()
        for row in 0..<4096 { held.repeat(Int64(row), at: monday) }
        let now = MonotonicClock.now()
        #expect(held.wait(at: now) == 0)
        held.putOff(at: now)
        #expect(held.wait(at: now) != 0)
        held.repeat(4096, at: monday)
        held.hear(mac(1), at: monday)
        #expect(held.wait(at: now) != 0)
        #expect(held.wait(at: now + 1_000_000_000) == 0)
    }

    @Test func `in a full database a lease gets the error, and is stored again when there is room`() throws {
        let place = try LedgerOfTest(maximumPages: 30)
        var number = 0
        var refusal: LedgerError?
        while refusal == nil, number < 10_000 {
            number += 1
            refusal = place.ledger.stored([.put(lease(number))]).error
        }
        #expect(refusal?.isDiskTrouble == true)
        #expect(
            refusal.map { "\($0)" } == "\(place.folder.path)/bellhop.db: writing: database or disk is full; make room on its disk"
        )
        #expect(try place.ledger.reader().leases() == (1..<number).map { lease($0) })
        // Nothing of a change that failed is there.
        #expect(place.ledger.stored([.remove(lease(1).address), .put(lease(number)), .put(lease(number + 1))]).error != nil)
        #expect(try place.ledger.reader().leases() == (1..<number).map { lease($0) })
        // More than a page of them.
        #expect(place.ledger.stored((1...200).map { .remove(lease($0).address) }).isSuccess)
        #expect(place.ledger.stored([.put(lease(number))]).isSuccess)
        #expect(place.ledger.statistics.storesFailed == 2)
    }

    @Test func `in a full database events are dropped and counted, and a lease takes the room of the oldest`() throws {
        let place = try LedgerOfTest(maximumPages: 60)
        var recorded = 0
        while place.ledger.statistics.eventsDropped == 0, recorded < 100_000 {
            for _ in 0..<100 {
                place.ledger.record(served("\(recorded)", to: 1))
                recorded += 1
            }
            while place.ledger.statistics.eventsWaiting > 0 { usleep(500) }
        }
        let full = place.ledger.statistics
        #expect(full.eventsDropped > 0)
        #expect(full.eventsWritten + full.eventsDropped == recorded)
        #expect(try place.ledger.reader().counts().events == full.eventsWritten)
        #expect(place.ledger.stored((1...300).map { .put(lease($0)) }).isSuccess)
        #expect(place.ledger.statistics.eventsForgotten > 0)
        place.ledger.record(served("later", to: 1))
        place.ledger.stop()
        #expect(try place.ledger.reader().timeline(of: mac(1), limit: 1).first?.details[2].text == "later")
    }

    @Test func `a lease is stored though the events of its group do not fit`() throws {
        let place = try LedgerOfTest(maximumPages: 60)
        #expect(place.ledger.stored([.put(lease(1))]).isSuccess)
        var number = 0
        func recordMany() {
            for _ in 0..<500 {
                number += 1
                place.ledger.record(served("\(number)", to: 1))
            }
        }
        while place.ledger.statistics.eventsDropped == 0, number < 100_000 {
            recordMany()
            place.ledger.settle()
        }
        let full = place.ledger.statistics
        let gate = place.ledger.hold()
        recordMany()
        place.ledger.store([.put(lease(1, state: .released))]) { _ in }
        gate.signal()
        place.ledger.stop()
        #expect(try place.ledger.reader().leases() == [lease(1, state: .released)])
        #expect(place.ledger.statistics.eventsDropped == full.eventsDropped + 500)
        #expect(place.ledger.statistics.eventsForgotten == 0)
    }

    @Test func `a transaction that fails leaves nothing, and the next one works`() throws {
        let folder = try TemporaryFolder()
        let (connection, _) = try DatabaseFile(folder: folder.path).open()
        let table = LeaseTable(connection: connection)
        #expect(throws: LedgerError.self) {
            try connection.transaction { () throws(LedgerError) in
                try table.apply(.put(lease(1)))
                throw .stopped(file: "")
            }
        }
        #expect(try table.all().isEmpty)
        try connection.transaction { () throws(LedgerError) in try table.apply(.put(lease(2))) }
        #expect(try table.all() == [lease(2)])
    }

    @Test(.enabled(if: geteuid() == 0, "mounting takes root"))
    func `T16 on a disk that is full the ledger reports, and recovers by itself when there is room`() throws {
        let folder = try TemporaryFolder()
        try #require(mount("tmpfs", folder.path, "tmpfs", 0, "size=4m") == 0)
        defer { umount2(folder.path, Int32(MNT_DETACH)) }
        let place = try LedgerOfTest(folder)
        #expect(place.ledger.stored([.put(lease(1))]).isSuccess)
        let filler = Glibc.open("\(folder.path)/filler", O_WRONLY | O_CREAT, 0o600)
        let block = [UInt8](repeating: 1, count: 4096)
        while write(filler, block, block.count) > 0 {}
        close(filler)
        var kept = [lease(1)]
        var failures = 0
        for number in 2...200 {
            let outcome = place.ledger.stored([.put(lease(number))])
            if outcome.isSuccess { kept.append(lease(number)) } else { failures += 1 }
            #expect(outcome.error?.isDiskTrouble != false)
            place.ledger.record(served("\(number)", to: number))
        }
        #expect(failures > 0)
        #expect(try place.ledger.reader().leases() == kept)
        place.ledger.settle()
        #expect(place.ledger.statistics.eventsDropped > 0)
        unlink("\(folder.path)/filler")
        #expect(place.ledger.stored([.put(lease(500))]).isSuccess)
        place.ledger.record(served("room", to: 500))
        place.ledger.stop()
        #expect(try place.ledger.reader().leases() == kept + [lease(500)])
        #expect(try place.ledger.reader().timeline(of: mac(500), limit: 1).count == 1)
        #expect(place.ledger.remarks.isEmpty)
    }
}
