import LinuxSystem
import Packets
import TestSupport
import Testing

@Suite struct BorrowedAddressTests {
    @Test func `an address is lent for a time, for longer where that is asked, and goes with what it was lent to`() throws {
        let wire = try VirtualWire()
        let index = try #require(try NetworkInterface.all().first { $0.name == wire.left }).index
        func shown() throws -> String { try run("/sbin/ip", "-4", "-o", "address", "show", "dev", wire.left) }
        var lent: BorrowedAddress? = try BorrowedAddress(#require(IPv4Prefix("10.253.11.1/29")), on: index, seconds: 500)
        #expect(try shown().contains(#/10\.253\.11\.1/29 .*valid_lft (500|499|49[0-9])sec preferred_lft (500|49[0-9])sec/#))
        try lent?.keep(seconds: 900)
        #expect(try shown().contains(#/valid_lft (900|8[0-9]{2})sec/#))
        try lent?.keep(seconds: .max)
        #expect(try shown().contains("valid_lft forever"))
        lent = nil
        #expect(try shown().isEmpty)
    }

    @Test func `an address that was there stays as it was`() throws {
        let wire = try VirtualWire()
        let index = try #require(try NetworkInterface.all().first { $0.name == wire.left }).index
        try run("/sbin/ip", "address", "add", "10.253.12.1/29", "dev", wire.left)
        var lent: BorrowedAddress? = try BorrowedAddress(#require(IPv4Prefix("10.253.12.1/29")), on: index, seconds: 500)
        try lent?.keep(seconds: 500)
        lent = nil
        #expect(try run("/sbin/ip", "-4", "-o", "address", "show", "dev", wire.left).contains("valid_lft forever"))
    }
}
