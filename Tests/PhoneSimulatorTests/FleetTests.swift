import Testing

@testable import PhoneSimulator

@Suite struct `A fleet` {
    @Test func `the summary says how far the phones came, and how long it took them`() {
        var tally = FleetTally(phones: 4)
        for milliseconds in [UInt64(40), 10, 20] {
            tally.ask()
            tally.tell(after: milliseconds)
        }
        tally.ask()
        tally.giveUp()
        #expect(tally.progress == "[#####---------------] 4 of 4 asked, 3 told, 0 done, 0 files, 0 missing" && !tally.isOver)
        for (fetched, milliseconds) in [(2, UInt64(1500)), (1, 900), (0, 5)] {
            tally.finish(fetched: fetched, after: milliseconds)
        }
        for _ in 0..<3 { tally.fetch(bytes: 100) }
        for why in ["status 404", "status 404", "Timeout"] { tally.miss(why) }
        #expect(tally.isOver && !tally.isWhole)
        #expect(
            tally.summary(of: "snom-desk", after: 61_002) == """
                4 phones of snom-desk in 61.002 s
                  asked         4
                  told          3   0.020 s in the middle, 0.040 s for 95 of 100, 0.040 s at most
                  done          2   0.900 s in the middle, 1.500 s for 95 of 100, 1.500 s at most
                  unanswered    1
                  empty-handed  1
                  files         3   300 bytes
                  missing       2   status 404
                  missing       1   Timeout

                """)
        #expect(
            tally.json(of: "x", after: 1).contains(#""told":3,"done":2,"unanswered":1,"empty-handed":1,"files":3,"bytes":300"#))
    }

    @Test func `the summary says why phones could not go on`() {
        var tally = FleetTally(phones: 2)
        tally.giveUp("bind 10.9.0.2:5080: Address already in use")
        tally.giveUp()
        #expect(tally.isOver && !tally.isWhole)
        #expect(tally.summary(of: "x", after: 1).contains("  stopped       1   bind 10.9.0.2:5080: Address already in use\n"))
        #expect(tally.json(of: "x", after: 1).contains(#""stopped":{"bind 10.9.0.2:5080: Address already in use":1}"#))
    }

    @Test func `the middle and what 95 of 100 kept to`() throws {
        let spread = try #require(FleetTally.spread(Array(1...100)))
        #expect(spread.median == "0.050" && spread.most == "0.095" && spread.longest == "0.100")
        #expect(FleetTally.spread([]) == nil)
    }
}
