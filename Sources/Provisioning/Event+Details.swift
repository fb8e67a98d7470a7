import DHCPMessages
import Packets
import VendorCatalogue

extension Event {
    /// What is told about an event, in the order to show it: stable names, and texts that may hold whatever a phone sent. Log, timeline
    /// and page say the same. Credentials in URLs are not in it.
    package var details: [EventDetail] { EventText(self).details }
}

extension EventText {
    /// What an answer says of the phone and of where it was sent.
    fileprivate mutating func add(_ make: DeviceMake, _ address: IPv4Address, rule: String?) {
        add(make)
        add("address", address)
        add("rule", rule)
    }

    /// - Parameter size: of a file that is under way.
    fileprivate mutating func add(_ file: Event.FileServed, of size: Int64? = nil) {
        add(file.make)
        add("address", file.address)
        add("name", file.name)
        add("path", file.path)
        if let bytes = file.bytes { add("bytes", bytes) }
        if let size { add("size", size) }
        if file.isUnchanged { add("unchanged", "true") }
        add("only", file.only?.rawValue)
        add("by", file.transport.rawValue)
        add(timeTaken: file.took)
        add("agent", file.userAgent)
        add("text", file.reason)
    }

    fileprivate mutating func add(_ make: DeviceMake) {
        add("vendor", make.vendor)
        add("family", make.family)
        add("model", make.model)
        add("version", make.version)
    }
}

extension Event.What {
    func describe(to list: inout EventText) {
        switch self {
        case .dhcpAnswered(let answer), .dhcpObserved(let answer):
            list.add(answer.make, answer.address, rule: answer.rule)
            list.add("url", answer.url)
            list.add("options", answer.options)
        case .pnpAnswered(let answer), .pnpObserved(let answer):
            list.add(answer.make, answer.address, rule: answer.rule)
            list.add("station", answer.station)
            list.add("transport", answer.transport == .udp ? nil : answer.transport.rawValue.lowercased())
            list.add("body", answer.body)
        case .otherResponder(let responder):
            list.add("responder", responder.address)
            list.add("responder-mac", responder.mac)
            list.add("address", responder.phone)
            list.add("sign", responder.signName)
            switch responder.sign {
            case .answered(let status), .wasAnswered(let status): list.add("status", status)
            case .notified(let body): list.add("body", body)
            }
        case .notifySent(let attempt, let address):
            list.add("address", address)
            list.add("attempt", attempt)
        case .notifyAnswered(let status, let after):
            list.add("status", status)
            list.add(timeTaken: after)
            list.add("text", notifyRefusal(status))
        case .notifyUnanswered(let sends):
            list.add("sends", sends)
        case .notSent(let reason):
            list.add("text", reason)
        case .optionsLeftOut(let codes):
            list.add("options", codes)
        case .optionsNotTold(let options):
            list.add("options", options.map { DHCPOptionCode($0.code) })
            list.add("text", options.map(\.sentence).joined(separator: "; "))
        case .ignored(let kind, let silence):
            list.add("kind", kind.rawValue)
            list.add("reason", silence.name)
            list.add("text", silence.sentence)
        case .leased(let lease):
            list.add("address", lease.address)
            list.add("vendor", lease.vendor)
            list.add("host", lease.hostName)
            list.add("seconds", lease.seconds)
            list.add("url", lease.url)
            if lease.isRenewal { list.add("renewed", "true") }
        case .offered(let address), .released(let address), .declined(let address):
            list.add("address", address)
        case .refusedLease(let reason):
            list.add("text", reason)
        case .addressInUse(let address, let mac):
            list.add("address", address)
            list.add("by", mac)
        case .leasing(_, let server):
            list.add("server", server)
        case .otherServer(let server):
            list.add("server", server.address)
            list.add("server-mac", server.mac)
            list.add("type", server.type.name)
            for (code, text) in server.told.sorted(by: { $0.key.rawValue < $1.key.rawValue }) { list.add("option-\(code)", text) }
        case .fileServed(let file): list.add(file)
        case .fileUnderWay(let file, let size): list.add(file, of: size)
        case .fileRefused(let file):
            list.add("address", file.address)
            list.add("name", file.name)
            list.add("by", file.transport.rawValue)
            list.add("status", file.status)
            list.add("why", file.why)
            list.add("text", file.reason)
        case .fileUploaded(let file):
            list.add("address", file.address)
            list.add("name", file.name)
            list.add("path", file.path)
            list.add("bytes", file.bytes)
            list.add("by", file.transport.rawValue)
        case .prober(let prober):
            list.add("address", prober.address)
            list.add("phones", prober.phones)
            list.add("seconds", prober.seconds)
            list.add(
                "text",
                "it asked for the files of \(prober.phones) phones that it is not, within a minute, and gets none now; if many phones share that address, name it in files.trust"
            )
        case .resyncSent(let event, let attempt, let address, let port):
            list.add("address", address)
            list.add("port", port)
            list.add("sip-event", event)
            list.add("attempt", attempt)
        case .resyncAnswered(let outcome, let status, let after):
            list.add("status", status)
            list.add("outcome", outcome.name)
            list.add(timeTaken: after)
        case .resyncUnanswered(let sends):
            list.add("sends", sends)
        }
    }
}

/// What it means that a phone answers its NOTIFY so; `nil` where it took it.
package func notifyRefusal(_ status: UInt16) -> String? {
    switch status {
    case ..<300: nil
    case 401, 407: "the phone wants a password before it takes a NOTIFY"
    case 403: "the phone takes a NOTIFY from nobody but its own server"
    case 404, 481: "the phone knows of no such subscription; it may have restarted, or another responder was faster"
    case 405, 501: "the phone knows no NOTIFY"
    case 489: "the phone does not take this event"
    default: "the phone did not take the NOTIFY"
    }
}
