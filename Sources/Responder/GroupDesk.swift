import GroupMembership
import Packets
import Provisioning

/// The groups of one interface as switches are told of them, that deliver a group only where it was asked for: by frames. Had the kernel
/// joined them, it would hand what phones multicast to every program of this host that listens on all addresses.
///
/// In a VLAN without an interface of its own a querier that is heard is answered too.
struct GroupDesk: Sendable {
    private struct Place {
        var member: GroupMember
        /// An own address in the querier's network; 0.0.0.0 where there is none, as RFC 3376 §4.2.13 has it.
        var source: IPv4Address
        var asked: UInt64 = 0
    }

    /// VLANs in which somebody asked, besides the interface's own. The one that was asked in longest ago makes room.
    static let mostVLANs = 64

    private let groups: Set<IPv4Address>
    private let link: Link
    private let mac: MACAddress
    private let isServedElsewhere: @Sendable (UInt16) -> Bool
    private var own: Place
    private var tagged: [[VLANTag]: Place] = [:]
    /// When there is something to say in any of them.
    private(set) var nextDue: UInt64?

    /// `nil` where there is nothing to be told.
    /// - Parameter isServedElsewhere: whether a VLAN has an interface of its own that is served, as it is by then.
    init?(of groups: Set<IPv4Address>, on link: Link, isServedElsewhere: @escaping @Sendable (UInt16) -> Bool) {
        guard !groups.isEmpty, let mac = link.mac else { return nil }
        self.groups = groups
        self.link = link
        self.mac = mac
        self.isServedElsewhere = isServedElsewhere
        own = Place(member: GroupMember(of: groups), source: link.address)
    }

    /// Frames that say that the groups are wanted: at first, and after the cable was out or plugged into another switch.
    mutating func join(at now: UInt64) -> [[UInt8]] {
        everywhere { $0.join(at: now) }
    }

    /// Frames that say that they are wanted no more.
    mutating func leave(at now: UInt64) -> [[UInt8]] {
        everywhere { $0.leave(at: now) }
    }

    /// Frames that are due by now.
    mutating func elapsed(at now: UInt64) -> [[UInt8]] {
        guard let nextDue, nextDue <= now else { return [] }
        return everywhere { $0.elapsed(at: now) }
    }

    /// Takes in what was heard.
    mutating func heard(_ frame: IGMPFrame, at now: UInt64) {
        guard frame.destination.isMulticast || link.isOwn(frame.destination) else { return }
        if let vlan = frame.tags.first {
            guard !isServedElsewhere(vlan.identifier) else { return }
            // Whatever their priority.
            let tags = frame.tags.map { VLANTag(type: $0.type, control: $0.identifier) }
            var place = tagged[tags]
            if case .query = frame.message {
                makeRoom(for: tags)
                place = place ?? Place(member: GroupMember(of: groups), source: .any)
                place?.source = link.networks.first { $0.contains(frame.source) }?.address ?? .any
                place?.asked = now
            }
            place?.member.heard(frame.message, from: frame.source, to: frame.destination, at: now)
            tagged[tags] = place
        } else {
            own.member.heard(frame.message, from: frame.source, to: frame.destination, at: now)
        }
        noteDue()
    }

    private mutating func makeRoom(for tags: [VLANTag]) {
        guard tagged[tags] == nil, tagged.count >= GroupDesk.mostVLANs,
            let oldest = tagged.min(by: { $0.value.asked < $1.value.asked })
        else { return }
        tagged[oldest.key] = nil
    }

    private mutating func everywhere(_ say: (inout GroupMember) -> [IGMPMessage]) -> [[UInt8]] {
        // A VLAN that got an interface of its own is no more spoken for from here: least of all is a group left that is wanted there.
        tagged = tagged.filter { $0.key.first.map { isServedElsewhere($0.identifier) } != true }
        var frames = say(&own.member).compactMap { IGMPFrame(from: mac, own.source, $0).encoded() }
        for (tags, place) in tagged {
            var member = place.member
            frames += say(&member).compactMap { IGMPFrame(from: mac, place.source, tags: tags, $0).encoded() }
            tagged[tags]?.member = member
        }
        noteDue()
        return frames
    }

    private mutating func noteDue() {
        nextDue = tagged.values.lazy.compactMap(\.member.nextDue).min()
        if let due = own.member.nextDue { nextDue = min(nextDue ?? due, due) }
    }
}
