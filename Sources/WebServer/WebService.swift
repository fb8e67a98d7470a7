import Packets

/// What a server does for its clients.
///
/// All of it is called on the server's threads, several at once, each of which serves other connections too: nothing waits for anything
/// slower than a disk. What RFC 9112 forbids never comes here.
package struct WebService: Sendable {
    package var handler: @Sendable (WebRequest) -> WebAnswer
    /// Asked when the head of a request with a body is here.
    package var bodies: @Sendable (WebRequest) -> BodyPlan
    /// Called once for every request that got an answer, refusals among them: `completed` says whether the last octet went out. Requests
    /// that libmicrohttpd refuses by itself (no HTTP at all, a Content-Length that is no number, a head beyond all bounds) are not told.
    package var finished: (@Sendable (WebRequest, _ status: Int, _ completed: Bool) -> Void)?
    /// Asked for the hardware address of a client on a link of this machine, at most once a second of each connection: who has an open
    /// connection is the one that opened it, and nobody else's connection is told what was found out for this one.
    package var station: (@Sendable (IPv4Address) -> MACAddress?)?

    package init(
        bodies: @escaping @Sendable (WebRequest) -> BodyPlan = { _ in .discard },
        finished: (@Sendable (WebRequest, _ status: Int, _ completed: Bool) -> Void)? = nil,
        station: (@Sendable (IPv4Address) -> MACAddress?)? = nil,
        handler: @escaping @Sendable (WebRequest) -> WebAnswer
    ) {
        self.handler = handler
        self.bodies = bodies
        self.finished = finished
        self.station = station
    }
}

extension WebServer {
    /// As the other, for a service that wants no bodies.
    package convenience init(
        listen address: IPv4Address, port: UInt16, threads: Int, limits: WebLimits = WebLimits(),
        handler: @escaping @Sendable (WebRequest) -> WebAnswer
    ) throws(WebServerError) {
        try self.init(listen: address, port: port, threads: threads, limits: limits, service: WebService(handler: handler))
    }
}
