import CLinux
import Glibc
import Packets

/// One TCP connection over IPv4, which never blocks and is closed when nobody holds it.
package final class TCPConnection: Sendable {
    private let socket: Descriptor
    /// The other end.
    package let peer: IPv4Address
    package let peerPort: UInt16
    /// This end, by which the connection came.
    package let local: IPv4Address

    init(_ socket: Descriptor, peer: sockaddr_in) throws(SystemError) {
        self.socket = socket
        self.peer = peer.address
        peerPort = peer.port
        local = try socket.localName("\(peer.address):\(peer.port)").address
    }

    package var descriptor: Int32 { socket.number }

    /// Urgent bytes stay where they stand among the others (SO_OOBINLINE, tcp(7)).
    package func keepUrgentInline() throws(SystemError) {
        try socket.set(SOL_SOCKET, SO_OOBINLINE, Int32(1), "SO_OOBINLINE", "\(peer)")
    }

    /// The kernel takes no more than this many bytes ahead of what it can send, so that what was taken is all but with the other end
    /// (TCP_NOTSENT_LOWAT, tcp(7)). It slows nothing down.
    package func limitUnsent(bytes: Int32) throws(SystemError) {
        try socket.set(IPPROTO_TCP, TCP_NOTSENT_LOWAT, bytes, "TCP_NOTSENT_LOWAT", "\(peer)")
    }

    /// What has come, up to `most` bytes; empty at the end of the stream, `nil` when nothing waits.
    package func read(most: Int) throws(SystemError) -> [UInt8]? {
        while true {
            let outcome: Result<[UInt8], SystemError> = withUnsafeTemporaryAllocation(byteCount: most, alignment: 1) {
                let count = recv(socket.number, $0.baseAddress, $0.count, 0)
                return count >= 0 ? .success(Array($0.prefix(count))) : .failure(.last("recv", "\(peer)"))
            }
            switch outcome {
            case .success(let bytes): return bytes
            case .failure(let error) where error.isInterrupted: continue
            case .failure(let error) where error.isWouldBlock: return nil
            case .failure(let error): throw error
            }
        }
    }

    /// - Returns: how many of the bytes were taken; none when there is no room now.
    package func write(_ bytes: ArraySlice<UInt8>) throws(SystemError) -> Int {
        try count("send") { bytes.withUnsafeBytes { Glibc.send(socket.number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) } }
            ?? 0
    }

    /// Sends all of it.
    /// - Throws: ``SystemError/isWouldBlock`` when the kernel has no room for the whole of it: what was sent is half a message then.
    package func send(_ bytes: [UInt8]) throws(SystemError) {
        let sent = Glibc.send(socket.number, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        guard sent != bytes.count else { return }
        throw sent < 0 ? .last("send", "\(peer)") : SystemError(call: "send", errno: EAGAIN, what: "\(peer)")
    }

    /// Sends a part of a file without reading it here (sendfile(2)).
    ///
    /// - Returns: how many bytes were taken; none where the file ends before, `nil` when there is no room now.
    package func write(_ file: OpenFile, from offset: Int64, count: Int) throws(SystemError) -> Int? {
        var offset = off_t(offset)
        return try self.count("sendfile") { sendfile(socket.number, file.descriptor.number, &offset, count) }
    }

    private func count(_ call: String, _ make: () -> Int) throws(SystemError) -> Int? {
        while true {
            let count = make()
            if count >= 0 { return count }
            let error = SystemError.last(call, "\(peer)")
            if error.isWouldBlock { return nil }
            guard error.isInterrupted else { throw error }
        }
    }
}

extension Descriptor {
    /// What a socket is bound to (getsockname(2)).
    func localName(_ what: String) throws(SystemError) -> sockaddr_in {
        var bound = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutableBytes(of: &bound) { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) { getsockname(number, $0.baseAddress, &length) }
        }
        try check(result, "getsockname", what)
        return bound
    }
}

/// Octets that the other end of a TCP connection has acknowledged since its beginning (TCP_INFO, tcp(7)); 0 where the kernel does not tell.
package func acknowledgedOctets(of descriptor: Int32) -> UInt64 { bellhop_acknowledged(descriptor) }
