import LinuxSystem
import PostgreSQL
import Synchronization

/// Reads all sites for whoever asks, one at a time by one connection, made when it is first needed and again when it broke. A database
/// that was away a moment ago is not waited for.
package final class FleetDesk: Sendable {
    private struct State {
        var connection: DatabaseConnection?
        var failure: (error: DatabaseError, until: UInt64)?
    }

    private let state = Mutex(State())
    private let address: DatabaseAddress

    /// The longest wait, in milliseconds.
    private static let patience = 5000
    private static let pause: UInt64 = 3_000_000_000

    package init(_ address: DatabaseAddress) {
        self.address = address
    }

    package func read<Value: Sendable>(_ body: (FleetReader) throws(DatabaseError) -> Value) throws(DatabaseError) -> Value {
        let result: Result<Value, DatabaseError> = state.withLock { state in
            let now = MonotonicClock.now()
            if let failure = state.failure, now < failure.until { return .failure(failure.error) }
            do throws(DatabaseError) {
                let connection =
                    if let made = state.connection { made } else {
                        try DatabaseConnection(address, patienceMilliseconds: FleetDesk.patience)
                    }
                state.connection = connection
                let value = try body(FleetReader(connection))
                state.failure = nil
                return .success(value)
            } catch {
                state.connection = nil
                state.failure = (error, MonotonicClock.now() + FleetDesk.pause)
                return .failure(error)
            }
        }
        return try result.get()
    }
}
