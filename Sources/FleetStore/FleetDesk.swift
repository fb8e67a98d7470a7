import LinuxSystem
import PostgreSQL
import Synchronization

/// Reads all sites for whoever asks, on a thread of its own that begins with the first question: one at a time by one connection, made
/// when it is first needed and again when it broke. A database that was away a moment ago is not waited for.
package final class FleetDesk: Sendable {
    /// Gets a reader, or why there is none; it says where a reader fails.
    private typealias Question = @Sendable (Result<FleetReader, DatabaseError>) -> DatabaseError?

    private struct State {
        var questions: [(asked: UInt64, ask: Question)] = []
        var thread: SystemThread?
        var isStopped = false
    }

    private let state = Mutex(State())
    private let address: DatabaseAddress
    private let asked: Wakeup
    private let stopping: Wakeup

    /// The longest wait, in milliseconds.
    private static let patience = 5000
    private static let pause: UInt64 = 3_000_000_000
    /// Questions that wait; more are refused at once.
    private static let mostQuestions = 32

    package init(_ address: DatabaseAddress) throws(SystemError) {
        self.address = address
        asked = try Wakeup()
        stopping = try Wakeup()
    }

    /// Returns at once.
    /// - Parameters:
    ///   - body: is called on the desk's thread.
    ///   - answer: is called once with what it came to, on that thread; or on the caller's, where the desk is stopped or overrun.
    package func read<Value: Sendable>(
        _ body: @escaping @Sendable (FleetReader) throws(DatabaseError) -> Value,
        then answer: @escaping @Sendable (Result<Value, DatabaseError>) -> Void
    ) {
        let question: Question = { reader in
            do throws(DatabaseError) {
                answer(.success(try body(reader.get())))
                return nil
            } catch {
                answer(.failure(error))
                return error
            }
        }
        let refusal: DatabaseError? = state.withLock { state in
            guard !state.isStopped else { return .stopped }
            guard state.questions.count < FleetDesk.mostQuestions else { return .timedOut("too many ask it") }
            if state.thread == nil { state.thread = try? SystemThread.start(name: "fleet-view") { [self] in run() } }
            guard state.thread != nil else { return .unreachable("there is no room for a thread") }
            state.questions.append((MonotonicClock.now(), question))
            return nil
        }
        if let refusal { _ = question(.failure(refusal)) } else { asked.signal() }
    }

    /// Ends what is asked, and refuses what is asked later. Every answer was given when it returns.
    package func stop() {
        let thread = state.withLock { state in
            state.isStopped = true
            return state.thread
        }
        stopping.signal()
        thread?.join()
    }

    private func run() {
        var connection: DatabaseConnection?
        var failure: (error: DatabaseError, until: UInt64)?
        while true {
            let (next, isStopped) = state.withLock { state in
                (state.questions.isEmpty ? nil : state.questions.removeFirst(), state.isStopped)
            }
            guard let next else {
                if isStopped { return }
                _ = try? waitReadable([asked.descriptor, stopping.descriptor], milliseconds: nil)
                asked.drain()
                continue
            }
            let now = MonotonicClock.now()
            if let known = failure, now < known.until {
                _ = next.ask(.failure(known.error))
                continue
            }
            guard now - next.asked < UInt64(FleetDesk.patience) * 1_000_000 else {
                _ = next.ask(.failure(.timedOut("others were before it")))
                continue
            }
            failure = nil
            if connection == nil {
                do throws(DatabaseError) {
                    connection = try DatabaseConnection(address, patienceMilliseconds: FleetDesk.patience, stop: stopping)
                } catch {
                    failure = (error, MonotonicClock.now() + FleetDesk.pause)
                    _ = next.ask(.failure(error))
                }
            }
            guard let made = connection else { continue }
            let reader: Result<FleetReader, DatabaseError>
            do throws(DatabaseError) { reader = .success(try FleetReader(made)) } catch { reader = .failure(error) }
            if let error = next.ask(reader) {
                connection = nil
                failure = (error, MonotonicClock.now() + FleetDesk.pause)
            }
        }
    }
}
