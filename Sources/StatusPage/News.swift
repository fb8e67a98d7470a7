import JSONText
import Ledger
import Packets
import Provisioning

/// What is new in the ledger since it was asked last.
struct News {
    private var since: Moment
    private var tally: DeviceTally?
    private var servers: [RecordedServer]?

    /// That a device was heard is written within a second, and threads hand in events a little out of order.
    private static let overlap: Int64 = 3_000_000

    init(since: Moment) {
        self.since = since
    }

    /// What was told of the devices within the overlap, so that nothing is told twice.
    private var told: [MACAddress: RecordedDevice] = [:]

    /// Counts and servers are told once more, for somebody who has heard nothing of them.
    mutating func beginAnew() {
        tally = nil
        servers = nil
    }

    mutating func events(_ reader: LedgerReader, _ sources: StatusSources, limit: Int) throws(LedgerError) -> [[UInt8]] {
        var events: [[UInt8]] = []
        let new = try newDevices(reader, limit: limit, now: sources.clock())
        if !new.isEmpty {
            let known = sources.policy.value.settings.devices
            let list = new.map { sources.reports.device($0, label: known[$0.mac]?.label) }
            events.append(News.event("devices", .object([("devices", .array(list))])))
        }
        let tally = try reader.tally()
        if tally != self.tally {
            self.tally = tally
            events.append(News.event("counts", sources.counts(tally)))
        }
        let servers = try reader.otherServers()
        if servers != self.servers {
            self.servers = servers
            events.append(News.event("servers", .object([("servers", .array(servers.map(sources.reports.server)))])))
        }
        return events
    }

    /// Page by page, until one has something new that is enough for now.
    mutating func newDevices(_ reader: LedgerReader, limit: Int, now: Moment) throws(LedgerError) -> [RecordedDevice] {
        // A clock that is set back leaves rows whose time is to come: they are looked at each time, and nothing waits for it.
        var from = Moment(microseconds: min(since, now).microseconds - News.overlap)
        var new: [RecordedDevice] = []
        var isAtEnd = false
        while !isAtEnd, new.count < limit {
            let page = try reader.devices(heardAfter: from, limit: limit)
            new += page.filter { told[$0.mac] != $0 }
            from = page.last?.lastSeen ?? from
            isAtEnd = page.count < limit
        }
        since = min(max(since, from), now)
        let oldest = since.microseconds - News.overlap
        told = told.filter { $0.value.lastSeen.microseconds > oldest }
        for device in new { told[device.mac] = device }
        return new
    }

    private static func event(_ name: String, _ data: JSONValue) -> [UInt8] {
        // JSON of ours is one line: it has no line end that would end the event.
        Array("event: \(name)\ndata: \(data.text)\n\n".utf8)
    }
}
