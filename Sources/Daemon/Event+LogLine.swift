import DHCPMessages
import LinuxSystem
import Packets
import Provisioning

extension Event {
    /// One line, the device first.
    var logLine: LogLine {
        var line = LogLine(level, name, mac: mac)
        line.add("interface", interface)
        for (name, text) in details { line.add(name, text) }
        return line
    }

    private var level: LogLevel {
        switch what {
        case .dhcpAnswered, .pnpAnswered, .fileServed, .fileRefused, .fileUploaded, .leased, .refusedLease, .released,
            .resyncSent:
            .info
        case .resyncAnswered(let outcome, _, _): outcome.isTaken ? .info : .notice
        case .resyncUnanswered: .notice
        case .offered: .debug
        case .leasing(let began, _): began ? .notice : .warning
        case .declined, .addressInUse, .prober: .warning
        case .otherServer: .notice
        case .notifySent: .debug
        case .pnpObserved: .info
        case .otherResponder: .notice
        case .notifyAnswered(let status, _): status < 300 ? .info : .notice
        case .notifyUnanswered: .notice
        case .notSent, .optionsLeftOut: .warning
        case .ignored: isOverheard ? .debug : .info
        }
    }
}
