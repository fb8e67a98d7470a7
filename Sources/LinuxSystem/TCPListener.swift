import CLinux
import Glibc
import Packets

/// An IPv4 TCP socket that listens, and never blocks.
package final class TCPListener: Sendable {
    private let socket: Descriptor
    private let name: String
    /// The bound port: the kernel's choice where 0 was asked for.
    package let localPort: UInt16

    /// - Parameters:
    ///   - address: the local address; ``IPv4Address/any`` for all.
    ///   - port: the local port; 0 leaves the choice to the kernel. Connections of earlier sockets do not hold it (SO_REUSEADDR).
    ///   - backlog: how many connections may wait to be accepted; the kernel keeps it below `net.core.somaxconn`.
    /// - Throws: ``SystemError/isAddressInUse`` when the port is taken, ``SystemError/isPermissionDenied`` for a port below 1024
    ///   without root or CAP_NET_BIND_SERVICE.
    package init(address: IPv4Address, port: UInt16, backlog: Int32 = 4096) throws(SystemError) {
        let name = "\(address):\(port)"
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let socket = Descriptor(owning: try check(Glibc.socket(AF_INET, type, 0), "socket", name))
        try socket.set(SOL_SOCKET, SO_REUSEADDR, Int32(1), "SO_REUSEADDR", name)
        try check(sockaddr_in(address, port: port).withPointer { bind(socket.number, $0, $1) }, "bind", name)
        try check(listen(socket.number, backlog), "listen", name)
        self.socket = socket
        self.name = name
        localPort = try socket.localName(name).port
    }

    /// Readable when ``accept()`` has something.
    package var descriptor: Int32 { socket.number }

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
