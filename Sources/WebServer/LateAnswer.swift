import Synchronization

/// An answer that another thread gives. Its connection waits for it, and the server's thread serves others meanwhile. For one request.
package final class LateAnswer: OpenAnswer {
    private struct State {
        var answer: WebAnswer?
        var suspension = Suspension()
    }

    private let state = Mutex(State())

    package init() {}

    /// From any thread; the first answer counts. Where the client has gone it goes nowhere.
    package func give(_ answer: WebAnswer) {
        state.withLock { state in
            guard state.answer == nil else { return }
            state.answer = answer
            state.suspension.end()
        }
    }

    func endNow() { give(.text(status: 503, "The server stops.")) }

    func abandon() { state.withLock { $0.suspension = Suspension() } }

    /// Called on the server's thread. Where there is no answer yet the connection is suspended, and libmicrohttpd asks again for it once
    /// it is resumed.
    func taken(for connection: OpaquePointer) -> WebAnswer? {
        state.withLock { state in
            if state.answer == nil { state.suspension.begin(connection) }
            return state.answer
        }
    }
}

extension RequestDesk {
    /// Called when the handler has put its answer off, and again once it is there.
    func answerLate(_ exchange: Exchange, on connection: OpaquePointer, for client: ClientConnection) -> Bool {
        client.allow(until: monotonicSeconds() + limits.requestSeconds)
        guard let late = exchange.late, let answer = late.answer.taken(for: connection) else { return true }
        exchange.late = nil
        close(exchange)
        if case .later = answer.body { return false }
        return self.answer(exchange, with: answer.adding(late.headers), on: connection, for: client)
    }
}
