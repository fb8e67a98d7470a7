import CMicroHTTPD
import Synchronization

/// An answer that another thread gives. Its connection waits for it, and the server's thread serves others meanwhile. For one request.
package final class LateAnswer: Sendable {
    private struct State {
        var answer: WebAnswer?
        /// While it waits, suspended.
        var waiting: ConnectionHandle?
    }

    private let state = Mutex(State())

    package init() {}

    /// From any thread; the first answer counts. Where the client has gone it goes nowhere.
    package func give(_ answer: WebAnswer) {
        state.withLock { state in
            guard state.answer == nil else { return }
            state.answer = answer
            guard let connection = state.waiting else { return }
            state.waiting = nil
            MHD_resume_connection(connection.pointer)
        }
    }

    /// Called on the server's thread. Where there is no answer yet the connection is suspended, and libmicrohttpd asks again for it once
    /// it is resumed.
    func taken(for connection: OpaquePointer) -> WebAnswer? {
        state.withLock { state in
            if state.answer == nil {
                MHD_suspend_connection(connection)
                state.waiting = ConnectionHandle(pointer: connection)
            }
            return state.answer
        }
    }
}

/// Those that are waited for.
final class LateAnswers: Sendable {
    private struct State {
        var answers: [ObjectIdentifier: LateAnswer] = [:]
        var isOver = false
    }

    private static let farewell = WebAnswer.text(status: 503, "The server stops.")
    private let state = Mutex(State())

    func add(_ answer: LateAnswer) {
        let isOver = state.withLock { state in
            if !state.isOver { state.answers[ObjectIdentifier(answer)] = answer }
            return state.isOver
        }
        if isOver { answer.give(LateAnswers.farewell) }
    }

    func remove(_ answer: LateAnswer) { state.withLock { _ = $0.answers.removeValue(forKey: ObjectIdentifier(answer)) } }

    /// Nobody is waited for any more: libmicrohttpd cannot be stopped while a connection is suspended.
    func giveUp() {
        let answers = state.withLock { state in
            state.isOver = true
            return Array(state.answers.values)
        }
        for answer in answers { answer.give(LateAnswers.farewell) }
    }
}

extension RequestDesk {
    /// Called when the handler has put its answer off, and again once it is there.
    func answerLate(_ exchange: Exchange, on connection: OpaquePointer, for client: ClientConnection) -> Bool {
        client.allow(until: monotonicSeconds() + limits.requestSeconds)
        guard let late = exchange.late, let answer = late.answer.taken(for: connection) else { return true }
        exchange.late = nil
        lateAnswers.remove(late.answer)
        if case .later = answer.body { return false }
        return self.answer(exchange, with: answer.adding(late.headers), on: connection, for: client)
    }
}
