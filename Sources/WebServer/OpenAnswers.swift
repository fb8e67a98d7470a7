import CMicroHTTPD
import Synchronization

/// An answer that another thread gives, or goes on giving. Its connection may be suspended.
protocol OpenAnswer: AnyObject, Sendable {
    /// The server stops: what is there goes out, and no more is waited for.
    func endNow()

    /// Nobody reads any more.
    func abandon()
}

/// Those of one server. None of them keeps it from stopping: libmicrohttpd must not be stopped while a connection is suspended.
final class OpenAnswers: Sendable {
    private struct State {
        var open: [ObjectIdentifier: any OpenAnswer] = [:]
        var isOver = false
    }

    private let state = Mutex(State())

    /// Ends it at once where the server stops already.
    func add(_ answer: any OpenAnswer) {
        let isOver = state.withLock { state in
            if !state.isOver { state.open[ObjectIdentifier(answer)] = answer }
            return state.isOver
        }
        if isOver { answer.endNow() }
    }

    /// Nothing more of it will be sent.
    func remove(_ answer: any OpenAnswer) {
        state.withLock { _ = $0.open.removeValue(forKey: ObjectIdentifier(answer)) }
        answer.abandon()
    }

    func endAll() {
        let answers = state.withLock { state in
            state.isOver = true
            return Array(state.open.values)
        }
        for answer in answers { answer.endNow() }
    }
}

/// A connection that libmicrohttpd leaves alone until there is something to do for it. Any thread may end that; who holds it has a lock.
struct Suspension: @unchecked Sendable {
    private var connection: OpaquePointer?

    /// Only on the thread that serves the connection.
    mutating func begin(_ connection: OpaquePointer) {
        MHD_suspend_connection(connection)
        self.connection = connection
    }

    /// Nothing where it is not suspended.
    mutating func end() {
        guard let connection = connection.take() else { return }
        MHD_resume_connection(connection)
    }
}
