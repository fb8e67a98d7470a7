import Packets

/// An event as it is written down: what ledger, diagnosis, page and commands read.
package struct RecordedEvent: Hashable, Sendable {
    /// Rises with every row of the ledger; 0 before it has one.
    package var id: Int64
    package var time: Moment
    /// When it happened last; ``time`` where it happened once.
    package var lastTime: Moment
    /// How often it happened again within a minute.
    package var repeats: Int
    package var mac: MACAddress?
    package var interface: String?
    /// ``Event/name``
    package var name: String
    package var details: [EventDetail]

    package init(
        id: Int64 = 0, time: Moment, lastTime: Moment? = nil, repeats: Int = 0, mac: MACAddress?, interface: String? = nil,
        name: String, details: [EventDetail] = []
    ) {
        self.id = id
        self.time = time
        self.lastTime = lastTime ?? time
        self.repeats = repeats
        self.mac = mac
        self.interface = interface
        self.name = name
        self.details = details
    }

    package init(_ event: Event) {
        self.init(time: event.time, mac: event.mac, interface: event.interface, name: event.name, details: event.details)
    }

    /// The text of a detail; `nil` where the event has none of that name.
    package subscript(_ detail: String) -> String? { details.first { $0.name == detail }?.text }
}

/// One thing that is told about an event: a stable name, and a text that may hold whatever a phone sent.
package struct EventDetail: Hashable, Sendable {
    package var name: String
    package var text: String

    package init(_ name: String, _ text: String) {
        self.name = name
        self.text = text
    }
}
