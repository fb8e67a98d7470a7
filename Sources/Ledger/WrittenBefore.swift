import Packets
import Provisioning

/// What is on disk, for the writer's thread alone. What it has in hand is not in it.
package struct WrittenBefore {
    /// Of the timeline's rows.
    let ids: Range<Int64>
    private let connection: Connection?

    /// - Parameter tables: `nil` where there is no database.
    init(_ tables: LedgerTables?) {
        self.init(ids: tables?.events.ids ?? 0..<0, tables?.connection)
    }

    init(ids: Range<Int64>, _ connection: Connection? = nil) {
        self.ids = ids
        self.connection = connection
    }

    /// `nil` for a device that is not on record, and where the disk fails.
    package func device(_ mac: MACAddress) -> RecordedDevice? {
        guard let connection else { return nil }
        return (try? DeviceTable.rows(from: mac, limit: 1, connection))?.first { $0.mac == mac }
    }

    /// The oldest of them first; none where the disk fails.
    package func newestEvents(of mac: MACAddress, limit: Int) -> [RecordedEvent] {
        guard let connection else { return [] }
        return (try? EventTable.rows(of: .mac(mac), limit: limit, before: nil, connection)) ?? []
    }
}

/// How far the device of an event got with it, by what that tells of the device's make, and by what was written before.
package typealias StandingSource = @Sendable (Event, DeviceMake?, WrittenBefore) -> Standing?
