import JSONText

/// How far the phones of a fleet came, and how long it took each from when it was switched on.
struct FleetTally: Sendable {
    let phones: Int
    private(set) var asked = 0
    private(set) var unanswered = 0
    private(set) var finished = 0
    /// Phones that were told, and got none of their files.
    private(set) var empty = 0
    private(set) var files = 0
    private(set) var bytes = 0
    private(set) var missing: [String: Int] = [:]
    /// Why phones could not go on, besides that nobody answered.
    private(set) var stopped: [String: Int] = [:]
    /// Milliseconds.
    private var told: [UInt64] = []
    private var done: [UInt64] = []

    init(phones: Int) {
        self.phones = phones
    }

    var isOver: Bool { finished + unanswered >= phones }
    var isWhole: Bool { finished == phones && empty == 0 }

    mutating func ask() { asked += 1 }
    mutating func tell(after milliseconds: UInt64) { told.append(milliseconds) }
    mutating func giveUp(_ why: String? = nil) {
        unanswered += 1
        if let why { stopped[why, default: 0] += 1 }
    }

    mutating func fetch(bytes: Int) {
        files += 1
        self.bytes += bytes
    }

    mutating func miss(_ why: String) { missing[why, default: 0] += 1 }

    mutating func finish(fetched: Int, after milliseconds: UInt64) {
        finished += 1
        if fetched > 0 { done.append(milliseconds) } else { empty += 1 }
    }

    /// `[##########----------] 5000 of 10000 asked, 4990 told, 4980 done, 9960 files, 12 missing`, the bar for phones that are through.
    var progress: String {
        let through = phones > 0 ? min((finished + unanswered) * 20 / phones, 20) : 0
        let bar = String(repeating: "#", count: through) + String(repeating: "-", count: 20 - through)
        return
            "[\(bar)] \(asked) of \(phones) asked, \(told.count) told, \(finished - empty) done, \(files) files, \(lost) missing"
    }

    private var lost: Int { missing.values.reduce(0, +) }

    /// The middle, what 95 of 100 kept to, and the longest, in seconds; `nil` of none.
    static func spread(_ times: [UInt64]) -> (median: String, most: String, longest: String)? {
        let sorted = times.sorted()
        guard let longest = sorted.last else { return nil }
        let most = sorted[min((sorted.count * 95 + 99) / 100, sorted.count) - 1]
        return (
            BootReport.seconds(milliseconds: sorted[(sorted.count - 1) / 2]), BootReport.seconds(milliseconds: most),
            BootReport.seconds(milliseconds: longest)
        )
    }

    func summary(of family: String, after milliseconds: UInt64) -> String {
        func line(_ name: String, _ count: Int, _ times: [UInt64]? = nil) -> String {
            let padding = String(repeating: " ", count: 14 - name.count)
            let spread = times.flatMap(FleetTally.spread).map {
                "   \($0.median) s in the middle, \($0.most) s for 95 of 100, \($0.longest) s at most"
            }
            return "  \(name)\(padding)\(count)\(spread ?? "")"
        }
        var lines = ["\(phones) phones of \(family) in \(BootReport.seconds(milliseconds: milliseconds)) s"]
        lines += [line("asked", asked), line("told", told.count, told), line("done", done.count, done)]
        if unanswered > 0 { lines.append(line("unanswered", unanswered)) }
        if empty > 0 { lines.append(line("empty-handed", empty)) }
        lines.append(line("files", files) + "   \(bytes) bytes")
        for (name, reasons) in [("stopped", stopped), ("missing", missing)] {
            lines += reasons.sorted { ($0.value, $1.key) > ($1.value, $0.key) }.prefix(5).map {
                line(name, $0.value) + "   \($0.key)"
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    func json(of family: String, after milliseconds: UInt64) -> String {
        func times(_ values: [UInt64]) -> JSONValue {
            .array(values.sorted().map { .number(Int(clamping: $0)) })
        }
        func reasons(_ counts: [String: Int]) -> JSONValue {
            .object(counts.sorted { $0.key < $1.key }.map { ($0.key, .number($0.value)) })
        }
        return JSONValue.object([
            ("family", .string(family)), ("phones", .number(phones)), ("milliseconds", .number(Int(clamping: milliseconds))),
            ("asked", .number(asked)), ("told", .number(told.count)), ("done", .number(done.count)),
            ("unanswered", .number(unanswered)), ("empty-handed", .number(empty)), ("files", .number(files)),
            ("bytes", .number(bytes)),
            ("missing", reasons(missing)), ("stopped", reasons(stopped)),
            ("told-milliseconds", times(told)), ("done-milliseconds", times(done)),
        ]).text + "\n"
    }
}
