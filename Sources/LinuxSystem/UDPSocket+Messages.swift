import CLinux
import Glibc
import Packets

/// A datagram, with the address that it was sent to.
package struct ArrivedDatagram: Equatable, Sendable {
    package let bytes: [UInt8]
    package let source: IPv4Address
    package let port: UInt16
    package let destination: IPv4Address
    /// This host's address to answer from: `destination` itself, or for a broadcast or multicast one the interface's own.
    package let local: IPv4Address
    package let interfaceIndex: Int32
}

extension UDPSocket {
    /// Lets ``receiveArrived(most:)`` tell where datagrams were sent to (IP_PKTINFO, ip(7)).
    package func tellDestinations() throws(SystemError) {
        try socket.set(IPPROTO_IP, IP_PKTINFO, Int32(1), "IP_PKTINFO", name)
    }

    /// Keeps ICMP errors for ``nextError()``, also those that no send or receive would report (IP_RECVERR, ip(7)).
    package func keepErrors() throws(SystemError) {
        try socket.set(IPPROTO_IP, IP_RECVERR, Int32(1), "IP_RECVERR", name)
    }

    /// Makes room in the kernel for so many bytes on their way in and out, or for as many as the administrator allows.
    package func makeRoom(bytes: Int32) {
        for (privileged, plain) in [(SO_RCVBUFFORCE, SO_RCVBUF), (SO_SNDBUFFORCE, SO_SNDBUF)] {
            do throws(SystemError) {
                try socket.set(SOL_SOCKET, privileged, bytes, "SO_RCVBUFFORCE", name)
            } catch {
                // The kernel cuts it to net.core.rmem_max and wmem_max.
                try? socket.set(SOL_SOCKET, plain, bytes, "SO_RCVBUF", name)
            }
        }
    }

    /// The next datagram and where it was sent to, cut after `most` bytes; `nil` when none waits. Needs ``tellDestinations()``.
    package func receiveArrived(most: Int) throws(SystemError) -> ArrivedDatagram? {
        while true {
            let outcome = receiveMessage(most: most, flags: 0) { bytes, source, control -> ArrivedDatagram in
                let info = ControlMessages.value(in_pktinfo.self, level: Int32(IPPROTO_IP), type: IP_PKTINFO, in: control)
                let destination = IPv4Address(bits: UInt32(bigEndian: info?.ipi_addr.s_addr ?? 0))
                let local = IPv4Address(bits: UInt32(bigEndian: info?.ipi_spec_dst.s_addr ?? 0))
                return ArrivedDatagram(
                    bytes: Array(bytes), source: source.address, port: source.port, destination: destination, local: local,
                    interfaceIndex: info?.ipi_ifindex ?? 0)
            }
            switch outcome {
            case .success(let datagram): return datagram
            case .failure(let error) where error.isWouldBlock: return nil
            case .failure(let error) where error.isInterrupted || error.errno == ECONNREFUSED: continue
            case .failure(let error): throw error
            }
        }
    }

    /// The next ICMP error that an earlier datagram met, and whose that was; `nil` when none waits. Needs ``keepErrors()``.
    package func nextError() -> (error: SystemError, address: IPv4Address, port: UInt16)? {
        let outcome = receiveMessage(most: 0, flags: Int32(MSG_ERRQUEUE)) { _, destination, control in
            // `ee_errno`, the first field of `sock_extended_err`.
            let number = ControlMessages.value(UInt32.self, level: Int32(IPPROTO_IP), type: IP_RECVERR, in: control)
            let what = "\(destination.address):\(destination.port)"
            return (
                SystemError(call: "sendto", errno: Int32(bitPattern: number ?? 0), what: what), destination.address,
                destination.port
            )
        }
        return try? outcome.get()
    }

