import FleetStore
import Ledger
import LinuxSystem
import PostgreSQL
import Provisioning

/// The ledger's database was damaged, and another took its place: that is another source.
struct LedgerReplaced: Error, CustomStringConvertible {
    var description: String { "the ledger was damaged and begun anew; what it holds now is shipped next" }
}

/// One connection's shipping, step by step.
struct Shipping {
    struct Outcome {
        var isShipped = false
        /// More waits than went.
        var isFull = false
        var events = 0
        var waiting: Int64 = 0
        var lost: Int64 = 0
        /// Rows that the database will not have, and why.
        var refused: Int64 = 0
        var refusal: String?
        var position = ShippingPosition()
    }

    private let shipper: FleetShipper
    private let ledger: Ledger
    /// Of the database that is shipped.
    private let identity: Int64
    private var gatherer: ShipmentGatherer
    private var position: ShippingPosition

    /// `nil` without a ledger.
    init?(_ connection: DatabaseConnection, _ options: FleetService.Options, _ ledger: Ledger?) throws {
        guard let ledger else { return nil }
        let reader = try ledger.reader()
        identity = try reader.identity()
        let source = ShippingSource(
            site: options.settings.site, segment: options.settings.segment, ledger: identity, host: hostName(),
            version: options.version)
        (shipper, position) = try FleetShipper.open(connection, source)
        self.ledger = ledger
        gatherer = ShipmentGatherer(reader: reader)
    }

    func tend() throws(DatabaseError) { try shipper.tend() }

    /// - Throws: ``LedgerReplaced`` among others: then all is opened anew.
    mutating func step(answers: Bool, isBeatDue: Bool) throws -> Outcome {
        // By the file's name each time: a damaged database is renamed, and who has it open goes on reading it.
        gatherer.reader = try ledger.reader()
        guard try gatherer.reader.identity() == identity else { throw LedgerReplaced() }
        var shipment = try gatherer.next(after: position, answers: answers)
        var outcome = Outcome()
        outcome.waiting = shipment.waiting
        outcome.position = position
        guard shipment.rows > 0 || shipment.position != position || isBeatDue else { return outcome }
        do throws(DatabaseError) {
            try shipper.ship(shipment, from: position)
        } catch {
            guard error.isAboutData else { throw error }
            // Fewer at a time, until the one that is refused stands alone.
            guard shipment.rows <= 2 || gatherer.eventLimit == 1 else {
                gatherer.eventLimit = max(1, gatherer.eventLimit / 10)
                outcome.isFull = true
                return outcome
            }
            outcome.refused = Int64(shipment.rows)
            outcome.refusal = "\(error)"
            var bare = Shipment()
            (bare.position, bare.waiting, bare.newlyLost) = (shipment.position, shipment.waiting, Int64(shipment.rows))
            bare.answers = answers
            shipment = bare
            try shipper.ship(shipment, from: position)
        }
        outcome.isFull = shipment.waiting > 0 || shipment.rows >= ShipmentGatherer.mostChanges
        gatherer.eventLimit = min(gatherer.eventLimit * 2, ShipmentGatherer.mostEvents)
        position = shipment.position
        ledger.forgetChanges(upTo: position.changes, of: identity)
        outcome.isShipped = true
        outcome.events = shipment.events.count
        outcome.lost = shipment.newlyLost
        outcome.position = position
        return outcome
    }
}
