import CLinux
import Glibc

/// Waits for many descriptors at once; those that are silent cost nothing (epoll(7), level-triggered).
package final class Epoll: Sendable {
    /// A descriptor that has something.
    package struct Ready: Equatable, Sendable {
        /// As it was added.
        package let token: UInt64
        /// An error waits, which for a UDP socket may be an ICMP error (EPOLLERR).
        package let hasError: Bool
    }

    private let epoll: Descriptor
    /// Told at once by ``wait(milliseconds:)``; who else is ready is told by the next call.
    private static let most = 256

    package init() throws(SystemError) {
        epoll = Descriptor(owning: try check(epoll_create1(Int32(EPOLL_CLOEXEC)), "epoll_create1", ""))
    }

    /// Readable when ``wait(milliseconds:)`` would tell of somebody.
    package var descriptor: Int32 { epoll.number }

    /// Watches a descriptor until it is closed. Whoever closes it may still be told of it once, by the call that is under way.
    package func add(_ watched: Int32, token: UInt64) throws(SystemError) {
        var event = epoll_event(events: EPOLLIN.rawValue, data: epoll_data_t(u64: token))
        try check(epoll_ctl(epoll.number, EPOLL_CTL_ADD, watched, &event), "epoll_ctl", "descriptor \(watched)")
    }

    /// Those that are ready now; `nil` where none is.
    package var waiting: [Ready]? {
        get throws(SystemError) {
            let ready = try wait(milliseconds: 0)
            return ready.isEmpty ? nil : ready
        }
    }

    /// Waits until at least one can be read or has failed; empty when the time ran out. `nil` waits for ever.
    package func wait(milliseconds: Int32?) throws(SystemError) -> [Ready] {
        let ready = withUnsafeTemporaryAllocation(of: epoll_event.self, capacity: Epoll.most) { buffer -> [Ready]? in
            let count = epoll_wait(epoll.number, buffer.baseAddress, Int32(buffer.count), milliseconds ?? -1)
            guard count >= 0 else { return nil }
            return buffer.prefix(Int(count)).map {
                Ready(token: $0.data.u64, hasError: $0.events & EPOLLERR.rawValue != 0)
            }
        }
        if let ready { return ready }
        let error = SystemError.last("epoll_wait", "")
        guard error.isInterrupted else { throw error }
        return []
    }
}
