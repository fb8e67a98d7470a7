@testable import TFTPTransfers
import TestSupport
import Testing

struct DueQueueTests {
    @Test func `what is due comes in the order of time, whatever was moved and taken out`() {
        var generator = SeededGenerator(named: "TFTP_QUEUE")
        var queue = DueQueue<Int>()
        var model: [Int: UInt64] = [:]
        for _ in 0..<5000 {
            let key = Int.random(in: 0..<300, using: &generator)
            let time = Int.random(in: 0..<3, using: &generator) == 0 ? nil : UInt64.random(in: 0..<1000, using: &generator)
            queue.set(key, to: time)
            model[key] = time
            #expect(queue.count == model.count)
            #expect(queue.first?.time == model.values.min())
        }
        while let (key, time) = queue.first {
            #expect(model[key] == time && time == model.values.min())
            queue.set(key, to: nil)
            model[key] = nil
        }
        #expect(model.isEmpty)
    }
}
