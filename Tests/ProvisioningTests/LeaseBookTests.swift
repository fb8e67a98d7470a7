import Packets
import TestSupport
import Testing

@testable import Provisioning

private let second: UInt64 = 1_000_000_000

private func moment(_ seconds: UInt64) -> Moment {
    Moment(microseconds: 1_800_000_000_000_000 + Int64(seconds) * 1_000_000, steady: seconds * second)
}

private func address(_ last: UInt8) -> IPv4Address { IPv4Address(10, 0, 0, last) }

private func client(
    _ number: UInt64, identifier: [UInt8] = [], vendor: String? = "snom", standing: ClientStanding? = nil
) -> LeaseBook.Client {
    LeaseBook.Client(
        mac: MACAddress(bits: 0x0004_1300_0000 | number), identifier: identifier, vendor: vendor, interface: "eth0",
        standing: standing)
}

/// A book whose addresses have all been asked for and found free, at second 1.
private func book(
    _ range: String = "10.0.0.10-10.0.0.19", fixed: [MACAddress: IPv4Address] = [:], leases: [Lease] = []
) throws -> LeaseBook {
    let terms = LeaseBook.Terms(ranges: [try #require(AddressRange(range))], time: 3600, fixed: fixed)
    var book = LeaseBook(terms, leases: leases, at: moment(0))
    for _ in 0..<4 {
        _ = book.tend(at: moment(0))
        _ = book.tend(at: moment(1))
    }
    return book
}

extension LeaseBook {
    fileprivate mutating func hasNothing(for client: Client, wanting wanted: IPv4Address? = nil, at now: Moment) -> Bool {
        (try? discover(client, wanting: wanted, at: now).get()) == nil
    }

    /// The whole exchange of a client that takes what it is offered.
    fileprivate mutating func get(_ client: Client, at now: Moment) throws -> Lease {
        let offer = try discover(client, wanting: nil, at: now).get()
        guard
            case .acknowledge(let lease, .put(let stored)) = select(
                client, address: offer.address, server: .any, isOurs: true, at: now)
        else {
            throw NoLeaseError(reason: .unknownClient)
        }
        #expect(stored == lease)
        return lease
    }
}

@Suite struct LeaseBookTests {
    @Test func `D13 SELECTING: what was offered is acknowledged, and has to be stored first`() throws {
        var book = try book()
        let offer = try book.discover(client(1), wanting: nil, at: moment(2)).get()
        #expect(offer.state == .offered)
        let answer = book.select(client(1), address: offer.address, server: .any, isOurs: true, at: moment(2))
        guard case .acknowledge(let lease, let change) = answer else {
            Issue.record("\(answer)")
            return
        }
        #expect(lease.state == .bound)
        #expect(lease.address == offer.address)
        #expect(lease.expires.microseconds - lease.granted.microseconds == 3_600_000_000)
        #expect(change == .put(lease))
    }

    @Test func `D13 SELECTING: a REQUEST that names another server gets silence and frees the offer`() throws {
        var book = try book("10.0.0.10-10.0.0.10")
        let offer = try book.discover(client(1), wanting: nil, at: moment(2)).get()
        let value1 = book.select(client(1), address: offer.address, server: address(1), isOurs: false, at: moment(2))
        #expect(value1 == .silence(.choseAnotherServer(address(1))))
        #expect(book.lease(of: client(1)) == nil)
    }

    @Test func `D13 SELECTING: an address that was never offered is refused`() throws {
        var book = try book()
        _ = try book.discover(client(1), wanting: nil, at: moment(2)).get()
        guard case .refuse = book.select(client(1), address: address(99), server: .any, isOurs: true, at: moment(2)) else {
            Issue.record("not refused")
            return
        }
        guard case .refuse = book.select(client(2), address: address(10), server: .any, isOurs: true, at: moment(2)) else {
            Issue.record("not refused")
            return
        }
    }

    @Test func `D13 INIT-REBOOT: an unknown client gets silence, a known one its address, the wrong address a NAK`() throws {
        var book = try book()
        let value2 = book.reboot(client(1), address: address(10), at: moment(2))
        #expect(value2 == .silence(.unknownClient))
        let lease = try book.get(client(1), at: moment(2))
        guard case .acknowledge = book.reboot(client(1), address: lease.address, at: moment(100)) else {
            Issue.record("not acknowledged")
            return
        }
        guard case .refuse = book.reboot(client(1), address: address(19), at: moment(100)) else {
            Issue.record("not refused")
            return
        }
    }

    @Test func `D13 an offer alone is no record: INIT-REBOOT of such a client gets silence`() throws {
        var book = try book()
        let offer = try book.discover(client(1), wanting: nil, at: moment(2)).get()
        let value3 = book.reboot(client(1), address: offer.address, at: moment(3))
        #expect(value3 == .silence(.unknownClient))
    }

    @Test func `D13 RENEWING and REBINDING: the lease runs anew from then`() throws {
        var book = try book()
        let lease = try book.get(client(1), at: moment(2))
        guard case .acknowledge(let renewed, _) = book.renew(client(1), address: lease.address, at: moment(1800)) else {
            Issue.record("not acknowledged")
            return
        }
        #expect(renewed.expires.microseconds == moment(1800 + 3600).microseconds)
    }

    @Test func `D14 DECLINE: the address is left alone, and the client gets another`() throws {
        var book = try book()
        let lease = try book.get(client(1), at: moment(2))
        guard case .put(let declined)? = book.decline(client(1), address: lease.address, at: moment(3)) else {
            Issue.record("not taken note of")
            return
        }
        #expect(declined.state == .declined)
        let value4 = try book.get(client(1), at: moment(4)).address
        #expect(value4 != lease.address)
        for number in 2...9 {
            let other = try book.get(client(UInt64(number)), at: moment(5)).address
            #expect(other != lease.address)
        }
    }

    @Test func `D14 DECLINE and RELEASE of an address that is another client's change nothing`() throws {
        var book = try book()
        let lease = try book.get(client(1), at: moment(2))
        let value5 = book.decline(client(2), address: lease.address, at: moment(3))
        #expect(value5 == nil)
        let value6 = book.release(client(2), address: lease.address, at: moment(3))
        #expect(value6 == nil)
        #expect(book.lease(at: lease.address)?.state == .bound)
    }

    @Test func `D14 RELEASE keeps the binding: the client gets the same address again`() throws {
        var book = try book()
        let lease = try book.get(client(1), at: moment(2))
        guard case .put(let released)? = book.release(client(1), address: lease.address, at: moment(3)) else {
            Issue.record("not taken note of")
            return
        }
        #expect(released.state == .released)
        _ = try book.get(client(2), at: moment(4))
        let value7 = try book.get(client(1), at: moment(5)).address
        #expect(value7 == lease.address)
    }

    @Test func `D15 the same address after a restart, with what is left of its time`() throws {
        var before = try book()
        let leases = try (1...5).map { try before.get(client($0), at: moment(2)) }
        var after = try book(leases: leases)
        for (number, lease) in zip(UInt64(1)..., leases) {
            guard case .acknowledge(let again, _) = after.reboot(client(number), address: lease.address, at: moment(10)) else {
                Issue.record("client \(number) is not known any more")
                continue
            }
            #expect(again.address == lease.address)
        }
        let value8 = try after.get(client(9), at: moment(10)).address
        #expect(value8 == address(15))
    }

    /// In seconds: ten years either way.
    @Test(arguments: [315_360_000, -315_360_000])
    func `T16 a clock that jumps ends no lease and lengthens none, neither while it runs nor at a restart`(jump: Int64) throws {
        func jumped(_ seconds: UInt64) -> Moment {
            Moment(microseconds: moment(seconds).microseconds + jump * 1_000_000, steady: moment(seconds).steady)
        }
        var book = try book("10.0.0.10-10.0.0.10")
        let lease = try book.get(client(1), at: moment(2))
        let isHeld = book.hasNothing(for: client(2), at: jumped(1799))
        #expect(isHeld)
        guard case .acknowledge(let renewed, _) = book.renew(client(1), address: lease.address, at: jumped(1800)) else {
            Issue.record("the lease is not renewed")
            return
        }
        #expect(renewed.expires.microseconds - jumped(1800).microseconds == 3_600_000_000)
        // At a restart after the jump: the client finds its address again, and no lease lasts longer than one.
        var restarted = LeaseBook(book.terms, leases: [lease], at: jumped(0))
        guard case .acknowledge(let again, _) = restarted.reboot(client(1), address: lease.address, at: jumped(1)) else {
            Issue.record("client 1 is not known any more")
            return
        }
        #expect(again.expires.microseconds - jumped(1).microseconds == 3_600_000_000)
        var later = LeaseBook(book.terms, leases: [lease], at: jumped(0))
        for second in UInt64(3590)...3592 { _ = later.tend(at: jumped(second)) }
        let isKept = later.hasNothing(for: client(2), at: jumped(3593))
        // Behind a jump forward nobody knows how long it had.
        #expect(isKept == (jump < 0))
        for second in UInt64(3601)...3604 { _ = later.tend(at: jumped(second)) }
        let isFree = !later.hasNothing(for: client(2), at: jumped(3605))
        #expect(isFree)
    }

    @Test func `D15 a requested address is given where it is free, and another where it is not`() throws {
        var book = try book()
        let value9 = try book.discover(client(1), wanting: address(17), at: moment(2)).get().address
        #expect(value9 == address(17))
        let value10 = try book.discover(client(2), wanting: address(17), at: moment(2)).get().address
        #expect(value10 != address(17))
        let value11 = try book.discover(client(3), wanting: address(200), at: moment(2)).get().address
        #expect(value11 != address(200))
    }

    @Test func `D18 one hardware address with two client identifiers is two clients`() throws {
        var book = try book()
        let first = try book.get(client(1, identifier: [1, 1]), at: moment(2))
        let second = try book.get(client(1, identifier: [1, 2]), at: moment(2))
        #expect(first.address != second.address)
        let value12 = try book.get(client(1, identifier: [1, 1]), at: moment(3)).address
        #expect(value12 == first.address)
    }

    @Test func `a fixed address is that device's alone, whatever it asks for`() throws {
        let mac = client(7).mac
        var book = try book(fixed: [mac: address(12)])
        let value13 = try book.get(client(7), at: moment(2)).address
        #expect(value13 == address(12))
        for number in 10..<19 {
            let other = try book.get(client(UInt64(number)), at: moment(2)).address
            #expect(other != address(12))
        }
        let value14 = book.hasNothing(for: client(20), at: moment(2))
        #expect(value14)
    }

    @Test func `an address is offered only after nobody answered for it`() throws {
        let terms = LeaseBook.Terms(ranges: [try #require(AddressRange("10.0.0.10-10.0.0.13"))], time: 3600)
        var book = LeaseBook(terms, at: moment(0))
        let value15 = book.hasNothing(for: client(1), at: moment(0))
        #expect(value15)
        let value16 = book.tend(at: moment(0))
        #expect(value16 == (10...13).map { address($0) })
        let value17 = book.hasNothing(for: client(1), at: moment(0))
        #expect(value17)
        // Who has it may take half a second to say so.
        _ = book.tend(at: Moment(microseconds: 0, steady: second / 2 - 1))
        #expect(book.readyCount == 0)
        let value18 = book.heard(address(10), at: moment(0))
        #expect(value18)
        _ = book.tend(at: moment(1))
        #expect(book.readyCount == 3)
        let value19 = try book.discover(client(1), wanting: nil, at: moment(1)).get().address
        #expect(value19 == address(11))
        let value20 = book.hasNothing(for: client(2), wanting: address(10), at: moment(1))
        #expect(!value20)
        #expect(book.lease(at: address(10)) == nil)
    }

    @Test func `an address that somebody used is asked for again after ten minutes`() throws {
        var book = try book("10.0.0.10-10.0.0.10")
        let value21 = book.heard(address(10), at: moment(2))
        #expect(value21)
        let value22 = book.tend(at: moment(500)).isEmpty
        #expect(value22)
        let value23 = book.tend(at: moment(603))
        #expect(value23 == [address(10)])
    }

    @Test func `T3 offers that nobody takes up come back, and no two clients hold one address`() throws {
        var book = try book()
        for number in 1...10 { _ = try book.discover(client(UInt64(number), vendor: nil), wanting: nil, at: moment(2)).get() }
        let value24 = book.hasNothing(for: client(11, vendor: nil), at: moment(3))
        #expect(value24)
        _ = book.tend(at: moment(18))
        _ = book.tend(at: moment(19))
        let value25 = try book.discover(client(11, vendor: nil), wanting: nil, at: moment(20)).get().state
        #expect(value25 == .offered)
    }

    @Test func `T3 a phone is served in the middle of a flood of made-up clients`() throws {
        var book = try book()
        for number in 1...100 { _ = book.discover(client(UInt64(number), vendor: nil), wanting: nil, at: moment(2)) }
        let value26 = try book.get(client(500, vendor: "snom"), at: moment(2)).state
        #expect(value26 == .bound)
        #expect(book.count <= 10)
    }

    @Test func `T3 a known device is served in the middle of a flood of clients that say they are phones`() throws {
        var book = try book()
        for number in 1...100 { _ = book.discover(client(UInt64(number)), wanting: nil, at: moment(2)) }
        let stranger = book.hasNothing(for: client(400), at: moment(2))
        #expect(stranger)
        for number in UInt64(500)..<510 {
            let state = try book.get(client(number, standing: .known), at: moment(2)).state
            #expect(state == .bound)
        }
        let nothing = book.hasNothing(for: client(510, standing: .known), at: moment(2))
        #expect(nothing)
        #expect(book.boundCount == 10)
    }

    @Test func `T3 an offer of its own address to a client that had a lease is not taken back for another`() throws {
        var book = try book("10.0.0.10-10.0.0.10")
        let lease = try book.get(client(1), at: moment(2))
        _ = book.release(client(1), address: lease.address, at: moment(3))
        let again = try book.discover(client(1), wanting: nil, at: moment(4)).get()
        #expect(again.address == lease.address)
        let nothing = book.hasNothing(for: client(2, standing: .known), at: moment(4))
        #expect(nothing)
    }

    @Test func `an offer that is asked for again and again lasts, and ends when the asking does`() throws {
        var book = try book("10.0.0.10-10.0.0.10")
        for time in stride(from: UInt64(2), through: 62, by: 10) {
            let offer = try book.discover(client(1), wanting: nil, at: moment(time)).get()
            #expect(offer.address == address(10))
            let nothing = book.hasNothing(for: client(2), at: moment(time + 9))
            #expect(nothing)
        }
        let ended = book.hasNothing(for: client(2), at: moment(78))
        #expect(ended)
        #expect(book.count == 0)
        _ = book.tend(at: moment(79))
        _ = book.tend(at: moment(80))
        let offer = try book.discover(client(2), wanting: nil, at: moment(81)).get()
        #expect(offer.address == address(10))
    }

    @Test func `T3 where addresses run short, leases of what is no phone are forgotten before those of phones`() throws {
        var book = try book()
        let phone = try book.get(client(1), at: moment(2))
        for number in UInt64(2)...10 { _ = try book.get(client(number, vendor: nil), at: moment(3)) }
        for tick in 0..<3 { _ = book.tend(at: moment(10_000 + UInt64(tick))) }
        #expect(book.count == 9)
        #expect(book.lease(of: client(1))?.address == phone.address)
    }

    @Test func `T3 a million made-up clients take no more room than the pool`() throws {
        var book = try book("10.0.0.0-10.0.3.255")
        for number in UInt64(0)..<1_000_000 {
            let now = moment(2 + number / 1000)
            if number % 500 == 0 { _ = book.tend(at: now) }
            _ = book.discover(client(number, vendor: nil), wanting: nil, at: now)
        }
        #expect(book.count <= 1024)
        let known = (UInt64(0)..<1_000_000).count { book.knows(client($0, vendor: nil).key) }
        #expect(known <= 1024)
        let isFirstKnown = book.knows(client(0, vendor: nil).key)
        #expect(!isFirstKnown, "offers ended meanwhile")
    }

    @Test func `a lease that ended keeps its address until the pool runs short`() throws {
        var book = try book("10.0.0.10-10.0.0.29")
        let lease = try book.get(client(1), at: moment(2))
        _ = book.tend(at: moment(5000))
        let value27 = try book.get(client(1), at: moment(5001)).address
        #expect(value27 == lease.address)
        for number in 2...20 { _ = try? book.get(client(UInt64(number)), at: moment(5002)) }
        for tick in 10_000..<10_004 { _ = book.tend(at: moment(UInt64(tick))) }
        let value28 = try book.get(client(30), at: moment(10_005)).state
        #expect(value28 == .bound)
    }

    @Test(arguments: 0..<20)
    func `whatever clients do, no address has two owners`(seed: UInt64) throws {
        var random = SeededGenerator(state: seed &* 0x9e37_79b9)
        var book = try book("10.0.0.10-10.0.0.17")
        // What clients hold by what they were told.
        var held: [IPv4Address: (client: LeaseClient, until: UInt64)] = [:]
        var (given, now) = (0, UInt64(10))
        for _ in 0..<2000 {
            // Within an offer's time mostly, and past a lease's now and then.
            now += random.next() % 100 == 0 ? random.next() % 5000 : random.next() % 4
            let who = client(random.next() % 12, vendor: random.next() % 2 == 0 ? "snom" : nil)
            switch random.next() % 6 {
            case 0: _ = book.discover(who, wanting: nil, at: moment(now))
            case 1, 2:
                let wanted = book.lease(of: who)?.address ?? address(UInt8(10 + random.next() % 8))
                if case .acknowledge(let lease, _) = book.select(
                    who, address: wanted, server: .any, isOurs: true, at: moment(now))
                {
                    if let before = held[lease.address], before.client != lease.client {
                        #expect(before.until <= now, "seed \(seed): \(lease.address) is another's still")
                    }
                    held[lease.address] = (lease.client, now + 3600)
                    given += 1
                    #expect(book.lease(at: lease.address)?.client == lease.client, "seed \(seed)")
                }
            case 3:
                if let lease = book.lease(of: who), book.release(who, address: lease.address, at: moment(now)) != nil {
                    held[lease.address] = nil
                }
            case 4:
                if random.next() % 10 == 0, let lease = book.lease(of: who),
                    book.decline(who, address: lease.address, at: moment(now)) != nil
                {
                    held[lease.address] = nil
                }
            default: _ = book.tend(at: moment(now))
            }
            var seen: Set<LeaseClient> = []
            for last in UInt8(10)...17 {
                guard let lease = book.lease(at: address(last)) else { continue }
                #expect(seen.insert(lease.client).inserted, "seed \(seed): one client with two addresses")
                #expect(lease.address == address(last), "seed \(seed)")
            }
        }
        #expect(given > 100, "seed \(seed)")
    }
}

@Suite struct AdoptedLeaseTests {
    private func given(_ number: UInt8, at second: UInt64, _ state: Lease.State = .bound) -> Lease {
        Lease(
            address: address(10 + number), mac: MACAddress(bits: 0x0200_0000_0000 + UInt64(number)), interface: "eth1",
            state: state, granted: moment(second), expires: moment(second + 3600))
    }

    /// Half a minute later every address of the pool that nobody has is known to be free.
    @Test func `a partner's lease is taken over once, its renewal too, and neither makes the stock lose or double an address`()
        throws
    {
        let range = try #require(AddressRange("10.0.0.10-10.0.0.19"))
        var book = LeaseBook(LeaseBook.Terms(ranges: [range], time: 3600), leases: [], at: moment(0))
        for second in 0..<1000 as Range<UInt64> {
            #expect(book.adopt([given(1, at: second)], at: moment(1)).count == 1)
            #expect(book.adopt([given(1, at: second)], at: moment(1)).isEmpty)
        }
        #expect(book.adopt([given(1, at: 5), given(2, at: 5, .offered), given(200, at: 5)], at: moment(1)).isEmpty)
        #expect(book.adopt([given(3, at: 5, .declined)], at: moment(1)).count == 1)
        for tick in 2...30 { _ = book.tend(at: moment(UInt64(tick))) }
        #expect(book.boundCount == 1)
        #expect(book.readyCount == 8)
    }

    /// The half that listens asks for every address of the pool, and the phones that its partner serves answer.
    @Test func `a partner's lease of an address at which its phone was heard is offered to nobody else`() throws {
        let range = try #require(AddressRange("10.0.0.10-10.0.0.19"))
        var book = LeaseBook(LeaseBook.Terms(ranges: [range], time: 3600), at: moment(0))
        _ = book.tend(at: moment(0))
        let isNews = book.heard(address(11), at: moment(0))
        #expect(isNews)
        #expect(book.adopt([given(1, at: 1)], at: moment(1)).count == 1)
        // Longer than an address is left alone at which somebody was heard.
        for second in 2...700 as ClosedRange<UInt64> { _ = book.tend(at: moment(second)) }
        #expect(book.readyCount == 9)
        for number in 1...9 as ClosedRange<UInt64> {
            let given = try book.get(client(number), at: moment(700)).address
            #expect(given != address(11))
        }
        let isEmpty = book.hasNothing(for: client(10), at: moment(700))
        #expect(isEmpty)
        // When it has ended it is asked for once more, like any other.
        for second in 5000...5003 as ClosedRange<UInt64> { _ = book.tend(at: moment(second)) }
        #expect(book.lease(at: address(11)) == nil && book.readyCount == 1)
    }
}

@Suite struct LeaseGuardTests {
    @Test func `T1 asks three times, a second apart, before it leases`() {
        var guardian = LeaseGuard()
        var seen: [String] = []
        for tick in 0...50 {
            if let action = guardian.elapsed(at: Moment(microseconds: 0, steady: UInt64(tick) * second / 10)) {
                seen.append("\(tick) \(action)")
            }
        }
        #expect(seen == ["0 ask", "10 ask", "20 ask", "30 begin"])
        #expect(guardian.mayLease)
    }

    @Test func `T1 an answer to the question keeps it from leasing`() {
        var guardian = LeaseGuard()
        _ = guardian.elapsed(at: moment(0))
        let value29 = guardian.heard(address(1), at: moment(1))
        #expect(value29 == .stepBack(address(1)))
        for tick in 2...200 {
            let action = guardian.elapsed(at: moment(UInt64(tick)))
            #expect(action == nil)
        }
        #expect(!guardian.mayLease)
    }

    @Test func `T1 steps back once when a server appears later, and asks again after five minutes of silence`() {
        var guardian = LeaseGuard()
        for tick in 0...3 { _ = guardian.elapsed(at: moment(UInt64(tick))) }
        #expect(guardian.mayLease)
        let value30 = guardian.heard(address(1), at: moment(100))
        #expect(value30 == .stepBack(address(1)))
        let value31 = guardian.heard(address(1), at: moment(200))
        #expect(value31 == nil)
        let value32 = guardian.elapsed(at: moment(499))
        #expect(value32 == nil)
        let value33 = guardian.elapsed(at: moment(500))
        #expect(value33 == .ask)
        _ = guardian.elapsed(at: moment(501))
        _ = guardian.elapsed(at: moment(502))
        let value34 = guardian.elapsed(at: moment(503))
        #expect(value34 == .begin)
    }

    @Test func `T1 a server that turns out to be a partner is no reason to step back, and another one is`() {
        for (partner, mayLease) in [(address(1), true), (address(2), false)] {
            var guardian = LeaseGuard()
            for tick in 0...3 { _ = guardian.elapsed(at: moment(UInt64(tick))) }
            _ = guardian.heard(address(1), at: moment(10))
            guardian.excuse([partner], at: moment(11))
            for tick in 11...15 { _ = guardian.elapsed(at: moment(UInt64(tick))) }
            #expect(guardian.mayLease == mayLease)
        }
    }

    @Test func `T1 goes on asking while it leases, for a switch does not show what others offer`() {
        var guardian = LeaseGuard()
        for tick in 0...3 { _ = guardian.elapsed(at: moment(UInt64(tick))) }
        let early = guardian.elapsed(at: moment(17))
        #expect(early == nil)
        let due = guardian.elapsed(at: moment(18))
        #expect(due == .ask)
        #expect(guardian.mayLease)
    }
}
