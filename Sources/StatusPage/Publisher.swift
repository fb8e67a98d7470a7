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
