import HTTPSemantics
import Testing

@Suite struct `Conditions` {
    static let modified = "Sun, 06 Nov 1994 08:49:37 GMT"
    static let before = "Sun, 06 Nov 1994 08:49:36 GMT"
    static let after = "Sun, 06 Nov 1994 08:49:38 GMT"
    static let now = HTTPDate(seconds: 1_782_864_000)
    static let current = Validators(tag: EntityTag("v1"), modified: HTTPDate(seconds: 784_111_777))

    private func preconditions(_ fields: [(String, String)], now: HTTPDate = now) -> Preconditions {
        Preconditions(now: now) { name in fields.filter { $0.0 == name }.map(\.1) }
    }

    @Test(
        arguments: [
            ("none", [], .proceed),
            ("this version", [("If-None-Match", "\"v1\"")], .notModified),
            ("this version, weak", [("If-None-Match", "W/\"v1\"")], .notModified),
            ("another", [("If-None-Match", "\"v2\"")], .proceed),
            ("any", [("If-None-Match", "*")], .notModified),
            ("any, with space", [("If-None-Match", " * ")], .notModified),
            ("in a list", [("If-None-Match", "\"v0\", W/\"v1\" ,\"v2\"")], .notModified),
            ("in a list with empty elements", [("If-None-Match", ",, \"v0\",,\"v1\",")], .notModified),
            ("on the second line", [("If-None-Match", "\"v0\""), ("If-None-Match", "\"v1\"")], .notModified),
            ("a comma inside", [("If-None-Match", "\"v0,v1\"")], .proceed),
            ("no quotes", [("If-None-Match", "v1")], .proceed),
            ("no end", [("If-None-Match", "\"v1")], .proceed),
            ("garbage, then this", [("If-None-Match", "x=\"y, \"v1\"")], .notModified),
            ("empty", [("If-None-Match", "")], .proceed),
            ("the same date", [("If-Modified-Since", modified)], .notModified),
            ("a later date", [("If-Modified-Since", after)], .notModified),
            ("an earlier date", [("If-Modified-Since", before)], .proceed),
            ("in RFC 850's way", [("If-Modified-Since", "Sunday, 06-Nov-94 08:49:37 GMT")], .notModified),
            ("in asctime's way", [("If-Modified-Since", "Sun Nov  6 08:49:37 1994")], .notModified),
            ("no date", [("If-Modified-Since", "today")], .proceed),
            ("two dates", [("If-Modified-Since", after), ("If-Modified-Since", after)], .proceed),
            ("another version, the same date", [("If-None-Match", "\"v2\""), ("If-Modified-Since", modified)], .proceed),
            ("this version, an earlier date", [("If-None-Match", "\"v1\""), ("If-Modified-Since", before)], .notModified),
            ("only this", [("If-Match", "\"v1\"")], .proceed),
            ("only this, weak", [("If-Match", "W/\"v1\"")], .failed),
            ("only another", [("If-Match", "\"v2\"")], .failed),
            ("only one of these", [("If-Match", "\"v0\", \"v1\"")], .proceed),
            ("only any", [("If-Match", "*")], .proceed),
            ("only garbage", [("If-Match", "v1")], .failed),
            ("only if unchanged", [("If-Unmodified-Since", modified)], .proceed),
            ("only if unchanged since before", [("If-Unmodified-Since", before)], .failed),
            ("only if unchanged since no date", [("If-Unmodified-Since", "x")], .proceed),
            ("If-Match before If-Unmodified-Since", [("If-Match", "\"v1\""), ("If-Unmodified-Since", before)], .proceed),
            ("If-Match before If-None-Match", [("If-Match", "\"v2\""), ("If-None-Match", "\"v1\"")], .failed),
            ("both, and both true", [("If-Match", "\"v1\""), ("If-None-Match", "\"v1\"")], .notModified),
            (
                "If-Unmodified-Since before If-Modified-Since", [("If-Unmodified-Since", before), ("If-Modified-Since", after)],
                .failed
            ),
        ] as [(String, [(String, String)], Preconditions.Outcome)])
    func `H5 a request that depends on the version`(what: String, fields: [(String, String)], outcome: Preconditions.Outcome) {
        #expect(preconditions(fields).outcome(for: Self.current) == outcome, "\(what)")
    }

    @Test func `H5 without validators only what asks for any version can hold`() {
        let none = Validators()
        #expect(preconditions([("If-None-Match", "\"v1\"")]).outcome(for: none) == .proceed)
        #expect(preconditions([("If-None-Match", "*")]).outcome(for: none) == .notModified)
        #expect(preconditions([("If-Match", "\"v1\"")]).outcome(for: none) == .failed)
        #expect(preconditions([("If-Modified-Since", Self.after)]).outcome(for: none) == .proceed)
        #expect(preconditions([("If-Unmodified-Since", Self.before)]).outcome(for: none) == .proceed)
    }

    @Test(
        arguments: [
            ("no condition", nil, true), ("this version", "\"v1\"", true), ("this version, weak", "W/\"v1\"", false),
            ("another", "\"v2\"", false), ("this date", modified, true), ("a later date", after, false),
            ("an earlier date", before, false), ("garbage", "v1", false),
        ] as [(String, String?, Bool)])
    func `H5 the rest of a file is sent only of the same version`(what: String, ifRange: String?, holds: Bool) {
        let fields = [("Range", "bytes=1-")] + (ifRange.map { [("If-Range", $0)] } ?? [])
        let octets = preconditions(fields).octets(of: 10, Self.current)
        #expect(octets == (holds ? .part(offset: 1, count: 9) : .whole), "\(what)")
    }

    @Test func `H5 two If-Range fields name no version, even where they say the same`() {
        let fields = [("Range", "bytes=1-"), ("If-Range", "\"v1\""), ("If-Range", "\"v1\"")]
        #expect(preconditions(fields).octets(of: 10, Self.current) == .whole)
    }

    @Test func `H5 a weak tag and a date of this very second name no version to resume`() {
        let weak = Validators(tag: EntityTag("v1", isWeak: true), modified: Self.current.modified)
        #expect(preconditions([("Range", "bytes=1-"), ("If-Range", "\"v1\"")]).octets(of: 10, weak) == .whole)
        let soon = HTTPDate(seconds: 784_111_778)
        let byDate = [("Range", "bytes=1-"), ("If-Range", Self.modified)]
        #expect(preconditions(byDate, now: soon).octets(of: 10, Self.current) == .whole)
    }
}
