import Glibc
import LinuxSystem
import Packets
import TestSupport
import Testing

private let loopback = IPv4Address(127, 0, 0, 1)

@Suite struct TCPTests {
    /// The other end of a connection, which blocks.
    private final class Client: Sendable {
        let socket: Descriptor

        init(port: UInt16, receiveRoom: Int32 = 0) throws {
            socket = Descriptor(owning: Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
            var room = receiveRoom
            if room > 0 { setsockopt(socket.number, SOL_SOCKET, SO_RCVBUF, &room, socklen_t(MemoryLayout<Int32>.size)) }
            var name = sockaddr_in()
            name.sin_family = sa_family_t(AF_INET)
            name.sin_addr.s_addr = loopback.bits.bigEndian
            name.sin_port = port.bigEndian
            let result = withUnsafePointer(to: &name) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(socket.number, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            try #require(result == 0)
        }

        func read(_ count: Int) -> [UInt8] {
            var bytes = [UInt8](repeating: 0, count: count)
            let got = recv(socket.number, &bytes, count, Int32(MSG_WAITALL))
            return Array(bytes.prefix(max(0, got)))
        }
    }

    private static func connected(receiveRoom: Int32 = 0) throws -> (client: Client, connection: TCPConnection) {
        let listener = try TCPListener(address: loopback, port: 0)
        let client = try Client(port: listener.localPort, receiveRoom: receiveRoom)
        #expect(try waitReadable([listener.descriptor], milliseconds: 10_000) == [true])
        return (client, try #require(try listener.accept()))
    }

    @Test func `a connection is accepted with both its ends, and none waits after it`() throws {
        let listener = try TCPListener(address: .any, port: 0)
        #expect(listener.localPort != 0)
        #expect(try listener.accept() == nil)
        let client = try Client(port: listener.localPort)
        #expect(try waitReadable([listener.descriptor], milliseconds: 10_000) == [true])
        let connection = try #require(try listener.accept())
        #expect((connection.peer, connection.local) == (loopback, loopback))
        #expect(try listener.accept() == nil)
        withExtendedLifetime(client) {}
    }

    @Test func `a port that is taken is recognised, and one that only a connection holds is free`() throws {
        let client: Client
        let connection: TCPConnection?
        let port: UInt16
        do {
            let first = try TCPListener(address: loopback, port: 0)
            port = first.localPort
            #expect { try TCPListener(address: loopback, port: port) } throws: { ($0 as? SystemError)?.isAddressInUse == true }
            client = try Client(port: port)
            connection = try first.accept()
        }
        #expect(try TCPListener(address: loopback, port: port).localPort == port)
        withExtendedLifetime((client, connection)) {}
    }

    @Test func `what comes is read, nothing is nil, and the end is empty`() throws {
        let (client, connection) = try Self.connected()
        #expect(try connection.read(most: 100) == nil)
        #expect(send(client.socket.number, "abc", 3, 0) == 3)
        #expect(try waitReadable([connection.descriptor], milliseconds: 10_000) == [true])
        #expect(try connection.read(most: 2) == Array("ab".utf8))
        #expect(try connection.read(most: 2) == Array("c".utf8))
        shutdown(client.socket.number, Int32(SHUT_WR))
        #expect(try waitReadable([connection.descriptor], milliseconds: 10_000) == [true])
        #expect(try connection.read(most: 2) == [])
    }

    @Test func `an urgent byte stays in its place`() throws {
        let (client, connection) = try Self.connected()
        try connection.keepUrgentInline()
        #expect(send(client.socket.number, "ab", 2, Int32(MSG_OOB)) == 2)
        #expect(send(client.socket.number, "c", 1, 0) == 1)
        var got: [UInt8] = []
        while got.count < 3 {
            #expect(try waitReadable([connection.descriptor], milliseconds: 10_000) == [true])
            got += try connection.read(most: 10) ?? []
        }
        #expect(got == Array("abc".utf8))
    }

    @Test func `a part of a file is sent, and the end of the file is told from a reader that takes no more`() throws {
        let folder = try TemporaryFolder()
        let bytes = (0..<2_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) }
        try writeWholeFile("\(folder.path)/file", bytes)
        let file = try #require(try ReadDirectory.open(folder.path).openFile(beneath: "file"))
        let (client, connection) = try Self.connected(receiveRoom: 4096)
        try connection.limitUnsent(bytes: 65_536)
        #expect(try connection.write(file, from: 1000, count: 10) == 10)
        #expect(client.read(10) == Array(bytes[1000..<1010]))
        #expect(try connection.write(file, from: 2_000_000, count: 10) == 0)
        var sent = 0
        while let count = try connection.write(file, from: Int64(sent), count: bytes.count - sent) { sent += count }
        // Two megabytes do not fit where only 64 KiB may wait unsent, and the reader has room for a few.
        #expect(sent < 1_000_000)
        #expect(try waitReady([Watched(connection.descriptor, .writing)], milliseconds: 0) == [false])
        #expect(client.read(sent) == Array(bytes[..<sent]))
        #expect(try waitReady([Watched(connection.descriptor, .writing)], milliseconds: 10_000) == [true])
    }

    /// In a process of its own: others of these tests have SIGPIPE ignored.
    @Test func `writing to a connection that is gone is an error and no signal`() async {
        await #expect(processExitsWith: .success) {
            signal(SIGPIPE, SIG_DFL)
            let (client, connection) = try TCPTests.connected()
            var lingering = linger(l_onoff: 1, l_linger: 0)
            setsockopt(client.socket.number, SOL_SOCKET, SO_LINGER, &lingering, socklen_t(MemoryLayout<linger>.size))
            shutdown(client.socket.number, Int32(SHUT_RDWR))
            #expect(throws: SystemError.self) {
                for _ in 0..<1000 { _ = try connection.write(Array(repeating: 7, count: 10_000)[...]) }
            }
        }
    }
}
