import Testing

@testable import PhoneSimulator

@Suite struct LoadTests {
    @Test func `half and all but one in a hundred of the times are known to 1.6 percent`() {
        var figures = LoadFigures()
        for time in 1...10_000 { figures.add(UInt64(time) * 1000) }
        #expect((4_920_000...5_080_000).contains(figures.time(of: 0.5)))
        #expect((9_740_000...10_000_000).contains(figures.time(of: 0.99)))
        #expect(figures.longest == 10_000_000 && figures.done == 10_000)
    }

    @Test func `figures of nothing are zeros`() {
        #expect(LoadFigures().time(of: 0.99) == 0)
        #expect(LoadFigures().rate == 0)
    }

    @Test func `a load's options have their ranges`() throws {
        let options = try SimulatorOptions(["--load", "pnp", "--window=64", "--seconds", "2", "--pace", "1000"])
        #expect(options.load.kind == .pnp && options.load.window == 64 && options.load.duration == 2_000_000_000)
        #expect(options.load.pace == 1000)
        for (wrong, sentence) in [
            (["--load", "http"], "--load http: it must be inform, discover, pnp, tftp"),
            (["--load", "pnp", "--window", "0"], "--window 0: it must be 1 to 4096"),
            (["--load", "pnp", "--seconds", "x"], "--seconds x: it must be 1 to 3600"),
            (["--load", "tftp", "--server", "192.0.2.1", "--blksize", "7"], "--blksize 7: it must be 8 to 65464"),
        ] {
            #expect(throws: SimulatorOptions.Fault(sentence)) { try SimulatorOptions(wrong) }
        }
    }

    /// A clock of which a microsecond goes by with each look.
    private func ticking() -> () -> UInt64 {
        var now: UInt64 = 0
        return {
            now += 1000
            return now
        }
    }

    /// Answers what was asked, one exchange behind the other, except to one phone.
    private struct Model: LoadAsker {
        let deaf: Int?
        let window: Int
        var waiting: [ExchangeKey] = []
        var most = 0

        mutating func ask(phone: Int, key: ExchangeKey) {
            #expect(Int(key & 0xfffff) == phone)
            if phone != deaf { waiting.append(key) }
            #expect(waiting.count <= window)
        }
        mutating func hear() -> LoadHeard? { waiting.isEmpty ? nil : .done(waiting.removeFirst(), bytes: 10) }
        func wait(milliseconds: Int32) {}
        mutating func forget(phone: Int) { waiting.removeAll { Int($0 & 0xfffff) == phone } }
    }

    @Test(arguments: [nil, 3]) func `no more exchanges than the window are under way, and what is not answered is lost`(
        _ deaf: Int?
    ) throws {
        var options = LoadOptions()
        (options.window, options.phones, options.duration) = (4, 8, 200_000_000)
        var loop = ClosedLoop(
            Model(deaf: deaf, window: 4), options, patience: deaf == nil ? 60_000_000_000 : 50_000_000,
            warmUp: deaf == nil ? 60_000_000_000 : 100_000_000, clock: ticking())
        let figures = try loop.run()
        #expect(figures.done > 0 && figures.bytes >= figures.done * 10)
        #expect((figures.lost > 0) == (deaf != nil))
        #expect((figures.unanswered > 0) == (deaf != nil))
    }

    /// Answers each phone a hundred times and no more.
    private struct SilentModel: LoadAsker {
        var waiting: [ExchangeKey] = []

        mutating func ask(phone: Int, key: ExchangeKey) { if key >> 20 <= 100 { waiting.append(key) } }
        mutating func hear() -> LoadHeard? { waiting.isEmpty ? nil : .done(waiting.removeFirst(), bytes: 10) }
        func wait(milliseconds: Int32) {}
        mutating func forget(phone: Int) {}
    }

    @Test func `what begins while it is measured and is never answered is lost, however short the measuring`() throws {
        var options = LoadOptions()
        (options.window, options.phones, options.duration) = (4, 4, 20_000_000)
        var loop = ClosedLoop(SilentModel(), options, patience: 300_000_000, clock: ticking())
        let figures = try loop.run()
        #expect(figures.lost == 4)
        #expect((20_000_000..<21_000_000).contains(figures.elapsed))
    }
}
