import Packets

/// The free addresses of a pool, and which of them are known to be used by nobody: an address is asked for by ARP before it is first
/// offered, ahead of need, so that no OFFER waits for the answer (RFC 2131 §3.1 item 2 says servers SHOULD check).
///
/// Times are the steady clock's, in nanoseconds.
struct AddressStock {
    /// How long nobody must answer until an address counts as free.
    static let wait: UInt64 = 500_000_000
    /// How long an address that somebody answered for, or that a client declined, is left alone.
    static let quarantine: UInt64 = 600_000_000_000
    /// How many probes go out at once.
    static let batch = 1024
    /// How many are kept ready without demand: a whole floor that is switched on at once, for longer than new ones take to be asked for.
    static let idle = 4096

    static let mostReserve = 256

    private enum Standing {
        case unknown, probing(since: UInt64), free, taken, quarantined(until: UInt64)
    }

    /// An eighth of the pool is kept for new clients, at the cost of those that were gone for longest.
    private let reserve: Int
    private var standing: [IPv4Address: Standing] = [:]
    /// Addresses in the order in which they will be probed, and offered.
    private var unknown = AddressQueue()
    private var ready = AddressQueue()
    private var probing: [IPv4Address] = []
    private var quarantined: [IPv4Address] = []
    /// How many were handed out since the stock was last filled: what is wanted twice over next time.
    private var demand = 0

    init(_ range: [AddressRange], without reserved: Set<IPv4Address>) {
        for part in range {
            for address in part.addresses where !reserved.contains(address) {
                standing[address] = .unknown
                unknown.append(address)
            }
        }
        reserve = min(AddressStock.mostReserve, max(1, standing.count / 8))
    }

    func holds(_ address: IPv4Address) -> Bool { standing[address] != nil }

    /// Addresses that are known to be free.
    private(set) var readyCount = 0

    /// How many addresses are missing to the reserve, with none left to ask for.
    var shortage: Int {
        unknown.isEmpty ? max(0, reserve - readyCount - probing.count) : 0
    }

    /// The next address that is known to be free, taken out of the stock.
    mutating func take() -> IPv4Address? {
        while let address = ready.popFirst() {
            guard case .free? = standing[address] else { continue }
            standing[address] = .taken
            readyCount -= 1
            demand += 1
            return address
        }
        return nil
    }

    /// Takes one particular address: what a client had before, or asks for. Only one that is known to be free, or `trusted`: it was this
    /// client's own, who may be using it now, and may be the one that was heard there.
    mutating func take(_ address: IPv4Address, trusted: Bool) -> Bool {
        switch standing[address] {
        case .free?: readyCount -= 1
        case .unknown? where trusted, .probing? where trusted, .quarantined? where trusted: break
        default: return false
        }
        standing[address] = .taken
        return true
    }

    /// Gives an address back: its lease ended. It was in use a moment ago, so it is asked for again before it goes to another client.
    mutating func give(_ address: IPv4Address) {
        guard case .taken? = standing[address] else { return }
        askAgain(address)
    }

    private mutating func askAgain(_ address: IPv4Address) {
        standing[address] = .unknown
        unknown.append(address)
    }

    /// What is known of free addresses is too old to go by: they are asked for again.
    mutating func doubt() {
        while let address = ready.popFirst() {
            if case .free? = standing[address] { askAgain(address) }
        }
        for address in probing {
            if case .probing? = standing[address] { askAgain(address) }
        }
        probing = []
        readyCount = 0
    }

    /// Somebody uses the address, or a client declined it.
    mutating func quarantine(_ address: IPv4Address, at now: UInt64) {
        guard let before = standing[address] else { return }
        if case .free = before { readyCount -= 1 }
        standing[address] = .quarantined(until: now &+ AddressStock.quarantine)
        quarantined.append(address)
    }

    /// An ARP packet showed that a host has the address. `true` where that is news: it was thought to be free.
    mutating func heard(_ address: IPv4Address, at now: UInt64) -> Bool {
        switch standing[address] {
        case .unknown?, .probing?, .free?:
            quarantine(address, at: now)
            return true
        default: return false
        }
    }

    /// Ends probes that nobody answered, and says which addresses to ask for now.
    mutating func tend(at now: UInt64) -> [IPv4Address] {
        probing.removeAll { address in
            guard case .probing(let since)? = standing[address] else { return true }
            guard since &+ AddressStock.wait <= now else { return false }
            standing[address] = .free
            readyCount += 1
            ready.append(address)
            return true
        }
        quarantined.removeAll { address in
            guard case .quarantined(let until)? = standing[address] else { return true }
            guard until <= now else { return false }
            standing[address] = .unknown
            unknown.append(address)
            return true
        }
        let wanted = max(AddressStock.idle, 4 * demand) - readyCount - probing.count
        demand = 0
        var asked: [IPv4Address] = []
        while asked.count < min(wanted, AddressStock.batch), let address = unknown.popFirst() {
            guard case .unknown? = standing[address] else { continue }
            standing[address] = .probing(since: now)
            asked.append(address)
        }
        probing += asked
        return asked
    }
}
