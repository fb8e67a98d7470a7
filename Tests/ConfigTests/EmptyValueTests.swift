import Testing

/// What is left where values were put behind `#`.
@Suite struct EmptyValueTests {
    private static let every = "give it a value, or take the key out, and it means any"

    @Test(arguments: [
        ("a list of nothing", "rules:\n- name: x\n  match: {mac: []}", ["3: mac holds nothing; \(every)"]),
        ("items behind #", "rules:\n- match:\n    vendor:\n      # - snom\n    vlan: 20", ["3: vendor holds nothing; \(every)"]),
        ("nothing in so many words", "rules:\n- match: {vendor: snom, model: ~}", ["2: model holds nothing; \(every)"]),
        (
            "several", "rules:\n- match:\n    interface: []\n    circuit-id:",
            ["3: interface holds nothing; \(every)", "4: circuit-id holds nothing; \(every)"]
        ),
        (
            "all keys behind #", "rules:\n- name: x\n  match:\n    # vendor: snom\n  answer: ignore",
            ["3: match holds nothing; name the phones that are meant, or write match: {} for every phone"]
        ),
        (
            "a bare -", "rules:\n- match: {vendor: snom}\n  answer: ignore\n-\n- match: {vendor: polycom-ucs}",
            ["4: an empty rule would mean every phone, and keep the rules below from it; take it out, or put # before its -"]
        ),
        (
            "a rule of nothing", "rules:\n- {}",
            ["2: an empty rule would mean every phone, and keep the rules below from it; take it out, or put # before its -"]
        ),
        ("an item of nothing", "rules:\n- match: {mac: [000413, ~]}", ["2: mac is nothing; it must be a single value"]),
        ("every phone, said so", "rules:\n- match: {}\n  answer: ignore", []),
        ("no match", "rules:\n- answer: ignore", []),
        ("no rules", "rules:\n# - match: {vendor: snom}", []),
    ])
    func `what would mean every phone by mistake is refused with its line`(name: String, yaml: String, expected: [String]) throws
    {
        #expect(try settings(yaml).problems == expected)
    }
}
