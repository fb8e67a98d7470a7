import Diagnosis
import JSONText
import Ledger
import LinuxSystem
import Packets
import Provisioning

/// `bellhop devices`: every device that was heard, with how far it got.
enum DevicesCommand {
    static let grammar = Arguments.Grammar(
        command: "devices",
        usage: "[--stage STAGE] [--vendor VENDOR] [--phones] [--config FILE] [--state DIR] [--json] [--site SITE|all] "
            + "| import|export FILE.csv [--site SITE] [--replace]   for a fleet's also [--database URL] [--password-file FILE]",
        values: [
            "--config": "FILE", "--state": "DIR", "--stage": "STAGE", "--vendor": "VENDOR", "--site": "SITE", "--database": "URL",
            "--password-file": "FILE",
        ],
        switches: ["--json", "--phones", "--replace"], words: 0...2)

    static func run(_ arguments: Arguments) throws(Exit) {
        let stage = try arguments.value("--stage", expected: Stage.allCases.map(\.rawValue).joined(separator: ", ")) {
            Stage(rawValue: $0)
        }
        if let word = arguments.words.first { return try FleetDevicesCommand.run(word, arguments) }
        let vendor = arguments.text("--vendor")
        if let site = arguments.text("--site") { return try FleetDevicesCommand.list(site, stage, vendor, arguments) }
        let records = try Records(arguments)
        let devices = try all(records).filter { device in
            isAt(stage, device) && (!arguments.has("--phones") || device.vendor != nil)
                && (vendor == nil || vendor == device.vendor || vendor == device.family)
        }
        if arguments.has("--json") {
            let list = devices.map { Records.reports.device($0, label: records.label($0.mac)) }
            BellhopCommand.say(JSONValue.object([("devices", .array(list))]).prettyText)
        } else {
            say(devices, labels: devices.map { records.label($0.mac) })
        }
    }

    static func isAt(_ stage: Stage?, _ device: RecordedDevice) -> Bool { stage.map { $0.rawValue == device.stageName } ?? true }

    /// - Parameter sites: where each was heard, for a fleet's.
    static func say(_ devices: [RecordedDevice], labels: [String?], sites: [String]? = nil) {
        let now = thisMoment()
        // A write for each of a hundred thousand lines would take longer than all else.
        var rest = lines(devices, labels, sites, now: now)[...]
        while !rest.isEmpty, StandardOutput.write(rest.prefix(1000).joined(separator: "\n") + "\n") {
            rest = rest.dropFirst(1000)
        }
    }

    private static let page = 10_000

    private static func all(_ records: Records) throws(Exit) -> [RecordedDevice] {
        var devices: [RecordedDevice] = []
        while true {
            let last = devices.last?.mac
            let next = try records.read { reader throws(LedgerError) in try reader.devices(limit: page, after: last) }
            devices += next
            if next.count < page { return devices }
        }
    }

    /// The table, heading first; where it goes to a terminal it fits, and stages have their colour.
    static func lines(_ devices: [RecordedDevice], _ labels: [String?], _ sites: [String]? = nil, now: Moment) -> [String] {
        let first = sites == nil ? [] : ["SITE"]
        var table = TextTable(
            first + [
                "MAC", "STAGE", "SINCE", "VENDOR", "MODEL", "ADDRESS", "INTERFACE", "VLAN", "RELAY", "LAST SEEN", "LABEL",
            ])
        table.yielding = [8, 7, 6, 4, 2, 10, 3].map { $0 + first.count }
        let today = date(now)
        for (place, device) in devices.enumerated() {
            table.add(
                (sites.map { [$0[place]] } ?? []) + [
                    device.mac.colons, device.stageName, dateAndClock(device.stageSince ?? device.firstSeen, today: today),
                    device.vendor ?? "-", printable(device.model), device.address?.description ?? "-", device.interface ?? "-",
                    device.tags.vlanText ?? "-", device.relay?.description ?? "-", dateAndClock(device.lastSeen, today: today),
                    labels[place] ?? "",
                ])
        }
        let lines = table.lines(width: StandardOutput.terminalWidth)
        guard StandardOutput.isTerminal else { return lines }
        return [Colour.strong.paint(lines[0])]
            + zip(lines.dropFirst(), devices).map { line, device in
                guard let stage = device.stage, let colour = colour(stage), let place = line.firstRange(of: stage) else {
                    return line
                }
                return line[..<place.lowerBound] + colour.paint(stage) + line[place.upperBound...]
            }
    }

    private static func colour(_ stage: String) -> Colour? {
        switch Stage(rawValue: stage) {
        case .done?, .polling?: .good
        case .came?, .fetched?: .waiting
        case .asked?, .answered?: .bad
        case .seen?, nil: nil
        }
    }

    static func printable(_ text: String?) -> String {
        text.map { Provisioning.printable(Array($0.utf8)[...]) } ?? "-"
    }
}
