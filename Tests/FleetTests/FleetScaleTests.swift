import FleetStore
import Foundation
import Packets
import PostgreSQL
import Provisioning
import TestSupport
import Testing

@Suite struct FleetScaleTests {
    @Test func `of many sites' events page and devices ask little`() throws {
        let sites = Soak.size("FLEET_SITES", usual: 20, whole: 1000)
        let eventsOfSite = Soak.size("FLEET_SITE_EVENTS", usual: 500, whole: 5000)
        let fleet = try FleetOfTest(sites: [])
        let administration = FleetAdministration(try fleet.owner())
        for site in 0..<sites { _ = try administration.add(site: "site\(site)", role: "shipper", seesAll: true) }
        let connection = try DatabaseConnection(DatabaseAddress(fleet.uri("shipper")))
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
        let known = (0..<sites * 100).map { (mac($0), [EventDetail("label", "desk \($0)")]) }
        try FleetDevices(fleet.owner()).put(known, site: nil, replacing: true)
        try fleet.owner().script("ANALYZE")
        #expect(try fleet.number("SELECT count(*) FROM bellhop.events") == sites * eventsOfSite)
        let reader = try FleetReader(connection)
        // How long it takes is asserted only at full size, where nothing else runs.
        func time<Value>(_ what: String, _ body: () throws -> Value) rethrows -> Value {
            var best = Double.infinity
            for _ in 1...(Soak.isWhole ? 3 : 1) {
                let began = Date()
                _ = try body()
                best = min(best, Date().timeIntervalSince(began))
            }
            Soak.say("the fleet's \(what): \(Int(best * 1000)) ms")
            #expect(!Soak.isWhole || best < 1, "\(what)")
            return try body()
        }
        Soak.say(
            "\(sites) sites' \(sites * eventsOfSite) events by one connection: \(Int(Double(sites * eventsOfSite) / shipped)) a second, "
                + "\(try fleet.number("SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class c WHERE relname ~ '^events_[0-9]'")) bytes"
        )
        #expect(try time("sites") { try reader.sites() }.count == sites)
        #expect(try time("devices, the newest 500") { try reader.devices(FleetQuery()) }.devices.count == min(500, sites * 100))
        var query = FleetQuery()
        query.site = "site7"
        query.stage = "came"
        #expect(try time("devices of a site and stage") { try reader.devices(query) }.devices.count == 33)
        query = FleetQuery()
        query.text = "00:04:13:00:02"
        #expect(try time("devices by a part of the address") { try reader.devices(query) }.devices.count == 256)
        query = FleetQuery()
        #expect(try reader.allDevices(query).count == sites * 100)
        #expect(try time("one timeline") { try reader.timeline(of: mac(7), site: nil, limit: 500) }.count == eventsOfSite / 100)
        // The program that is shipped, as people run it.
        guard let program = ProcessInfo.processInfo.environment["BELLHOP_BINARY"] else { return }
        func run(_ words: [String]) throws -> Int {
            let process = Process()
            let output = Pipe()
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = words
            process.standardOutput = output
            try process.run()
            let bytes = output.fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
            return bytes.count { $0 == UInt8(ascii: "\n") }
        }
        let database = ["--database", fleet.uri("shipper")]
        #expect(
            try time("command devices --site all") { try run([program, "devices", "--site", "all"] + database) } == sites * 100
                + 1)
        #expect(try time("command devices --site site7") { try run([program, "devices", "--site", "site7"] + database) } == 101)
        _ = try time("command timeline") { try run([program, "timeline", mac(7).colons, "--site", "all"] + database) }
        _ = try time("command fleet sites") { try run([program, "fleet", "sites"] + database) }
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
