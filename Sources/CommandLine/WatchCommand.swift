import Diagnosis
import Ledger
import LinuxSystem
import Packets
import Provisioning

/// `bellhop watch`: what happens, as it happens. On a terminal the phones with their stages stand above it.
enum WatchCommand {
    static let grammar = Arguments.Grammar(
        command: "watch", usage: "[--config FILE] [--state DIR] [--json]", values: Records.flags, switches: ["--json"])

    /// Nobody sees changes that follow faster.
    private static let pauseMilliseconds: Int32 = 250

    static func run(_ arguments: Arguments) throws(Exit) {
        let records = try Records(arguments)
        let signals: Signals
        do throws(SystemError) {
            signals = try Signals([Signals.interrupt, Signals.terminate])
        } catch {
            throw Exit(.unavailable, error.description)
        }
        var last = try records.read { reader throws(LedgerError) in try reader.lastEvent() }
        let isScreen = StandardOutput.isTerminal && !arguments.has("--json")
        var recent: [RecordedEvent] = []
        repeat {
            let id = last
            let events = try records.read { reader throws(LedgerError) in try reader.events(after: id, limit: 1000) }
            last = events.last?.id ?? last
            if isScreen {
                recent = Array((recent + events).suffix(8))
                guard StandardOutput.write(try screen(records, recent)) else { return }
            } else {
                for event in events {
                    let line = arguments.has("--json") ? Records.reports.event(event).text : line(event)
                    guard StandardOutput.write(line + "\n") else { return }
                }
            }
        } while !hasEnded(signals)
    }

    private static func hasEnded(_ signals: Signals) -> Bool {
        ((try? waitReadable([signals.descriptor], milliseconds: pauseMilliseconds)) ?? [true])[0]
    }

    private static func line(_ event: RecordedEvent) -> String {
        (event.mac?.colons ?? "-                ") + "  " + TimelineCommand.line(event, since: nil)
    }

    /// The devices that were heard last, as many as fit, and the newest events.
    private static func screen(_ records: Records, _ recent: [RecordedEvent]) throws(Exit) -> String {
        let height = StandardOutput.terminalHeight ?? 24
        let room = max(1, height - recent.count - 4)
        let devices = try records.read { reader throws(LedgerError) in try reader.newestDevices(limit: room) }
        let now = thisMoment()
        let width = StandardOutput.terminalWidth ?? 80
        let lines =
            DevicesCommand.lines(devices, devices.map { records.label($0.mac) }, now: now) + [
                "", Colour.faint.paint("interrupt ends it"),
            ]
            + recent.map { String(line($0).prefix(width)) }
        // Home, each line to its end, and the rest of the screen.
        return "\u{1b}[H" + lines.map { $0 + "\u{1b}[K\r\n" }.joined() + "\u{1b}[J"
    }
}
