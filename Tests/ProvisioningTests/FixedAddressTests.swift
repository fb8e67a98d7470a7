import Packets
import TestSupport
import Testing

@testable import Provisioning

/// Addresses that `devices.csv` gives to one device, in the book of leases.
@Suite struct FixedAddressTests {
    private let own = IPv4Address(10, 0, 0, 50)
    private let device = MACAddress(bits: 0x0004_1300_0001)
    private let server = IPv4Address(10, 0, 0, 1)

    private func book(_ leases: [Lease] = []) throws -> LeaseBook {
        let terms = LeaseBook.Terms(
            ranges: [try #require(AddressRange("10.0.0.10-10.0.0.19"))], time: 3600, fixed: [device: own])
        var book = LeaseBook(terms, leases: leases, at: second(0))
        _ = book.tend(at: second(0))
        _ = book.tend(at: second(1))
        return book
    }

    private func client(_ identifier: [UInt8] = [], mac: MACAddress? = nil) -> LeaseBook.Client {
        LeaseBook.Client(mac: mac ?? device, identifier: identifier, vendor: nil, interface: "eth0")
    }

    /// The address that a client is given.
    private func give(_ client: LeaseBook.Client, from book: inout LeaseBook) throws -> IPv4Address {
        let address = try book.discover(client, wanting: nil, at: second(2)).get().address
        guard case .acknowledge = book.select(client, address: address, server: server, isOurs: true, at: second(2)) else {
            throw NoAnswer()
        }
        return address
    }

    @Test func `a device that asks again keeps its lease`() throws {
        var book = try book()
        #expect(try give(client(), from: &book) == own)
        #expect(try book.discover(client(), wanting: nil, at: second(3)).get().address == own)
        #expect(book.lease(at: own)?.state == .bound)
    }

    @Test func `a device under another name has its address, and the name before has none`() throws {
        var book = try book()
        #expect(try give(client([1, 1]), from: &book) == own)
        #expect(try give(client([1, 2]), from: &book) == own)
        let before = book.reboot(client([1, 1]), address: own, at: second(3))
        #expect(before == .silence(.unknownClient))
        guard case .acknowledge = book.reboot(client([1, 2]), address: own, at: second(3)) else { throw NoAnswer() }
    }

    @Test func `a client that moves to the device leaves its address of the pool`() throws {
        var book = try book()
        let stranger = MACAddress(bits: 0x0004_1300_0002)
        let pooled = try give(client([1, 1], mac: stranger), from: &book)
        #expect(pooled != own)
        // The same client on the device's hardware: its address of the pool is free again.
        #expect(try give(client([1, 1]), from: &book) == own)
        #expect(book.lease(at: pooled) == nil)
    }

    @Test func `of what was stored nobody gets a lease outside the pool, nor a device its address of the pool`() throws {
        func lease(_ last: UInt8, _ mac: UInt64) -> Lease {
            Lease(
                address: IPv4Address(10, 0, 0, last), mac: MACAddress(bits: mac), interface: "eth0", state: .bound,
                granted: second(0),
                expires: second(1000))
        }
        let book = try book([lease(12, 0x0004_1300_0001), lease(60, 0x0004_1300_0003), lease(13, 0x0004_1300_0004)])
        #expect(book.lease(at: IPv4Address(10, 0, 0, 12)) == nil)
        #expect(book.lease(at: IPv4Address(10, 0, 0, 60)) == nil)
        #expect(book.lease(at: IPv4Address(10, 0, 0, 13))?.mac == MACAddress(bits: 0x0004_1300_0004))
    }

    @Test func `D14 what was only offered cannot be released`() throws {
        var book = try book()
        let offered = try book.discover(client(), wanting: nil, at: second(2)).get().address
        let change = book.release(client(), address: offered, at: second(2))
        #expect(change == nil)
    }
}
