import CLinux
import Glibc
import Packets
import Synchronization

/// An IPv4 UDP socket that never blocks.
package final class UDPSocket: Sendable {
    let socket: Descriptor
    /// The address and port bound to, for messages.
    let name: String
    /// The kernel cuts long sends into datagrams, as far as is known.
    let cutsInKernel = Atomic(true)
    /// The bound port: the kernel's choice where 0 was asked for.
    package let localPort: UInt16

    /// Opens and binds a socket.
    /// - Parameters:
    ///   - address: the local address; ``IPv4Address/any`` for all.
    ///   - port: the local port; 0 leaves the choice to the kernel.
    ///   - device: an interface that all datagrams must come and go through (SO_BINDTODEVICE, socket(7)).
    ///   - reuseAddress: other sockets that also say so may share the port (SO_REUSEADDR). Multicast then reaches all of them, unicast
    ///     one.
    ///   - broadcast: sending to broadcast addresses is allowed (SO_BROADCAST).
    ///   - discardingInput: holds the port, so that the kernel sends no ICMP port unreachable for it, and throws every datagram away.
    /// - Throws: ``SystemError/isAddressInUse`` when the port is taken, ``SystemError/isPermissionDenied`` for a port below 1024
    ///   without root or CAP_NET_BIND_SERVICE.
    package init(
        address: IPv4Address, port: UInt16, device: String? = nil, reuseAddress: Bool = false, broadcast: Bool = false,
        discardingInput: Bool = false
    ) throws(SystemError) {
        let name = "\(address):\(port)" + (device.map { "%\($0)" } ?? "")
        let type = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let socket = Descriptor(owning: try check(Glibc.socket(AF_INET, type, 0), "socket", name))
        if discardingInput {
            try check(bellhop_refuse_all_input(socket.number), "setsockopt SO_ATTACH_FILTER", name)
        }
        if reuseAddress { try socket.set(SOL_SOCKET, SO_REUSEADDR, Int32(1), "SO_REUSEADDR", name) }
        if broadcast { try socket.set(SOL_SOCKET, SO_BROADCAST, Int32(1), "SO_BROADCAST", name) }
        if let device { try socket.bind(to: device, name) }
        try check(sockaddr_in(address, port: port).withPointer { Glibc.bind(socket.number, $0, $1) }, "bind", name)
        self.socket = socket
        self.name = name
        localPort = try socket.localPort(name)
    }

    /// Readable when ``receive()`` has something.
    package var descriptor: Int32 { socket.number }

    /// Frees the port at once, whoever else still holds the socket; nothing can be sent or received any more.
    package func close() { socket.closeFile() }

    /// Sends one datagram.
    /// - Throws: ``SystemError/isWouldBlock`` when the kernel has no room for it now.
    package func send(_ bytes: [UInt8], to address: IPv4Address, port: UInt16) throws(SystemError) {
        while true {
            let sent = sockaddr_in(address, port: port).withPointer { destination, length in
                sendto(socket.number, bytes, bytes.count, Int32(MSG_NOSIGNAL), destination, length)
            }
            if sent >= 0 { return }
            let error = SystemError.last("sendto", "\(address):\(port)")
            // ECONNREFUSED is an ICMP error for an earlier datagram, told here once; this one has not been sent yet.
            guard error.isInterrupted || error.errno == ECONNREFUSED else { throw error }
        }
    }

    /// The next datagram, cut after `most` bytes, with where it came from; `nil` when none waits.
    package func receive(most: Int = 65_535) throws(SystemError) -> (bytes: [UInt8], source: IPv4Address, port: UInt16)? {
        while true {
            var source = sockaddr_in()
            let outcome = receive(most: most, from: &source)
            switch outcome {
            case .success(let bytes): return (bytes, source.address, source.port)
            case .failure(let error) where error.isWouldBlock: return nil
            case .failure(let error) where error.isInterrupted || error.errno == ECONNREFUSED: continue
            case .failure(let error): throw error
            }
        }
    }

    private func receive(most: Int, from source: inout sockaddr_in) -> Result<[UInt8], SystemError> {
        withUnsafeMutableBytes(of: &source) { address in
            withUnsafeTemporaryAllocation(byteCount: most, alignment: 1) { buffer in
                var length = socklen_t(address.count)
                let count = address.withMemoryRebound(to: sockaddr.self) {
                    recvfrom(socket.number, buffer.baseAddress, buffer.count, 0, $0.baseAddress, &length)
                }
                return count >= 0 ? .success(Array(buffer.prefix(count))) : .failure(.last("recvfrom", name))
            }
        }
    }
}

extension UDPSocket {
    /// How many routers a multicast datagram sent here may pass, 1 unless set (IP_MULTICAST_TTL).
    package func setMulticastTimeToLive(_ hops: UInt8) throws(SystemError) {
        try socket.set(IPPROTO_IP, IP_MULTICAST_TTL, Int32(hops), "IP_MULTICAST_TTL", name)
    }

    /// The interface that multicast leaves by, whatever the routes say (IP_MULTICAST_IF).
    package func setMulticastInterface(index: Int32) throws(SystemError) {
        var request = ip_mreqn()
        request.imr_ifindex = index
        try socket.set(IPPROTO_IP, IP_MULTICAST_IF, request, "IP_MULTICAST_IF", "interface \(index)")
    }
}
