import Diagnosis
import Ledger
import WebServer

/// Counters and gauges for Prometheus (its text format, version 0.0.4).
struct Metrics: Sendable {
    let sources: StatusSources

    init(_ sources: StatusSources) {
        self.sources = sources
    }

    var routes: [Route] {
        [
            Route(method: "GET", path: "/metrics") { _ in
                WebAnswer(
                    status: 200, headers: [("Content-Type", "text/plain; version=0.0.4; charset=utf-8")],
                    body: .bytes(Array(text.utf8)))
            }
        ]
    }

    private var text: String {
        var page = MetricsText()
        page.family("build_info", .gauge, "The version, as a label.")
        page.sample("build_info", ["version": sources.version], 1)
        let now = sources.clock().steady
        page.family("uptime_seconds", .gauge, "Seconds since the start.")
        page.sample("uptime_seconds", [:], Int((now - min(sources.started.steady, now)) / 1_000_000_000))
        page.family("events_total", .counter, "What happened, by event.")
        for (name, count) in sources.counters.all.sorted(by: { $0.key < $1.key }) {
            page.sample("events_total", ["event": name], count)
        }
        page.family("ignored_total", .counter, "Requests that got no answer, by reason.")
        for (name, count) in sources.counters.ignored.sorted(by: { $0.key < $1.key }) {
            page.sample("ignored_total", ["reason": name], count)
        }
        page.family("frames_dropped_total", .counter, "Frames that the kernel dropped, since they were not read in time.")
        for (interface, count) in sources.lostFrames().sorted(by: { $0.key < $1.key }) {
            page.sample("frames_dropped_total", ["interface": interface], count)
        }
        if let fleet = sources.fleet() { page.add(fleet, now: now) }
        guard let ledger = sources.ledger else { return page.text }
        if let reader = try? ledger.reader(), let tally = try? reader.tally(), let counts = try? reader.counts() {
            page.family("phones", .gauge, "Phones by how far they got in their boot.")
            for stage in Stage.allCases { page.sample("phones", ["stage": stage.rawValue], tally.stages[stage.rawValue] ?? 0) }
            page.family("phones_of_vendor", .gauge, "Phones by brand.")
            for (vendor, count) in tally.vendors.sorted(by: { $0.key < $1.key }) {
                page.sample("phones_of_vendor", ["vendor": vendor], count)
            }
            page.family("other_devices", .gauge, "Devices that are not known to be phones.")
            page.sample("other_devices", [:], tally.others)
            page.family("leases", .gauge, "Leases in the book, of whatever state.")
            page.sample("leases", [:], counts.leases)
            page.family("other_servers", .gauge, "Other DHCP servers that were heard.")
            page.sample("other_servers", [:], counts.otherServers)
        }
        let statistics = ledger.statistics
        page.family("ledger_events_written_total", .counter, "New rows of the timeline.")
        page.sample("ledger_events_written_total", [:], statistics.eventsWritten)
        page.family("ledger_events_folded_total", .counter, "Events that repeated a row.")
        page.sample("ledger_events_folded_total", [:], statistics.eventsFolded)
        page.family(
            "ledger_events_dropped_total", .counter,
            "Events lost, since queue or disk was full, or too many were about devices that nobody knows.")
        page.sample("ledger_events_dropped_total", [:], statistics.eventsDropped)
        page.family("ledger_events_waiting", .gauge, "Events that wait to be written.")
        page.sample("ledger_events_waiting", [:], statistics.eventsWaiting)
        page.family("ledger_commits_total", .counter, "Commits, each one wait for the disk.")
        page.sample("ledger_commits_total", [:], statistics.commits)
        page.family("ledger_commits_failed_total", .counter, "Commits that could not be written.")
        page.sample("ledger_commits_failed_total", [:], statistics.failedCommits)
        return page.text
    }
}

/// Lines of the format: a family's HELP and TYPE, then its samples.
struct MetricsText {
    enum Kind: String { case counter, gauge }

    private(set) var text = ""

    mutating func family(_ name: String, _ kind: Kind, _ help: String) {
        text += "# HELP bellhop_\(name) \(help)\n# TYPE bellhop_\(name) \(kind.rawValue)\n"
    }

    mutating func sample(_ name: String, _ labels: KeyValuePairs<String, String>, _ value: Int) {
        let pairs = labels.map { "\($0.key)=\"\(MetricsText.escaped($0.value))\"" }.joined(separator: ",")
        text += "bellhop_\(name)\(pairs.isEmpty ? "" : "{\(pairs)}") \(value)\n"
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
