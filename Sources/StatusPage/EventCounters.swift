import Provisioning
import Synchronization

/// What happened since the start, by the event's name; what was ignored by its reason as well. Names are few and fixed.
package final class EventCounters: Sendable {
    private struct State {
        var events: [String: Int] = [:]
        var ignored: [String: Int] = [:]
    }

    private let state = Mutex(State())

    package init() {}

    package func take(_ events: [Event]) {
        state.withLock { state in
            for event in events {
                state.events[event.name, default: 0] += 1
                if case .ignored(_, let silence) = event.what { state.ignored[silence.name, default: 0] += 1 }
            }
        }
    }

    var all: [String: Int] { state.withLock { $0.events } }
    var ignored: [String: Int] { state.withLock { $0.ignored } }
}
