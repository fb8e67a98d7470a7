import LinuxSystem
import Packets
import Testing

@testable import Ledger
@testable import Provisioning

/// What the writer finds out about events before it touches the database.
@Suite struct DigestTests {
    private static var rows: WrittenBefore { WrittenBefore(ids: 1..<10_000) }

    private var digest = Digest { _, _, _ in nil }

    /// Takes events in and, as a commit would, writes down what they come to from row 7 on.
    private mutating func batch(_ events: Event...) -> Batch {
        var batch = Batch()
        for event in events { digest.take(marked(event), DigestTests.rows, into: &batch) }
        digest.settle(batch, 7..<7 + Int64(batch.rows.count))
        return batch
    }

    private func marked(_ event: Event) -> MarkedEvent { MarkedEvent(event, EventText(event)) }

    private func served(_ took: Duration, agent: String = "a") -> Event {
        var file = Event.FileServed(
            name: "a", path: "a", bytes: 1, took: took, address: IPv4Address(10, 0, 0, 7), vendor: "snom", userAgent: agent)
        file.family = "snom-desk"
        return Event(time: monday, mac: mac(1), interface: "eth1", .fileServed(file))
    }

    @Test mutating func `what came before brings nothing to write but a count and a time`() {
        #expect(batch(ignored(1, .notAPhone)).rows.count == 1)
        let again = batch(ignored(1, .notAPhone, at: after(5)), ignored(1, .notAPhone, at: after(9)))
        #expect(again.isEmpty && again.notes == 2)
        #expect(digest.held.events.keys.sorted() == [7])
        #expect(digest.held.events[7]?.count == 2 && digest.held.events[7]?.latest == after(9))
        #expect(digest.held.devices == [mac(1): after(9)])
    }

    @Test mutating func `what comes several times before it is written becomes one row with all of them`() {
        let first = batch(ignored(1, .notAPhone, at: after(3)), ignored(1, .notAPhone, at: after(1)), ignored(2, .notAPhone))
        #expect(first.rows.map(\.repeats) == [1, 0])
        #expect(first.rows.map(\.latest) == [after(3), monday])
        #expect(first.folded == 1 && digest.held.isEmpty)
    }

    @Test mutating func `repeats are written a second after the first of them, and sooner where they are many`() {
        _ = batch(ignored(1, .notAPhone))
        #expect(digest.held.wait(at: MonotonicClock.now()) == nil)
        let before = MonotonicClock.now()
        _ = batch(ignored(1, .notAPhone, at: after(1)))
        #expect(digest.held.wait(at: before).map { $0 > 900 } == true)
        #expect(digest.held.wait(at: MonotonicClock.now() + 1_000_000_000) == 0)
        for number in 0..<5000 { digest.take(marked(ignored(number, .notAPhone)), DigestTests.rows, into: &batchOfMany) }
        digest.settle(batchOfMany, 8..<5008)
        for number in 0..<5000 { digest.take(marked(ignored(number, .notAPhone)), DigestTests.rows, into: &batchOfMany) }
        #expect(digest.held.wait(at: before) == 0)
    }

    private var batchOfMany = Batch()

    @Test(arguments: [
        ("both at once", Duration.milliseconds(1), Duration.milliseconds(80), 1),
        ("one of them slow", .milliseconds(1), .milliseconds(300), 2),
        ("both slow", .seconds(40), .seconds(45), 1),
        ("one much slower", .seconds(2), .seconds(40), 2),
    ])
    mutating func `how long it took makes another event only where it took much longer`(
        _ name: String, _ first: Duration, _ second: Duration, _ rows: Int
    ) {
        #expect(batch(served(first), served(second)).rows.count == rows)
    }

    @Test mutating func `a value cannot pass for two`() {
        var (one, other) = (served(.zero), served(.zero))
        if case .fileServed(var file) = one.what {
            file.model = "a version=b"
            one.what = .fileServed(file)
            (file.model, file.version) = ("a", "b")
            other.what = .fileServed(file)
        }
        #expect(batch(one, other).rows.count == 2)
    }

    @Test mutating func `a device is written where something but its last sign of life is new`() {
        #expect(batch(served(.zero)).devices.all.count == 1)
        #expect(batch(served(.zero), ignored(1, .notAPhone, at: after(2))).devices.all.isEmpty)
        var moved = ignored(1, .notAPhone, at: after(3))
        moved.interface = "eth2"
        #expect(batch(moved).devices.all.map(\.interface) == ["eth2"])
        // It is there again; and it was heard before the row says.
        #expect(batch(served(.zero)).devices.all.map(\.interface) == ["eth1"])
        #expect(batch(ignored(1, .notAPhone, at: after(-5))).devices.all.count == 1)
        moved.interface = "eth1"
        moved.arrival = Arrival(tags: [VLANTag(control: 20)])
        #expect(batch(moved).devices.all.count == 1)
        #expect(batch(moved).devices.all.isEmpty)
    }

    @Test mutating func `of a device that goes there and back within one commit the last counts`() {
        _ = batch(served(.zero))
        var moved = ignored(1, .notAPhone, at: after(3))
        moved.interface = "eth2"
        #expect(batch(moved, ignored(1, .notAPhone, at: after(4))).devices.all.map(\.interface) == ["eth1"])
    }

    @Test mutating func `a device whose row is gone is written anew`() {
        _ = batch(served(.zero))
        digest.forget(mac(1))
        #expect(batch(served(.zero)).devices.all.count == 1)
    }

    @Test func `what the rows of devices hold is remembered of so many`() {
        var devices = WrittenDevices()
        func seen(_ number: Int) throws -> Sighting { try #require(Sighting(ignored(number, .notAPhone))) }
        #expect(throws: Never.self) {
            for number in 0..<40_000 { devices.remember(try seen(number)) }
            #expect(try (0..<40_000).count { devices.cover(try seen($0)) } <= 16_384)
            #expect(devices.cover(try seen(39_999)))
        }
    }
}
