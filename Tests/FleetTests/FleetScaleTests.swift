import FleetStore
import Foundation
import Packets
import PostgreSQL
import Provisioning
import TestSupport
import Testing

@Suite struct FleetScaleTests {
    /// `FLEET_SITES=1000 FLEET_EVENTS=5000` is five million; what it took is printed.
    @Test func `many sites' events are there, and page and devices ask little of them`() throws {
        let environment = ProcessInfo.processInfo.environment
        let sites = environment["FLEET_SITES"].flatMap { Int($0) } ?? 20
        let eventsOfSite = environment["FLEET_EVENTS"].flatMap { Int($0) } ?? 500
        let fleet = try FleetOfTest(sites: [])
        let administration = FleetAdministration(try fleet.owner())
        for site in 0..<sites { _ = try administration.add(site: "site\(site)", role: "shipper", seesAll: true) }
        let connection = try DatabaseConnection(DatabaseAddress(fleet.server.uri("shipper")))
        let began = Date()
        for site in 0..<sites {
            let source = ShippingSource(site: "site\(site)", segment: nil, ledger: Int64(site), host: "h", version: "test")
            let opened = try FleetShipper.open(connection, source)
            let shipper = opened.0
            var position = opened.1
            for first in stride(from: 0, to: eventsOfSite, by: 1000) {
                var shipment = Shipment()
                let count = min(1000, eventsOfSite - first)
                shipment.events = (first..<first + count).map { event(Int64($0 + 1), device: site * 100 + $0 % 100) }
                if first == 0 {
                    shipment.devices = (0..<100).map { device(site * 100 + $0, stage: ["done", "came", "asked"][$0 % 3]) }
                }
                shipment.position.events = Int64(first + count)
                try shipper.ship(shipment, from: position)
                position = shipment.position
            }
        }
        let shipped = Date().timeIntervalSince(began)
        try fleet.owner().script("ANALYZE")
        #expect(try fleet.number("SELECT count(*) FROM bellhop.events") == sites * eventsOfSite)
        let reader = try FleetReader(connection)
        func time<Value>(_ what: String, _ body: () throws -> Value) rethrows -> Value {
            let began = Date()
            let value = try body()
            print("\(what): \(Int(Date().timeIntervalSince(began) * 1000)) ms")
            return value
        }
        print(
            "shipped \(sites * eventsOfSite) events in \(Int(shipped)) s, \(Int(Double(sites * eventsOfSite) / shipped)) a second"
        )
        print(
            "bytes: events \(try fleet.number("SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class c WHERE relname ~ '^events_[0-9]'"))"
        )
        #expect(try time("sites") { try reader.sites() }.count == sites)
        #expect(try time("devices, the newest 500") { try reader.devices(FleetQuery()) }.count == min(500, sites * 100))
        var query = FleetQuery()
        query.site = "site7"
        query.stage = "came"
        #expect(try time("devices of a site and stage") { try reader.devices(query) }.count == 33)
        query = FleetQuery()
        query.text = "00:04:13:00:02"
        #expect(try time("devices by a part of the address") { try reader.devices(query) }.count > 0)
        query = FleetQuery()
        query.limit = 1_000_000
        #expect(try time("all devices") { try reader.devices(query) }.count == sites * 100)
        #expect(try time("a timeline") { try reader.timeline(of: mac(7), site: nil, limit: 500) }.count == eventsOfSite / 100)
    }

    private func event(_ id: Int64, device: Int) -> RecordedEvent {
        let details = [
            EventDetail("request", "dhcp-inform"), EventDetail("vendor", "snom"), EventDetail("family", "snom-desk"),
            EventDetail("url", "http://192.0.2.1/snom/D735/\(device).xml"), EventDetail("address", "10.0.0.7"),
        ]
        return RecordedEvent(
            id: id, time: after(Double(id) / 10), mac: mac(device), interface: "eth1", name: "dhcp.answered", details: details)
    }

    private func device(_ number: Int, stage: String) -> RecordedDevice {
        var device = RecordedDevice(mac: mac(number), firstSeen: monday, lastSeen: after(Double(number % 3000)))
        device.vendor = "snom"
        device.model = "D735"
        device.stage = stage
        device.stageSince = monday
        return device
    }
}
