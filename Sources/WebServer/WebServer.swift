import CMicroHTTPD
import Glibc
import Packets
import Synchronization

/// An HTTP server for IPv4 on libmicrohttpd's threads.
///
/// The handler is called on those threads, several at once, and its thread serves other connections too: it does not wait for anything
/// slower than a disk. What RFC 9112 forbids never reaches it.
package final class WebServer: Sendable {
    /// Where it listens; the port is the one that the kernel chose where 0 was asked for.
    package let address: IPv4Address
    package let port: UInt16

    private let watch: SlowClientWatch
    private let desk: RequestDesk
    /// libmicrohttpd reads it as long as the daemon lives.
    private let password: WebPassword?
    /// Between start and `stop`.
    private let daemon: Mutex<DaemonHandle?>

    /// Listens on an address of this host (or `IPv4Address.any`) and serves with `threads` threads (at least 1).
    ///
    /// - Parameters:
    ///   - password: what `WebRequest.login` tells of; it is for the handler to ask for it.
    ///   - finished: called once for every request that got an answer, refusals among them, on the thread that served it: `completed`
    ///     says whether the last octet went out. Requests that libmicrohttpd refuses by itself (no HTTP at all, a Content-Length that
    ///     is no number, a head beyond all bounds) are not reported.
    package convenience init(
        listen address: IPv4Address, port: UInt16, threads: Int, limits: WebLimits = WebLimits(), password: WebPassword? = nil,
        handler: @escaping @Sendable (WebRequest) -> WebAnswer,
        finished: (@Sendable (WebRequest, _ status: Int, _ completed: Bool) -> Void)? = nil
    ) throws(WebServerError) {
        let listener = try openListener(on: address, port: port)
        try self.init(
            listener: listener, threads: threads, limits: limits, password: password, handler: handler, finished: finished)
    }

    /// Serves on a TCP socket that listens already: one bound to a device, or systemd's. The descriptor is taken over: it is closed by
    /// `stop`, or here where this throws.
    package init(
        listener: Int32, threads: Int, limits: WebLimits = WebLimits(), password: WebPassword? = nil,
        handler: @escaping @Sendable (WebRequest) -> WebAnswer,
        finished: (@Sendable (WebRequest, _ status: Int, _ completed: Bool) -> Void)? = nil
    ) throws(WebServerError) {
        guard isListener(listener), let place = localEndpoint(of: listener) else {
            close(listener)
            throw .notAListener(descriptor: listener)
        }
        guard let watch = SlowClientWatch() else {
            let code = errno
            close(listener)
            throw .cannotStart(place.address, port: place.port, code: code)
        }
        let desk = RequestDesk(limits: limits, watch: watch, password: password, handler: handler, finished: finished)
        guard
            let started = startDaemon(listener: listener, threads: threads, limits: limits, password: password, desk: desk)
        else {
            let code = errno
            watch.stop()
            throw .cannotStart(place.address, port: place.port, code: code)
        }
        address = place.address
        port = place.port
        self.watch = watch
        self.desk = desk
        self.password = password
        daemon = Mutex(started)
    }

    deinit {
        stop(graceMilliseconds: 0)
    }

    /// Accepts no more connections, waits for answers on their way, though no longer than the grace, closes what is still open and
    /// returns when every thread has ended. Not to be called from a handler. A second call does nothing.
    package func stop(graceMilliseconds: Int = 2000) {
        guard let daemon = daemon.withLock({ $0.take() })?.pointer else { return }
        let listener = MHD_quiesce_daemon(daemon)
        desk.closeStreams()
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

private func startDaemon(listener: Int32, threads: Int, limits: WebLimits, password: WebPassword?, desk: RequestDesk)
    -> DaemonHandle?
{
    let context = Unmanaged.passUnretained(desk).toOpaque()
    let arrival: MHD_AccessHandlerCallback = requestArrived
    // ITC lets a running daemon be told to stop listening; a stream with nothing to say is suspended.
    let flags = MHD_USE_EPOLL_INTERNAL_THREAD.rawValue | MHD_USE_ITC.rawValue | MHD_ALLOW_SUSPEND_RESUME.rawValue
    var options = daemonOptions(listener: listener, threads: threads, limits: limits, password: password, context: context)
    return bellhop_start_web_daemon(flags, arrival, context, &options).map(DaemonHandle.init)
}
