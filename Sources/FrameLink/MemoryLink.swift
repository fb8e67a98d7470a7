import LinuxSystem
import Synchronization

/// A device without a wire: what a test puts in comes out of ``nextFrame()``, what is sent is kept.
package final class MemoryLink: FrameDevice {
    private struct Queues {
        var waiting: [CapturedFrame] = []
        var sent: [[UInt8]] = []
    }

    package let name: String
    private let queues = Mutex(Queues())
    private let wakeup: Wakeup

    package init(name: String = "memory") throws(SystemError) {
        self.name = name
        wakeup = try Wakeup()
    }

    package var descriptor: Int32? { wakeup.descriptor }

    /// Puts a frame in, as if it had come by the wire.
    package func deliver(_ frame: CapturedFrame) {
        queues.withLock { $0.waiting.append(frame) }
        wakeup.signal()
    }

    /// Puts a frame in, heard now unless said otherwise.
    package func deliver(_ bytes: [UInt8], at time: WallTime = WallClock.now()) {
        deliver(CapturedFrame(time: time, bytes: bytes))
    }

    package func nextFrame() -> CapturedFrame? {
        queues.withLock { queues in
            guard !queues.waiting.isEmpty else {
                wakeup.drain()
                return nil
            }
            return queues.waiting.removeFirst()
        }
    }

    package func send(_ frame: [UInt8]) {
        queues.withLock { $0.sent.append(frame) }
    }

    /// What was sent since the last call, in its order.
    package func takeSent() -> [[UInt8]] {
        queues.withLock { queues in
            defer { queues.sent = [] }
            return queues.sent
        }
    }
}
