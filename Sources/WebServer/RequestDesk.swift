import Cryptography
import CMicroHTTPD
import HTTPSemantics
import Packets
import Synchronization

/// What libmicrohttpd's callbacks come to: takes requests in, has them answered, keeps count.
final class RequestDesk: Sendable {
    /// A chunked body says its size only as it comes: this much beyond the limit is still read, so that the client hears the 413.
    private static let bodySlack = 65536

    let limits: WebLimits
    private let service: WebService
    private let watch: SlowClientWatch
    /// What new connections show of this server; `nil` for a server without TLS.
    let identity: Mutex<TLSIdentity?>
    /// Requests whose answer is not wholly sent.
    private let running = Atomic<Int>(0)
    private let openAnswers = OpenAnswers()

    init(limits: WebLimits, watch: SlowClientWatch, identity: TLSIdentity?, service: WebService) {
        self.limits = limits
        self.watch = watch
        self.identity = Mutex(identity)
        self.service = service
    }

    /// No answer that would never end by itself keeps the server from stopping.
    func endOpenAnswers() { openAnswers.endAll() }

    var isIdle: Bool { running.load(ordering: .relaxed) == 0 }

    /// - Parameter connection: with TLS, its handshake has not begun yet.
    func opened(_ connection: OpaquePointer, descriptor: Int32) -> ClientConnection {
        let identity = identity.withLock { $0 }
        let client = ClientConnection(
            descriptor: descriptor, peer: clientEndpoint(of: connection), deadline: monotonicSeconds() + limits.requestSeconds,
            identity: identity)
        if let identity, let session = tlsSession(of: connection) { _ = identity.take(session) }
        watch.add(client)
        return client
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
        client.endsToWait()
        running.add(1, ordering: .relaxed)
        let target = RequestTarget(exchange.target)
        let request = WebRequest(
            method: method, rawPath: target?.path ?? exchange.target, query: target?.query, httpVersion: version,
            headers: headerFields(of: connection), peer: peer.address, peerPort: peer.port,
            station: service.station.map { client.station(peer.address, $0) }, localAddress: client.local?.address,
            isEncrypted: client.isEncrypted, certificate: client.certificate(on: connection))
        exchange.request = request
        if let refusal = refusal(of: request, headSize: headSize, limits: limits) {
            return answer(exchange, with: .refusal(refusal), on: connection, for: client)
        }
        guard target != nil else {
            return answer(exchange, with: .refusal(Refusal(400, "The request target is no path.")), on: connection, for: client)
        }
        let body = DeclaredBody(of: request)
        // Nothing is queued here: an answer at this point makes libmicrohttpd close the connection, which is right for a refusal only.
        return body == .none || expect(body, of: request, exchange, on: connection, for: client)
    }

    /// The client is about to send a body. `false`: close the connection.
    private func expect(
        _ body: DeclaredBody, of request: WebRequest, _ exchange: Exchange, on connection: OpaquePointer,
        for client: ClientConnection
    ) -> Bool {
        // RFC 9110 §10.1.1: a client that asks first need not send what nobody wants.
        let asksFirst = request.httpVersion != "HTTP/1.0" && request.header("Expect") != nil
        switch service.bodies(request) {
        case .discard:
            exchange.bodyLimit = limits.body
            if asksFirst { return answer(exchange, with: service.handler(request), on: connection, for: client) }
        case .keep(let limit):
            exchange.bodyLimit = limit
            exchange.keepsBody = true
        case .answer(let decided, let discarded):
            exchange.bodyLimit = max(limits.body, discarded)
            exchange.decided = decided
            if asksFirst || isTooLarge(body, exchange.bodyLimit) {
                return answer(exchange, with: decided, on: connection, for: client)
            }
        case .sink(let sink, let limit):
            exchange.sink = sink
            exchange.bodyLimit = limit
            client.allow(until: monotonicSeconds() + limits.requestSeconds + limit / max(1, limits.slowestSender))
        }
        return !isTooLarge(body, exchange.bodyLimit)
            || answer(exchange, with: .refusal(.bodyTooLarge), on: connection, for: client)
    }

