import FleetStore
import Foundation
import Ledger
import LinuxSystem
import Packets
import PostgreSQL
import Provisioning
import TestSupport
import Testing

@testable import Fleet

@Suite struct TransactionTests {
    private let source = ShippingSource(site: "lyon", segment: nil, ledger: 1, host: "h", version: "test")

    @Test func `a connection that stops between SELECT FOR UPDATE and COMMIT frees its row`() throws {
        let fleet = try FleetOfTest()
        let cut = try fleet.connect("lyon")
        _ = try FleetShipper.open(cut, source)
        var hasShipped = false
        #expect(throws: DatabaseError.self) {
            try FleetShipper.transaction(cut) { () throws(DatabaseError) in
                try cut.query("SELECT events FROM bellhop.sources FOR UPDATE")
                // A new connection of the site waits for the row until the server ends the one that says nothing.
                let fresh = try DatabaseConnection(DatabaseAddress(fleet.uri(FleetOfTest.role("lyon"))))
                let (shipper, position) = try FleetShipper.open(fresh, source)
                try shipper.ship(Shipment(), from: position)
                hasShipped = true
            }
        }
        #expect(hasShipped)
        #expect(try fleet.number("SELECT count(*) FROM bellhop.sources") == 1)
    }

    @Test func `who waits for a row that another holds gives up`() throws {
        let fleet = try FleetOfTest()
        let connection = try fleet.connect("lyon")
        connection.patienceMilliseconds = 60_000
        let (shipper, position) = try FleetShipper.open(connection, source)
        let owner = try fleet.owner()
        try owner.script("BEGIN; SELECT events FROM bellhop.sources FOR UPDATE")
        // lock_not_available: the server itself let go, not this end.
        func expectRefusal(_ body: () throws -> Void) {
            #expect {
                try body()
            } throws: { error in
                if case .refused("55P03", _) = error as? DatabaseError { true } else { false }
            }
        }
        expectRefusal { try shipper.ship(Shipment(), from: position) }
        expectRefusal { _ = try FleetShipper.open(connection, source) }
        try owner.script("ROLLBACK")
    }

    @Test func `limits hold for the transaction alone`() throws {
        let fleet = try FleetOfTest()
        let connection = try fleet.connect("lyon")
        func limit() throws(DatabaseError) -> String? {
            try connection.query("SHOW idle_in_transaction_session_timeout").first?.first ?? nil
        }
        try FleetShipper.transaction(connection) { () throws(DatabaseError) in #expect(try limit() == "5s") }
        #expect(try limit() == "0")
    }
}
