import LinuxSystem
import Testing

@Suite struct AttentionTests {
    @Test func `looking that pays goes on, and looking in vain grows rare`() throws {
        var attention = Attention(processors: 2)
        for number in 0..<100 { #expect(try attention.look { number } == number) }
        /// Of so many rounds, those in which somebody looked.
        func looks(in rounds: Int) throws -> Int {
            try (0..<rounds).count { _ in
                var hasLooked = false
                let found: Int? = try attention.look {
                    hasLooked = true
                    return nil
                }
                #expect(found == nil)
                return hasLooked
            }
        }
        #expect((10...20).contains(try looks(in: 10_000)))
        // It is found out again when that has changed.
        var rounds = 0
        while try attention.look({ 1 }) == nil { rounds += 1 }
        #expect(rounds <= 1024)
        #expect(try attention.look { 2 } == 2)
    }

    @Test func `on the only processor nobody looks`() throws {
        var attention = Attention(processors: 1)
        let found: Int? = try attention.look {
            Issue.record("it was looked for")
            return 1
        }
        #expect(found == nil)
    }
}
