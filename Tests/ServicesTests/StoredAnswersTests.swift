import LinuxSystem
import Packets
import Synchronization
import Testing

@testable import Provisioning
@testable import Responder

/// A disk that is done when a test says so.
private final class SlowDisk: Sendable {
    private let waiting = Mutex<[@Sendable (String?) -> Void]>([])

    var store: LeaseStore {
        LeaseStore(load: { [] }) { _, done in self.waiting.withLock { $0.append(done) } }
    }

    func finish(_ failure: String? = nil) {
        let all = waiting.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
        for done in all { done(failure) }
    }
}

@Suite struct StoredAnswersTests {
    private let answers: StoredAnswers
    private let disk = SlowDisk()
    private let start: UInt64 = 1_000_000_000

    init() throws {
        answers = try StoredAnswers()
    }

    private func store(_ count: Int, from first: Int = 0) {
        for number in first..<first + count {
            let decision = Decision(
                kind: .other, identity: Identity(mac: MACAddress(bits: UInt64(number))), outcome: .ignore(.observing))
            answers.store(decision, Moment(microseconds: 0), in: disk.store)
        }
    }

    private func numbers(_ ready: [StoredAnswers.Ready]) -> [Int] { ready.map { Int($0.decision.identity.mac?.bits ?? 0) } }

    private func isReadable() throws -> Bool { try waitReadable([answers.descriptor], milliseconds: 0) == [true] }

    @Test func `nothing may go out before it is on disk`() throws {
        store(3)
        #expect(answers.due(at: start).isEmpty)
        #expect(try !isReadable())
        disk.finish()
        #expect(try isReadable())
        #expect(numbers(answers.due(at: start)) == [0, 1, 2])
        #expect(try !isReadable())
    }

    @Test func `what could not be stored says why`() {
        store(1)
        disk.finish("the disk is full")
        #expect(answers.due(at: start).map(\.failure) == ["the disk is full"])
    }

    @Test func `what is held back has its turn by the clock, and nobody is woken for it`() throws {
        store(100)
        disk.finish()
        #expect(answers.due(at: start).count == 16)
        #expect(answers.isHoldingBack)
        #expect(try !isReadable())
    }

    @Test func `what one slow commit frees leaves in order, at 3,000 a second, none lost`() {
        store(1000)
        disk.finish()
        var sent: [Int] = []
        var time = start
        while answers.isHoldingBack {
            let due = numbers(answers.due(at: time))
            #expect(due.count <= (time == start ? 16 : 3 + 1))
            sent += due
            time += 1_000_000
        }
        #expect(sent == Array(0..<1000))
        let milliseconds = (time - start) / 1_000_000
        #expect((300...340).contains(milliseconds))
    }

    @Test func `who asks faster is answered faster`() {
        var sent: [Int] = []
        var time = start
        for second in 0..<20 {
            for _ in 0..<100 {
                store(10, from: sent.count)
                disk.finish()
                sent += numbers(answers.due(at: time))
                time += 1_000_000
                _ = second
            }
        }
        // 10,000 a second, three times the slowest pace.
        #expect(!answers.isHoldingBack || sent.count > 19_500)
        #expect(sent.count > 19_000)
    }

    @Test func `a disk that hangs does not fill the memory`() {
        store(StoredAnswers.most - 1)
        #expect(!answers.isFull)
        store(1)
        #expect(answers.isFull)
        disk.finish()
        #expect(answers.isFull)
        _ = answers.due(at: start)
        #expect(!answers.isFull)
    }
}
