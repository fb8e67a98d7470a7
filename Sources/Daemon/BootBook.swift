import Diagnosis
import Ledger
import Packets
import Provisioning
import Synchronization
import VendorCatalogue

/// How far each phone got, kept up event by event for the ledger. Bounded: of a flood of addresses those are forgotten that said nothing
/// lately. A phone that is not in the book, as none is at the start, stands where the ledger has it.
final class BootBook: Sendable {
    fileprivate struct Families {
        var catalogue: Catalogue
        /// Another one for each catalogue.
        var edition = 0
    }

    fileprivate struct State {
        var families: Families
        /// Of those that got farther than to ask.
        var boots = RecentlyUsed<MACAddress, Entry>(cost: 131_072)
        /// Made-up addresses never get farther, and have no more room than this.
        var asking = RecentlyUsed<MACAddress, Entry>(cost: 4096)
    }

    fileprivate struct Entry: Sendable {
        var boot: BootProgress
        /// As the last event that told it has it.
        var make: DeviceMake?
        /// Of that make, by the catalogue of that edition.
        var needs = FileNeeds()
        var edition = 0

        /// It got farther than to ask.
        var isFar: Bool { boot.stage > .asked }

        mutating func take(_ sign: BootSign?, _ time: Moment, _ told: DeviceMake?, _ mac: MACAddress, _ families: Families)
            -> Standing
        {
            let areOtherNeeds = follow(told, mac, families)
            if let sign {
                if boot.isOver(at: sign, time) { boot = BootProgress(at: time) }
                boot.take(sign, time, last: time, needs: needs, areOtherNeeds: areOtherNeeds)
            }
            let stage = boot.stage
            return Standing(stage: stage.rawValue, since: boot.time(of: stage) ?? time)
        }

        /// - Returns: whether the device needs other files than before.
        mutating func follow(_ told: DeviceMake?, _ mac: MACAddress, _ families: Families) -> Bool {
            guard told != make || edition != families.edition, let told, let id = told.family,
                let family = families.catalogue.families(named: id).first
            else { return false }
            needs = FileNeeds(family, PhoneFacts(mac: mac, model: told.model, version: told.version))
            (make, edition) = (told, families.edition)
            return true
        }
    }

    private let state: Mutex<State>

    init(_ catalogue: Catalogue) {
        state = Mutex(State(families: Families(catalogue: catalogue)))
    }

    /// From now on families are these.
    func follow(_ catalogue: Catalogue) {
        state.withLock { $0.families = Families(catalogue: catalogue, edition: $0.families.edition + 1) }
    }

    /// Where an event leaves its device; `nil` where it is about none, or says nothing of the boot of one that is not in the book.
    /// - Parameters:
    ///   - make: what the event tells of its device's.
    ///   - past: what is on disk of it.
    func take(_ event: Event, _ make: DeviceMake?, _ past: WrittenBefore) -> Standing? {
        guard let mac = event.mac else { return nil }
        let sign = BootSign(event)
        return state.withLock { state in
            let families = state.families
            if let standing = state.boots.change(mac, { $0.take(sign, event.time, make, mac, families) }) { return standing }
            let known = state.asking.change(mac) { (entry: inout Entry) in
                (entry.take(sign, event.time, make, mac, families), isFar: entry.isFar)
            }
            if let (standing, isFar) = known {
                if isFar, let entry = state.asking.remove(mac) { state.boots.keep(entry, for: mac) }
                return standing
            }
            guard let sign, sign != .other else { return nil }
            var entry = Entry(of: mac, by: past, at: event.time, sign, families)
            let standing = entry.take(sign, event.time, make, mac, families)
            if entry.isFar { state.boots.keep(entry, for: mac) } else { state.asking.keep(entry, for: mac) }
            return standing
        }
    }
}

extension BootBook.Entry {
    /// Events of one device that are read. Those of a boot are few, and of one that ended longer ago its row says enough.
    private static let mostEvents = 200

    /// As the device's row has it. Which files it has say its newest events, where it has some and may want others.
    fileprivate init(
        of mac: MACAddress, by past: WrittenBefore, at time: Moment, _ sign: BootSign, _ families: BootBook.Families
    ) {
        guard let row = past.device(mac) else {
            boot = BootProgress(at: time)
            return
        }
        let stage = row.stage.flatMap { Stage(rawValue: $0) } ?? .seen
        boot = BootProgress(at: stage, since: row.stageSince ?? row.firstSeen, latest: row.lastSeen)
        let make = DeviceMake(vendor: row.vendor, family: row.family, model: row.model, version: row.version)
        _ = follow(make, mac, families)
        guard (.came ... .done).contains(stage), !boot.isOver(at: sign, time) else { return }
        let newest = BootProgress(newestOf: past.newestEvents(of: mac, limit: Self.mostEvents), needs: needs)
        if let newest, newest.stage >= stage { boot = newest }
    }
}
