import ConfigTree
import DHCPMessages
import Packets
import VendorCatalogue

/// One rule of the configuration. The first that matches wins.
package struct Rule: Sendable {
    package var name: String
    package var place: ConfigPlace
    package var match: RuleMatch
    package var url: URLTemplate?
    package var options = OptionTemplates()
    /// Whether texts in options end in a NUL; `nil` leaves it to the family.
    package var endsTextInNUL: Bool?
    package var ignores = false
    /// What a phone has to show before it is given a file.
    package var auth: RuleAuth?
    /// What it may leave here.
    package var uploads: UploadAllowance?
    /// Over the family's own.
    package var aliases: [FileAlias] = []
    /// For phones that ask for credentials before they obey check-sync.
    package var resync: SIPCredentials?
}

/// What a rule asks of a request. Every key that is given must hold; of several values for one key, one must.
package struct RuleMatch: Sendable {
    package var macs: [MACPrefix] = []
    /// Brands or family ids.
    package var vendors: [String] = []
    package var models: [ShapePattern] = []
    package var vendorClasses: [ShapePattern] = []
    package var interfaces: [ShapePattern] = []
    package var vlans: [UInt16] = []
    package var relays: [IPv4Prefix] = []
    /// Sub-options 1 and 2 of option 82 (RFC 3046 §3.1, §3.2).
    package var circuitIDs: [ShapePattern] = []
    package var remoteIDs: [ShapePattern] = []

    package init() {}

    /// The rule says which phones it means, not only where they are: such a rule makes a phone known that nothing else knows.
    package var namesPhones: Bool { !(macs.isEmpty && vendors.isEmpty && models.isEmpty && vendorClasses.isEmpty) }

    /// What can be told of a phone whose frames are not at hand.
    package func matches(_ identity: Identity) -> Bool {
        (macs.isEmpty || identity.mac.map { mac in macs.contains { $0.contains(mac) } } ?? false)
            && (vendors.isEmpty || vendors.contains { $0 == identity.vendor || $0 == identity.family?.id })
            && matches(models, identity.model.map { Array($0.utf8)[...] })
    }

    /// ``matches(_:)-(Identity)`` is all that it asks.
    package var isAboutIdentityAlone: Bool {
        vendorClasses.isEmpty && interfaces.isEmpty && vlans.isEmpty && relays.isEmpty && circuitIDs.isEmpty && remoteIDs.isEmpty
    }

    package func matches(_ asker: Asker) -> Bool {
        guard matches(asker.identity), matches(vendorClasses, asker.vendorClass) else { return false }
        guard matches(interfaces, Array(asker.link.interface.utf8)[...]) else { return false }
        guard vlans.isEmpty || asker.vlans.contains(where: vlans.contains) else { return false }
        guard matches(circuitIDs, asker.relayInformation?.circuitID), matches(remoteIDs, asker.relayInformation?.remoteID) else {
            return false
        }
        return relays.isEmpty || asker.relay.map { relay in relays.contains { $0.contains(relay) } } ?? false
    }

    private func matches(_ patterns: [ShapePattern], _ value: ArraySlice<UInt8>?) -> Bool {
        guard !patterns.isEmpty else { return true }
        guard var value else { return false }
        while value.last == 0 { value.removeLast() }
        return patterns.contains { $0.match(value) != nil }
    }
}

/// A phone that asks, and by which way it was heard.
package struct Asker: Sendable {
    package var identity: Identity
    package var link: Link
    /// The VLAN identifiers of its frame, outermost first.
    package var vlans: [UInt16] = []
    package var relay: IPv4Address?
    package var relayInformation: RelayAgentInformation?
    package var address: IPv4Address?
    package var vendorClass: ArraySlice<UInt8>?
    /// The hardware address of the frame that asked, where it came without a relay: files are given out by it.
    package var provenMAC: MACAddress?
    /// It is in `devices.csv`, or was recognised before.
    package var isKnown = false

    package init(identity: Identity, link: Link) {
        self.identity = identity
        self.link = link
    }
}

/// One row of `devices.csv`.
package struct KnownDevice: Hashable, Sendable {
    package var mac: MACAddress
    package var label: String?
    package var url: URLTemplate?
    package var vendor: String?
    package var model: String?
    /// The address that it always gets, where bellhop gives addresses.
    package var address: IPv4Address?
    /// What stands in file names in place of its hardware address; in lower case.
    package var uuid: String?
    /// An account of its own: check-sync is addressed to it, and with the password it is proved, where the phone asks.
    package var sipUser: String?
    package var sipPassword: Secret?
    /// Further columns by their heading. They may hold passwords: they are for templates, and never shown.
    package var more: [String: String] = [:]
    package var place: ConfigPlace?

    /// The columns that have a meaning of their own.
    package static let columns = ["mac", "label", "url", "vendor", "model", "address", "uuid", "sip-user", "sip-password"]

    /// What it shows to be given a file, where its row has both; a password alone is for templates.
    package var user: String? { more["password"] == nil ? nil : more["user"] }
    package var password: Secret? { more["user"] == nil ? nil : more["password"].map(Secret.init) }

    package init(mac: MACAddress) {
        self.mac = mac
    }
}

extension KnownDevice {
    /// What stands in its row under a heading, but for those that are read as something else than text.
    subscript(column name: String) -> String? {
        switch name {
        case "label": label
        case "address": address?.description
        case "uuid": uuid
        case "sip-user": sipUser
        case "sip-password": sipPassword?.text
        default: more[name]
        }
    }
}
