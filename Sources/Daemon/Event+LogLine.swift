import DHCPMessages
import LinuxSystem
import Packets
import Provisioning

extension Event {
    /// One line, the device first.
    var logLine: LogLine {
        var line = LogLine(level, name, mac: mac)
        line.add("interface", interface)
        switch what {
        case .dhcpAnswered(let answer):
            line.add("vendor", answer.vendor)
            line.add("model", answer.model)
            line.add("address", answer.address)
            line.add("rule", answer.rule)
            line.add("url", answer.url)
            line.add("options", answer.options.map(\.description).joined(separator: ","))
        case .pnpAnswered(let answer):
            line.add("vendor", answer.vendor)
            line.add("model", answer.model)
            line.add("address", answer.address)
            line.add("rule", answer.rule)
            line.add("body", answer.body)
        case .notifySent(let attempt, let address):
            line.add("address", address)
            line.add("attempt", attempt)
        case .notifyAnswered(let status, let after):
            line.add("status", status)
            line.add("after-ms", after.milliseconds)
        case .notifyUnanswered(let sends):
            line.add("sends", sends)
        case .notSent(let reason):
            line.add("text", reason)
        case .ignored(let kind, let silence):
            line.add("kind", kind.rawValue)
            line.add("reason", silence.name)
            line.add("text", silence.sentence)
        case .leased(let address, let vendor, let name, let seconds):
            line.add("address", address)
            line.add("vendor", vendor)
            line.add("host", name)
            line.add("seconds", seconds)
        case .offered(let address), .released(let address), .declined(let address):
            line.add("address", address)
        case .refusedLease(let reason):
            line.add("text", reason)
        case .addressInUse(let address, let mac):
            line.add("address", address)
            line.add("by", mac)
        case .leasing(_, let server):
            line.add("server", server)
        case .otherServer(let server):
            line.add("server", server.address)
            line.add("server-mac", server.mac)
            line.add("type", server.type.name)
            for (code, text) in server.told.sorted(by: { $0.key.rawValue < $1.key.rawValue }) { line.add("option-\(code)", text) }
        case .fileServed(let file):
            line.add("vendor", file.vendor)
            line.add("address", file.address)
            line.add("name", file.name)
            line.add("path", file.path)
            line.add("bytes", file.bytes)
            line.add("agent", file.userAgent)
        case .fileRefused(let name, let status, let reason, let address):
            line.add("address", address)
            line.add("name", name)
            line.add("status", status)
            line.add("text", reason)
        }
        return line
    }

    private var level: LogLevel {
        switch what {
        case .dhcpAnswered, .pnpAnswered, .notifyAnswered, .fileServed, .fileRefused, .leased, .refusedLease, .released: .info
        case .offered: .debug
        case .leasing(let began, _): began ? .notice : .warning
        case .declined, .addressInUse: .warning
        case .otherServer: .notice
        case .notifySent: .debug
        case .notifyUnanswered: .notice
        case .notSent: .warning
        case .ignored(_, let silence):
            switch silence {
            // What a promiscuous interface hears of others is no news.
            case .ownFrame, .addressedElsewhere, .portNotServed, .dhcpReply, .answeredOnOtherInterface: .debug
            default: .info
            }
        }
    }
}

extension Duration {
    /// Whole milliseconds and two decimals, as `12.34`.
    fileprivate var milliseconds: String {
        let hundredths = components.seconds * 100_000 + components.attoseconds / 10_000_000_000_000
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
    }
}
