import Diagnosis
import Ledger
import Packets
import Provisioning
import Synchronization
import VendorCatalogue

/// How far each phone got, kept up event by event for the ledger. Bounded: of a flood of addresses the older half is forgotten at once,
/// and a phone of those stands where its next event puts it.
final class BootBook: Sendable {
    private struct State {
        var catalogue: Catalogue
        var recent: [MACAddress: Entry] = [:]
        var older: [MACAddress: Entry] = [:]
    }

    private struct Entry {
        var boot: BootProgress
        /// As the last event that told it has it.
        var make: DeviceMake?
        /// Of that make.
        var needs = FileNeeds()

        init(at time: Moment) { boot = BootProgress(at: time) }

        mutating func take(_ event: Event, _ told: DeviceMake?, _ mac: MACAddress, _ catalogue: Catalogue) -> Standing {
            let areOtherNeeds = follow(told, mac, catalogue)
            if let sign = BootSign(event) {
                if boot.isOver(at: sign, event.time) { boot = BootProgress(at: event.time) }
                boot.take(sign, event.time, last: event.time, needs: needs, areOtherNeeds: areOtherNeeds)
            }
            let stage = boot.stage
            return Standing(stage: stage.rawValue, since: boot.time(of: stage) ?? event.time)
        }

        /// - Returns: whether the device needs other files than before.
        private mutating func follow(_ told: DeviceMake?, _ mac: MACAddress, _ catalogue: Catalogue) -> Bool {
            guard told != make, let told, let id = told.family,
                let family = catalogue.families(named: id).first
            else { return false }
            needs = FileNeeds(family, PhoneFacts(mac: mac, model: told.model, version: told.version))
            make = told
            return true
        }
    }

    private let state: Mutex<State>
    private static let capacity = 65_536

    init(_ catalogue: Catalogue) {
        state = Mutex(State(catalogue: catalogue))
    }

    /// From now on families are these.
    func follow(_ catalogue: Catalogue) {
        state.withLock { state in
            state.catalogue = catalogue
            for mac in state.recent.keys { state.recent[mac]?.make = nil }
            for mac in state.older.keys { state.older[mac]?.make = nil }
        }
    }

    /// Where an event leaves its device; `nil` where it is about none.
    /// - Parameter make: what the event tells of its device's.
    func take(_ event: Event, _ make: DeviceMake?) -> Standing? {
        guard let mac = event.mac else { return nil }
        return state.withLock { state in
            // In place: a copy would be made of everything that the entry refers to.
            if let place = state.recent.index(forKey: mac) {
                return state.recent.values[place].take(event, make, mac, state.catalogue)
            }
            var entry = state.older[mac] ?? Entry(at: event.time)
            let standing = entry.take(event, make, mac, state.catalogue)
            // Who only asks takes no room: a flood of made-up addresses never gets farther.
            guard entry.boot.stage > .asked else { return standing }
            if state.recent.count >= BootBook.capacity {
                state.older = state.recent
                state.recent = [:]
            }
            state.recent[mac] = entry
            return standing
        }
    }
}
