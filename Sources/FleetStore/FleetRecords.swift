import Provisioning

/// A place, as the fleet knows it.
package struct FleetSiteState: Hashable, Sendable {
    package var name: String
    /// When one of its responders was heard last; `nil` for one that never was.
    package var heard: Moment?
    /// Events that wait at the site, and such as it had to forget unsent.
    package var waiting: Int64
    package var lost: Int64
    package var responders: Int
    /// Phones by stage.
    package var stages: [String: Int]

    /// A site ships at least every half minute.
    package static let quietAfter: Int64 = 120_000_000

    package func isQuiet(at now: Moment) -> Bool {
        guard let heard else { return true }
        return now.microseconds - heard.microseconds > FleetSiteState.quietAfter
    }
}

/// A device, and where.
package struct FleetDevice: Hashable, Sendable {
    package var site: String
    package var label: String?
    package var device: RecordedDevice
}

/// Which devices somebody wants to see; `nil` for any.
package struct FleetQuery: Hashable, Sendable {
    package var site: String?
    /// A brand or a family.
    package var vendor: String?
    package var stage: String?
    /// What stands somewhere in site, vendor, model, label or MAC address, in any case.
    package var text: String?
    /// Also what is not known to be a phone.
    package var others = false
    package var limit = 500

    package init() {}
}
