import Packets
import Provisioning

/// What one event tells of the device that it is about.
struct Sighting {
    var mac: MACAddress
    var vendor: String?
    var model: String?
    var family: String?
    var version: String?
    var address: IPv4Address?
    var interface: String?
    var arrival: Arrival?
    var time: Moment
    var standing: Standing?

    /// `nil` where the event is about no device, or about frames between others that bellhop merely overheard.
    init?(_ event: Event) {
        guard let mac = event.mac, mac.isStation else { return nil }
        self.mac = mac
        interface = event.interface
        arrival = event.arrival.flatMap { arrival in
            // A relay's frame bears the relay's tags; any other station's tells nothing of the device.
            arrival.isOwn ? arrival : arrival.relay.map { Arrival(relay: $0) }
        }
        time = event.time
        switch event.what {
        case .dhcpAnswered(let answer):
            vendor = answer.vendor
            family = answer.family
            model = answer.model
            version = answer.version
            address = answer.address
        case .pnpAnswered(let answer), .pnpObserved(let answer):
            vendor = answer.vendor
            family = answer.family
            model = answer.model
            version = answer.version
            address = answer.address
        case .fileServed(let file):
            vendor = file.vendor
            family = file.family
            model = file.model
            version = file.version
            address = file.address
        case .fileRefused(let file): address = file.address
        case .fileUploaded(let file): address = file.address
        case .notifySent(_, let destination): address = destination
        case .ignored(_, let silence):
            switch silence {
            case .frame, .ownFrame, .addressedElsewhere, .portNotServed, .dhcpReply: return nil
            default: break
            }
        case .leased(let leased, let maker, _, _, _):
            vendor = maker
            address = leased
        case .notifyAnswered, .notifyUnanswered, .notSent, .optionsLeftOut, .offered, .refusedLease, .released, .declined: break
        case .resyncAnswered: break
        // These tell what bellhop did, not that the device is there.
        case .resyncSent, .resyncUnanswered: return nil
        case .addressInUse, .leasing, .otherServer, .otherResponder, .prober: return nil
        }
        // An answer may go to everybody: that is nobody's address.
        if address?.isHost != true { address = nil }
    }
}

/// How far a device got in its boot, by the stage's name.
package struct Standing: Hashable, Sendable {
    package let stage: String
    package let since: Moment

    package init(stage: String, since: Moment) {
        self.stage = stage
        self.since = since
    }
}
