import Packets

/// The leases of one interface, as a state machine without clock, disk or wire. Callers send what it says, after storing what it says.
///
/// Held in memory whole: an address is in the book from its offer until its lease is forgotten, so the size of the pool bounds it.
package struct LeaseBook: Sendable {
    /// An offer is held this long: clients answer within a second or two (T3: offers held short).
    static let offerTime: UInt64 = 15_000_000_000

    package let terms: Terms
    private var stock: AddressStock
    private var entries: [IPv4Address: Entry] = [:]
    private var byClient: [LeaseClient: IPv4Address] = [:]
    /// By standing: where no address is free, the oldest offer to those of less standing is taken back.
    private var offers = [OfferQueue](repeating: OfferQueue(), count: ClientStanding.allCases.count)

    /// The latest grant that was seen of this segment, in microseconds since 1970. Of two leases that are told of, the one that was granted
    /// later counts, with the partner and in the database: so each is later than those before, though the time of day was set back.
    private var latestGrant: Int64 = 0

    private struct Entry {
        var lease: Lease
        /// By the steady clock.
        var until: UInt64
        /// Of an offer: the queue that it is in.
        var standing: ClientStanding?
    }

    /// - Parameter leases: what a database holds from before. Their remaining time counts from now, and is no longer than a lease.
    package init(_ terms: Terms, leases: [Lease] = [], at now: Moment) {
        self.terms = terms
        stock = AddressStock(terms.ranges, without: terms.reserved.union(terms.fixed.values))
        note(leases)
        for lease in leases.sorted(by: { $0.granted < $1.granted }) { restore(lease, at: now) }
    }

    private mutating func note(_ leases: [Lease]) {
        latestGrant = leases.reduce(latestGrant) { max($0, $1.granted.microseconds) }
    }

    private mutating func restore(_ lease: Lease, at now: Moment) {
        guard lease.state == .bound || lease.state == .released || lease.state == .declined else { return }
        let isFixed = terms.fixed[lease.mac] == lease.address
        guard isFixed || (stock.holds(lease.address) && terms.fixed[lease.mac] == nil) else { return }
        if lease.state == .declined {
            stock.quarantine(lease.address, at: now.steady)
            return
        }
        if let other = byClient[lease.client], let held = entries[other]?.lease {
            // It went on to another address: this one may be somebody else's by now.
            guard held.state == .offered || held.granted <= lease.granted else { return }
            forget(other)
        }
        let remaining = min(max(0, lease.expires.microseconds - now.microseconds), Int64(terms.time) * 1_000_000)
        _ = stock.take(lease.address, trusted: true)
        entries[lease.address] = Entry(lease: lease, until: now.steady &+ UInt64(remaining) * 1000)
        byClient[lease.client] = lease.address
    }

    /// Leases that another responder of this segment gave take the place of what is known of their addresses and clients.
    /// - Returns: those of them that say something new.
    @discardableResult
    package mutating func adopt(_ leases: [Lease], at now: Moment) -> [Lease] {
        note(leases)
        return leases.sorted { $0.granted < $1.granted }.filter { lease in
            guard lease.state != .offered else { return false }
            if let mine = entries[lease.address]?.lease, mine.granted > lease.granted || mine.isAlike(lease) { return false }
            // Not given back to the stock: each renewal would put it there once more.
            forget(lease.address, returning: false)
            restore(lease, at: now)
            guard entries[lease.address] == nil else { return true }
            stock.give(lease.address)
            return lease.state == .declined && stock.holds(lease.address)
        }
    }

    /// This responder begins to answer, with the leases that are known of this segment. What nobody answered for while another gave
    /// addresses may be hours old: every address is asked for again before it is offered.
    /// - Returns: those leases that say something new.
    package mutating func takeOver(_ leases: [Lease], at now: Moment) -> [Lease] {
        stock.doubt()
        return adopt(leases, at: now)
    }

    package var boundCount: Int { entries.values.count { $0.lease.state == .bound } }
    package var readyCount: Int { stock.readyCount }
    package var count: Int { entries.count }

    /// The address that a client has, had or is offered.
    package func lease(of client: Client) -> Lease? { byClient[client.key].flatMap { entries[$0]?.lease } }

    package func lease(at address: IPv4Address) -> Lease? { entries[address]?.lease }

    /// Whether the client has an address, had one, or is offered one.
    package func knows(_ client: LeaseClient) -> Bool { byClient[client] != nil }

    // MARK: What clients say

    /// DISCOVER. RFC 2131 §4.3.1: the client's current address, its previous one, the one that it asks for, one from the pool.
    package mutating func discover(_ client: Client, wanting wanted: IPv4Address?, at now: Moment) -> Result<Lease, NoLeaseError>
    {
        expire(at: now)
        if let fixed = terms.fixed[client.mac] { return offerFixed(fixed, to: client, at: now) }
        if let address = byClient[client.key], let place = entries.index(forKey: address) {
            // Its own, bound or not: an offer changes nothing of what is on disk.
            let entry = entries.values[place]
            if entry.lease.state == .bound { return .success(entry.lease) }
            if entry.standing != nil { return .success(offerAgain(at: place, to: client, at: now)) }
            return .success(offer(address, to: client, at: now))
        }
        if let wanted, stock.take(wanted, trusted: false) { return .success(offer(wanted, to: client, at: now)) }
        if let address = stock.take() ?? reclaimed(for: client.standing) { return .success(offer(address, to: client, at: now)) }
        return .failure(NoLeaseError(reason: .poolIsEmpty))
    }

    /// REQUEST in SELECTING: the client names the server that it chose (option 54) and the address (option 50).
    package mutating func select(
        _ client: Client, address: IPv4Address, server: IPv4Address, isOurs: Bool, at now: Moment
    ) -> RequestAnswer {
        expire(at: now)
        guard isOurs else {
            if let offered = byClient[client.key], entries[offered]?.lease.state == .offered { forget(offered) }
            return .silence(.choseAnotherServer(server))
        }
        guard byClient[client.key] == address, entries[address] != nil else {
            return .refuse("\(address) was not offered to this client")
        }
        return bind(address, client, at: now)
    }

    /// REQUEST in INIT-REBOOT: the client had the address before, and asks whether it still may. "If the DHCP server has no record of
    /// this client, then it MUST remain silent" (RFC 2131 §4.3.2).
    package mutating func reboot(_ client: Client, address: IPv4Address, at now: Moment) -> RequestAnswer {
        expire(at: now)
        guard let own = byClient[client.key], let entry = entries[own], entry.lease.state != .offered else {
            return .silence(.unknownClient)
        }
        guard own == address else { return .refuse("this client's address is \(own), not \(address)") }
        return bind(own, client, at: now)
    }

    /// REQUEST in RENEWING or REBINDING: the client uses the address (ciaddr).
    package mutating func renew(_ client: Client, address: IPv4Address, at now: Moment) -> RequestAnswer {
        reboot(client, address: address, at: now)
    }

    /// RELEASE: the address is free, the binding is remembered for the client's return. `nil` where it is not this client's.
    package mutating func release(_ client: Client, address: IPv4Address, at now: Moment) -> LeaseChange? {
        guard byClient[client.key] == address, var entry = entries[address], entry.lease.state == .bound else { return nil }
        entry.lease.state = .released
        entry.lease.expires = now
        entry.until = now.steady
        entries[address] = entry
        return .put(entry.lease)
    }

    /// DECLINE: somebody else has the address; it is left alone for a while. `nil` where it is not this client's.
    package mutating func decline(_ client: Client, address: IPv4Address, at now: Moment) -> LeaseChange? {
        guard byClient[client.key] == address, var lease = entries[address]?.lease else { return nil }
        forget(address, returning: false)
        stock.quarantine(address, at: now.steady)
        lease.state = .declined
        return .put(lease)
    }

    // MARK: What goes on besides

    /// A host used the address in an ARP packet. `true` where the address was thought to be free.
    package mutating func heard(_ address: IPv4Address, at now: Moment) -> Bool { stock.heard(address, at: now.steady) }

    /// To be called twice a second or more: which addresses to ask for by ARP.
    package mutating func tend(at now: Moment) -> [IPv4Address] {
        expire(at: now)
        recycle(at: now)
        return stock.tend(at: now.steady)
    }

    // MARK: Steps

    private mutating func offerFixed(_ address: IPv4Address, to client: Client, at now: Moment) -> Result<Lease, NoLeaseError> {
        if let entry = entries[address], entry.lease.client != client.key, entry.lease.mac != client.mac {
            return .failure(NoLeaseError(reason: .fixedAddressInUse(address)))
        }
        if let entry = entries[address], entry.lease.state == .bound, entry.lease.client == client.key {
            return .success(entry.lease)
        }
        if let old = byClient[client.key], old != address { forget(old) }
        return .success(offer(address, to: client, at: now))
    }

    private mutating func offer(_ address: IPv4Address, to client: Client, at now: Moment) -> Lease {
        let place = entries.index(forKey: address)
        let before = place.map { entries.values[$0] }
        if let other = before?.lease.client, other != client.key { byClient[other] = nil }
        byClient[client.key] = address
        if let place, before?.standing != nil, before?.lease.client == client.key {
            return offerAgain(at: place, to: client, at: now)
        }
        let until = now.steady &+ LeaseBook.offerTime
        let lease = lease(address, client, .offered, at: now)
        let standing = before == nil ? client.standing : .known
        entries[address] = Entry(lease: lease, until: until, standing: standing)
        offers[standing.rawValue].append(address, until: until)
        return lease
    }

    /// To the client that it was offered to before. It stays where it is in its queue, and is found not to have ended when its turn comes.
    private mutating func offerAgain(at place: Dictionary<IPv4Address, Entry>.Index, to client: Client, at now: Moment) -> Lease {
        let lease = lease(entries.keys[place], client, .offered, at: now)
        entries.values[place].lease = lease
        entries.values[place].until = now.steady &+ LeaseBook.offerTime
        return lease
    }

    private mutating func bind(_ address: IPv4Address, _ client: Client, at now: Moment) -> RequestAnswer {
        let lease = lease(address, client, .bound, at: now)
        latestGrant = lease.granted.microseconds
        entries[address] = Entry(lease: lease, until: now.steady &+ UInt64(terms.time) * 1_000_000_000)
        return .acknowledge(lease, .put(lease))
    }

    private func lease(_ address: IPv4Address, _ client: Client, _ state: Lease.State, at now: Moment) -> Lease {
        let granted = max(now.microseconds, min(latestGrant, Lease.times.upperBound - 1) + 1)
        let expires = Moment(microseconds: now.microseconds + Int64(terms.time) * 1_000_000, steady: now.steady)
        return Lease(
            address: address, mac: client.mac, clientIdentifier: client.identifier, interface: client.interface, state: state,
            granted: Moment(microseconds: granted, steady: now.steady), expires: expires, hostName: client.hostName,
            vendor: client.vendor)
    }

    /// Takes back offers that nobody took up.
    private mutating func expire(at now: Moment) {
        for standing in ClientStanding.allCases {
            while let offer = offers[standing.rawValue].first, offer.until <= now.steady {
                offers[standing.rawValue].removeFirst()
                guard let entry = entries[offer.address], entry.standing == standing else { continue }
                if entry.until <= now.steady {
                    forget(offer.address)
                } else {
                    offers[standing.rawValue].append(offer.address, until: entry.until)
                }
            }
        }
    }

    /// No address is free: one that is merely offered to a client of less standing (T3: a flood of made-up clients).
    private mutating func reclaimed(for standing: ClientStanding) -> IPv4Address? {
        for lesser in ClientStanding.allCases where lesser < standing {
            while let offer = offers[lesser.rawValue].first {
                offers[lesser.rawValue].removeFirst()
                guard entries[offer.address]?.standing == lesser else { continue }
                forget(offer.address, returning: false)
                return offer.address
            }
        }
        return nil
    }

    /// Gives addresses whose lease ended back to the stock, those of no phone first, then those that ended longest ago, and only when it
    /// runs short: a client that comes back after a holiday finds its own (RFC 2131 §4.3.1).
    private mutating func recycle(at now: Moment) {
        let short = stock.shortage
        guard short > 0 else { return }
        let ended = entries.values.filter {
            $0.lease.state != .offered && $0.until <= now.steady && terms.fixed[$0.lease.mac] == nil
        }
        let order = ended.sorted { ($0.lease.vendor == nil ? 0 : 1, $0.until) < ($1.lease.vendor == nil ? 0 : 1, $1.until) }
        for entry in order.prefix(short) { forget(entry.lease.address) }
    }

    private mutating func forget(_ address: IPv4Address, returning: Bool = true) {
        guard let entry = entries.removeValue(forKey: address) else { return }
        if byClient[entry.lease.client] == address { byClient[entry.lease.client] = nil }
        if returning { stock.give(address) }
    }
}
