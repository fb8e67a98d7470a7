import ConfigTree
import Provisioning
import Testing
import VendorCatalogue

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

    @Test func `what is off unless named is named by its key alone`() throws {
        #expect(try settings("ftp:\n  # port: 21\n").settings.ftp == FTPSettings())
        #expect(try settings("").settings.ftp == nil)
        let missing = try settings("https:\n  # certificate: c\nfleet:\n").problems
        #expect(missing.map { $0.prefix(14) } == ["1: https needs", "3: fleet needs"])
    }

    @Test(arguments: [
        ("the URL", "url: [\"http://a/\", \"http://b/\"]", "1: url is a list; it must be a single value"),
        ("a rule's", "rules:\n- url: [\"http://a/\", \"http://b/\"]", "2: url is a list; it must be a single value"),
        ("none", "url: []", "1: url is a list; it must be a single value"),
        (
            "the database", "fleet: {site: a, database: [\"postgresql:///x\", \"postgresql:///y\"]}",
            "1: database is a list; it must be a single value"
        ),
    ])
    func `a second value where one counts is refused`(name: String, yaml: String, expected: String) throws {
        #expect(try settings(yaml).problems == [expected])
    }

    @Test func `so it is in a family`() throws {
        let problems = ConfigProblems()
        _ = Family(
            try parse("id: a\nvendor: a\nanswer:\n  url: [\"http://a/\", \"http://b/\"]\n  pnp: {body: [x, y]}"),
            isUsersOwn: false,
            problems)
        #expect(
            lines(problems) == ["4: url is a list; it must be a single value", "5: body is a list; it must be a single value"])
    }
}
