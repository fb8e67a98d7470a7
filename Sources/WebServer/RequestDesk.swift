import CMicroHTTPD
import Packets
import Synchronization

/// What libmicrohttpd's callbacks come to: takes requests in, has them answered, keeps count.
final class RequestDesk: Sendable {
    /// A chunked body says its size only as it comes: this much beyond the limit is still read, so that the client hears the 413.
    private static let bodySlack = 65536

    private let limits: WebLimits
    private let handler: @Sendable (WebRequest) -> WebAnswer
    private let finished: (@Sendable (WebRequest, _ status: Int, _ completed: Bool) -> Void)?
    private let watch: SlowClientWatch
    private let password: WebPassword?
    /// Requests whose answer is not wholly sent.
    private let running = Atomic<Int>(0)
    /// Those that are open, by identity.
    private let streams = Mutex<[ObjectIdentifier: WebStream]>([:])

    init(
        limits: WebLimits, watch: SlowClientWatch, password: WebPassword?,
        handler: @escaping @Sendable (WebRequest) -> WebAnswer,
        finished: (@Sendable (WebRequest, _ status: Int, _ completed: Bool) -> Void)?
    ) {
        self.limits = limits
        self.watch = watch
        self.password = password
        self.handler = handler
        self.finished = finished
    }

    /// No answer that would never end by itself keeps the server from stopping.
    func closeStreams() {
        for stream in streams.withLock({ Array($0.values) }) { stream.close() }
    }

    var isIdle: Bool { running.load(ordering: .relaxed) == 0 }

    func opened(descriptor: Int32) -> ClientConnection {
        let connection = ClientConnection(descriptor: descriptor, deadline: monotonicSeconds() + limits.requestSeconds)
        watch.add(connection)
        return connection
    }

    func closed(_ connection: ClientConnection) {
        watch.remove(connection)
    }

    /// The head is complete. `false`: close the connection.
    func begin(
        _ exchange: Exchange, from client: ClientConnection, on connection: OpaquePointer, method: String, version: String,
        headSize: Int
    ) -> Bool {
        guard let peer = client.peer else { return false }
        running.add(1, ordering: .relaxed)
        let target = RequestTarget(exchange.target)
        let request = WebRequest(
            method: method, rawPath: target?.path ?? exchange.target, query: target?.query, httpVersion: version,
            headers: headerFields(of: connection), peer: peer.address, peerPort: peer.port, localAddress: client.local?.address)
        exchange.request = request
        if let refusal = refusal(of: request, headSize: headSize, limits: limits) {
            return answer(exchange, with: .refusal(refusal), on: connection, for: client)
        }
        guard target != nil else {
            return answer(exchange, with: .refusal(Refusal(400, "The request target is no path.")), on: connection, for: client)
        }
        // Nothing is queued here: an answer at this point makes libmicrohttpd close the connection, which is right for a refusal only.
        return true
    }

    /// More of the request's body is here. `false`: close the connection.
    func take(_ octets: UnsafeRawBufferPointer, of exchange: Exchange) -> Bool {
        exchange.bodySize += octets.count
        if limits.keepsBody, exchange.bodySize <= limits.body { exchange.body += octets }
        return exchange.bodySize <= limits.body + Self.bodySlack
    }

    /// The whole request is here. `false`: close the connection.
    func answer(_ exchange: Exchange, on connection: OpaquePointer, for client: ClientConnection) -> Bool {
        guard var request = exchange.request else { return false }
        request.body = exchange.body
        if let password { request.login = password.login(of: connection, request) }
        let answer = exchange.bodySize > limits.body ? .refusal(.bodyTooLarge) : handler(request)
        return self.answer(exchange, with: answer, on: connection, for: client)
    }

    private func answer(
        _ exchange: Exchange, with answer: WebAnswer, on connection: OpaquePointer, for client: ClientConnection
    ) -> Bool {
        var seconds = limits.requestSeconds + answer.body.count / max(1, limits.slowestReader)
        if case .stream(let stream) = answer.body {
            seconds += WebStream.longestSeconds
            stream.begin(on: connection)
            streams.withLock { $0[ObjectIdentifier(stream)] = stream }
        }
        client.allow(until: monotonicSeconds() + seconds)
        exchange.status = queue(answer, on: connection, password)
        exchange.ended = answer.ended
        if case .stream(let stream) = answer.body { exchange.stream = stream }
        return exchange.status != nil
    }

    /// The answer is sent to its last octet (`completed`), or nothing more of it will be.
    func end(_ exchange: Exchange, for client: ClientConnection?, completed: Bool) {
        client?.allow(until: monotonicSeconds() + limits.requestSeconds)
        guard let request = exchange.request else { return }
        running.subtract(1, ordering: .relaxed)
        if let stream = exchange.stream {
            stream.abandon()
            streams.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(stream)) }
        }
        exchange.ended?(completed)
        if let status = exchange.status { finished?(request, status, completed) }
    }
}

extension WebAnswer {
    static func refusal(_ refusal: Refusal) -> WebAnswer {
        let text = WebAnswer.text(status: refusal.status, refusal.sentence)
        return WebAnswer(status: text.status, headers: text.headers + [("Connection", "close")], body: text.body)
    }
}

extension WebAnswer.Body {
    /// Octets.
    var count: Int {
        switch self {
        case .none: 0
        case .bytes(let bytes): bytes.count
        case .cached(let cached): cached.byteCount
        case .file(_, _, let length): max(0, Int(length))
        case .stream: 0
        }
    }
}
