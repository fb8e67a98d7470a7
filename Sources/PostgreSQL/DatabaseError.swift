/// Why a database did not do what was asked. No case holds a password: libpq's messages name host, database and user.
package enum DatabaseError: Error, Hashable, Sendable {
    /// libpq cannot be loaded.
    case notInstalled(String)
    /// No connection came about.
    case unreachable(String)
    /// The server refused a statement. `state` is SQLSTATE (PostgreSQL manual, appendix A).
    case refused(state: String, words: String)
    /// The connection broke.
    case lost(String)
    /// No answer within the time that was allowed.
    case timedOut(String)
    /// Somebody stopped the wait.
    case stopped
    /// What came back is not what was asked for.
    case unexpected(String)

    /// Whether it is about what was sent, and would be refused again: data exceptions and violated constraints.
    package var isAboutData: Bool {
        if case .refused(let state, _) = self { state.hasPrefix("22") || state.hasPrefix("23") } else { false }
    }
}

extension DatabaseError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notInstalled(let words): "libpq cannot be loaded (\(words)); install the package libpq5"
        case .unreachable(let words), .lost(let words): words
        case .refused(let state, let words): "the database refuses: \(words) (SQLSTATE \(state))"
        case .timedOut(let action): "the database gave no answer in time, \(action)"
        case .stopped: "stopped"
        case .unexpected(let words): "the database answered with something else: \(words)"
        }
    }
}
