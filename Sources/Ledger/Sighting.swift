import Packets
import Provisioning

/// What one event tells of the device that it is about.
struct Sighting {
    var mac: MACAddress
    /// `nil` where nothing is told of it.
    var make: DeviceMake?
    var address: IPv4Address?
    var interface: String?
    var arrival: Arrival?
    /// When the device was seen, first and last.
    var times: ClosedRange<Moment>
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
        times = event.time...event.time
        make = event.make
        switch event.what {
        case .dhcpAnswered(let answer), .dhcpObserved(let answer): address = answer.address
        case .pnpAnswered(let answer), .pnpObserved(let answer): address = answer.address
        case .fileServed(let file), .fileUnderWay(let file, _): address = file.address
        case .fileRefused(let file): address = file.address
        case .fileUploaded(let file): address = file.address
        case .notifySent(_, let destination): address = destination
        case .ignored(_, let silence):
            switch silence {
            case .frame, .ownFrame, .addressedElsewhere, .portNotServed, .dhcpReply: return nil
            default: break
            }
        case .leased(let lease): address = lease.address
        case .notifyAnswered, .notifyUnanswered, .notSent, .optionsLeftOut, .optionsNotTold, .offered, .refusedLease, .released,
            .declined:
            break
        case .resyncAnswered: break
        // These tell what bellhop did, not that the device is there.
        case .resyncSent, .resyncUnanswered: return nil
        case .addressInUse, .leasing, .otherServer, .otherResponder, .prober: return nil
        }
        // An answer may go to everybody, or to the relay that finds the device: that is not its address.
        if address?.isHost != true || address == event.arrival?.relay { address = nil }
    }

    /// Takes in what a later event tells of the same device. What that one does not know stays as it was.
    mutating func merge(_ later: Sighting) {
        if let told = later.make { make = make?.merged(told) ?? told }
        address = later.address ?? address
        interface = later.interface ?? interface
        if var latest = later.arrival {
            latest.sipPort = latest.sipPort ?? arrival?.sipPort
            arrival = latest
        }
        standing = later.standing ?? standing
        times = min(times.lowerBound, later.times.lowerBound)...max(times.upperBound, later.times.upperBound)
    }
}

extension DeviceMake {
    /// What another does not tell stays as it was.
    fileprivate func merged(_ other: DeviceMake) -> DeviceMake {
        DeviceMake(
            vendor: other.vendor ?? vendor, family: other.family ?? family, model: other.model ?? model,
            version: other.version ?? version)
    }
}

/// What several events tell of the devices that they are about, one sighting a device.
struct Sightings {
    private(set) var all: [Sighting] = []
    private var places: [MACAddress: Int] = [:]

    func contain(_ mac: MACAddress) -> Bool { !all.isEmpty && places[mac] != nil }

    mutating func add(_ sighting: Sighting) {
        if let place = places[sighting.mac] {
            all[place].merge(sighting)
        } else {
            places[sighting.mac] = all.count
            all.append(sighting)
        }
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
