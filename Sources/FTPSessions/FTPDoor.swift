import Packets

/// Who may come in: sessions in all and for each address, and how often an address may try passwords (RFC 2577 §5). It knows neither
/// clock nor socket; times are nanoseconds on one clock.
package struct FTPDoor {
    private let limits: FTPLimits
    private var sessions: [IPv4Address: Int] = [:]
    package private(set) var count = 0
    /// When the next password from an address that sent wrong ones is looked at, and until when that is held against it.
    private var turns: [IPv4Address: (next: UInt64, until: UInt64)] = [:]

    /// Of addresses with wrong passwords. Beyond it no password is looked at until the first are forgotten.
    private static let mostTurns = 4096

    package init(_ limits: FTPLimits) {
        self.limits = limits
    }

    /// Counts a session in; `false` where it is one too many.
    package mutating func admit(_ address: IPv4Address) -> Bool {
        guard count < limits.sessions, sessions[address, default: 0] < limits.sessionsOfAddress else { return false }
        count += 1
        sessions[address, default: 0] += 1
        return true
    }

    /// A session that was admitted has ended.
    package mutating func left(_ address: IPv4Address) {
        guard let number = sessions[address] else { return }
        count -= 1
        sessions[address] = number > 1 ? number - 1 : nil
    }

    /// When a password from this address is looked at: at once, unless it sent wrong ones of late; then one after the other, however
    /// many sessions it has. `nil`: too many wait already.
    package mutating func turn(of address: IPv4Address, at now: UInt64) -> UInt64? {
        guard let earlier = turns[address], earlier.until > now else {
            if turns.count >= FTPDoor.mostTurns { forget(at: now) }
            return turns.count < FTPDoor.mostTurns ? now : nil
        }
        let turn = max(now, earlier.next)
        guard turn - now <= limits.longestTurn else { return nil }
        turns[address] = (turn + limits.passwordPause, earlier.until)
        return turn
    }

    package mutating func wrongPassword(from address: IPv4Address, at now: UInt64) {
        if turns.count >= FTPDoor.mostTurns { forget(at: now) }
        let next = max(turns[address]?.next ?? 0, now + limits.passwordPause)
        turns[address] = (next, now + limits.wrongPasswordMemory)
    }

    private mutating func forget(at now: UInt64) {
        turns = turns.filter { $0.value.until > now }
    }
}
