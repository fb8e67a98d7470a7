import HTTPSemantics
import Testing

@Suite struct `Nonces` {
    /// No hash, but a seal that depends on every octet.
    private static func seal(_ key: UInt8) -> @Sendable ([UInt8]) -> [UInt8] {
        { octets in (0..<14).map { place in octets.reduce(key &+ place) { $0 &* 31 &+ $1 } } }
    }

    private let phone: [UInt8] = [10, 0, 0, 9]

    @Test func `T11 each count is good once, and a little disorder does no harm`() {
        var book = NonceBook(seal: Self.seal(1))
        let nonce = book.nonce(for: phone, at: 1000)
        let steps: [(UInt32, NonceBook.Verdict)] = [
            (1, .fresh), (1, .replayed), (2, .fresh), (4, .fresh), (3, .fresh), (3, .replayed), (2, .replayed), (0, .replayed),
            (100, .fresh), (36, .replayed), (37, .fresh), (100, .replayed), (.max, .fresh), (.max, .replayed), (101, .replayed),
        ]
        for (count, verdict) in steps {
            #expect(book.check(nonce, count: count, of: phone, at: 2000, isStrict: true) == verdict, "count \(count)")
        }
    }

    @Test func `T11 a nonce is good for five minutes`() {
        var book = NonceBook(seal: Self.seal(1))
        let nonce = book.nonce(for: phone, at: 1000)
        #expect(book.check(nonce, count: 1, of: phone, at: 301_000, isStrict: true) == .fresh)
        #expect(book.check(nonce, count: 2, of: phone, at: 301_001, isStrict: true) == .stale)
        #expect(book.check(nonce, count: 2, of: phone, at: 999, isStrict: true) == .stale)
    }

    @Test func `T11 another process's nonce, another client's, and one that somebody made up are stale`() {
        var book = NonceBook(seal: Self.seal(1))
        var other = NonceBook(seal: Self.seal(2))
        let nonce = book.nonce(for: phone, at: 1000)
        #expect(book.check(other.nonce(for: phone, at: 1000), count: 1, of: phone, at: 1000, isStrict: true) == .stale)
        #expect(book.check(nonce, count: 1, of: [10, 0, 0, 8], at: 1000, isStrict: true) == .stale)
        for made in [
            "", "x", String(repeating: "0", count: 48), String(repeating: "f", count: 48), nonce + "00",
            String(nonce.dropLast(2)),
        ] {
            #expect(book.check(made, count: 1, of: phone, at: 1000, isStrict: true) == .stale, "\(made)")
        }
        #expect(book.check(nonce, count: 1, of: phone, at: 1000, isStrict: true) == .fresh)
        #expect(book.check(nonce.uppercased(), count: 1, of: phone, at: 1000, isStrict: true) == .replayed)
    }

    @Test func `T11 for lax phones a nonce may come again with the same count until it is too old`() {
        var book = NonceBook(seal: Self.seal(1))
        let nonce = book.nonce(for: phone, at: 0)
        for _ in 0..<3 { #expect(book.check(nonce, count: 1, of: phone, at: 1, isStrict: false) == .fresh) }
        #expect(book.check(nonce, count: 1, of: phone, at: 300_001, isStrict: false) == .stale)
    }

    @Test func `T11 two nonces are never the same, not even within a millisecond`() {
        var book = NonceBook(seal: Self.seal(1))
        #expect(Set((0..<1000).map { _ in book.nonce(for: phone, at: 5) }).count == 1000)
    }

    @Test func `T11 more clients than there is room for make old nonces stale, never good twice`() {
        var book = NonceBook(capacity: 100, seal: Self.seal(1))
        let nonces = (0..<1000).map { book.nonce(for: phone, at: UInt64($0)) }
        for nonce in nonces { #expect(book.check(nonce, count: 1, of: phone, at: 1000, isStrict: true) == .fresh) }
        for nonce in nonces { #expect(book.check(nonce, count: 1, of: phone, at: 1000, isStrict: true) != .fresh) }
    }

    @Test func `T11 wrong passwords make a source wait, longer each time, and no other`() {
        var failures = LoginFailures<Int>()
        for _ in 0..<5 {
            failures.failed(1, at: 1000)
            #expect(failures.wait(1, at: 1000) == nil)
        }
        var waits: [UInt64?] = []
        for _ in 0..<8 {
            failures.failed(1, at: 1000)
            waits.append(failures.wait(1, at: 1000))
        }
        #expect(waits == [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000])
        #expect(failures.wait(1, at: 60_999) == 1)
        #expect(failures.wait(1, at: 61_000) == nil)
        #expect(failures.wait(2, at: 1000) == nil)
        failures.succeeded(1)
        failures.failed(1, at: 1000)
        #expect(failures.wait(1, at: 1000) == nil)
    }

    @Test func `T11 a source is forgiven after ten minutes, and a flood of sources costs bounded memory`() {
        var failures = LoginFailures<Int>(free: 0, capacity: 16)
        failures.failed(1, at: 0)
        failures.failed(1, at: 600_000)
        #expect(failures.wait(1, at: 600_000) == 1000)
        for source in 0..<10_000 { failures.failed(source, at: 600_000 + UInt64(source)) }
        #expect((0..<10_000).filter { failures.wait($0, at: 610_000) != nil }.count <= 16)
        #expect(failures.wait(9999, at: 610_000) != nil)
    }
}
