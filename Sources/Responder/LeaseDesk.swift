import DHCPMessages
import Packets
import Provisioning
import Synchronization

/// The leases of one interface, while it runs: the book, and the guard that says whether it may be used.
///
/// Only the interface's own thread works with it; the lock is for those who look.
final class LeaseDesk: Sendable {
    /// How often the stock of free addresses is tended, in nanoseconds.
    static let tick: UInt64 = 250_000_000

    enum Action {
        case send([UInt8])
        case say(Event.What)
    }

    private struct State {
        var book: LeaseBook?
        var guardian = LeaseGuard()
        var due: UInt64 = 0
    }

    private let state: Mutex<State>
    private let link: Link
    private let mac: MACAddress

    /// `nil` where the ranges belong to another interface's network.
    init?(_ settings: Settings, _ link: Link, _ leases: [Lease], at now: Moment) {
        guard settings.dhcp.answer == .lease, let mac = link.mac, settings.dhcp.lease.network(of: link.networks) != nil else {
            return nil
        }
        state = Mutex(State(book: LeaseBook(LeaseBook.Terms(settings, on: link), leases: leases, at: now)))
        self.link = link
        self.mac = mac
    }

    /// Decides with the book, where addresses may be given now.
    func decide(_ body: (inout LeaseBook?) -> Decision) -> Decision {
        state.withLock { state in
            guard state.guardian.mayLease else {
                var none: LeaseBook?
                return body(&none)
            }
            return body(&state.book)
        }
    }

    /// Takes note of what the responder of this segment gives that answers.
    /// - Returns: those of them that say something new.
    func adopt(_ leases: [Lease], at now: Moment) -> [Lease] {
        state.withLock { $0.book?.adopt(leases, at: now) } ?? []
    }

    /// This responder begins to answer, with what the database holds of its segment, whatever the interface was on which it was given.
    /// - Returns: those of them that say something new.
    func takeOver(_ leases: [Lease], at now: Moment) -> [Lease] {
        let news = state.withLock { $0.book?.takeOver(leases, at: now) } ?? []
        return news.map { lease in
            var lease = lease
            lease.interface = link.interface
            return lease
        }
    }

    /// What is due by now: questions of the guard, ARP for addresses that are to be known free.
    func elapsed(at now: Moment) -> [Action] {
        state.withLock { state in
            guard state.due <= now.steady else { return [] }
            state.due = now.steady &+ LeaseDesk.tick
            var actions: [Action] = []
            switch state.guardian.elapsed(at: now) {
            case .ask: actions.append(.send(question(now)))
            case .begin: actions.append(.say(.leasing(began: true, server: nil)))
            case .stepBack, nil: break
            }
            // The stock is filled while the guard still asks, so that the first OFFER waits for nothing.
            for address in state.book?.tend(at: now) ?? [] {
                actions.append(.send(ARPPacket.question(about: address, from: mac, link.address).encoded()))
            }
            return actions
        }
    }

    /// A host showed by ARP that it has an address.
    func heard(_ packet: ARPPacket, at now: Moment) -> [Action] {
        guard packet.senderMAC != mac, packet.sender != .any else { return [] }
        return state.withLock { state in
            guard state.book?.heard(packet.sender, at: now) == true else { return [] }
            return [.say(.addressInUse(packet.sender, by: packet.senderMAC))]
        }
    }

    /// Another server gave or refused somebody an address.
    func heard(_ server: OtherServer, at now: Moment) -> [Action] {
        server.leases ? heard(server.address, at: now) : []
    }

    /// There is another server: it was heard itself, or a client said that it chose it.
    func heard(_ server: IPv4Address, at now: Moment) -> [Action] {
        state.withLock { state in
            guard case .stepBack(let address)? = state.guardian.heard(server, at: now) else { return [] }
            return [.say(.leasing(began: false, server: address))]
        }
    }

    /// These are the addresses of the other half of a pair.
    func excuse(_ servers: [IPv4Address], at now: Moment) {
        state.withLock { $0.guardian.excuse(servers, at: now) }
    }

    /// The device that has an address of the pool.
    func mac(at address: IPv4Address) -> MACAddress? {
        state.withLock { state in
            state.book?.lease(at: address).flatMap { $0.state == .bound ? $0.mac : nil }
        }
    }

    var isLeasing: Bool { state.withLock { $0.guardian.mayLease } }

    /// A DISCOVER of this machine's own, for no lease: to hear who answers it.
    private func question(_ now: Moment) -> [UInt8] {
        var message = DHCPMessage(type: .discover, transactionID: UInt32(truncatingIfNeeded: now.steady ^ mac.bits), client: mac)
        message.flags = DHCPMessage.broadcastFlag
        message.options[.parameterRequestList] = [1, 3, 6, 51, 54]
        let frame = UDPFrame(
            from: mac, .any, port: DHCPMessage.clientPort, to: .broadcast, .broadcast, port: DHCPMessage.serverPort,
            payload: message.encoded().bytes)
        return frame.encoded() ?? []
    }
}
