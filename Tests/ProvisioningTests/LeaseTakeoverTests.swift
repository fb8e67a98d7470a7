import Packets
import TestSupport
import Testing

@testable import Provisioning

/// What a half of a pair makes of leases that were given elsewhere, and of an old word about them.
@Suite struct LeaseTakeoverTests {
    private let pool: [IPv4Address] = (10...19).map { IPv4Address(10, 0, 0, $0) }

    private func client(_ number: UInt64) -> LeaseBook.Client {
        LeaseBook.Client(mac: MACAddress(bits: 0x0004_1300_0000 | number), vendor: "snom", interface: "eth0")
    }

    private func lease(_ address: IPv4Address, of number: UInt64, at granted: Moment, for time: Int64 = 3600) -> Lease {
        Lease(
            address: address, mac: client(number).mac, interface: "eth1", state: .bound, granted: granted,
            expires: Moment(microseconds: granted.microseconds + time * 1_000_000))
    }

    /// No address was asked for.
    private func book(_ leases: [Lease] = []) throws -> LeaseBook {
        let range = try #require(AddressRange("10.0.0.10-10.0.0.19"))
        return LeaseBook(LeaseBook.Terms(ranges: [range], time: 3600), leases: leases, at: second(0))
    }

    private func acknowledged(_ answer: LeaseBook.RequestAnswer) throws -> Lease {
        guard case .acknowledge(let lease, .put(let stored)) = answer, stored == lease else {
            Issue.record("\(answer)")
            throw NoAnswer()
        }
        return lease
    }

    // MARK: One client, two addresses

    @Test func `a client's earlier lease, which is told of late, does not take the place of its later one`() throws {
        var book = try book([lease(pool[1], of: 1, at: second(100)), lease(pool[0], of: 2, at: second(10))])
        #expect(book.adopt([lease(pool[5], of: 1, at: second(50))], at: second(200)).isEmpty)
        #expect(book.lease(at: pool[5]) == nil)
        #expect(try acknowledged(book.renew(client(1), address: pool[1], at: second(201))).address == pool[1])
        // Whoever had that address before has it no more.
        #expect(book.adopt([lease(pool[0], of: 1, at: second(50))], at: second(202)).isEmpty)
        #expect(book.lease(at: pool[0]) == nil)
        // A later one does.
        #expect(book.adopt([lease(pool[5], of: 1, at: second(300))], at: second(301)).count == 1)
        #expect(book.lease(at: pool[1]) == nil)
        #expect(try acknowledged(book.renew(client(1), address: pool[5], at: second(302))).address == pool[5])
    }

    /// As where the time of leases was made shorter in between.
    @Test(arguments: [false, true])
    func `of a client's two leases it has the one that was granted later, whichever ends first`(atStart: Bool) throws {
        let leases = [lease(pool[2], of: 1, at: second(20), for: 60), lease(pool[1], of: 1, at: second(10))]
        var book = try book(atStart ? leases : [])
        if !atStart { _ = book.adopt(leases, at: second(30)) }
        #expect(book.lease(of: client(1))?.address == pool[2])
        #expect(book.lease(at: pool[1]) == nil)
    }

    // MARK: A clock that was set back

    enum Source: CaseIterable, Sendable { case book, store, note }

    /// The partner and the database take, of two leases, the one that was granted later.
    @Test(arguments: Source.allCases)
    func `T16 each lease is granted later than those before though the clock was set back, and ends by the time of day`(
        source: Source
    ) throws {
        let ahead = Moment(microseconds: second(2).microseconds + 315_360_000_000_000, steady: second(2).steady)
        let early = lease(pool[3], of: 1, at: ahead)
        var (book, partner) = (try book(source == .store ? [early] : []), try book([early]))
        if source == .note { #expect(book.adopt([early], at: second(2)).count == 1) }
        for tick in [0, 1] as [UInt64] { _ = book.tend(at: second(tick)) }
        if source == .book {
            #expect(try book.discover(client(1), wanting: pool[3], at: ahead).get().address == pool[3])
            let given = try acknowledged(book.select(client(1), address: pool[3], server: .any, isOurs: true, at: ahead))
            #expect(given.granted == ahead)
        }
        var latest = ahead
        for _ in 0..<3 {
            let renewed = try acknowledged(book.renew(client(1), address: pool[3], at: second(3)))
            #expect(renewed.granted > latest)
            #expect(renewed.expires.microseconds == second(3 + 3600).microseconds)
            #expect(partner.adopt([renewed], at: second(3)) == [renewed])
            latest = renewed.granted
        }
        // Another address, which is new to this client, too.
        _ = try book.discover(client(2), wanting: nil, at: second(4)).get()
        let address = try #require(book.lease(of: client(2))?.address)
        let given = try acknowledged(book.select(client(2), address: address, server: .any, isOurs: true, at: second(4)))
        #expect(given.granted > latest)
    }

    @Test func `after a lease of the latest time that is believed the partner still reads what it is told`() throws {
        var book = try book([lease(pool[3], of: 1, at: Moment(microseconds: 1 << 53))])
        let renewed = try acknowledged(book.renew(client(1), address: pool[3], at: second(3)))
        let note = SegmentLease(segment: 1, instance: 2, lease: renewed)
        let read = try #require(SegmentLease(decoding: note.encoded(from: client(9).mac)[...]))
        #expect(read.lease.granted.microseconds == renewed.granted.microseconds)
    }

    // MARK: What was asked of the wire while another answered

    @Test func `who takes over asks for every address again before it is offered, and goes on with the leases at once`() throws {
        var book = try book()
        for tick in [0, 1] as [UInt64] { _ = book.tend(at: second(tick)) }
        #expect(book.readyCount == 10)
        #expect(book.takeOver([lease(pool[0], of: 1, at: second(7000))], at: second(7200)).count == 1)
        #expect(book.readyCount == 0)
        #expect((try? book.discover(client(2), wanting: pool[1], at: second(7200)).get()) == nil)
        #expect(try acknowledged(book.renew(client(1), address: pool[0], at: second(7200))).address == pool[0])
        #expect(Set(book.tend(at: second(7200))) == Set(pool.dropFirst()))
        let isNews = book.heard(pool[1], at: second(7200))
        #expect(isNews)
        _ = book.tend(at: second(7201))
        #expect(book.readyCount == 8)
        for number in 2...9 as ClosedRange<UInt64> {
            #expect(try book.discover(client(number), wanting: nil, at: second(7201)).get().address != pool[1])
        }
    }

    @Test func `a question that was under way at the takeover is put again`() throws {
        var book = try book()
        #expect(book.tend(at: second(0)) == pool)
        #expect(book.takeOver([], at: second(1)).isEmpty)
        #expect(book.tend(at: second(1)) == pool)
        #expect(book.readyCount == 0)
        _ = book.tend(at: second(2))
        #expect(book.readyCount == 10)
    }
}
