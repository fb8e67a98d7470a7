import Packets

/// A host that wants some multicast groups on one link: what it says of them, and when (RFC 2236 §3, RFC 3376 §5). It wants each from
/// whatever source, "EXCLUDE {}". A state machine without clock or wire; times are the steady clock's nanoseconds.
package struct GroupMember: Sendable {
    private struct Group {
        let address: IPv4Address
        /// When it is reported: because somebody asked, and in the older versions also again after joining.
        var due: UInt64?
        var rest: UInt64 = 0
    }

    /// What was said of all groups and may have been lost.
    private struct Change {
        var left: Int
        var due: UInt64
    }

    private static let second: UInt64 = 1_000_000_000
    /// RFC 3376 §8.1: how often something is said that may get lost.
    private static let robustness = 2
    /// RFC 3376 §8.2: between two general queries.
    private static let queryInterval = 125 * second
    /// RFC 3376 §8.11: within which a change is said again.
    private static let changeInterval = second
    /// RFC 2236 §8.10: within which a host that has joined says so again.
    private static let unsolicitedInterval = 10 * second
    /// The shortest time within which a query can want its answer, and what lies between two answers of the same kind at least (T6).
    package static let pause = second / 10

    private var groups: [Group]
    /// The "Host Compatibility Mode" (RFC 3376 §7.2.1).
    package private(set) var version = IGMPVersion.three
    /// Until when queriers of version 1 and of version 2 are taken to be there.
    private var (firstUntil, secondUntil): (UInt64, UInt64) = (0, 0)
    private var robustness = GroupMember.robustness
    private var queryInterval = GroupMember.queryInterval
    /// When a general query of version 3 is answered.
    private var generalDue: UInt64?
    private var generalRest: UInt64 = 0
    private var change: Change?
    private var chance: any RandomNumberGenerator & Sendable

    /// - Parameter groups: 224.0.0.1 is left out, for it is never reported (RFC 3376 §6).
    package init(
        of groups: some Sequence<IPv4Address>, chance: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator()
    ) {
        self.groups = Set(groups).filter { $0.isMulticast && $0 != .allSystems }.sorted().map { Group(address: $0) }
        self.chance = chance
    }

    /// When ``elapsed(at:)`` has something to say; `nil` while nothing is due.
    package var nextDue: UInt64? {
        var next = groups.lazy.compactMap(\.due).min()
        for due in [generalDue, change?.due] { next = [next, due].lazy.compactMap { $0 }.min() }
        return next
    }

    /// Says that the groups are wanted: at first, and where nobody on the link may know it any more.
    package mutating func join(at now: UInt64) -> [IGMPMessage] {
        settle(at: now)
        guard !groups.isEmpty else { return [] }
        guard version == .three else {
            for place in groups.indices { groups[place].due = now &+ delay(upTo: GroupMember.unsolicitedInterval) }
            return groups.map { .report($0.address, version) }
        }
        change = Change(left: robustness, due: now)
        return sayChange(at: now)
    }

    /// Says that they are wanted no more. There is no later: what is to be said several times is said at once.
    package mutating func leave(at now: UInt64) -> [IGMPMessage] {
        settle(at: now)
        cancel()
        guard !groups.isEmpty else { return [] }
        return switch version {
        // RFC 1112 has no word for it.
        case .one: []
        // RFC 2236 §3: a host that does not remember who reported last says it always.
        case .two: groups.map { .leave($0.address) }
        case .three: Array(repeating: records(.changeToInclude, groups), count: robustness)
        }
    }

    /// - Parameter destination: where the message was sent, a group or this host's own address.
    package mutating func heard(
        _ message: IGMPMessage, from source: IPv4Address, to destination: IPv4Address, at now: UInt64
    ) {
        switch message {
        case .query(let query):
            // RFC 3376 §9.1: "Hosts SHOULD ignore v1, v2 or v3 General Queries sent to a multicast address other than 224.0.0.1". That
            // they should carry Router Alert as well is not insisted on, no more than the kernel does: an answer costs little, and a
            // querier that leaves it out would get no phone its configuration.
            guard !groups.isEmpty, query.group != nil || !destination.isMulticast || destination == .allSystems else { return }
            note(query, at: now)
            settle(at: now)
            schedule(query, at: now)
        case .report(let group, _):
            settle(at: now)
            // RFC 2236 §3: "If the host receives another host's Report […] while it has a timer running, it stops its timer". Who says it
            // from 0.0.0.0 is a switch that speaks for hosts, not one of them (RFC 4541 §2.1.1).
            guard version < .three, source.isHost, let place = groups.firstIndex(where: { $0.address == group }) else { return }
            groups[place].due = nil
        case .leave, .records: break
        }
    }

    /// What is due by now.
    package mutating func elapsed(at now: UInt64) -> [IGMPMessage] {
        settle(at: now)
        var messages = sayChange(at: now)
        if let due = generalDue, due <= now {
            generalDue = nil
            generalRest = now &+ GroupMember.pause
            messages.append(records(.isExclude, groups))
        }
        var told: [Group] = []
        for place in groups.indices {
            guard let due = groups[place].due, due <= now else { continue }
            groups[place].due = nil
            groups[place].rest = now &+ GroupMember.pause
            told.append(groups[place])
        }
        guard !told.isEmpty else { return messages }
        return messages + (version == .three ? [records(.isExclude, told)] : told.map { .report($0.address, version) })
    }

    // MARK: Queries

    /// Learns from a query who asks, and how often (RFC 3376 §4.1.6, §4.1.7, §7.2.1).
    private mutating func note(_ query: IGMPQuery, at now: UInt64) {
        // RFC 3376 §8.12: "the Robustness Variable) times (the Query Interval in the last Query received)) plus (one Query Response
        // Interval)".
        let until = now &+ UInt64(robustness) &* queryInterval &+ GroupMember.longest(query)
        switch query.version {
        case .one: firstUntil = until
        // "… whenever an IGMPv2 General Query is received": one for a group says nothing of who asks them all.
        case .two where query.group == nil: secondUntil = until
        case .two: break
        case .three:
            robustness = query.robustness == 0 ? GroupMember.robustness : Int(query.robustness)
            queryInterval = query.interval == 0 ? GroupMember.queryInterval : query.interval &* GroupMember.second
        }
    }

    private mutating func schedule(_ query: IGMPQuery, at now: UInt64) {
        let longest = GroupMember.longest(query)
        guard version == .three else {
            for place in groups.indices where query.group == nil || query.group == groups[place].address {
                // RFC 2236 §3: a timer that runs "is reset to the random value only if the requested Max Response Time is less than the
                // remaining value of the running timer".
                if let due = groups[place].due, due <= now &+ longest { continue }
                groups[place].due = max(now &+ delay(upTo: longest), groups[place].rest)
            }
            return
        }
        // RFC 3376 §5.2, rules 1 to 4. A list of sources is not kept (rule 5, and the memory that §9.1 warns of): that the group is wanted
        // from whomever answers it too.
        guard let group = query.group else {
            let due = max(now &+ delay(upTo: longest), generalRest)
            generalDue = min(generalDue ?? due, due)
            return
        }
        guard let place = groups.firstIndex(where: { $0.address == group }) else { return }
        let due = max(now &+ delay(upTo: longest), groups[place].rest)
        if let generalDue, generalDue <= due { return }
        groups[place].due = min(groups[place].due ?? due, due)
    }

    private static func longest(_ query: IGMPQuery) -> UInt64 { max(query.responseTime &* (second / 10), pause) }

    // MARK: Changes

    /// Takes on the version that the queriers on the link understand.
    private mutating func settle(at now: UInt64) {
        let wanted: IGMPVersion = now < firstUntil ? .one : now < secondUntil ? .two : .three
        guard wanted != version else { return }
        version = wanted
        // RFC 3376 §7.2.1: "Whenever a host changes its compatibility mode, it cancels all its pending response and retransmission timers."
        cancel()
    }

    private mutating func cancel() {
        change = nil
        generalDue = nil
        for place in groups.indices { groups[place].due = nil }
    }

    /// RFC 3376 §5.1: a change is said at once and "retransmitted [Robustness Variable] - 1 more times, at intervals chosen at random".
    private mutating func sayChange(at now: UInt64) -> [IGMPMessage] {
        guard let said = change, said.due <= now else { return [] }
        change = said.left > 1 ? Change(left: said.left - 1, due: now &+ delay(upTo: GroupMember.changeInterval)) : nil
        return [records(.changeToExclude, groups)]
    }

    private func records(_ kind: IGMPRecord.Kind, _ groups: [Group]) -> IGMPMessage {
        .records(groups.map { IGMPRecord(kind, $0.address) })
    }

    private mutating func delay(upTo longest: UInt64) -> UInt64 { UInt64.random(in: 1...longest, using: &chance) }
}
