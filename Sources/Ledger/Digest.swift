import LinuxSystem
import Packets
import Provisioning

/// Finds out what notes come to before the database is touched: of most events nothing but that they came again.
struct Digest {
    private var rows = FoldingMemory()
    private var devices = WrittenDevices()
    private(set) var held = Held()
    private var text = EventText()
    private let standing: StandingSource
    private var strangersWholeAgain: UInt64 = 0

    /// New rows about devices of which nothing is known: those who make hardware addresses up would have the timeline to themselves.
    private static let strangers = Allowance(perSecond: 50, atOnce: 1000)

    init(standing: @escaping StandingSource) {
        self.standing = standing
    }

    mutating func take(_ marked: MarkedEvent, _ past: WrittenBefore, into batch: inout Batch) {
        batch.notes += 1
        let (event, mark) = (marked.event, marked.mark)
        if let row = rows.row(for: mark, at: event.time), past.ids.contains(row.id) {
            held.repeat(row.id, at: event.time)
            batch.held += 1
        } else if !batch.fold(mark, at: event.time) {
            guard !event.isAboutStranger || Digest.strangers.take(from: &strangersWholeAgain, at: event.time.steady) else {
                batch.refused += 1
                return
            }
            text.describe(event)
            batch.add(Batch.Row(mark: mark, event: event, details: text.fitForDisk, latest: event.time))
        }
        if case .otherServer(let server) = event.what { batch.servers.append(RecordedServer(server, event)) }
        guard var sighting = Sighting(event) else { return }
        sighting.standing = standing(event, sighting.make, past)
        if !batch.devices.contain(sighting.mac), devices.cover(sighting) {
            held.hear(sighting.mac, at: event.time)
        } else {
            batch.devices.add(sighting)
        }
    }

    /// A batch is on disk.
    /// - Parameter ids: of its rows.
    mutating func settle(_ batch: Batch, _ ids: Range<Int64>) {
        for (row, id) in zip(batch.rows, ids) { rows.remember(row.mark, FoldingMemory.Row(id: id, time: row.event.time)) }
        for sighting in batch.devices.all {
            devices.remember(sighting)
            held.forget(sighting.mac)
        }
    }

    mutating func settleHeld() { held = Held() }

    mutating func putOffHeld() { held.putOff(at: MonotonicClock.now()) }

    /// The device's row is gone.
    mutating func forget(_ mac: MACAddress) {
        devices.forget(mac)
    }

    /// Another database took the place of the one that all this is about.
    mutating func forgetAll() {
        self = Digest(standing: standing)
    }
}

extension RecordedServer {
    fileprivate init(_ server: OtherServer, _ event: Event) {
        let told = server.told.sorted { $0.key.rawValue < $1.key.rawValue }.map { EventDetail($0.key.description, $0.value) }
        self.init(
            address: server.address, mac: server.mac, interface: event.interface ?? "", told: told, firstSeen: event.time,
            lastSeen: event.time)
    }
}
