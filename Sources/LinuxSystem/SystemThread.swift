import CLinux
import Glibc
import Synchronization

/// One thread of the operating system, for one blocking source.
package final class SystemThread: Sendable {
    /// `nil` once joined.
    private let handle: Mutex<pthread_t?>

    /// Starts a thread.
    /// - Parameters:
    ///   - name: what `ps -L` and debuggers show, cut to 15 bytes (pthread_setname_np(3)).
    ///   - body: runs once. It must not be written in `main.swift`, where it would belong to the main actor and die here.
    /// - Throws: EAGAIN when the system has no room for another thread.
    ///
    /// Signals are blocked in it, so that they reach ``Signals`` alone; those of a fault in the thread itself are not, so that a crash
    /// still shows where.
    package static func start(name: String, _ body: @escaping @Sendable () -> Void) throws(SystemError) -> SystemThread {
        let work = Unmanaged.passRetained(ThreadBody(name: Array(name.utf8.prefix(15)), run: body))
        var blocked = sigset_t()
        sigfillset(&blocked)
        for fault in [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT] { sigdelset(&blocked, fault) }
        var before = sigset_t()
        // A thread begins with its maker's mask: set here, there is no moment in which a signal could reach it.
        pthread_sigmask(SIG_BLOCK, &blocked, &before)
        var handle = pthread_t()
        let failure = pthread_create(&handle, nil, runThreadBody, work.toOpaque())
        pthread_sigmask(SIG_SETMASK, &before, nil)
        guard failure == 0 else {
            work.release()
            throw SystemError(call: "pthread_create", errno: failure, what: name)
        }
        return SystemThread(handle)
    }

    private init(_ handle: pthread_t) {
        self.handle = Mutex(handle)
    }

    /// How many processors are online.
    package static var processors: Int { sysconf(Int32(_SC_NPROCESSORS_ONLN)) }

    /// Waits until the body has returned. Only the first call waits.
    package func join() {
        let handle = self.handle.withLock { handle in
            defer { handle = nil }
            return handle
        }
        if let handle { pthread_join(handle, nil) }
    }

    deinit {
        if let handle = handle.withLock({ $0 }) { pthread_detach(handle) }
    }
}

private final class ThreadBody: Sendable {
    let name: [UInt8]
    let run: @Sendable () -> Void

    init(name: [UInt8], run: @escaping @Sendable () -> Void) {
        self.name = name
        self.run = run
    }
}

private func runThreadBody(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context else { return nil }
    let work = Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue()
    (work.name + [0]).withUnsafeBytes { bytes in
        bytes.withMemoryRebound(to: CChar.self) { _ = bellhop_name_this_thread($0.baseAddress!) }
    }
    work.run()
    return nil
}
