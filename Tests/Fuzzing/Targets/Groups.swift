import GroupMembership
import Packets
import TestSupport

private let wanted = [IPv4Address(224, 0, 1, 75), IPv4Address(224, 0, 1, 76)]

extension FuzzTarget {
    /// IGMP messages that a member of two groups hears: for each a byte of tenths of seconds that pass before, one that says what more is
    /// done, then its length and itself. Since hardly any change leaves a checksum right, it is mended.
    static let groups = FuzzTarget("groups") {
        let messages: [IGMPMessage] = [
            .query(IGMPQuery(.one, responseCode: 0)), .query(IGMPQuery(.two, responseCode: 100)),
            .query(IGMPQuery(.two, group: wanted[0], responseCode: 10)), .query(IGMPQuery(.three, responseCode: 100)),
            .query(IGMPQuery(.three, group: wanted[1], responseCode: 0x8f)), .report(wanted[0], .one), .report(wanted[1], .two),
            .leave(wanted[0]),
            .records([IGMPRecord(.isExclude, wanted[0]), IGMPRecord(.isInclude, wanted[1], sources: [ourAddress])]),
        ]
        return [messages, messages.reversed()].map {
            $0.flatMap { [5, 0] + piece($0.encoded() ?? []) } + [200, 1, 0, 0, 9, 2, 0, 0]
        }
    } run: { bytes in
        var choices = Choices(bytes)
        var member = GroupMember(of: wanted, chance: SeededGenerator(state: 1))
        var now: UInt64 = 1
        try check(member.join(at: now))
        while !choices.isEmpty {
            now += UInt64(choices.byte()) * 100_000_000
            try check(member.elapsed(at: now))
            try expect((member.nextDue ?? .max) > now, "what is due is said")
            switch choices.byte() % 8 {
            case 1: try check(member.join(at: now))
            case 2: try check(member.leave(at: now))
            default: break
            }
            let piece = choices.piece()
            for bytes in [piece, withChecksum(piece)] {
                guard let message = try? IGMPMessage(decoding: bytes[...]) else { continue }
                guard let written = message.encoded() else { throw Broken(description: "what was read can be written") }
                try expect(
                    (try? IGMPMessage(decoding: written[...])) == message, "a message that is written reads back as it was")
                member.heard(message, from: ourAddress, to: message.destination, at: now)
                if case .query(let query) = message, query.group == nil {
                    // Of two answers one pause apart the second waits.
                    let longest = max(query.responseTime * 100_000_000, GroupMember.pause)
                    try expect((member.nextDue ?? .max) <= now + longest, "a general query is answered within what it asks")
                }
            }
        }
    }
}

private func check(_ messages: [IGMPMessage]) throws {
    try expect(
        messages.count <= 7 + 1 + wanted.count, "not more is said at once than there are groups, and how often a change is said")
    for message in messages {
        switch message {
        case .report(let group, let version):
            try expect(wanted.contains(group) && version < .three, "a report is for a group that is wanted")
        case .leave(let group): try expect(wanted.contains(group), "a leave is for a group that was wanted")
        case .records(let records):
            try expect(
                !records.isEmpty && records.allSatisfy { wanted.contains($0.group) }, "records are for groups that are wanted")
        case .query: throw Broken(description: "a host asks nothing")
        }
        try expect(message.encoded() != nil, "what is said can be sent")
    }
}

private func withChecksum(_ message: [UInt8]) -> [UInt8] {
    guard message.count >= 4 else { return message }
    var message = message
    message.replaceSubrange(2..<4, with: [0, 0])
    var sum = InternetChecksum()
    sum.add(message[...])
    message.replaceSubrange(
        2..<4, with: [UInt8(truncatingIfNeeded: sum.complement >> 8), UInt8(truncatingIfNeeded: sum.complement)])
    return message
}
