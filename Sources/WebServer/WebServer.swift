import Cryptography
import CMicroHTTPD
import Glibc
import LinuxSystem
import Packets
import Synchronization

/// An HTTP or HTTPS server for IPv4 on libmicrohttpd's threads.
package final class WebServer: Sendable {
    /// Where it listens; the port is the one that the kernel chose where 0 was asked for.
    package let address: IPv4Address
    package let port: UInt16

    private let watch: SlowClientWatch
    private let desk: RequestDesk
    /// Between start and `stop`.
    private let daemon: Mutex<DaemonHandle?>

    /// Listens on an address of this host (or `IPv4Address.any`) and serves with `threads` threads (at least 1).
    ///
    /// - Parameter identity: what TLS shows clients; `nil` to speak plain HTTP.
    package convenience init(
        listen address: IPv4Address, port: UInt16, threads: Int, limits: WebLimits = WebLimits(), identity: TLSIdentity? = nil,
        service: WebService
    ) throws(WebServerError) {
        let listener = try openListener(on: address, port: port)
        try self.init(listener: listener, threads: threads, limits: limits, identity: identity, service: service)
    }

    /// Serves on a TCP socket that listens already: one bound to a device, or systemd's. The descriptor is taken over: it is closed by
    /// `stop`, or here where this throws.
    package init(
        listener: Int32, threads: Int, limits: WebLimits = WebLimits(), identity: TLSIdentity? = nil, service: WebService
    ) throws(WebServerError) {
        guard isListener(listener), let place = localEndpoint(of: listener) else {
            close(listener)
            throw .notAListener(descriptor: listener)
        }
        if identity != nil { sendAtOnce(from: listener) }
        let watch: SlowClientWatch
        do throws(SystemError) {
            watch = try SlowClientWatch(connections: limits.connections)
        } catch {
            close(listener)
            throw .cannotStart(place.address, port: place.port, error)
        }
        let desk = RequestDesk(limits: limits, watch: watch, identity: identity, service: service)
        guard let started = startDaemon(listener: listener, threads: threads, limits: limits, isTLS: identity != nil, desk: desk)
        else {
            let error = SystemError.last("MHD_start_daemon", "")
            watch.stop()
            throw .cannotStart(place.address, port: place.port, error)
        }
        address = place.address
        port = place.port
        self.watch = watch
        self.desk = desk
        daemon = Mutex(started)
    }

    deinit {
        stop(graceMilliseconds: 0)
    }

    /// What TLS shows to clients that connect from here on. Nothing for a server that speaks plain HTTP.
    package func show(_ identity: TLSIdentity) {
        desk.identity.withLock { if $0 != nil { $0 = identity } }
    }

    /// Accepts no more connections, waits for answers on their way, though no longer than the grace, closes what is still open and
    /// returns when every thread has ended. Not to be called from a handler. A second call does nothing.
    package func stop(graceMilliseconds: Int = 2000) {
        guard let daemon = daemon.withLock({ $0.take() })?.pointer else { return }
        let listener = MHD_quiesce_daemon(daemon)
        desk.endOpenAnswers()
        var waited = 0
        while waited < graceMilliseconds, !desk.isIdle {
            poll(nil, 0, 5)
            waited += 5
        }
        MHD_stop_daemon(daemon)
        if listener >= 0 { close(listener) }
        watch.stop()
    }
}

/// libmicrohttpd's daemon, which any thread may stop.
private struct DaemonHandle: @unchecked Sendable {
    let pointer: OpaquePointer
}

private func startDaemon(
    listener: Int32, threads: Int, limits: WebLimits, isTLS: Bool, desk: RequestDesk
) -> DaemonHandle? {
    let context = Unmanaged.passUnretained(desk).toOpaque()
    let arrival: MHD_AccessHandlerCallback = requestArrived
    // By epoll, libmicrohttpd 0.9.75 asks GnuTLS again and again for a handshake's next message until it comes: a processor is busy with
    // one client that thinks. TURBO reads, writes and accepts before asking whether that is possible, since mostly it is; with TLS it would
    // leave out the word that a connection ends.
    let waiting =
        isTLS ? MHD_USE_POLL_INTERNAL_THREAD.rawValue : MHD_USE_EPOLL_INTERNAL_THREAD.rawValue | MHD_USE_TURBO.rawValue
    // ITC lets a running daemon be told to stop listening; a stream with nothing to say is suspended.
    let flags = waiting | MHD_USE_ITC.rawValue | MHD_ALLOW_SUSPEND_RESUME.rawValue
    var options = daemonOptions(listener: listener, threads: threads, limits: limits, context: context)
    guard isTLS else { return bellhop_start_web_daemon(flags, arrival, context, &options).map(DaemonHandle.init) }
    // libmicrohttpd wants a certificate to start with. Each connection gets its own, by TLSIdentity, before its handshake; one that got
    // none finds none here.
    return bellhop_start_tls_daemon(flags, arrival, context, &options, unsafeBitCast(noCertificate, to: UnsafeRawPointer.self))
        .map(DaemonHandle.init)
}
