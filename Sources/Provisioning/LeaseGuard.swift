import Packets

/// Decides whether an interface may lease: asks by DISCOVER whether another server answers, and steps back as soon as one is heard, at
/// any time (T1). A state machine without clock or wire; times are the steady clock's.
package struct LeaseGuard: Sendable {
    package enum State: Hashable, Sendable {
        case asking(sent: Int)
        case leasing
        case steppedBack(IPv4Address)
    }

    package enum Action: Hashable, Sendable {
        /// Send a DISCOVER of our own.
        case ask
        case begin
        case stepBack(IPv4Address)
    }

    /// Questions, a second apart; a client that gets no OFFER to three asks no more often either.
    static let questions = 3
    static let interval: UInt64 = 1_000_000_000
    /// While leasing: a switch shows us nobody else's answers, for servers send them to the client's own hardware address. So the
    /// question is put again and again.
    static let watch: UInt64 = 15_000_000_000
    /// After stepping back: ask again now and then, for the other server may be gone.
    static let retry: UInt64 = 300_000_000_000

    package private(set) var state = State.asking(sent: 0)
    private var due: UInt64 = 0

    package init() {}

    package var mayLease: Bool { state == .leasing }

    /// Another server gave, or refused, somebody an address.
    package mutating func heard(_ server: IPv4Address, at now: Moment) -> Action? {
        due = now.steady &+ LeaseGuard.retry
        if case .steppedBack = state {
            state = .steppedBack(server)
            return nil
        }
        state = .steppedBack(server)
        return .stepBack(server)
    }

    /// A server that was heard turned out to be this one's partner: that it answers is no reason to step back.
    package mutating func excuse(_ servers: [IPv4Address], at now: Moment) {
        guard case .steppedBack(let server) = state, servers.contains(server) else { return }
        state = .asking(sent: 0)
        due = now.steady
    }

    package mutating func elapsed(at now: Moment) -> Action? {
        switch state {
        case .leasing:
            guard due <= now.steady else { return nil }
            due = now.steady &+ LeaseGuard.watch
            return .ask
        case .asking(let sent):
            guard due <= now.steady else { return nil }
            due = now.steady &+ LeaseGuard.interval
            guard sent < LeaseGuard.questions else {
                state = .leasing
                due = now.steady &+ LeaseGuard.watch
                return .begin
            }
            state = .asking(sent: sent + 1)
            return .ask
        case .steppedBack:
            guard due <= now.steady else { return nil }
            due = now.steady &+ LeaseGuard.interval
            state = .asking(sent: 1)
            return .ask
        }
    }
}
