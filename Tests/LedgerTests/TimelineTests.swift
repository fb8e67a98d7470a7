import DHCPMessages
import Foundation
import LinuxSystem
import Packets
import Testing
import VendorCatalogue

@testable import Ledger
@testable import Provisioning

@Suite struct TimelineTests {
    @Test func `a device's events come back in order, and only its own`() throws {
        let place = try LedgerOfTest()
        for number in 0..<20 { place.ledger.record(served("file-\(number)", to: number % 2, at: after(Double(number)))) }
        place.ledger.stop()
        let rows = try place.ledger.reader().timeline(of: mac(1), limit: 100)
        #expect(rows.map { $0.details[2] } == stride(from: 1, to: 20, by: 2).map { EventDetail("name", "file-\($0)") })
        #expect(rows.map(\.time) == stride(from: 1, to: 20, by: 2).map { after(Double($0)) })
        #expect(rows.first?.name == "file.served")
        #expect(rows.first?.mac == mac(1))
        #expect(rows.first?.interface == "eth1")
        let newest = try place.ledger.reader().timeline(of: mac(1), limit: 3)
        #expect(newest == Array(rows.suffix(3)))
        #expect(
            try place.ledger.reader().timeline(of: mac(1), limit: 3, before: newest.first?.id)
                == Array(rows.dropLast(3).suffix(3)))
        #expect(try place.ledger.reader().timeline(of: mac(9), limit: 3).isEmpty)
    }

    @Test(arguments: [
        ("the same within a minute", [(0, "a"), (20, "a"), (59.9, "a")], [2]),
        ("the same after a minute", [(0, "a"), (60, "a")], [0, 0]),
        ("a row takes up repeats for one minute, not for ever", [(0, "a"), (40, "a"), (80, "a")], [1, 0]),
        ("other details", [(0, "a"), (1, "b"), (2, "a")], [1, 0]),
        ("a little out of order", [(5, "a"), (4, "a")], [1]),
        ("a clock set far back", [(5000, "a"), (4, "a")], [0, 0]),
    ])
    func `repeats are folded`(_ name: String, _ events: [(Double, String)], _ repeats: [Int]) throws {
        let place = try LedgerOfTest()
        for (seconds, file) in events { place.ledger.record(served(file, to: 1, at: after(seconds))) }
        place.ledger.stop()
        let rows = try place.ledger.reader().timeline(of: mac(1), limit: 100)
        #expect(rows.map(\.repeats) == repeats)
        #expect(rows.map(\.lastTime).max() == events.map { after($0.0) }.max())
        #expect(place.ledger.statistics.eventsFolded == repeats.reduce(0, +))
        #expect(place.ledger.statistics.eventsWritten == repeats.count)
    }

    @Test func `the same of two devices, or on two interfaces, is not folded`() throws {
        let place = try LedgerOfTest()
        place.ledger.record(served("a", to: 1))
        place.ledger.record(served("a", to: 2))
        place.ledger.record(served("a", to: nil))
        var elsewhere = served("a", to: 1)
        elsewhere.interface = "eth2"
        place.ledger.record(elsewhere)
        place.ledger.stop()
        #expect(try place.ledger.reader().counts().events == 4)
        #expect(place.ledger.statistics.eventsFolded == 0)
    }

    @Test func `repeats are folded across commits, and what is remembered of them is bounded`() throws {
        let place = try LedgerOfTest()
        for number in 0..<30_000 {
            place.ledger.record(served("\(number)", to: 1))
            if number % 1000 == 0 { place.ledger.record(served("again", to: 2)) }
        }
        place.ledger.stop()
        #expect(try place.ledger.reader().timeline(of: mac(2), limit: 100).map(\.repeats).reduce(0) { $0 + $1 + 1 } == 30)
        var memory = FoldingMemory()
        for number in 0..<100_000 { memory.remember(Fingerprint(bits: number), FoldingMemory.Row(id: 1, time: monday)) }
        #expect((0..<100_000).count { memory.row(for: Fingerprint(bits: $0), at: monday) != nil } <= 16_384)
        #expect(memory.row(for: Fingerprint(bits: 99_999), at: monday) != nil)
    }

    @Test func `of one phone that asks again and again there is a commit a second at most`() throws {
        let place = try LedgerOfTest()
        let begun = MonotonicClock.now()
        for number in 0..<200 {
            place.ledger.record(ignored(1, .notAPhone, at: after(Double(number) / 100)))
            place.ledger.settle()
        }
        let seconds = (MonotonicClock.now() - begun) / 1_000_000_000
        // Two for each call of settle are its own.
        #expect(place.ledger.statistics.commits - 400 <= Int(seconds) + 2)
        place.ledger.stop()
        let row = try #require(try place.ledger.reader().timeline(of: mac(1), limit: 10).first)
        #expect(row.repeats == 199 && row.lastTime == after(1.99))
        #expect(try place.ledger.reader().device(mac(1))?.lastSeen == after(1.99))
    }

    @Test func `a repeat that nothing follows is on disk soon all the same`() throws {
        let place = try LedgerOfTest()
        for second in 0..<3 {
            place.ledger.record(ignored(1, .notAPhone, at: after(Double(second))))
            place.ledger.settle()
        }
        while try place.ledger.reader().timeline(of: mac(1), limit: 10).first?.repeats != 2 { usleep(1000) }
        #expect(try place.ledger.reader().device(mac(1))?.lastSeen == after(2))
    }

    @Test func `what the queue has no room for is dropped and counted, and nobody waits`() throws {
        let place = try LedgerOfTest { $0.queuedEvents = 100 }
        let gate = place.ledger.hold()
        for number in 0..<150 { place.ledger.record(served("\(number)", to: 1)) }
        #expect(place.ledger.statistics.eventsDropped == 50)
        #expect(place.ledger.statistics.eventsWaiting == 100)
        gate.signal()
        place.ledger.settle()
        place.ledger.record(served("later", to: 1))
        place.ledger.stop()
        #expect(place.ledger.statistics.eventsWritten == 101)
        #expect(place.ledger.statistics.eventsWaiting == 0)
        #expect(
            try place.ledger.reader().timeline(of: mac(1), limit: 1000).map { $0.details[2].text } == (0..<100).map { "\($0)" }
                + ["later"]
        )
    }

    @Test func `leases are not dropped when the queue of events is full`() throws {
        let place = try LedgerOfTest { $0.queuedEvents = 1 }
        let gate = place.ledger.hold()
        for number in 0..<10 {
            place.ledger.record(served("\(number)", to: 1))
            place.ledger.store([.put(lease(number + 1))]) { _ in }
        }
        gate.signal()
        place.ledger.stop()
        #expect(try place.ledger.reader().counts() == LedgerCounts(leases: 10, devices: 1, events: 1, otherServers: 0))
    }

    @Test(arguments: [
        "\u{0}\u{1}\u{1b}[2J\u{7f}\r\n\t", "\"},{\"x\":\"", "\\u0000\\\"", "'; DROP TABLE events;--", "<script>alert(1)</script>",
        "\u{202e}gnp.exe", "💥 é e\u{301} \u{fffd}", "", "%s%n%d", String(repeating: "A", count: 2048),
    ])
    func `whatever a phone sent comes back as text`(_ text: String) throws {
        let place = try LedgerOfTest()
        place.ledger.record(served(text, to: 1, vendor: text, agent: text))
        place.ledger.stop()
        let row = try #require(try place.ledger.reader().timeline(of: mac(1), limit: 10).first)
        #expect(
            row.details == [
                EventDetail("vendor", text), EventDetail("address", "10.0.0.7"), EventDetail("name", text),
                EventDetail("path", "snom/\(text)").fitForDisk, EventDetail("bytes", "12"), EventDetail("by", "http"),
                EventDetail("after-ms", "0.00"), EventDetail("agent", text),
            ])
        #expect(try place.ledger.reader().devices(limit: 1).first?.vendor == text)
        // Strict JSON, for whoever reads the file by other means.
        let lying = DetailsText.write([EventDetail("name", text)])
        #expect(try JSONSerialization.jsonObject(with: Data(lying.utf8)) as? [String: String] == ["name": text])
    }

    @Test func `a long text is cut between characters`() {
        let long = EventDetail("agent", String(repeating: "é", count: 40_000)).fitForDisk.text
        #expect(long.utf8.count <= EventDetail.longest)
        #expect(long == String(repeating: "é", count: 1022) + "…")
    }

    @Test(arguments: [
        ("http://user:secret@host/a", "http://***@host/a"), ("ftp://u:p@ss@host:21", "ftp://***@host:21"),
        ("https://token@host?x=a@b", "https://***@host?x=a@b"), ("http://host/a@b", "http://host/a@b"),
        ("it would be told http://u:p@h/x, and tftp://u:p@h/y", "it would be told http://***@h/x, and tftp://***@h/y"),
        ("mail me@host", "mail me@host"), ("http://", "http://"), ("://@", "://***@"), ("http://é:ü@h", "http://***@h"),
    ])
    func `credentials in URLs are not kept`(_ text: String, _ shown: String) {
        #expect(withoutCredentials(text) == shown)
        let told = Event.DHCPAnswered(vendor: "snom", url: text, address: .any, options: [DHCPOptionCode(rawValue: 66)])
        #expect(
            RecordedEvent(Event(time: Moment(microseconds: 0), mac: nil, interface: nil, .dhcpAnswered(told)))["url"] == shown)
        let refusal = RecordedEvent(
            Event(time: Moment(microseconds: 0), mac: nil, interface: nil, .ignored(.dhcp(nil), .nothingToServe(text)))
        ).details
        #expect(refusal.last?.text.contains(shown) == true)
    }

    @Test func `only what the ledger wrote reads as details`() {
        for wrong in ["", "{", "{}x", "[]", "{\"a\":1}", "{\"a\":\"b\"", "{\"a\":\"b\",}", "{\"a\":\"\\u00", "{\"a\":\"\\"] {
            #expect(DetailsText.read(wrong) == nil)
        }
        #expect(DetailsText.read("{}") == [])
    }
}
