import Testing

@testable import Responder

/// Frames that the kernel dropped.
@Suite struct `Frames that were lost` {
    private static let second: UInt64 = 1_000_000_000

    @Test func `the kernel is asked once a second, where frames came`() {
        var watch = LossWatch()
        var asked = 0
        func more(_ dropped: UInt32, hasHeard: Bool, at second: UInt64) -> Int {
            watch.elapsed(hasHeard: hasHeard, at: second * `Frames that were lost`.second / 10) {
                asked += 1
                return dropped
            }
        }
        #expect(more(9, hasHeard: false, at: 100) == 0 && asked == 0)
        #expect(more(0, hasHeard: true, at: 101) == 0 && asked == 1 && !watch.isOpen)
        #expect(more(5, hasHeard: true, at: 105) == 0 && asked == 1 && watch.isOpen)
        #expect(more(5, hasHeard: false, at: 111) == 5 && asked == 2 && !watch.isOpen)
        #expect(more(9, hasHeard: false, at: 130) == 0 && asked == 2)
        // The kernel's number wraps.
        #expect(more(.max, hasHeard: true, at: 140) == Int(UInt32.max - 5))
        #expect(more(1, hasHeard: true, at: 150) == 2)
    }

    @Test func `they are counted by interface, and told of once a minute with their number`() {
        let losses = FrameLosses()
        func add(_ count: Int, _ interface: String = "eth1", at second: UInt64) -> Int? {
            losses.add(count, on: interface, at: second * `Frames that were lost`.second)
        }
        #expect(add(0, at: 1) == nil && losses.all == ["eth1": 0])
        #expect(add(3, at: 2) == 3)
        #expect(add(4, at: 30) == nil)
        #expect(add(1, "eth2", at: 30) == 1)
        #expect(add(2, at: 62) == 6)
        #expect(losses.all == ["eth1": 9, "eth2": 1])
    }
}
