import CPostgreSQL
import Synchronization

/// libpq's calls, looked up when the first connection is made and never before.
enum LibPQ {
    private enum Looking {
        case notYet
        case found(Calls)
        case missing(String)
    }

    /// Function pointers, which are the same for every thread and never change.
    struct Calls: @unchecked Sendable {
        let pq: bellhop_libpq
    }

    private static let state = Mutex(Looking.notYet)

    static func calls() throws(DatabaseError) -> Calls {
        let looked = state.withLock { state -> Looking in
            if case .notYet = state {
                var pq = bellhop_libpq()
                if let words = bellhop_load_libpq(&pq) {
                    state = .missing(String(cString: words))
                } else {
                    state = .found(Calls(pq: pq))
                }
            }
            return state
        }
        switch looked {
        case .found(let calls): return calls
        case .missing(let words): throw .notInstalled(words)
        case .notYet: throw .notInstalled("libpq")
        }
    }
}
