import LinuxSystem
import Packets
import TestSupport
import Testing

@Suite struct NetworkInterfaceTests {
    @Test func `the loopback interface is told as what it is`() throws {
        let loopback = try #require(try NetworkInterface.all().first { $0.name == "lo" })
        #expect(loopback.isLoopback)
        #expect(loopback.index == 1)
        #expect(loopback.mac == nil)
    }

    @Test func `an interface shows its addresses, its MAC address and whether it is up`() throws {
        let wire = try VirtualWire()
        try run("/sbin/ip", "link", "set", wire.left, "address", "02:04:13:aa:bb:cc")
        try run("/sbin/ip", "link", "set", wire.left, "mtu", "1400")
        try run("/sbin/ip", "address", "add", "10.253.7.1/29", "dev", wire.left)
        try run("/sbin/ip", "address", "add", "10.253.9.2/16", "dev", wire.left, "label", "\(wire.left):1")
        let down = try #require(try NetworkInterface.all().first { $0.name == wire.left })
        #expect(!down.isUp)
        try run("/sbin/ip", "link", "set", wire.left, "up")
        let unplugged = try #require(try NetworkInterface.all().first { $0.name == wire.left })
        #expect(unplugged.isUp)
        #expect(!unplugged.isRunning)
        try run("/sbin/ip", "link", "set", wire.right, "up")
        try wire.awaitCarrier()
        let plugged = try #require(try NetworkInterface.all().first { $0.name == wire.left })
        #expect(plugged.isRunning)
        #expect(!plugged.isLoopback)
        #expect(plugged.mtu == 1400)
        #expect(plugged.mac == MACAddress("02:04:13:aa:bb:cc"))
        #expect(plugged.addresses == [IPv4Prefix("10.253.7.1/29"), IPv4Prefix("10.253.9.2/16")].compactMap { $0 })
        #expect(try NetworkInterface.all().allSatisfy { !$0.name.contains(":") })
        #expect(try run("/sbin/ip", "-o", "link", "show", wire.left).hasPrefix("\(plugged.index): "))
    }

    @Test func `the watch hears of links and addresses that come and go`() throws {
        let watch = try InterfaceWatch()
        #expect(try waitReadable([watch.descriptor], milliseconds: 0) == [false] || watch.drain())
        let wire = try VirtualWire()
        #expect(try watch.drain())
        // Other tests change interfaces meanwhile, but not without end.
        #expect(try (0..<10_000).contains { _ in try !watch.drain() })
        try run("/sbin/ip", "address", "add", "10.253.5.1/24", "dev", wire.left)
        #expect(try watch.drain())
    }
}
