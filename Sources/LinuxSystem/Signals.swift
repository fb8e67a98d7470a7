import CLinux
import Glibc

/// Signals as something to read rather than an interruption (signalfd(2)).
package final class Signals: Sendable {
    private let source: Descriptor

    package static let hangUp = SIGHUP
    package static let interrupt = SIGINT
    package static let terminate = SIGTERM

    /// Blocks the signals in the calling thread and takes them over. To be called before any thread starts: a thread that does not
    /// block them would get them in the old way.
    package init(_ signals: [Int32]) throws(SystemError) {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in signals { try check(sigaddset(&set, signal), "sigaddset", "\(signal)") }
        let failure = pthread_sigmask(SIG_BLOCK, &set, nil)
        guard failure == 0 else { throw SystemError(call: "pthread_sigmask", errno: failure, what: "") }
        let flags = Int32(SFD_CLOEXEC) | Int32(SFD_NONBLOCK)
        source = Descriptor(owning: try check(signalfd(-1, &set, flags), "signalfd", ""))
    }

    /// Readable when ``next()`` has a signal.
    package var descriptor: Int32 { source.number }

    /// The number of the next signal that came; `nil` when none waits. The same signal twice in a row may come as one.
    package func next() -> Int32? {
        var information = signalfd_siginfo()
        let size = MemoryLayout<signalfd_siginfo>.size
        return read(source.number, &information, size) == size ? Int32(information.ssi_signo) : nil
    }

    /// Ends this process as the signal would have.
    package static func end(by number: Int32) -> Never {
        _ = signal(number, SIG_DFL)
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, number)
        pthread_sigmask(SIG_UNBLOCK, &set, nil)
        raise(number)
        _exit(128 + number)
    }

    /// Lets a write to a closed connection fail with EPIPE instead of ending the process.
    package static func ignoreBrokenPipes() {
        _ = signal(SIGPIPE, SIG_IGN)
    }
}
