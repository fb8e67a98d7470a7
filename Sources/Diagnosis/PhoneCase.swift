import Packets
import Provisioning
import VendorCatalogue

/// One phone as it stands now: what was written down of it, and what bellhop would do for it.
package struct PhoneCase: Sendable {
    package var mac: MACAddress
    /// From what was seen so far; without evidence it is an identity of nothing but the address.
    package var identity: Identity
    package var address: IPv4Address?
    /// Oldest first; of other devices none.
    package var events: [RecordedEvent]
    package var site: Site
    package var now: Moment
    /// A time of day as the reader's clock shows it, such as `09:04`.
    package var clockText: @Sendable (Moment) -> String

    package init(
        mac: MACAddress, identity: Identity, address: IPv4Address? = nil, events: [RecordedEvent], site: Site, now: Moment,
        clockText: @escaping @Sendable (Moment) -> String
    ) {
        self.mac = mac
        self.identity = identity
        self.address = address
        self.events = events
        self.site = site
        self.now = now
        self.clockText = clockText
    }
}

/// Where bellhop serves, and what it has.
package struct Site: Sendable {
    /// The own addresses of each interface in service, by its name.
    package var links: [String: [IPv4Address]] = [:]
    package var policy: Policy
    /// Where this machine's own neighbour table has the phone, though bellhop heard nothing of it.
    package var neighbourOn: String?
    /// `nil` where nobody could tell.
    package var isRunning: Bool?
    /// What starts bellhop here.
    package var startCommand = "bellhop run"

    package init(_ policy: Policy) {
        self.policy = policy
    }
}

extension RecordedEvent {
    /// Whether it is about a file that was asked for.
    var isAboutFile: Bool { ["file.served", "file.refused", "file.broken-off", "file.under-way"].contains(name) }
}

/// The events of one boot, and what they come to.
package struct Boot: Sendable {
    package let events: [RecordedEvent]
    package let progress: BootProgress
    package let needs: FileNeeds

    /// The newest boot among a phone's events; `nil` where there is no event of its own.
    package init?(newestOf phone: PhoneCase) {
        let needs = FileNeeds(phone.identity.family, phone.identity.facts)
        var progress: BootProgress?
        var first = 0
        for (place, event) in phone.events.enumerated() {
            if progress?.isOver(at: event) ?? true {
                guard BootSign(event) != nil else { continue }
                progress = BootProgress(at: event.time)
                first = place
            }
            progress?.take(event, needs: needs)
        }
        guard let progress else { return nil }
        self.progress = progress
        self.needs = needs
        events = Array(phone.events[first...])
    }

    func last(_ name: String, where holds: (RecordedEvent) -> Bool = { _ in true }) -> RecordedEvent? {
        events.last { $0.name == name && holds($0) }
    }

    /// The one that happened last; a repeated event stands where it came first.
    func latest(_ name: String) -> RecordedEvent? {
        events.filter { $0.name == name }.max { $0.lastTime < $1.lastTime }
    }

    /// The last time that bellhop told it where its files are.
    var told: RecordedEvent? {
        events.last {
            ["dhcp.answered", "pnp.answered", "pnp.answered-again"].contains($0.name)
                || $0.name == "lease.given" && $0["url"] != nil && !$0.isRenewal
        }
    }

    /// Whether the event is later than another; what has the same time came after it where it stands after it.
    func isAfter(_ event: RecordedEvent, _ other: RecordedEvent?) -> Bool {
        other.map { event.lastTime >= $0.lastTime } ?? true
    }
}
