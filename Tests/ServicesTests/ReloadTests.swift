import ConfigFiles
import ConfigTree
import Provisioning
import Testing

@testable import Daemon

/// What is started anew for another configuration, and what is not.
@Suite struct `Services over a reload` {
    private static let leasing = "dhcp: {answer: lease, lease: {range: 10.9.1.0-10.9.1.99}}"

    private func settings(_ yaml: String) throws -> Settings {
        let problems = ConfigProblems()
        let settings = Settings(try YAMLDocument.parse(Array(yaml.utf8), file: "x.yaml"), vendors: [], problems)
        #expect(problems.inOrder.map(\.description) == [])
        return settings
    }

    @Test(arguments: [
        ("", "url: \"http://{server}/\"", true), ("", "root: other", false), ("", "http: {port: 8080}", false),
        ("dhcp: {answer: observe}", "dhcp: {answer: inform}", true), ("dhcp: {answer: off}", "dhcp: {answer: inform}", false),
        ("dhcp: {answer: off}", "dhcp: {answer: observe}", false), ("dhcp: {answer: inform}", leasing, false),
        ("dhcp: {answer: off}", leasing, false), (leasing, "# A line more.\n" + leasing, true),
        (leasing, leasing.replacing("range:", with: "time: 2h, range:"), false),
        (leasing, leasing.replacing("1.99", with: "1.98"), false),
        ("dhcp: {answer: inform, relays: [10.9.0.5]}", "dhcp: {answer: inform}", true),
        ("pnp: {answer: observe}", "pnp: {answer: on}", true), ("pnp: {answer: off}", "pnp: {answer: on}", false),
        ("ftp: {}", "ftp: {port: 2121}", true), ("ftp: {}", "", true), ("tftp: {answer: off}", "", true),
        ("admin: {listen: 127.0.0.1:8067}", "admin: {listen: 127.0.0.1:8068}", false),
    ])
    func `serve another configuration where nothing is opened otherwise`(_ before: String, _ after: String, _ areSame: Bool)
        throws
    {
        let (before, after) = (try settings(before), try settings(after))
        #expect(after.needsSameServices(as: before) == areSame)
        #expect(before.needsSameServices(as: after) == areSame)
        #expect(before.needsSameServices(as: before))
    }
}
