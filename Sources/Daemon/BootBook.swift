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
        /// Family, model and version, as the last event that told them has it.
        var kind: [String?] = []
        /// Of that kind.
        var needs = FileNeeds()
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
            for mac in state.recent.keys { state.recent[mac]?.kind = [] }
            for mac in state.older.keys { state.older[mac]?.kind = [] }
        }
    }

    /// Where an event leaves its device; `nil` where it is about none.
    func take(_ record: RecordedEvent) -> Standing? {
        guard let mac = record.mac else { return nil }
        return state.withLock { state in
            var entry = state.recent[mac] ?? state.older[mac] ?? Entry(boot: BootProgress(at: record.time))
            if entry.boot.isOver(at: record) { entry.boot = BootProgress(at: record.time) }
            if let id = record["family"] {
                let kind = [id, record["model"], record["version"]]
                if kind != entry.kind, let family = state.catalogue.families(named: id).first {
                    entry.needs = FileNeeds(family, PhoneFacts(mac: mac, model: kind[1], version: kind[2]))
                    entry.kind = kind
                }
            }
            entry.boot.take(record, needs: entry.needs)
            let stage = entry.boot.stage
            let standing = Standing(stage: stage.rawValue, since: entry.boot.time(of: stage) ?? record.time)
            // Who only asks takes no room: a flood of made-up addresses never gets farther.
            guard stage > .asked || state.recent[mac] != nil else { return standing }
            if state.recent.count >= BootBook.capacity, state.recent[mac] == nil {
                state.older = state.recent
                state.recent = [:]
            }
            state.recent[mac] = entry
            return standing
        }
    }
}
