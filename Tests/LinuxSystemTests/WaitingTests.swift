import Glibc
import LinuxSystem
import Synchronization
import Testing

@Suite struct WaitingTests {
    @Test func `nothing is readable when the time has run out`() throws {
        let wakeup = try Wakeup()
        #expect(try waitReadable([wakeup.descriptor], milliseconds: 0) == [false])
        #expect(try waitReadable([wakeup.descriptor], milliseconds: 1) == [false])
        #expect(try waitReadable([], milliseconds: -5) == [])
    }

    @Test func `each descriptor gets its own answer`() throws {
        let quiet = try Wakeup()
        let loud = try Wakeup()
        loud.signal()
        #expect(try waitReadable([quiet.descriptor, -1, loud.descriptor], milliseconds: nil) == [false, false, true])
    }

    @Test func `many signals are drained at once`() throws {
        let wakeup = try Wakeup()
        wakeup.signal()
        wakeup.signal()
        wakeup.drain()
        #expect(try waitReadable([wakeup.descriptor], milliseconds: 0) == [false])
        wakeup.drain()
        wakeup.signal()
        #expect(try waitReadable([wakeup.descriptor], milliseconds: 0) == [true])
    }

    @Test func `a hang-up counts as readable`() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        let reading = Descriptor(owning: ends[0])
        _ = close(ends[1])
        #expect(try waitReadable([reading.number], milliseconds: nil) == [true])
    }

    @Test func `a descriptor that is not open is an error`() {
        #expect(throws: SystemError(call: "poll", errno: EBADF, what: "descriptor 1048575")) {
            try waitReadable([1_048_575], milliseconds: nil)
        }
    }

    @Test func `another thread wakes the waiting one`() throws {
        let wakeup = try Wakeup()
        let thread = try SystemThread.start(name: "waker") { wakeup.signal() }
        #expect(try waitReadable([wakeup.descriptor], milliseconds: nil) == [true])
        thread.join()
    }

    @Test func `an interrupted wait goes on to its end`() throws {
        // Without SA_RESTART poll returns EINTR for a handled signal in any case (signal(7)).
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { _ in }
        try #require(sigaction(SIGUSR2, &action, nil) == 0)
        let wakeup = try Wakeup()
        let started = try Wakeup()
        let waiter = Atomic<UInt>(0)
        let answers = Mutex<[Bool]>([])
        let thread = try SystemThread.start(name: "interrupted") {
            var signal = sigset_t()
            sigaddset(&signal, SIGUSR2)
            pthread_sigmask(SIG_UNBLOCK, &signal, nil)
            waiter.store(UInt(pthread_self()), ordering: .releasing)
            started.signal()
            let answer = try? waitReadable([wakeup.descriptor], milliseconds: nil)
            answers.withLock { $0 = answer ?? [] }
        }
        _ = try waitReadable([started.descriptor], milliseconds: nil)
        for _ in 0..<50 {
            pthread_kill(pthread_t(waiter.load(ordering: .acquiring)), SIGUSR2)
            usleep(1000)
        }
        wakeup.signal()
        thread.join()
        #expect(answers.withLock { $0 } == [true])
    }
}
