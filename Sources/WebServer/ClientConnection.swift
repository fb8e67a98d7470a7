import Synchronization

/// One client's TCP connection: who is at either end, and until when it may keep us waiting.
final class ClientConnection: Sendable {
    let descriptor: Int32
    let peer: Endpoint?
    let local: Endpoint?
    /// Seconds of the monotonic clock.
    private let deadline: Atomic<Int>

    init(descriptor: Int32, deadline: Int) {
        self.descriptor = descriptor
        peer = peerEndpoint(of: descriptor)
        local = localEndpoint(of: descriptor)
        self.deadline = Atomic(deadline)
    }

    func allow(until second: Int) {
        deadline.store(second, ordering: .relaxed)
    }

    func isOverdue(at second: Int) -> Bool {
        deadline.load(ordering: .relaxed) < second
    }
}
