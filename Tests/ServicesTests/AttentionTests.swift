import Testing

@testable import LinuxSystem

@Suite struct AttentionTests {
    @Test func `looking that pays goes on, and looking in vain grows rare`() {
        var attention = Attention()
        for _ in 0..<100 {
            let isWorthwhile = attention.isWorthwhile()
            #expect(isWorthwhile)
            attention.looked(inVain: false)
        }
        var looks = 0
        for _ in 0..<10_000 where attention.isWorthwhile() {
            looks += 1
            attention.looked(inVain: true)
        }
        #expect((10...20).contains(looks))
        // It is found out again when that has changed.
        var rounds = 0
        while !attention.isWorthwhile() { rounds += 1 }
        #expect(rounds <= 1024)
        attention.looked(inVain: false)
        let isWorthwhile = attention.isWorthwhile()
        #expect(isWorthwhile)
    }
}
