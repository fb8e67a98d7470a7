import FleetStore
import Ledger
import Provisioning

/// Finds in the ledger what the fleet does not have yet.
struct ShipmentGatherer {
    var reader: LedgerReader
    /// The most events in one shipment; raised again after one that went through.
    var eventLimit = ShipmentGatherer.mostEvents

    static let mostEvents = 2000
    /// Changes of devices, leases and servers in one shipment.
    static let mostChanges = 1000

    /// What comes after a position, as much as goes at once.
    /// - Parameter answers: whether this responder answers. The devices of one that only listens are its partner's to tell of.
    func next(after position: ShippingPosition, answers: Bool) throws(LedgerError) -> Shipment {
        var shipment = Shipment()
        shipment.answers = answers
        // A ledger that was put back to an earlier state begins where it is.
        let last = try reader.lastEvent()
        let from = ShippingPosition(
            events: min(position.events, last), changes: try reader.lastChange() < position.changes ? 0 : position.changes)
        let first = try reader.firstEvent()
        if from.events > 0, first > from.events + 1 { shipment.newlyLost = first - from.events - 1 }
        // Marks are read before events: of a new event that is repeated in between, the mark is still to come.
        let changes = try reader.changes(after: from.changes, limit: min(eventLimit, ShipmentGatherer.mostChanges))
        shipment.events = try reader.events(after: from.events, limit: eventLimit)
        shipment.position = ShippingPosition(events: shipment.events.last?.id ?? from.events, changes: from.changes)
        shipment.waiting = max(0, last - shipment.position.events)
        for (sequence, change) in changes {
            switch change {
            // A new one goes, as it is now, with the new ones.
            case .event(let event): if event.id <= from.events { shipment.events.append(event) }
            case .device(let device): if answers { shipment.devices.append(device) }
            case .lease(let lease): shipment.leases.append(lease)
            case .servers(let servers): shipment.servers += servers
            case .none: break
            }
            shipment.position.changes = sequence
        }
        return shipment
    }
}
