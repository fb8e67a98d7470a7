import DHCPMessages
import Packets
import Provisioning

extension FuzzTarget {
    /// Clients that ask for addresses, keep them, give them back and find them taken, in any order and at any time. Eight octets are one
    /// message.
    static let leases = FuzzTarget("leases") {
        // Each client in turn discovers and takes what it is offered; then they renew, release and decline.
        let types: [UInt8] = [1, 3, 1, 3, 3, 7, 1, 3, 4, 1, 3, 8]
        // One has an address, and another gives it back, or finds it taken.
        let others: [[UInt8]] = [(7, 1), (4, 11)].map { type, options in
            [1, 1, 3, 0, 100, 0, 5, 0, 3, 1, 3, 0, 100, 0, 1, 0, type, 2, options, 1, 100, 0, 1, 0, 1, 3, 3, 0, 100, 0, 1, 0]
        }
        return others
            + (0..<6).map { shift in
                var bytes: [UInt8] = []
                for (number, type) in types.enumerated() {
                    bytes += [type, UInt8(number / 2 + shift), 3, UInt8(shift)]
                    bytes += [100 + UInt8(number / 2), 0, 5, UInt8(shift)]
                }
                return bytes
            }
    } run: { bytes in
        var choices = Choices(bytes)
        let policy = try server.get()
        var book: LeaseBook? = LeaseBook(
            .init(ranges: policy.settings.dhcp.lease.ranges, time: 120), at: second(0))
        var limits: RequestLimits? = RequestLimits()
        var held: [IPv4Address: (client: MACAddress, until: UInt64)] = [:]
        var offered: [MACAddress: IPv4Address] = [:]
        var now: UInt64 = 1
        while !choices.isEmpty {
            let type = DHCPMessageType(rawValue: choices.byte() % 9)
            let client = MACAddress(bits: 0x0200_0000_1000 + UInt64(choices.byte() % 8))
            let (options, used) = (choices.byte(), choices.byte())
            let wanted = IPv4Address(192, 168, 50, choices.byte())
            let probed = choices.byte()
            now += UInt64(choices.byte())
            if probed & 1 == 1 { _ = book?.heard(IPv4Address(192, 168, 50, probed), at: second(now)) }
            for seconds in (now - 1)...now { _ = book?.tend(at: second(seconds)) }
            var message = DHCPMessage(type: type, transactionID: 1, client: client)
            let own = offered[client] ?? wanted
            if options & 1 == 1 { message.options[.serverIdentifier] = ourAddress.octets[...] }
            if options & 2 == 2 { message.options[.requestedAddress] = (options & 8 == 8 ? wanted : own).octets[...] }
            if options & 16 == 16 { message.options[.serverIdentifier] = wanted.octets[...] }
            if used & 1 == 1 { message.clientAddress = own }
            if choices.byte() & 1 == 1 { message.relayAddress = wanted }
            let frame = UDPFrame(
                from: client, message.clientAddress, port: 68, to: .broadcast, .broadcast, port: 67,
                payload: message.encoded().bytes)
            guard let request = try? Request(frame, sipPorts: []) else { continue }
            let decision = policy.decide(request, on: link, at: second(now), leases: &book, limits: &limits)
            for case .put(let lease) in decision.changes where lease.state != .bound {
                try expect(lease.mac == client, "nobody gives back another's address")
                if held[lease.address]?.client == client { held[lease.address] = nil }
            }
            guard case .dhcp(let answer)? = decision.answer else { continue }
            let said = try answer.message
            let address = said.yourAddress
            if said.type == .offer || said.type == .acknowledge, type != .inform {
                try expect((100...103).contains(address.octets[3]), "an address comes from the pool, not \(address)")
                let holder = held[address]
                try expect(
                    holder == nil || holder?.client == client || (holder?.until ?? 0) <= now,
                    "an address that one client has is not given to another")
                offered[client] = address
                guard said.type == .acknowledge else { continue }
                let isStored = decision.changes.contains {
                    guard case .put(let lease) = $0 else { return false }
                    return lease.state == .bound && lease.address == address && lease.mac == client
                }
                try expect(isStored, "a lease is on disk before it is acknowledged")
                held[address] = (client, now + 120)
            }
        }
    }
}

private let server = Result { try policy(leasing) }
