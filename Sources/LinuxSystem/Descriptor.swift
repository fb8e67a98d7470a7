import Glibc

/// A file descriptor with one owner, closed when the owner lets go.
package final class Descriptor: Sendable {
    package let number: Int32

    /// Takes over an open descriptor: nobody else may close it.
    package init(owning number: Int32) {
        self.number = number
    }

    /// Another descriptor of the same open file, for somebody who closes it himself.
    package func duplicate() throws(SystemError) -> Int32 {
        try check(fcntl(number, F_DUPFD_CLOEXEC, 0), "fcntl F_DUPFD_CLOEXEC", "descriptor \(number)")
    }

    deinit {
        // After EINTR the descriptor is closed all the same on Linux (close(2)): never again.
        _ = close(number)
    }
}
