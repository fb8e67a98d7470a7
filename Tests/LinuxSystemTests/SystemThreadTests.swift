import Foundation
import Glibc
import LinuxSystem
import Synchronization
import Testing

@Suite struct SystemThreadTests {
    @Test func `join waits until the body has returned`() throws {
        let done = Atomic(false)
        let thread = try SystemThread.start(name: "worker") {
            usleep(20_000)
            done.store(true, ordering: .releasing)
        }
        thread.join()
        let isDone = done.load(ordering: .acquiring)
        #expect(isDone)
        thread.join()
    }

    @Test func `a thread bears its name, cut to 15 bytes`() throws {
        let name = Mutex("")
        let thread = try SystemThread.start(name: "frames on a long name") {
            let text = (try? String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8)) ?? "?"
            name.withLock { $0 = text }
        }
        thread.join()
        #expect(name.withLock { $0 } == "frames on a lon\n")
    }

    @Test func `a thread leaves signals to others and keeps its own faults`() throws {
        let blocked = Mutex<[Int32: Bool]>([:])
        let thread = try SystemThread.start(name: "masked") {
            var mask = sigset_t()
            pthread_sigmask(SIG_BLOCK, nil, &mask)
            let copy = mask
            blocked.withLock { blocked in
                for signal in [SIGTERM, SIGHUP, SIGINT, SIGSEGV, SIGILL] {
                    var mask = copy
                    blocked[signal] = sigismember(&mask, signal) == 1
                }
            }
        }
        thread.join()
        #expect(blocked.withLock { $0 } == [SIGTERM: true, SIGHUP: true, SIGINT: true, SIGSEGV: false, SIGILL: false])
    }

    @Test func `the maker's own signals stay as they were`() throws {
        // The test runner's threads block SIGTERM by themselves.
        var terminate = sigset_t()
        sigaddset(&terminate, SIGTERM)
        var before = sigset_t()
        pthread_sigmask(SIG_UNBLOCK, &terminate, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        try SystemThread.start(name: "other") {}.join()
        var mask = sigset_t()
        pthread_sigmask(SIG_BLOCK, nil, &mask)
        #expect(sigismember(&mask, SIGTERM) == 0)
    }

    @Test func `signals are read one after another`() throws {
        let read = Mutex<[Int32?]>([])
        let failure = Mutex<String?>(nil)
        // In a thread of its own: the runner's threads would get a signal that is sent to the whole process.
        let thread = try SystemThread.start(name: "signals") {
            do {
                let signals = try Signals([SIGUSR1, SIGHUP])
                let before = signals.next()
                pthread_kill(pthread_self(), SIGUSR1)
                _ = try waitReadable([signals.descriptor], milliseconds: nil)
                let first = signals.next()
                pthread_kill(pthread_self(), SIGHUP)
                let second = signals.next()
                let after = signals.next()
                read.withLock { $0 = [before, first, second, after] }
            } catch {
                failure.withLock { $0 = "\(error)" }
            }
        }
        thread.join()
        #expect(failure.withLock { $0 } == nil)
        #expect(read.withLock { $0 } == [nil, SIGUSR1, SIGHUP, nil])
    }

    @Test func `a write to a closed pipe does not end the process`() throws {
        Signals.ignoreBrokenPipes()
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        _ = close(ends[0])
        let writing = Descriptor(owning: ends[1])
        let result = write(writing.number, "x", 1)
        #expect(SystemError.last("write", "").errno == EPIPE)
        #expect(result == -1)
    }

    @Test func `a signal that does not exist is refused`() {
        #expect(throws: SystemError.self) { try Signals([4711]) }
    }
}
