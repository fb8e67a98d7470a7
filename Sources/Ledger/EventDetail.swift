import Provisioning

/// One thing that is told about an event: a stable name, and a text that may hold whatever a phone sent.
package struct EventDetail: Hashable, Sendable {
    package var name: String
    package var text: String

    package init(_ name: String, _ text: String) {
        self.name = name
        self.text = text
    }
}

extension Event.What {
    /// What the timeline tells of an event, in the order to show it; the names are those of the log. Credentials in URLs are not in it,
    /// and long texts are cut (``EventDetail/longest``).
    package func timelineDetails() -> [EventDetail] {
        var list = DetailList()
        switch self {
        case .dhcpAnswered(let answer):
            list.add("vendor", answer.vendor)
            list.add("model", answer.model)
            list.add("address", "\(answer.address)")
            list.add("rule", answer.rule)
            list.add("url", answer.url)
            list.add("options", answer.options.map { "\($0)" }.joined(separator: ","))
        case .pnpAnswered(let answer):
            list.add("vendor", answer.vendor)
            list.add("model", answer.model)
            list.add("address", "\(answer.address)")
            list.add("rule", answer.rule)
            list.add("body", answer.body)
        case .notifySent(let attempt, let address):
            list.add("address", "\(address)")
            list.add("attempt", "\(attempt)")
        case .notifyAnswered(let status, let after):
            list.add("status", "\(status)")
            list.add("after-ms", "\(after.components.seconds * 1000 + after.components.attoseconds / 1_000_000_000_000_000)")
        case .notifyUnanswered(let sends):
            list.add("sends", "\(sends)")
        case .notSent(let reason):
            list.add("text", reason)
        case .ignored(let kind, let silence):
            list.add("kind", kind.rawValue)
            list.add("reason", silence.name)
            list.add("text", silence.sentence)
        case .fileServed(let file):
            list.add("vendor", file.vendor)
            list.add("address", "\(file.address)")
            list.add("name", file.name)
            list.add("path", file.path)
            list.add("bytes", "\(file.bytes)")
            list.add("agent", file.userAgent)
        case .fileRefused(let name, let status, let reason, let address):
            list.add("address", "\(address)")
            list.add("name", name)
            list.add("status", "\(status)")
            list.add("text", reason)
        }
        return list.details
    }
}

private struct DetailList {
    var details: [EventDetail] = []

    mutating func add(_ name: String, _ text: String?) {
        if let text { details.append(EventDetail(name, text).fitForDisk) }
    }
}

extension EventDetail {
    /// Bytes of UTF-8 that are kept of one text.
    package static let longest = 2048

    /// Without credentials, and cut where it is too long.
    var fitForDisk: EventDetail {
        let shown = text.utf8.contains(UInt8(ascii: "@")) ? withoutCredentials(text) : text
        guard shown.utf8.count > EventDetail.longest else { return EventDetail(name, shown) }
        var kept = shown.unicodeScalars[...]
        var length = shown.utf8.count
        while length > EventDetail.longest - 3, let last = kept.popLast() { length -= UTF8.width(last) }
        return EventDetail(name, String(kept) + "…")
    }
}