    /// recvmsg(2), once.
    private func receiveMessage<Read>(
        most: Int, flags: Int32, _ read: (UnsafeRawBufferPointer, sockaddr_in, UnsafeRawBufferPointer) -> Read
    ) -> Result<Read, SystemError> {
        var peer = sockaddr_in()
        return withUnsafeTemporaryAllocation(byteCount: most + ControlMessages.room, alignment: 16) { room in
            let control = UnsafeMutableRawBufferPointer(rebasing: room[..<ControlMessages.room])
            let buffer = UnsafeMutableRawBufferPointer(rebasing: room[ControlMessages.room...])
            var message = msghdr()
            let count = withUnsafeMutablePointer(to: &peer) { peer in
                var part = iovec(iov_base: buffer.baseAddress, iov_len: buffer.count)
                return withUnsafeMutablePointer(to: &part) { part in
                    message.msg_name = UnsafeMutableRawPointer(peer)
                    message.msg_namelen = socklen_t(MemoryLayout<sockaddr_in>.size)
                    message.msg_iov = part
                    message.msg_iovlen = 1
                    message.msg_control = control.baseAddress
                    message.msg_controllen = control.count
                    return recvmsg(socket.number, &message, flags)
                }
            }
            guard count >= 0 else { return .failure(.last("recvmsg", name)) }
            let told = UnsafeRawBufferPointer(rebasing: control.prefix(Int(message.msg_controllen)))
            return .success(read(UnsafeRawBufferPointer(rebasing: buffer.prefix(count)), peer, told))
        }
    }

    // MARK: Sending

    /// Sends bytes as datagrams of `size` bytes each, the last one shorter where less is left.
    ///
    /// The kernel cuts them (UDP_SEGMENT, udp(7)), at most 64 in one call and no more than a datagram can hold; where it will not, each
    /// goes alone.
    /// - Parameter local: the address of this host to send from; `nil` where the socket is bound to one.
    /// - Throws: ``SystemError/isWouldBlock`` when the kernel has no room for the rest now.
    package func send(
        _ bytes: [UInt8], cutAt size: Int, to address: IPv4Address, port: UInt16, from local: IPv4Address? = nil
    ) throws(SystemError) {
        if bytes.count <= size, local == nil { return try send(bytes, to: address, port: port) }
        let most = max(1, min(64, 65_507 / size)) * size
        var start = 0
        while start < bytes.count {
            let end = min(start + most, bytes.count)
            if end - start > size, cutsInKernel.load(ordering: .relaxed) {
                do throws(SystemError) {
                    try send(bytes[start..<end], segment: UInt16(size), to: address, port: port, from: local)
                    start = end
                    continue
                } catch {
                    if error.isWouldBlock { throw error }
                    // A card that cannot make checksums (EIO), a size over the way's MTU (EINVAL), or an error that the next send shows.
                    cutsInKernel.store(false, ordering: .relaxed)
                }
            }
            let next = min(start + size, bytes.count)
            try send(bytes[start..<next], segment: nil, to: address, port: port, from: local)
            start = next
        }
    }

    private func send(
        _ bytes: ArraySlice<UInt8>, segment: UInt16?, to address: IPv4Address, port: UInt16, from local: IPv4Address?
    ) throws(SystemError) {
        var control: [UInt8] = []
        if let local {
            var info = in_pktinfo()
            info.ipi_spec_dst.s_addr = local.bits.bigEndian
            ControlMessages.append(info, level: Int32(IPPROTO_IP), type: IP_PKTINFO, to: &control)
        }
        if let segment { ControlMessages.append(segment, level: Int32(IPPROTO_UDP), type: UDP_SEGMENT, to: &control) }
        while true {
            guard let error = sendMessage(bytes, &control, sockaddr_in(address, port: port)) else { return }
            // ECONNREFUSED is an ICMP error for an earlier datagram, told here once; this one has not been sent yet.
            guard error.isInterrupted || error.errno == ECONNREFUSED else { throw error }
        }
    }

    /// sendmsg(2), once.
    private func sendMessage(_ bytes: ArraySlice<UInt8>, _ control: inout [UInt8], _ destination: sockaddr_in) -> SystemError? {
        var destination = destination
        let sent = bytes.withUnsafeBytes { bytes in
            control.withUnsafeMutableBytes { control in
                withUnsafeMutablePointer(to: &destination) { destination in
                    var part = iovec(iov_base: UnsafeMutableRawPointer(mutating: bytes.baseAddress), iov_len: bytes.count)
                    return withUnsafeMutablePointer(to: &part) { part in
                        var message = msghdr()
                        message.msg_name = UnsafeMutableRawPointer(destination)
                        message.msg_namelen = socklen_t(MemoryLayout<sockaddr_in>.size)
                        message.msg_iov = part
                        message.msg_iovlen = 1
                        message.msg_control = control.isEmpty ? nil : control.baseAddress
                        message.msg_controllen = control.count
                        return sendmsg(socket.number, &message, Int32(MSG_NOSIGNAL))
                    }
                }
            }
        }
        return sent >= 0 ? nil : .last("sendmsg", "\(IPv4Address(bits: UInt32(bigEndian: destination.sin_addr.s_addr)))")
    }
}
