import Packets
import TestSupport
import Testing

@testable import Ledger
@testable import Provisioning

@Suite struct DeviceTests {
    @Test func `a device gathers what its events tell of it`() throws {
        let place = try LedgerOfTest()
        place.ledger.record(ignored(1, .observing, at: after(10)))
        let told = Event.DHCPAnswered(vendor: "snom", model: "D735", url: "", address: .broadcast, options: [])
        place.ledger.record(served("a", to: 1, at: after(30), vendor: nil))
        place.ledger.record(Event(time: after(20), mac: mac(1), interface: "eth2", .dhcpAnswered(told)))
        place.ledger.record(ignored(1, .observing, at: after(5)))
        place.ledger.stop()
        let device = try #require(try place.ledger.reader().devices(limit: 10).first)
        #expect(device.vendor == "snom")
        #expect(device.model == "D735")
        #expect(device.address == IPv4Address(10, 0, 0, 7))
        #expect(device.interface == "eth1")
        #expect(device.firstSeen == after(5))
        #expect(device.lastSeen == after(30))
        #expect(device.family == nil && device.version == nil)
    }

    @Test func `a relay that was told in a phone's place has the phone at no other address`() throws {
        let place = try LedgerOfTest()
        let relay = IPv4Address(10, 0, 20, 1)
        for (second, address) in [IPv4Address(10, 0, 20, 9), relay].enumerated() {
            let told = Event.DHCPAnswered(vendor: "snom", model: "D735", url: "", address: address, options: [])
            var event = Event(time: after(Double(second)), mac: mac(1), interface: "eth1", .dhcpAnswered(told))
            event.arrival = Arrival(relay: relay, isOwn: false)
            place.ledger.record(event)
        }
        place.ledger.stop()
        #expect(try place.ledger.reader().device(mac(1))?.address == IPv4Address(10, 0, 20, 9))
    }

    @Test func `VLAN, relay and Contact port are those of the last request that tells of them`() throws {
        let tags = [VLANTag(type: 0x88a8, control: 100), VLANTag(control: 0xa014)]
        let relay = IPv4Address(10, 0, 20, 1)
        let rows: [(arrival: Arrival?, tags: [VLANTag], relay: IPv4Address?, port: UInt16?)] = [
            (nil, [], nil, nil),
            (Arrival(tags: tags, sipPort: 5062), tags, nil, 5062),
            (nil, tags, nil, 5062),
            (Arrival(tags: [VLANTag(control: 7)], isOwn: false), tags, nil, 5062),
            (Arrival(tags: [VLANTag(control: 7)], relay: relay, isOwn: false), [], relay, 5062),
            (Arrival(tags: [VLANTag(control: 20)], sipPort: 5070), [VLANTag(control: 20)], nil, 5070),
            (Arrival(), [], nil, 5070),
        ]
        let place = try LedgerOfTest()
        for (second, row) in rows.enumerated() {
            var event = ignored(1, .observing, at: after(Double(second)))
            event.arrival = row.arrival
            place.ledger.record(event)
            place.ledger.settle()
            let device = try #require(try place.ledger.reader().device(mac(1)))
            #expect(device.tags == row.tags && device.relay == row.relay && device.sipPort == row.port, "\(row)")
        }
        // And so where several share a commit.
        for count in rows.indices.dropFirst() {
            let place = try LedgerOfTest()
            let gate = place.ledger.hold()
            for (second, row) in rows[...count].enumerated() {
                var event = ignored(1, .observing, at: after(Double(second)))
                event.arrival = row.arrival
                place.ledger.record(event)
            }
            gate.signal()
            place.ledger.stop()
            let device = try #require(try place.ledger.reader().device(mac(1)))
            let row = rows[count]
            #expect(device.tags == row.tags && device.relay == row.relay && device.sipPort == row.port, "\(row)")
            #expect(device.firstSeen == after(0) && device.lastSeen == after(Double(count)))
        }
        #expect(tags.vlanText == "100/20")
    }

    @Test(arguments: [Silence.ownFrame, .addressedElsewhere, .portNotServed(53), .dhcpReply(nil)])
    func `what others say to each other makes no device`(_ silence: Silence) throws {
        let place = try LedgerOfTest()
        place.ledger.record(ignored(1, silence))
        place.ledger.record(served("a", to: nil))
        place.ledger.stop()
        #expect(try place.ledger.reader().counts() == LedgerCounts(leases: 0, devices: 0, events: 2, otherServers: 0))
    }

    @Test func `devices come page by page`() throws {
        let place = try LedgerOfTest()
        for number in (1...25).reversed() { place.ledger.record(served("a", to: number)) }
        place.ledger.stop()
        var pages: [[MACAddress]] = []
        var last: MACAddress?
        repeat {
            let page = try place.ledger.reader().devices(limit: 10, after: last).map(\.mac)
            pages.append(page)
            last = page.last
        } while last != nil
        #expect(pages == [Array(1...10).map(mac), Array(11...20).map(mac), Array(21...25).map(mac), []])
    }

    @Test func `another server is kept with what it told last`() throws {
        let place = try LedgerOfTest()
        let address = IPv4Address(10, 0, 0, 1)
        place.ledger.record(try heard(address, mac(9), telling: "http://one/", to: mac(1), at: after(10)))
        place.ledger.record(try heard(address, mac(9), telling: "http://two/", to: mac(1), at: after(20)))
        place.ledger.stop()
        let expected = RecordedServer(
            address: address, mac: mac(9), interface: "eth1", told: [EventDetail("66", "http://two/")], firstSeen: after(10),
            lastSeen: after(20))
        #expect(try place.ledger.reader().otherServers() == [expected])
    }

    @Test func `a flood of made-up servers or devices is bounded, and phones outlast it`() throws {
        let place = try LedgerOfTest {
            $0.devices = 100
            $0.otherServers = 10
        }
        for number in 1...20 { place.ledger.record(served("a", to: number)) }
        for number in 1...5000 { place.ledger.record(ignored(1000 + number, .notAPhone, at: after(Double(number)))) }
        for number in 1...50 {
            let address = IPv4Address(bits: 0x0a00_0000 + UInt32(number))
            place.ledger.record(try heard(address, mac(number), telling: "x", to: mac(1), at: after(Double(number))))
        }
        place.ledger.settle()
        #expect(try place.ledger.reader().otherServers().map(\.mac) == Array(41...50).map(mac))
        let devices = try place.ledger.reader().devices(limit: 1000)
        #expect(devices.map(\.mac) == Array(1...20).map(mac) + Array(5921...6000).map(mac))
        #expect(place.ledger.statistics.devicesForgotten == 4920)
    }
}
