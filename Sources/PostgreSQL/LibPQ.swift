import CPostgreSQL

/// libpq's calls, looked up when the first connection is made and never before.
enum LibPQ {
    static let calls: Result<bellhop_libpq, DatabaseError> = {
        var calls = bellhop_libpq()
        if let words = bellhop_load_libpq(&calls) { return .failure(.notInstalled(String(cString: words))) }
        return .success(calls)
    }()
}
