import FleetStore
import Foundation
import Ledger
import Packets
import PostgreSQL
import Provisioning
import TestSupport
import Testing

@testable import Fleet

@Suite struct ShippingTests {
    @Test func `events, devices, leases and other servers go up, and what changes later goes up again`() throws {
        let fleet = try FleetOfTest()
        let folder = try TemporaryFolder()
        let ledger = try Ledger(folder: folder.path, feedsFleet: true)
        ledger.record(served("a\t\\b\n\"c\"", to: 1, at: monday))
        ledger.record(try heard(IPv4Address(10, 0, 0, 1), mac(9), telling: "x", to: mac(1), at: monday))
        ledger.store([.put(lease(1))]) { _ in }
        let service = try fleet.ship(ledger, folder, site: "lyon")
        defer { service.stop() }
        try wait("shipped") {
            try fleet.number("SELECT count(*) FROM bellhop.leases") == 1
                && fleet.number("SELECT count(*) FROM bellhop.other_servers") == 1
                && fleet.number("SELECT count(*) FROM bellhop.events") == 2
        }
        ledger.record(served("a\t\\b\n\"c\"", to: 1, at: after(1)))
        ledger.record(served("d", to: 1, at: after(2)))
        try wait("the repeat") {
            try fleet.number("SELECT sum(repeats) FROM bellhop.events") == 1
                && fleet.number("SELECT count(*) FROM bellhop.events") == 3
        }
        let reader = try FleetReader(fleet.connect("lyon"))
        let own = try ledger.reader()
        #expect(try reader.timeline(of: mac(1), site: nil, limit: 10).map(\.event) == own.timeline(of: mac(1), limit: 10))
        #expect(try reader.devices(mac(1), site: "lyon").map(\.device) == [own.device(mac(1))].compactMap { $0 })
        #expect(try reader.leases(site: "lyon", segment: "") == own.leases())
        let sites = try reader.sites()
        #expect(sites.map(\.name) == ["lyon"])
        #expect(sites.first?.stages.values.reduce(0, +) == 1)
        try wait("the marks to be forgotten") { try ledger.reader().changes(after: 0, limit: 10).isEmpty }
    }

    @Test func `a ledger that was kept before there was a fleet goes up whole, and again what came while there was none`() throws
    {
        let fleet = try FleetOfTest()
        let folder = try TemporaryFolder()
        for round in 1...3 {
            let ledger = try Ledger(folder: folder.path, feedsFleet: round != 2)
            for number in 0..<50 { ledger.record(served("\(round)", to: round * 100 + number, at: after(Double(round)))) }
            guard round != 2 else {
                ledger.stop()
                continue
            }
            let service = try fleet.ship(ledger, folder, site: "lyon")
            try wait("round \(round)") {
                try fleet.number("SELECT count(*) FROM bellhop.devices") == 50 * round
                    && fleet.number("SELECT count(*) FROM bellhop.events") == 50 * round
            }
            service.stop()
            ledger.stop()
        }
    }

