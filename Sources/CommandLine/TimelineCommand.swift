import Diagnosis
import JSONText
import Ledger
import LinuxSystem
import Packets
import PostgreSQL
import Provisioning

/// `bellhop timeline`: what happened to one device, boot by boot.
enum TimelineCommand {
    static let grammar = Arguments.Grammar(
        command: "timeline",
        usage: "MAC [--limit N] [--config FILE] [--state DIR] [--json] [--site SITE|all [--database URL] [--password-file FILE]]",
        values: [
            "--config": "FILE", "--state": "DIR", "--limit": "N", "--site": "SITE", "--database": "URL",
            "--password-file": "FILE",
        ], switches: ["--json"], words: 1...1)

    static func run(_ arguments: Arguments) throws(Exit) {
        let mac = try macAddress(arguments.words[0])
        let limit = try arguments.value("--limit", expected: "a number of events, 1 to 100000") {
            Int($0).flatMap { (1...100_000).contains($0) ? $0 : nil }
        }
        let events: [RecordedEvent]
        if let site = arguments.text("--site") {
            events = try FleetAccess(arguments).read { reader throws(DatabaseError) in
                try reader.timeline(of: mac, site: FleetAccess.site(site), limit: limit ?? 500).map(\.event)
            }
        } else {
            events = try Records(arguments).read { reader throws(LedgerError) in
                try reader.timeline(of: mac, limit: limit ?? 500)
            }
        }
        if arguments.has("--json") {
            let object = JSONValue.object([("mac", .string(mac.colons)), ("events", .array(events.map(Records.reports.event)))])
            BellhopCommand.say(object.prettyText)
        }
        guard !events.isEmpty else { throw Exit(.no, "nothing was heard of \(mac)") }
        guard !arguments.has("--json") else { return }
        var boot: BootProgress?
        for event in events {
            if boot == nil || boot?.isOver(at: event) == true {
                if boot != nil { BellhopCommand.say("") }
                boot = BootProgress(at: event.time)
                BellhopCommand.say(Colour.strong.paint(LocalTime(WallTime(microsecondsSince1970: event.time.microseconds)).date))
            }
            boot?.take(event, needs: FileNeeds())
            BellhopCommand.say(line(event, since: boot?.begun))
        }
    }

    /// `09:04:05  +0.012 s  dhcp.answered  vendor=snom url=http://…`
    static func line(_ event: RecordedEvent, since begun: Moment?) -> String {
        let later = begun.map { offset(event.time.microseconds - $0.microseconds) } ?? ""
        let repeats = event.repeats > 0 ? ["repeated=\(event.repeats)"] : []
        let details = (event.details.map { "\($0.name)=\(quoted($0.text))" } + repeats).joined(separator: " ")
        return "\(clock(event.time))  \(padded(later, 9))  \(Colour.waiting.paint(padded(event.name, 20)))  \(details)"
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    /// What a phone sent never moves the cursor.
    private static func quoted(_ text: String) -> String {
        let safe = printable(Array(text.utf8)[...])
        return safe.contains(" ") || safe.isEmpty ? "\"\(safe)\"" : safe
    }
}
