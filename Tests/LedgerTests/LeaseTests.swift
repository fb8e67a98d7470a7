import Dispatch
import Foundation
import Packets
import Provisioning
import Synchronization
import TestSupport
import Testing

@testable import Ledger

@Suite struct LeaseTests {
    @Test func `a stored lease reads back the same, in every state and with every odd field`() throws {
        let place = try LedgerOfTest()
        var leases = Lease.State.allCases.enumerated().map { lease($0 + 1, state: $1) }
        var bare = lease(100)
        bare.clientIdentifier = []
        bare.hostName = nil
        bare.vendor = nil
        var odd = lease(101)
        odd.clientIdentifier = Array(0...255)
        odd.hostName = "a\u{0}b'); DROP TABLE leases;--\u{202e}"
        odd.interface = ""
        var edge = lease(102)
        edge.address = .broadcast
        edge.mac = .broadcast
        edge.expires = Moment(microseconds: .max)
        leases += [bare, odd, edge]
        #expect(place.ledger.stored(leases.map(LeaseChange.put)).isSuccess)
        #expect(try place.ledger.reader().leases() == leases)
    }

    @Test func `leases are there after the ledger was stopped and opened again`() throws {
        let place = try LedgerOfTest()
        #expect(place.ledger.stored([.put(lease(1)), .put(lease(2)), .put(lease(3))]).isSuccess)
        #expect(place.ledger.stored([.remove(lease(2).address)]).isSuccess)
        place.ledger.stop()
        let again = try LedgerOfTest(place.folder)
        #expect(try again.ledger.reader().leases() == [lease(1), lease(3)])
        #expect(again.ledger.remarks.isEmpty)
    }

    @Test func `a thousand stores that wait together share one commit`() throws {
        let place = try LedgerOfTest()
        let gate = place.ledger.hold()
        let before = place.ledger.statistics.commits
        let done = Mutex<[Int]>([])
        for number in 1...1000 {
            place.ledger.store([.put(lease(number))]) { _ in done.withLock { $0.append(number) } }
        }
        #expect(place.ledger.statistics.storesWaiting == 1000)
        gate.signal()
        place.ledger.stop()
        #expect(place.ledger.statistics.commits == before + 1)
        #expect(place.ledger.statistics.storesWritten == 1001)
        #expect(done.withLock { $0 } == Array(1...1000))
    }

    @Test func `whoever is told that a lease is stored finds it on disk`() throws {
        let place = try LedgerOfTest()
        let ledger = place.ledger
        let missing = Mutex(0)
        for number in 1...200 {
            ledger.store([.put(lease(number))]) { _ in
                let found = (try? ledger.reader().leases().contains { $0.address == lease(number).address }) ?? false
                if !found { missing.withLock { $0 += 1 } }
            }
        }
        ledger.stop()
        #expect(missing.withLock { $0 } == 0)
        #expect(try ledger.reader().leases().count == 200)
    }

    @Test func `of several changes to one address the last holds, within a commit as across commits`() throws {
        let place = try LedgerOfTest()
        for number in 0..<300 {
            var other = lease(7)
            other.mac = mac(number)
            place.ledger.store([.put(lease(7)), .remove(lease(7).address), .put(other)]) { _ in }
            if number % 50 == 0 { _ = place.ledger.stored([]) }
        }
        place.ledger.stop()
        #expect(try place.ledger.reader().leases().map(\.mac) == [mac(299)])
    }

    @Test func `results come on the writer's thread`() throws {
        let place = try LedgerOfTest()
        let name = Mutex("")
        place.ledger.store([]) { _ in
            let text = (try? String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8)) ?? "?"
            name.withLock { $0 = text }
        }
        place.ledger.stop()
        #expect(name.withLock { $0 } == "ledger\n")
    }

    @Test func `a stopped ledger refuses leases aloud and counts events as dropped`() throws {
        let place = try LedgerOfTest()
        place.ledger.stop()
        #expect(place.ledger.stored([.put(lease(1))]).error == .stopped(file: "\(place.folder.path)/bellhop.db"))
        place.ledger.record(served("a", to: 1))
        #expect(place.ledger.statistics.eventsDropped == 1)
        place.ledger.stop()
    }

    @Test func `a ledger that is let go writes what is queued, and leaves one file`() throws {
        let folder = try TemporaryFolder()
        do {
            let place = try LedgerOfTest(folder)
            for number in 1...5000 { place.ledger.record(served("a", to: number)) }
            place.ledger.store([.put(lease(1))]) { _ in }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["bellhop.db"])
        let again = try LedgerOfTest(folder)
        #expect(try again.ledger.reader().counts() == LedgerCounts(leases: 1, devices: 5000, events: 5000, otherServers: 0))
    }
}
