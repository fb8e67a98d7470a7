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

    /// Frees the port at once, whoever else still holds the listener; nothing is accepted any more.
    package func close() { socket.closeFile() }

    /// The next connection; `nil` when none waits.
    /// - Throws: where descriptors or memory ran out, and the connection still waits.
    package func accept() throws(SystemError) -> TCPConnection? {
        while true {
            var peer = sockaddr_in()
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let number = withUnsafeMutableBytes(of: &peer) { bytes in
                bytes.withMemoryRebound(to: sockaddr.self) { bellhop_accept(socket.number, $0.baseAddress, &length) }
            }
            if number >= 0 { return try TCPConnection(Descriptor(owning: number), peer: peer) }
            let error = SystemError.last("accept", name)
            switch error.errno {
            case EAGAIN: return nil
            case EMFILE, ENFILE, ENOBUFS, ENOMEM, EBADF, EINVAL, ENOTSOCK: throw error
            // What is left is of the connection, which is gone already (accept(2)).
            default: continue
            }
        }
    }
}
