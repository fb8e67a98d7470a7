import Glibc
import LinuxSystem
import Packets
import Testing

@testable import Responder

/// A stranger's end of a TCP connection over loopback.
private final class Stranger {
    let socket: Int32

    /// From `127.0.0.host`.
    init(_ host: UInt32 = 1, to port: UInt16) {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        let own = Stranger.name(0x7f00_0000 + host, port: 0)
        let other = Stranger.name(0x7f00_0001, port: port)
        #expect(Stranger.with(own) { bind(socket, $0, $1) } == 0)
        #expect(Stranger.with(other) { connect(socket, $0, $1) } == 0)
    }

    deinit { close(socket) }

    func send(_ text: String) {
        let bytes = Array(text.replacing("\n", with: "\r\n").utf8)
        #expect(Glibc.send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count)
    }

    /// Whether the other side has closed it.
    var isClosed: Bool {
        var byte: UInt8 = 0
        guard (try? waitReadable([socket], milliseconds: 10_000)) == [true] else { return false }
        return recv(socket, &byte, 1, 0) <= 0
    }

    private static func name(_ address: UInt32, port: UInt16) -> sockaddr_in {
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = port.bigEndian
        name.sin_addr.s_addr = address.bigEndian
        return name
    }

    private static func with(_ name: sockaddr_in, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        withUnsafePointer(to: name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
    }
}

private let loopback = IPv4Address(127, 0, 0, 1)
private let options = "OPTIONS sip:x SIP/2.0\nContent-Length: 0\n\n"

@Suite struct `Connections of phones that ask by TCP` {
    private let listener: TCPListener
    private var streams = StreamConnections<String>()

    init() throws {
        listener = try TCPListener(address: loopback, port: 0)
    }

    private mutating func accept(_ origin: String = "eth0", at now: UInt64 = 0) throws {
        _ = try waitReadable([listener.descriptor], milliseconds: 10_000)
        streams.accept(by: listener, origin, at: now)
    }

    private mutating func read(at now: UInt64 = 0) throws -> (messages: Int, isFaulty: Bool) {
        let connection = try #require(streams.all.first)
        _ = try waitReadable([connection.socket.descriptor], milliseconds: 10_000)
        let some = streams.read(connection.socket.descriptor, at: now)
        let read = try #require(some)
        #expect(read.from.origin == "eth0")
        return (read.messages.count, read.fault != nil)
    }

    @Test mutating func `give whole messages, and are closed when they end`() throws {
        let phone = Stranger(to: listener.localPort)
        try accept()
        #expect(streams.all.first?.socket.peer == loopback)
        phone.send(options + options + "OPT")
        let first = try read()
        #expect(first == (2, false))
        shutdown(phone.socket, Int32(SHUT_WR))
        let last = try read()
        #expect(last == (0, false))
        #expect(streams.all.isEmpty)
        #expect(phone.isClosed)
    }

    @Test mutating func `are closed where nobody knows any more where a message begins`() throws {
        let phone = Stranger(to: listener.localPort)
        try accept()
        phone.send(options + "hello\n\n")
        let read = try read()
        #expect(read == (1, true))
        #expect(phone.isClosed)
    }

    @Test mutating func `are no more than four of one host`() throws {
        let phones = (1...5).map { _ in Stranger(to: listener.localPort) }
        while streams.all.count < 4 { try accept() }
        try accept()
        #expect(streams.all.count == 4)
        #expect(phones[4].isClosed)
    }

    @Test mutating func `are no more than sixty-four in all, and the one that was silent for longest makes room`() throws {
        var phones: [Stranger] = []
        for number in 1...65 {
            phones.append(Stranger(UInt32(number), to: listener.localPort))
            try accept(at: UInt64(number))
        }
        #expect(streams.all.count == 64)
        #expect(phones[0].isClosed)
        #expect(streams.all.first?.socket.peer == IPv4Address(127, 0, 0, 2))
    }

    @Test mutating func `are closed after half a minute without a whole message, however slowly they drip`() throws {
        let second: UInt64 = 1_000_000_000
        let phone = Stranger(to: listener.localPort)
        try accept(at: 0)
        phone.send(options)
        _ = try read(at: 20 * second)
        #expect(streams.nextDeadline == 50 * second)
        for (at, piece) in [(30, "OPTIONS "), (40, "sip:x "), (49, "SIP/2.0\n")] {
            phone.send(piece)
            _ = try read(at: UInt64(at) * second)
        }
        streams.closeOverdue(at: 50 * second - 1)
        #expect(streams.all.count == 1)
        streams.closeOverdue(at: 50 * second)
        #expect(streams.all.isEmpty)
        #expect(phone.isClosed)
    }

    @Test mutating func `are closed with the interface that they came by`() throws {
        let phones = [Stranger(to: listener.localPort), Stranger(to: listener.localPort)]
        try accept("eth0")
        if streams.all.count < 2 { try accept("eth0") }
        streams.keep { $0 != "eth0" }
        #expect(streams.all.isEmpty)
        for phone in phones { #expect(phone.isClosed) }
    }
}
