import ConfigTree
import DHCPMessages
import Packets
import VendorCatalogue

/// One rule of the configuration. The first that matches wins. It never changes, and everything on the way of an answer shares it.
package final class Rule: Sendable {
    package let name: String
    package let place: ConfigPlace
    package let match: RuleMatch
    package let url: URLTemplate?
    package let options: OptionTemplates
    /// Whether texts in options end in a NUL; `nil` leaves it to the family.
    package let endsTextInNUL: Bool?
    package let ignores: Bool
    /// What a phone has to show before it is given a file.
    package let auth: RuleAuth?
    /// What it may leave here.
    package let uploads: UploadAllowance?
    /// Over the family's own.
    package let aliases: [FileAlias]
    /// For phones that ask for credentials before they obey check-sync.
    package let resync: SIPCredentials?

    /// - Parameter number: its place in the list, from 1.
    init?(_ node: ConfigNode, number: Int, vendors: [String], _ problems: ConfigProblems) {
        guard !node.holdsNothing else {
            problems.add(
                "an empty rule would mean every phone, and keep the rules below from it; take it out, or put # before its -",
                at: node.place)
            return nil
        }
        guard var map = MapReader(node, as: "a rule", problems) else { return nil }
        name = map.text("name") ?? "rule \(number)"
        place = node.place
        if let match = map.named("match"), match.content == .empty {
            problems.add(
                "match holds nothing; name the phones that are meant, or write match: {} for every phone", at: match.place)
        }
        match = map.group("match") { RuleMatch($0, vendors: vendors, problems) } ?? RuleMatch()
        url = map.placedText("url").flatMap { URLTemplate($0.text, at: $0.place, problems) }
        options = map.group("options") { OptionTemplates($0, problems) } ?? OptionTemplates()
        resync = map.group("resync") { SIPCredentials($0, problems) }
        endsTextInNUL = map.boolean("nul")
        ignores = map.value("answer", expected: "ignore; leave the key out to answer") { $0 == "ignore" ? true : nil } ?? false
        auth = map.group("auth") { RuleAuth($0, problems) }
        uploads = map.node("uploads").flatMap { UploadAllowance($0, key: "uploads", &map, problems) }
        if auth != nil || uploads != nil, !match.isAboutIdentityAlone {
            problems.add(
                "a rule with auth or uploads can match by mac, vendor and model only: nothing else is known of a phone that fetches a file",
                at: place)
        }
        aliases = map.group("aliases") { FileAlias.read($0, problems) } ?? []
        if ignores, let place = (map.node("url") ?? map.node("options") ?? map.node("nul"))?.place {
            problems.add("a rule that ignores has nothing to tell: take out its url, options and nul, or its answer", at: place)
        }
        map.finish()
    }
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
            && (models.isEmpty || matches(models, identity.model.map { Array($0.utf8)[...] }))
    }

    /// ``matches(_:)-(Identity)`` is all that it asks.
    package var isAboutIdentityAlone: Bool {
        vendorClasses.isEmpty && interfaces.isEmpty && vlans.isEmpty && relays.isEmpty && circuitIDs.isEmpty && remoteIDs.isEmpty
    }

    package func matches(_ asker: Asker) -> Bool {
        guard matches(asker.identity), matches(vendorClasses, asker.vendorClass) else { return false }
        guard interfaces.isEmpty || matches(interfaces, Array(asker.link.interface.utf8)[...]) else { return false }
        guard vlans.isEmpty || asker.vlans.contains(where: vlans.contains) else { return false }
        guard matches(circuitIDs, asker.relayInformation?.circuitID), matches(remoteIDs, asker.relayInformation?.remoteID) else {
            return false
        }
        return relays.isEmpty || asker.relay.map { relay in relays.contains { $0.contains(relay) } } ?? false
    }

    private func matches(_ patterns: [ShapePattern], _ value: ArraySlice<UInt8>?) -> Bool {
        guard !patterns.isEmpty else { return true }
        guard let value else { return false }
        var text = value
        while text.last == 0 { text.removeLast() }
        return patterns.contains { $0.match(text) != nil || $0.match(value) != nil }
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
