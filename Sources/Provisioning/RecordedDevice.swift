import Packets

/// A device as it is written down. `nil` where nothing told so yet.
package struct RecordedDevice: Hashable, Sendable {
    package var mac: MACAddress
    /// The brand; a device without one is not known to be a phone.
    package var vendor: String?
    /// The id of its family in the catalogue.
    package var family: String?
    package var model: String?
    package var version: String?
    package var address: IPv4Address?
    package var interface: String?
    /// The VLAN tags of its own frames, outermost first; empty where they bore none, or it is behind a relay.
    package var tags: [VLANTag] = []
    /// The relay agent that passed its last request on.
    package var relay: IPv4Address?
    /// Where its SIP is heard, as the Contact of its SUBSCRIBE said.
    package var sipPort: UInt16?
    /// How far it got in its boot, by the stage's name.
    package var stage: String?
    package var stageSince: Moment?
    package var firstSeen: Moment
    package var lastSeen: Moment

    package init(mac: MACAddress, firstSeen: Moment, lastSeen: Moment) {
        self.mac = mac
        self.firstSeen = firstSeen
        self.lastSeen = lastSeen
    }
}

extension LearntDevice {
    /// What was written down of a device, as what is known of it.
    package init(_ device: RecordedDevice) {
        self.init(lastSeen: device.lastSeen)
        familyID = device.family
        model = device.model
        version = device.version
        address = device.address
        interface = device.interface
        sipPort = device.sipPort
        tags = device.tags
    }
}

/// A DHCP server that is not bellhop.
package struct RecordedServer: Hashable, Sendable {
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
