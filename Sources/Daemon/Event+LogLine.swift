import DHCPMessages
import LinuxSystem
import Packets
import Provisioning

extension Event {
    /// Appends one line, the device first.
    /// - Parameters:
    ///   - text: what is told about it.
    ///   - repeats: how often the same was kept back before.
    func write(to lines: inout LogText, _ text: EventText, repeats: Int = 0) {
        lines.begin(level, name, mac: mac)
        if let interface { lines.add("interface", interface) }
        for field in text.fields { lines.add(text.bytes, key: field.name, value: field.value) }
        if repeats > 0 { lines.add("repeated", repeats.description) }
        lines.end()
    }

    /// How much it matters to who reads the log.
    var level: LogLevel {
        switch what {
        case .dhcpAnswered, .pnpAnswered, .fileServed, .fileUnderWay, .fileRefused, .fileUploaded, .leased, .refusedLease,
            .released,
            .resyncSent:
            .info
        case .resyncAnswered(let outcome, _, _): outcome.isTaken ? .info : .notice
        case .resyncUnanswered: .notice
        case .offered: .debug
        case .leasing(let began, _): began ? .notice : .warning
        case .declined, .addressInUse, .prober: .warning
        case .otherServer: .notice
        case .notifySent: .debug
        case .dhcpObserved, .pnpObserved: .info
        case .otherResponder: .notice
        case .notifyAnswered(let status, _): status < 300 ? .info : .notice
        case .notifyUnanswered: .notice
        case .notSent, .optionsLeftOut, .optionsNotTold: .warning
        case .ignored: isOverheard ? .debug : .info
        }
    }
}
