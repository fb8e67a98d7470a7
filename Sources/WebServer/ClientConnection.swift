import Cryptography
import CMicroHTTPD
import LinuxSystem
import Packets
import Synchronization

/// One client's TCP connection: who is at either end, and until when it may keep us waiting.
final class ClientConnection: Sendable {
    let descriptor: Int32
    let peer: Endpoint?
    let local: Endpoint?
    /// Seconds of the monotonic clock.
    private let deadline: Atomic<Int>
    private let waiting = Atomic<UInt64>(MonotonicClock.now())
    /// An answer that may take long.
    private struct Sending {
        /// Seconds of the monotonic clock; `nil` once that was done.
        var tellsAt: Int?
        /// Octets that the client had acknowledged before.
        let before: UInt64
        let tell: @Sendable (Int64) -> Void
    }

    private let sending = Mutex<Sending?>(nil)
    /// What this server showed, kept for as long as the session needs it.
    private let identity: TLSIdentity?
    /// What the client showed, looked at once.
    private let shown = Mutex<ClientCertificate??>(nil)
    /// The client's hardware address, and in which second it was asked for.
    private let station = Mutex<(address: MACAddress?, second: Int)?>(nil)

    /// - Parameter peer: the client's end; `nil` where it is not IPv4.
    init(descriptor: Int32, peer: Endpoint?, deadline: Int, identity: TLSIdentity? = nil) {
        self.descriptor = descriptor
        self.identity = identity
        self.peer = peer
        local = localEndpoint(of: descriptor)
        self.deadline = Atomic(deadline)
    }

    func allow(until second: Int) {
        deadline.store(second, ordering: .relaxed)
    }

    func isOverdue(at second: Int) -> Bool {
        deadline.load(ordering: .relaxed) < second
    }

    /// Since when it is between requests, or with a head that is not whole yet; `nil` while a request is answered. Nanoseconds of the
    /// monotonic clock.
    var waitingSince: UInt64? {
        let since = waiting.load(ordering: .relaxed)
        return since == 0 ? nil : since
    }

    func beginsToWait() {
        waiting.store(MonotonicClock.now(), ordering: .relaxed)
    }

    func endsToWait() {
        waiting.store(0, ordering: .relaxed)
    }

    /// An answer begins; where it has not ended by that second, `tell` is called.
    func sends(until second: Int, or tell: @escaping @Sendable (Int64) -> Void) {
        let before = acknowledgedOctets(of: descriptor)
        sending.withLock { $0 = Sending(tellsAt: second, before: before, tell: tell) }
    }

    /// - Returns: of an answer that broke off, how many octets the client has acknowledged.
    func hasSent(isComplete: Bool) -> Int64? {
        sending.withLock { sending in
            defer { sending = nil }
            return isComplete ? nil : sending.map(acknowledged)
        }
    }

    /// Under the lock, so that nobody is told after the answer has ended.
    func tellIfLong(at second: Int) {
        sending.withLock { sending in
            guard let one = sending, let tellsAt = one.tellsAt, tellsAt <= second else { return }
            sending?.tellsAt = nil
            one.tell(acknowledged(one))
        }
    }

    private func acknowledged(_ sending: Sending) -> Int64 {
        let octets = acknowledgedOctets(of: descriptor)
        return Int64(clamping: octets - min(octets, sending.before))
    }

    var isEncrypted: Bool { identity != nil }

    /// What `find` says of the peer's hardware address, or said of it in this second.
    func station(_ peer: IPv4Address, _ find: (IPv4Address) -> MACAddress?) -> MACAddress? {
        let second = monotonicSeconds()
        return station.withLock { station in
            if let station, station.second == second { return station.address }
            let address = find(peer)
            station = (address, second)
            return address
        }
    }

    /// The certificate by which the client said who it is; the handshake is done.
    func certificate(on connection: OpaquePointer) -> ClientCertificate? {
        guard let identity, identity.asksForCertificates else { return nil }
        return shown.withLock { shown in
            if let shown { return shown }
            let certificate = tlsSession(of: connection).flatMap(ClientCertificate.init(of:))
            shown = .some(certificate)
            return certificate
        }
    }
}

/// The client's end, as accept(2) told it.
func clientEndpoint(of connection: OpaquePointer) -> Endpoint? {
    bellhop_web_connection_info(connection, .CONNECTION_INFO_CLIENT_ADDRESS)?.pointee.client_addr.flatMap { Endpoint($0) }
}

/// libmicrohttpd's TLS session of a connection, a `gnutls_session_t`.
func tlsSession(of connection: OpaquePointer) -> OpaquePointer? {
    bellhop_web_connection_info(connection, .CONNECTION_INFO_GNUTLS_SESSION)?.pointee.tls_session
        .map { OpaquePointer($0) }
}
