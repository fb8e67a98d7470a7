import Packets
import VendorCatalogue

/// A phone as far as it was seen: in this run, and before it.
package struct SeenPhone: Sendable {
    package var mac: MACAddress
    /// What requests told of it since the start.
    package var learnt: LearntDevice?
    /// What is on record, from before the start as well.
    package var recorded: RecordedDevice?

    package init(mac: MACAddress, learnt: LearntDevice? = nil, recorded: RecordedDevice? = nil) {
        self.mac = mac
        self.learnt = learnt
        self.recorded = recorded
    }
}

extension Policy {
    /// How a phone is told to read its configuration again, or to reboot.
    package func resyncTarget(_ phone: SeenPhone, reboot: Bool) -> ResyncTarget {
        let (identity, rule) = known(phone)
        let family = identity.family
        let shape = family.map { $0.answer.resync ?? ResyncShape() } ?? .unknownFamily
        var target = ResyncTarget(mac: phone.mac, event: shape.event)
        if reboot {
            target.reboot = shape.rebootEvent == nil ? .unknown : .asked
            target.event = shape.rebootEvent ?? shape.event
        }
        target.label = identity.label
        target.vendor = identity.vendor
        target.model = identity.model
        target.needs = shape.needs
        let device = settings.devices[phone.mac]
        // What a frame of the phone's own showed goes before what is on record, and that before what the operator wrote down.
        target.address = phone.learnt?.address ?? phone.recorded?.address ?? device?.address
        target.interface = phone.learnt?.interface ?? phone.recorded?.interface
        target.tags = phone.learnt?.tags ?? phone.recorded?.tags ?? []
        target.wasSeen = phone.learnt != nil || phone.recorded != nil
        if let port = phone.learnt?.sipPort ?? phone.recorded?.sipPort, port != ResyncTarget.usualPort {
            target.ports.insert(port, at: 0)
        }
        target.user = device?.sipUser
        target.credentials = device?.sipCredentials ?? rule?.resync ?? settings.resync
        return target
    }

    /// Whether a phone is meant by "all": one that is recognised, or that the operator knows, and that no rule leaves to somebody else;
    /// with `vendor` those of that brand or family.
    package func isOurs(_ phone: SeenPhone, vendor: String? = nil) -> Bool {
        let (identity, rule) = known(phone)
        guard identity.isRecognised || settings.devices[phone.mac] != nil, rule?.ignores != true else { return false }
        return vendor == nil || vendor == identity.vendor || vendor == identity.family?.id
    }

    private func known(_ phone: SeenPhone) -> (identity: Identity, rule: Rule?) {
        var seen = Observations(mac: phone.mac)
        seen.learnt = phone.learnt
        seen.known = settings.devices[phone.mac]
        // What is on record counts as if it had been learnt in this run.
        if phone.learnt?.familyID == nil, let recorded = phone.recorded, let family = recorded.family {
            var learnt = phone.learnt ?? LearntDevice(lastSeen: recorded.lastSeen)
            learnt.familyID = family
            learnt.model = learnt.model ?? recorded.model
            learnt.version = learnt.version ?? recorded.version
            seen.learnt = learnt
        }
        let identity = catalogue.identify(seen)
        let link = Link(interface: phone.learnt?.interface ?? phone.recorded?.interface ?? "", mac: nil, address: .any)
        var asker = Asker(identity: identity, link: link)
        asker.vlans = (phone.learnt?.tags ?? phone.recorded?.tags ?? []).map(\.identifier)
        asker.relay = phone.recorded?.relay
        return (identity, settings.rules.first { $0.match.matches(asker) })
    }
}

extension KnownDevice {
    fileprivate var sipCredentials: SIPCredentials? {
        guard let sipUser, let sipPassword else { return nil }
        return SIPCredentials(user: sipUser, password: sipPassword)
    }
}
