import Packets
import Provisioning
import Testing

/// Rules are found by what they ask of who a phone is; which one wins must not depend on that.
@Suite struct RuleListTests {
    /// Each means the phone, by another key, and so stands elsewhere in the index.
    private let matching = [
        "{mac: \"00:04:13:12:34:56\"}", "{mac: [\"00:04:13\", \"00:04:13:12\"]}", "{vendor: snom}",
        "{vendor: [yealink, snom-desk]}",
        "{model: D735}", "{interface: eth1}", "{}", "{mac: 000413, vendor: snom}",
    ]
    private let others = ["{mac: \"00:04:13:99\"}", "{vendor: yealink}", "{mac: 000413, vendor: yealink}", "{model: D785}"]

    @Test func `the first rule that matches wins, whatever it asks for`() throws {
        for turn in matching.indices {
            let order = matching[turn...] + matching[..<turn]
            let list = (others + order).enumerated().map { "{name: \"\($0)\", match: \($1)}" }.joined(separator: ", ")
            let decision = try Heard.snomInform().decision(policy("rules: [\(list)]"))
            #expect(decision.rule == "\(others.count)", "\(order)")
        }
    }

    @Test func `among rules none of which matches none wins`() throws {
        let list = others.enumerated().map { "{name: \"\($0)\", match: \($1)}" }.joined(separator: ", ")
        #expect(try Heard.snomInform().decision(policy("rules: [\(list)]")).rule == nil)
    }
}
