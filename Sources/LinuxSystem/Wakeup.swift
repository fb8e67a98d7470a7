import CLinux
import Glibc

/// Wakes a thread that waits in ``waitReadable(_:milliseconds:)`` (eventfd(2)).
package final class Wakeup: Sendable {
    private let event: Descriptor

    package init() throws(SystemError) {
        let flags = Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK)
        event = Descriptor(owning: try check(eventfd(0, flags), "eventfd", ""))
    }

    /// Readable from ``signal()`` until ``drain()``.
    package var descriptor: Int32 { event.number }

    /// Makes the descriptor readable; from any thread, any number of times.
    package func signal() {
        // The one failure, EAGAIN at 2^64 - 2 signals, leaves it readable: what was wanted.
        _ = eventfd_write(event.number, 1)
    }

    /// Makes the descriptor unreadable again, however many signals there were.
    package func drain() {
        var count: eventfd_t = 0
        _ = eventfd_read(event.number, &count)
    }
}