    private func isTooLarge(_ body: DeclaredBody, _ limit: Int) -> Bool {
        switch body {
        case .none: false
        case .octets(let count): count > limit
        case .unknown: limit == 0
        }
    }

    /// More of the request's body is here. `false`: close the connection.
    func take(_ octets: UnsafeRawBufferPointer, of exchange: Exchange) -> Bool {
        exchange.bodySize += octets.count
        if exchange.bodySize <= exchange.bodyLimit {
            if exchange.keepsBody { exchange.body += octets }
            if !exchange.isSinkFull, let sink = exchange.sink { exchange.isSinkFull = !sink.take(octets) }
            return true
        }
        exchange.abandonBody()
        return exchange.bodySize <= exchange.bodyLimit + Self.bodySlack
    }

    /// The whole request is here. `false`: close the connection.
    func answer(_ exchange: Exchange, on connection: OpaquePointer, for client: ClientConnection) -> Bool {
        guard var request = exchange.request else { return false }
        let answer: WebAnswer
        if exchange.late != nil { return answerLate(exchange, on: connection, for: client) }
        if exchange.bodySize > exchange.bodyLimit {
            answer = .refusal(.bodyTooLarge)
        } else if let decided = exchange.decided {
            answer = decided
        } else if let sink = exchange.sink {
            exchange.sink = nil
            answer = sink.finish()
        } else {
            request.body = exchange.body
            answer = service.handler(request)
        }
        return self.answer(exchange, with: answer, on: connection, for: client)
    }

    func answer(
        _ exchange: Exchange, with answer: WebAnswer, on connection: OpaquePointer, for client: ClientConnection
    ) -> Bool {
        if case .later(let late) = answer.body {
            exchange.late = (late, answer.headers)
            open(late, for: exchange)
            return answerLate(exchange, on: connection, for: client)
        }
        var seconds = limits.requestSeconds + answer.body.count / max(1, limits.slowestReader)
        if case .stream(let stream) = answer.body {
            seconds += WebStream.longestSeconds
            stream.begin(on: connection)
            open(stream, for: exchange)
        }
        client.allow(until: monotonicSeconds() + seconds)
        exchange.status = queue(answer, on: connection)
        exchange.ended = answer.ended
        if let tell = answer.takesLong {
            exchange.mayTakeLong = true
            client.sends(until: monotonicSeconds() + limits.longSeconds, or: tell)
        }
        return exchange.status != nil
    }

    /// The answer is sent to its last octet (`completed`), or nothing more of it will be.
    func end(_ exchange: Exchange, for client: ClientConnection?, completed: Bool) {
        client?.allow(until: monotonicSeconds() + limits.requestSeconds)
        client?.beginsToWait()
        exchange.abandonBody()
        guard let request = exchange.request else { return }
        running.subtract(1, ordering: .relaxed)
        close(exchange)
        let octets = exchange.mayTakeLong ? client?.hasSent(isComplete: completed) : nil
        exchange.ended?(completed, octets)
        if let status = exchange.status { service.finished?(request, status, completed) }
    }

    private func open(_ answer: any OpenAnswer, for exchange: Exchange) {
        exchange.open = answer
        openAnswers.add(answer)
    }

    /// What was open of its answer is not any more.
    func close(_ exchange: Exchange) {
        guard let answer = exchange.open.take() else { return }
        openAnswers.remove(answer)
    }
}

extension Exchange {
    /// Tells who takes the body that it will not be whole.
    func abandonBody() {
        sink?.abandon()
        sink = nil
    }
}

extension WebAnswer {
    static func refusal(_ refusal: Refusal) -> WebAnswer {
        .text(status: refusal.status, refusal.sentence, headers: [("Connection", "close")])
    }
}
