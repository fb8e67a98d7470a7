import FleetStore
import Synchronization

final class StatusBoard: Sendable {
    private let status = Mutex(FleetStatus())

    var value: FleetStatus { status.withLock { $0 } }
    func update(_ change: (inout FleetStatus) -> Void) { status.withLock { change(&$0) } }
}
