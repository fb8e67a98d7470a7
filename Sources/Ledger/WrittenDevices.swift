import Packets
import Provisioning

/// What the rows of devices are known to hold, so that one is written only where it would become another. Bounded: of many devices the
/// older half is forgotten at once, and written again when it is heard.
struct WrittenDevices {
    private static let capacity = 8192

    private var recent: [MACAddress: Sighting] = [:]
    private var older: [MACAddress: Sighting] = [:]

    /// Whether the device's row tells all that a sighting does, but for when the device was heard last.
    func cover(_ sighting: Sighting) -> Bool {
        if let place = recent.index(forKey: sighting.mac) { return recent.values[place].covers(sighting) }
        if let place = older.index(forKey: sighting.mac) { return older.values[place].covers(sighting) }
        return false
    }

    /// It is on disk.
    mutating func remember(_ sighting: Sighting) {
        if let place = recent.index(forKey: sighting.mac) { return recent.values[place].merge(sighting) }
        if recent.count >= WrittenDevices.capacity {
            older = recent
            recent = [:]
        }
        var known = older[sighting.mac] ?? sighting
        known.merge(sighting)
        recent[sighting.mac] = known
    }

    mutating func forget(_ mac: MACAddress) {
        recent[mac] = nil
        older[mac] = nil
    }
}

extension Sighting {
    /// Whether another tells nothing of the same device that this one does not, but for a later time.
    fileprivate func covers(_ other: Sighting) -> Bool {
        func isKnown<Value: Equatable>(_ told: Value?, _ known: Value?) -> Bool { told == nil || told == known }
        guard times.lowerBound <= other.times.lowerBound, isKnown(other.standing, standing), isKnown(other.address, address),
            isKnown(other.interface, interface)
        else { return false }
        if other.make != make, let told = other.make {
            guard isKnown(told.vendor, make?.vendor), isKnown(told.family, make?.family), isKnown(told.model, make?.model),
                isKnown(told.version, make?.version)
            else { return false }
        }
        guard let told = other.arrival else { return true }
        guard let arrival else { return false }
        return told.tags == arrival.tags && told.relay == arrival.relay && isKnown(told.sipPort, arrival.sipPort)
    }
}
