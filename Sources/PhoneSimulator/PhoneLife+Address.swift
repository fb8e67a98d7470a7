import JSONText
import LinuxSystem
import Packets

/// How a phone comes to its address, and keeps it.
extension PhoneLife {
    /// Asks for an address, and has it until it asks again.
    mutating func askForAddress() -> Leasing.Outcome {
        let outcome = leasing.run(ExchangeIdentifiers.random().transactionID, earlier: address == nil ? nil : phone.address)
        guard case .leased(let lease, let server) = outcome else { return outcome }
        do throws(SystemError) {
            if let address, phone.address == lease.address.address {
                try address.keep(seconds: lease.seconds)
            } else {
                address = nil
                address = try BorrowedAddress(lease.address, on: interface.index, seconds: lease.seconds)
            }
        } catch {
            report.say(.gaveUp, "on an address: \(error)", [("way", .string("lease")), ("why", .string(error.description))])
            return error.isPermissionDenied ? .notPermitted : .nothing
        }
        phone.address = lease.address.address
        take(lease, from: server)
        return outcome
    }

    private var leasing: Leasing {
        Leasing(
            phone: phone, interface: interface, report: report, timeout: options.timeout,
            chance: SeededNumbers(phone.mac, seed: options.seed, for: 5))
    }

    private mutating func take(_ lease: LeaseExchange.Lease, from server: MACAddress) {
        self.lease = (HeldLease(lease, at: MonotonicClock.now()), server)
        report.say(
            .leased, "\(lease.address) for \(lease.seconds) s by \(lease.acknowledgement.server)",
            [
                ("address", .string(lease.address.description)), ("seconds", .number(Int(lease.seconds))),
                ("server", .string(lease.acknowledgement.server.description)),
            ])
    }

    /// Waits for what tells it to come, and keeps its address meanwhile.
    /// - Parameter end: nanoseconds of the steady clock.
    /// - Returns: what it does; `nil` when the time is over.
    mutating func wait(until end: UInt64) throws(SystemError) -> Obedience? {
        while true {
            guard !options.leases || lease != nil else { return try waitWithoutAddress(until: end) }
            let standby = Standby(phone: phone, report: report, end: min(end, lease?.held.next ?? .max))
            if let event = try standby.wait(for: system, &self.standby) { return event }
            if MonotonicClock.now() >= end { return nil }
            if !keepsAddress() { return .restarts }
        }
    }

    /// Nobody gave it one: it asks again "a minimum of ten seconds" later (RFC 2131 §3.1 step 5), and cannot be reached meanwhile.
    private func waitWithoutAddress(until end: UInt64) throws(SystemError) -> Obedience? {
        let now = MonotonicClock.now()
        let pause = min(end, now + 10_000_000_000)
        _ = try waitReadable([], milliseconds: MonotonicClock.milliseconds(until: pause, from: now))
        return pause == end ? nil : .restarts
    }

    /// Asks to keep its address, where that is due.
    /// - Returns: false where it has none any more.
    private mutating func keepsAddress() -> Bool {
        guard let due = lease?.held.due(at: MonotonicClock.now()), let (held, server) = lease else { return true }
        let kept = held.lease.address.address
        if due != .over {
            let giver = due == .renew ? (held.lease.acknowledgement.server, server) : nil
            switch leasing.keep(kept, ExchangeIdentifiers.random().transactionID, by: giver) {
            case .leased(let lease, let server):
                try? address?.keep(seconds: lease.seconds)
                take(lease, from: server)
                return true
            case .nothing, .notPermitted: return true
            case .refused: break
            }
        }
        let why = due == .over ? "its lease is over" : "the server wants it back"
        report.say(.gaveUp, "on \(kept): \(why)", [("way", .string("lease")), ("why", .string(why))])
        giveBackAddress()
        return false
    }

    mutating func giveBackAddress() {
        (lease, address, phone.address) = (nil, nil, ownAddress)
    }
}