    @Test func `a site's role reads and writes nothing of another site, and no page reads phones' passwords`() throws {
        let fleet = try FleetOfTest(sites: ["lyon", "oslo"])
        let folder = try TemporaryFolder()
        let ledger = try Ledger(folder: folder.path, feedsFleet: true)
        ledger.record(served("a", to: 1, at: monday))
        ledger.record(try heard(IPv4Address(10, 0, 0, 1), mac(9), telling: "x", to: mac(1), at: monday))
        ledger.store([.put(lease(1))]) { _ in }
        let service = try fleet.ship(ledger, folder, site: "lyon")
        try wait("shipped") {
            try ["devices", "leases", "other_servers"].allSatisfy { table in
                try fleet.number("SELECT count(*) FROM bellhop.\(table)") == 1
            }
        }
        service.stop()
        let oslo = try fleet.connect("oslo")
        for table in ["events", "devices", "sources", "leases", "other_servers"] {
            #expect(try oslo.query("SELECT count(*) FROM bellhop.\(table)") == [["0"]], "\(table)")
        }
        let site = "(SELECT id FROM bellhop.sites WHERE name = 'lyon')"
        let attempts = [
            "INSERT INTO bellhop.devices (site, mac, first_seen, last_seen) VALUES (\(site), 7, now(), now())",
            "INSERT INTO bellhop.events VALUES (\(site), 1, 9, now(), now(), 0, 1, 'x', 'x', '{}')",
            "INSERT INTO bellhop.sources (site, ledger, host, version) VALUES (\(site), 7, '', '')",
            "DELETE FROM bellhop.events", "TRUNCATE bellhop.devices", "SELECT * FROM bellhop.events_elsewhen",
            "UPDATE bellhop.sites SET role = 'site_oslo'", "INSERT INTO bellhop.known_devices VALUES (1, NULL, '{}')",
            "CREATE TABLE bellhop.mine (a int)", "SELECT fields FROM bellhop.known_devices, bellhop.labels",
        ]
        for attempt in attempts {
            #expect(throws: DatabaseError.self, "\(attempt)") { try oslo.script(attempt) }
        }
        #expect(try oslo.query("UPDATE bellhop.sources SET events = 0 RETURNING id").isEmpty)
        #expect(try oslo.query("DELETE FROM bellhop.leases RETURNING address").isEmpty)
        #expect(throws: DatabaseError.self) {
            try FleetShipper.open(oslo, ShippingSource(site: "lyon", segment: nil, ledger: 1, host: "", version: ""))
        }
        try fleet.owner().script("CREATE ROLE looker LOGIN; GRANT bellhop_page TO looker")
        let page = try DatabaseConnection(DatabaseAddress(fleet.uri("looker")))
        #expect(try page.query("SELECT count(*) FROM bellhop.devices") == [["1"]])
        for attempt in [
            "SELECT * FROM bellhop.known_devices", "DELETE FROM bellhop.devices", "UPDATE bellhop.sources SET lost = 0",
        ] {
            #expect(throws: DatabaseError.self, "\(attempt)") { try page.script(attempt) }
        }
    }

    @Test func `what one database shipped forgets no marks of another`() throws {
        let folder = try TemporaryFolder()
        let ledger = try Ledger(folder: folder.path, feedsFleet: true)
        ledger.store([.put(lease(1))]) { _ in }
        let reader = try ledger.reader()
        try wait("the mark") { try reader.changes(after: 0, limit: 9).count == 1 }
        let identity = try reader.identity()
        ledger.forgetChanges(upTo: .max, of: identity ^ 1)
        ledger.record(served("a", to: 1, at: monday))
        try wait("the event's device") { try reader.changes(after: 0, limit: 9).count == 2 }
        ledger.forgetChanges(upTo: .max, of: identity)
        try wait("the marks to be forgotten") { try reader.changes(after: 0, limit: 9).isEmpty }
    }

    @Test func `known devices come down when the table changes, and are there without the database`() throws {
        let fleet = try FleetOfTest(sites: ["lyon", "oslo"])
        let folder = try TemporaryFolder()
        let owner = try FleetDevices(fleet.owner())
        try owner.put(
            [(mac(1), [EventDetail("label", "Front \"desk\", left"), EventDetail("sip-user", "7")])], site: nil, replacing: true)
        let ledger = try Ledger(folder: folder.path, feedsFleet: true)
        let service = try fleet.ship(ledger, folder, site: "lyon")
        defer { service.stop() }
        let path = FleetSettings.devicesFile(state: folder.path)
        try wait("the cache") {
            try String(contentsOfFile: path, encoding: .utf8)
                == "mac,label,sip-user\n00:04:13:00:00:01,\"Front \"\"desk\"\", left\",7\n"
        }
        try owner.put([(mac(3), [EventDetail("label", "Oslo")])], site: "oslo", replacing: true)
        try owner.put([(mac(2), [EventDetail("label", "Hall")])], site: "lyon", replacing: true)
        // By NOTIFY, though the connection is busy: the slow poll comes once a minute.
        var number = 0
        try wait(seconds: 30, "the change") {
            number += 1
            ledger.record(served("\(number)", to: number, at: after(Double(number))))
            return try String(contentsOfFile: path, encoding: .utf8).contains("Hall")
        }
        #expect(try !String(contentsOfFile: path, encoding: .utf8).contains("Oslo"))
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }
}
