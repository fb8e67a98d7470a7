import Packets
import Provisioning
import VendorCatalogue

/// One phone as it stands now: what was written down of it, and what bellhop would do for it.
package struct PhoneCase: Sendable {
    package let mac: MACAddress
    /// What is on record of it; `nil` where nothing is.
    package let device: RecordedDevice?
    /// From what was seen so far; without evidence it is an identity of nothing but the address.
    package var identity: Identity
    /// Oldest first; of other devices none.
    package let events: [RecordedEvent]
    package let site: Site
    package let now: Moment
    private let text: ClockText

    /// A time as the reader's clock shows it, the second being now: `09:04`, and with its date where that is another.
    package typealias ClockText = @Sendable (Moment, Moment) -> String

    /// The most events that are looked at, the newest ones.
    package static let mostEvents = 2000

    /// - Parameter learnt: what is known of a phone that is not on record yet.
    package init(
        _ mac: MACAddress, device: RecordedDevice?, learnt: LearntDevice? = nil, events: [RecordedEvent], site: Site, now: Moment,
        clockText: @escaping ClockText
    ) {
        self.mac = mac
        self.device = device
        self.events = events
        self.site = site
        self.now = now
        text = clockText
        var seen = Observations(mac: mac)
        seen.known = site.policy.settings.devices[mac]
        seen.learnt = device.map { LearntDevice($0) } ?? learnt
        identity = site.policy.catalogue.identify(seen)
    }

    func clockText(_ moment: Moment) -> String { text(moment, now) }
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
