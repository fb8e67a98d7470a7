import JSONText
import Packets
import Provisioning

/// What commands and API tell, in the same words: keys in kebab-case, times as `timeText` writes them (RFC 3339), `null` for what is not
/// known.
package struct Reports: Sendable {
    package var timeText: @Sendable (Moment) -> String

    package init(timeText: @escaping @Sendable (Moment) -> String) {
        self.timeText = timeText
    }

    package func device(_ device: RecordedDevice, label: String?) -> JSONValue {
        .object([
            ("mac", .string(device.mac.colons)), ("label", .optional(label)), ("vendor", .optional(device.vendor)),
            ("family", .optional(device.family)), ("model", .optional(device.model)), ("version", .optional(device.version)),
            ("address", .optional(device.address?.description)), ("interface", .optional(device.interface)),
            ("vlan", .optional(device.tags.vlanText)), ("relay", .optional(device.relay?.description)),
            ("sip-port", device.sipPort.map { .number(Int($0)) } ?? .null),
            ("stage", .string(device.stageName)), ("stage-since", time(device.stageSince ?? device.firstSeen)),
            ("first-seen", time(device.firstSeen)), ("last-seen", time(device.lastSeen)),
        ])
    }

    package func event(_ event: RecordedEvent) -> JSONValue {
        .object([
            ("id", .number(Int(event.id))), ("time", time(event.time)), ("last-time", time(event.lastTime)),
            ("repeats", .number(event.repeats)), ("mac", .optional(event.mac?.colons)), ("interface", .optional(event.interface)),
            ("event", .string(event.name)), ("details", .object(event.details.map { ($0.name, .string($0.text)) })),
        ])
    }

    package func server(_ server: RecordedServer) -> JSONValue {
        .object([
            ("address", .string(server.address.description)), ("mac", .string(server.mac.colons)),
            ("interface", .string(server.interface)), ("told", .object(server.told.map { ($0.name, .string($0.text)) })),
            ("first-seen", time(server.firstSeen)), ("last-seen", time(server.lastSeen)),
        ])
    }

    package func verdict(_ verdict: Verdict, of mac: MACAddress) -> JSONValue {
        .object([
            ("mac", .string(mac.colons)), ("done", .bool(verdict.isDone)), ("stage", .optional(verdict.stage?.rawValue)),
            ("cause", .string(verdict.main.cause.rawValue)), ("sentence", .string(verdict.main.sentence)),
            ("advice", .optional(verdict.main.advice)),
            ("also", .array(verdict.findings.dropFirst().map(finding))), ("stages", .object(stages(verdict))),
            ("files", .strings(verdict.boot.map { $0.progress.served.sorted() } ?? [])),
            ("missing", .strings(verdict.boot.map { $0.needs.missing(from: $0.progress.served) } ?? [])),
        ])
    }

    private func finding(_ finding: Finding) -> JSONValue {
        .object([
            ("cause", .string(finding.cause.rawValue)), ("sentence", .string(finding.sentence)),
            ("advice", .optional(finding.advice)),
        ])
    }

    private func stages(_ verdict: Verdict) -> [(String, JSONValue)] {
        Stage.allCases.compactMap { stage in
            verdict.boot?.progress.time(of: stage).map { (stage.rawValue, time($0)) }
        }
    }

    private func time(_ moment: Moment) -> JSONValue { .string(timeText(moment)) }
}
