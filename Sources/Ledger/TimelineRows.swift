import Packets
import Provisioning

/// A device as the ledger knows it. `nil` where nothing told so yet.
package struct DeviceRow: Hashable, Sendable {
    package var mac: MACAddress
    /// The brand; a device without one is not known to be a phone.
    package var vendor: String?
    package var family: String?
    package var model: String?
    package var version: String?
    package var address: IPv4Address?
    package var interface: String?
    package var firstSeen: Moment
    package var lastSeen: Moment
}

/// A DHCP server that is not bellhop.
package struct ServerRow: Hashable, Sendable {
    package var address: IPv4Address
    package var mac: MACAddress
    package var interface: String
    /// What it told a phone last, by option.
    package var told: [EventDetail]
    package var firstSeen: Moment
    package var lastSeen: Moment

    package init(
        address: IPv4Address, mac: MACAddress, interface: String, told: [EventDetail], firstSeen: Moment, lastSeen: Moment
    ) {
        self.address = address
        self.mac = mac
        self.interface = interface
        self.told = told
        self.firstSeen = firstSeen
        self.lastSeen = lastSeen
    }
}

/// How many rows there are.
package struct LedgerCounts: Hashable, Sendable {
    package var leases: Int
    package var devices: Int
    package var events: Int
    package var otherServers: Int
}
