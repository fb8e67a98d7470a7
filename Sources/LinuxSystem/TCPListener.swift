import CLinux
import Glibc
import Packets

/// A TCP socket that listens and never blocks.
package final class TCPListener: Sendable {
    private let socket: Descriptor
    private let name: String
    /// The bound port: the kernel's choice where 0 was asked for.
    package let localPort: UInt16

    /// - Parameters:
    ///   - address: the local address; ``IPv4Address/any`` for all.
    ///   - device: an interface that all connections must come through (SO_BINDTODEVICE, socket(7)).
    ///   - backlog: connections that may wait to be accepted.
    /// - Throws: ``SystemError/isAddressInUse`` when the port is taken.
    package init(
        address: IPv4Address, port: UInt16, device: String? = nil, backlog: Int32 = SOMAXCONN
    ) throws(SystemError) {
        let name = "TCP \(address):\(port)" + (device.map { "%\($0)" } ?? "")
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let socket = Descriptor(owning: try check(Glibc.socket(AF_INET, type, 0), "socket", name))
        // A restart would otherwise wait for the connections of the last run to leave TIME_WAIT.
        try socket.set(SOL_SOCKET, SO_REUSEADDR, Int32(1), "SO_REUSEADDR", name)
        if let device { try socket.bind(to: device, name) }
        try check(sockaddr_in(address, port: port).withPointer { Glibc.bind(socket.number, $0, $1) }, "bind", name)
        try check(listen(socket.number, backlog), "listen", name)
        localPort = try socket.localPort(name)
        self.socket = socket
        self.name = name
    }

    /// Readable when ``accept()`` has something.
    package var descriptor: Int32 { socket.number }

    /// Another descriptor of the socket, for a library that closes it itself.
    package func duplicate() throws(SystemError) -> Int32 { try socket.duplicate() }

    /// The next connection; `nil` when none waits, or when the one that waited is gone.
    package func accept() throws(SystemError) -> TCPConnection? {
        var peer = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let number = withUnsafeMutableBytes(of: &peer) { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) {
                bellhop_accept(socket.number, $0.baseAddress, &length)
            }
        }
        guard number >= 0 else {
            let error = SystemError.last("accept", name)
            guard error.isWouldBlock || error.isInterrupted || error.errno == ECONNABORTED else { throw error }
            return nil
        }
        return TCPConnection(Descriptor(owning: number), peer.address, peer.port)
    }
}

/// One accepted connection, which never blocks; closed when nobody holds it any more.
package final class TCPConnection: Sendable {
    private let socket: Descriptor
    package let peer: IPv4Address
    package let peerPort: UInt16

    init(_ socket: Descriptor, _ peer: IPv4Address, _ peerPort: UInt16) {
        self.socket = socket
        self.peer = peer
        self.peerPort = peerPort
    }

    package var descriptor: Int32 { socket.number }

    /// What has come, at most `count` bytes; `nil` when nothing waits, and empty when the other side sends no more.
    package func receive(_ count: Int) throws(SystemError) -> [UInt8]? {
        var failure: SystemError?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            let got = recv(socket.number, buffer.baseAddress, buffer.count, 0)
            if got >= 0 { filled = got } else { failure = SystemError.last("recv", "\(peer):\(peerPort)") }
        }
        guard let failure else { return bytes }
        guard failure.isWouldBlock || failure.isInterrupted else { throw failure }
        return nil
    }

    /// Sends all of it.
    /// - Throws: ``SystemError/isWouldBlock`` when the kernel has no room for the whole of it: what was sent is half a message then.
    package func send(_ bytes: [UInt8]) throws(SystemError) {
        let sent = Glibc.send(socket.number, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        guard sent != bytes.count else { return }
        throw sent < 0
            ? .last("send", "\(peer):\(peerPort)") : SystemError(call: "send", errno: EAGAIN, what: "\(peer):\(peerPort)")
    }
}
