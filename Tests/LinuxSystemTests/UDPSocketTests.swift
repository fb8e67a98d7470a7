import Glibc
import LinuxSystem
import Packets
import TestSupport
import Testing

private let loopback = IPv4Address(127, 0, 0, 1)

/// The next datagram, waited for.
private func next(_ socket: UDPSocket) throws -> (bytes: [UInt8], source: IPv4Address, port: UInt16) {
    #expect(try waitReadable([socket.descriptor], milliseconds: 10_000) == [true])
    return try #require(try socket.receive())
}

@Suite struct UDPSocketTests {
    @Test func `a datagram arrives with its sender, and nothing waits after it`() throws {
        let one = try UDPSocket(address: loopback, port: 0)
        let other = try UDPSocket(address: loopback, port: 0)
        #expect(one.localPort != 0)
        #expect(try other.receive() == nil)
        try one.send([1, 2, 3], to: loopback, port: other.localPort)
        let got = try next(other)
        #expect(got.bytes == [1, 2, 3])
        #expect(got.source == loopback)
        #expect(got.port == one.localPort)
        #expect(try other.receive() == nil)
    }

    @Test func `the longest and the empty datagram pass`() throws {
        let socket = try UDPSocket(address: loopback, port: 0)
        for bytes in [[UInt8](repeating: 7, count: UDPFrame.maximumPayload), []] {
            try socket.send(bytes, to: loopback, port: socket.localPort)
            #expect(try next(socket).bytes == bytes)
        }
        #expect(throws: SystemError.self) {
            try socket.send([UInt8](repeating: 7, count: 65_536), to: loopback, port: socket.localPort)
        }
    }

    @Test func `a port that is taken is recognised, and may be shared by agreement`() throws {
        let first = try UDPSocket(address: loopback, port: 0, reuseAddress: true)
        let error = #expect(throws: SystemError.self) { try UDPSocket(address: loopback, port: first.localPort) }
        #expect(error?.isAddressInUse == true)
        #expect(error.map { "\($0)" } == "bind 127.0.0.1:\(first.localPort): Address already in use")
        _ = try UDPSocket(address: loopback, port: first.localPort, reuseAddress: true)
    }

    @Test func `broadcasting takes permission`() throws {
        let wire = try VirtualWire()
        try run("/sbin/ip", "address", "add", "10.253.11.1/24", "broadcast", "10.253.11.255", "dev", wire.left)
        try run("/sbin/ip", "link", "set", wire.left, "up")
        try run("/sbin/ip", "link", "set", wire.right, "up")
        let everyone = IPv4Address(10, 253, 11, 255)
        let plain = try UDPSocket(address: .any, port: 0)
        #expect(throws: SystemError.self) { try plain.send([1], to: everyone, port: 9) }
        try UDPSocket(address: .any, port: 0, broadcast: true).send([1], to: everyone, port: 9)
    }

    @Test func `a socket bound to one interface hears nothing of another`() throws {
        let wire = try VirtualWire()
        try run("/sbin/ip", "link", "set", wire.left, "up")
        let bound = try UDPSocket(address: .any, port: 0, device: wire.left)
        let onLoopback = try UDPSocket(address: .any, port: bound.localPort, device: "lo")
        let sender = try UDPSocket(address: loopback, port: 0)
        try sender.send([5], to: loopback, port: bound.localPort)
        #expect(try next(onLoopback).bytes == [5])
        #expect(try bound.receive() == nil)
        let error = #expect(throws: SystemError.self) { try UDPSocket(address: .any, port: 0, device: "no-such-one") }
        #expect(error?.errno == ENODEV)
    }

    @Test func `a held port takes everything and gives nothing`() throws {
        let held = try UDPSocket(address: loopback, port: 0, discardingInput: true)
        let sender = try UDPSocket(address: loopback, port: 0)
        for _ in 0..<100 { try sender.send([1], to: loopback, port: held.localPort) }
        #expect(try held.receive() == nil)
    }

    @Test func `a refusal by ICMP does not stop the reading`() throws {
        let socket = try UDPSocket(address: loopback, port: 0)
        // IP_RECVERR makes the kernel tell an unconnected socket of ICMP errors, as some kernels and setups do (ip(7)).
        var on: Int32 = 1
        try #require(setsockopt(socket.descriptor, Int32(IPPROTO_IP), IP_RECVERR, &on, 4) == 0)
        let gone = try { try UDPSocket(address: loopback, port: 0).localPort }()
        try socket.send([1], to: loopback, port: gone)
        #expect(try waitReadable([socket.descriptor], milliseconds: 10_000) == [true])
        #expect(try socket.receive() == nil)
        try socket.send([1], to: loopback, port: gone)
        #expect(try waitReadable([socket.descriptor], milliseconds: 10_000) == [true])
        try socket.send([2], to: loopback, port: socket.localPort)
        #expect(try next(socket).bytes == [2])
    }

    @Test func `the time to live of multicast reaches the kernel`() throws {
        let socket = try UDPSocket(address: loopback, port: 0)
        try socket.setMulticastTimeToLive(7)
        var value: Int32 = 0
        var length = socklen_t(4)
        #expect(getsockopt(socket.descriptor, Int32(IPPROTO_IP), IP_MULTICAST_TTL, &value, &length) == 0)
        #expect(value == 7)
    }
}
