import FleetStore
import Foundation
import PostgreSQL
import TestSupport
import Testing

@Suite struct HousekeepingTests {
    @Test func `of each site as many devices and servers are kept as a ledger keeps, those that were heard last`() throws {
        let fleet = try FleetOfTest(sites: ["lyon", "oslo"])
        let owner = try fleet.owner()
        owner.patienceMilliseconds = 120_000
        func number(_ site: String) -> String { "(SELECT id FROM bellhop.sites WHERE name = '\(site)')" }
        try owner.script(
            """
            INSERT INTO bellhop.devices (site, mac, vendor, first_seen, last_seen)
                SELECT \(number("lyon")), n, 'snom', now(), now() - n * interval '1 second' FROM generate_series(1, 200007) n;
            INSERT INTO bellhop.devices (site, mac, vendor, first_seen, last_seen)
                SELECT \(number("oslo")), n, 'snom', now(), now() - interval '3000 days' FROM generate_series(1, 9) n;
            INSERT INTO bellhop.devices (site, mac, first_seen, last_seen) VALUES (\(number("oslo")), 10, now(), now() - interval '8 days');
            INSERT INTO bellhop.other_servers SELECT \(number("lyon")), n, 1, 'eth1', '{}', now(), now() - n * interval '1 second'
                FROM generate_series(1, 1005) n;
            INSERT INTO bellhop.other_servers VALUES (\(number("oslo")), 1, 1, 'eth1', '{}', now(), now() - interval '31 days'),
                (\(number("oslo")), 2, 1, 'eth1', '{}', now(), now() - interval '29 days');
            UPDATE bellhop.house SET tended = NULL;
            """)
        #expect(try fleet.connect("lyon").query("SELECT bellhop.tend()") == [["t"]])
        let counts = try ["devices", "other_servers"].map { table in
            try ["lyon", "oslo"].map { try fleet.number("SELECT count(*) FROM bellhop.\(table) WHERE site = \(number($0))") }
        }
        #expect(counts == [[200_000, 9], [1000, 1]])
        #expect(try fleet.number("SELECT max(mac) FROM bellhop.devices WHERE site = \(number("lyon"))") == 200_000)
        #expect(try fleet.number("SELECT max(address) FROM bellhop.other_servers WHERE site = \(number("lyon"))") == 1000)
    }

    @Test func `a row that somebody holds keeps the rest of the hour's work from nobody`() throws {
        let fleet = try FleetOfTest()
        let owner = try fleet.owner()
        let site = "(SELECT id FROM bellhop.sites WHERE name = 'lyon')"
        try owner.script(
            """
            INSERT INTO bellhop.devices (site, mac, first_seen, last_seen) VALUES (\(site), 1, now(), now() - interval '8 days');
            UPDATE bellhop.house SET tended = NULL;
            """)
        let holder = try fleet.owner()
        try holder.script("BEGIN; SELECT mac FROM bellhop.devices FOR UPDATE")
        #expect(try owner.query("SELECT bellhop.tend()") == [["t"]])
        try holder.script("ROLLBACK; UPDATE bellhop.house SET tended = NULL")
        #expect(try owner.query("SELECT bellhop.tend()") == [["t"]])
        #expect(try fleet.number("SELECT count(*) FROM bellhop.devices") == 0)
    }
}
