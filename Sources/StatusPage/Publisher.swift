import Diagnosis
import JSONText
import Ledger
import LinuxSystem
import Packets
import Provisioning
import Synchronization
import WebServer

/// Tells open pages what changes, as server-sent events (WHATWG HTML §9.2), and keeps the last hour's counts. One thread, which asks the
/// ledger a few times a second and only where somebody listens.
final class Publisher: Sendable {
    private struct State {
        var streams: [WebStream] = []
        var samples: [(time: Moment, tally: DeviceTally)] = []
        var isStopping = false
        /// A stream was opened that was told nothing yet.
        var hasNewcomer = false
    }

    private let sources: StatusSources
    private let state = Mutex(State())
    private let wakeup: Wakeup
    private let thread = Mutex<SystemThread?>(nil)

    private static let pauseMilliseconds: Int32 = 300
    /// Pages that may be open at once.
    private static let mostStreams = 24
    /// One sample each so many seconds, an hour of them.
    private static let sampleSeconds: UInt64 = 10
    private static let mostSamples = 360
    private static let mostDevices = 500
    /// Clients, and what stands between, drop a connection that says nothing.
    private static let heartbeatSeconds: UInt64 = 15

    init(_ sources: StatusSources) throws(SystemError) {
        self.sources = sources
        wakeup = try Wakeup()
        let started = try SystemThread.start(name: "page") { [self] in run() }
        thread.withLock { $0 = started }
    }

    func stop() {
        state.withLock { $0.isStopping = true }
        wakeup.signal()
        thread.withLock { $0.take() }?.join()
    }

    var routes: [Route] {
        [
            Route(method: "GET", path: "/api/v1/stream") { [self] _ in open() },
            Route(method: "GET", path: "/api/v1/history") { [self] _ in .json(history) },
        ]
    }

    private func open() -> WebAnswer {
        let stream = WebStream()
        let isTaken = state.withLock { state in
            state.streams.removeAll { !$0.isOpen }
            guard !state.isStopping, state.streams.count < Publisher.mostStreams else { return false }
            state.streams.append(stream)
            state.hasNewcomer = true
            return true
        }
        guard isTaken else { return .error(503, "as many pages as may be are open") }
        stream.send(Array("retry: 2000\n\n".utf8))
        wakeup.signal()
        return WebAnswer(status: 200, headers: [("Content-Type", "text/event-stream")], body: .stream(stream))
    }

    private var history: JSONValue {
        let samples = state.withLock { $0.samples }
        let list = samples.map { sample in
            JSONValue.object([
                ("time", .string(sources.timeText(sample.time))),
                ("stages", .object(sample.tally.stages.sorted { $0.key < $1.key }.map { ($0.key, .number($0.value)) })),
            ])
        }
        return .object([("seconds", .number(Int(Publisher.sampleSeconds))), ("samples", .array(list))])
    }

    private func run() {
        var news = News(since: sources.clock())
        var nextSample: UInt64 = 0
        var nextBeat: UInt64 = 0
        let second: UInt64 = 1_000_000_000
        while true {
            let isWatched = state.withLock { !$0.streams.isEmpty }
            _ = try? waitReadable([wakeup.descriptor], milliseconds: isWatched ? Publisher.pauseMilliseconds : 1000)
            wakeup.drain()
            let (streams, isStopping, hasNewcomer) = state.withLock { state in
                defer { state.hasNewcomer = false }
                state.streams.removeAll { !$0.isOpen }
                return (state.streams, state.isStopping, state.hasNewcomer)
            }
            if hasNewcomer { news.beginAnew() }
            if isStopping { return streams.forEach { $0.close() } }
            let now = MonotonicClock.now()
            let isSampling = now >= nextSample
            guard !streams.isEmpty || isSampling, let reader = try? sources.ledger?.reader() else { continue }
            if isSampling {
                nextSample = now + Publisher.sampleSeconds * second
                if let tally = try? reader.tally() { keep(tally) }
            }
            guard !streams.isEmpty else {
                news = News(since: sources.clock())
                continue
            }
            for event in (try? news.events(reader, sources, limit: Publisher.mostDevices)) ?? [] {
                streams.forEach { $0.send(event) }
            }
            if now >= nextBeat {
                nextBeat = now + Publisher.heartbeatSeconds * second
                streams.forEach { $0.send(Array(": beat\n\n".utf8)) }
            }
        }
    }

    private func keep(_ tally: DeviceTally) {
        state.withLock { state in
            state.samples.append((sources.clock(), tally))
            if state.samples.count > Publisher.mostSamples { state.samples.removeFirst() }
        }
    }
}

/// What is new in the ledger since it was asked last.
private struct News {
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
        let new = try newDevices(reader, limit: limit)
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
    private mutating func newDevices(_ reader: LedgerReader, limit: Int) throws(LedgerError) -> [RecordedDevice] {
        var from = Moment(microseconds: since.microseconds - News.overlap)
        var new: [RecordedDevice] = []
        var isAtEnd = false
        while !isAtEnd, new.count < limit {
            let page = try reader.devices(heardAfter: from, limit: limit)
            new += page.filter { told[$0.mac] != $0 }
            from = page.last?.lastSeen ?? from
            isAtEnd = page.count < limit
        }
        since = max(since, from)
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
