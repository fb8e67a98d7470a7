import DHCPMessages
import Packets
import Provisioning
import TestSupport
import Testing
import VendorCatalogue

/// Options that hold a host alone say the URL that the phone is told, or nothing.
@Suite struct HostOptionTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var name: String
        /// The first three octets of its MAC address, which the configuration names with its family.
        var family: String
        var asked: [UInt8]
        var yaml: String
        /// The URL in its row of `devices.csv`.
        var url: String?
        /// Each option that is told beyond 53 and 54: its number and octets, text in quotes.
        var told: [(UInt8, String)] = []
        var untold: [String] = []

        var testDescription: String { name }
    }

    private static let own = "'192.168.50.1'"
    private static let cisco: [UInt8] = [1, 66, 6, 3, 15, 150, 35]
    private static let avaya: [UInt8] = [1, 28, 3, 6, 15, 42, 242]
    private static let all: [UInt8] = [242, 176, 66]

    private static func rule(_ url: String, _ more: String = "") -> String {
        "rules: [{match: {mac: 00041312}, url: \"\(url)\"\(more)}]\n"
    }

    static let rows: [Row] = [
        Row(name: "its own URL", family: "cisco-enterprise", asked: cisco, yaml: "", told: [(66, own), (150, "c0a83201")]),
        Row(
            name: "a rule's host", family: "cisco-enterprise", asked: cisco, yaml: rule("tftp://10.0.0.5/"),
            told: [(66, "'10.0.0.5'"), (150, "0a000005")]),
        Row(
            name: "a device's host", family: "cisco-enterprise", asked: cisco, yaml: rule("tftp://10.0.0.6/"),
            url: "tftp://10.0.0.5",
            told: [(66, "'10.0.0.5'"), (150, "0a000005")]),
        Row(
            name: "the usual port in so many words", family: "zenitel", asked: [66], yaml: rule("tftp://10.0.0.5:69/"),
            told: [(66, "'10.0.0.5'")]),
        Row(
            name: "a name is no address", family: "cisco-enterprise", asked: cisco, yaml: rule("tftp://Config.example.com/"),
            told: [(66, "'config.example.com'")],
            untold: ["option 150 is not told: it holds addresses, and config.example.com is none"]),
        Row(
            name: "a port", family: "cisco-enterprise", asked: cisco, yaml: rule("tftp://10.0.0.5:6969/"),
            untold: [150, 66].map {
                "option \($0) is not told: the phone asks the host in it at port 69, and the URL says 6969"
            }),
        Row(
            name: "bellhop's own port", family: "2n", asked: [66, 150], yaml: "tftp: {port: 6969}\n",
            untold: [66, 150].map {
                "option \($0) is not told: the phone asks the host in it at port 69, and the URL says 6969"
            }),
        Row(
            name: "a folder", family: "linksys-sipura", asked: [66, 150], yaml: rule("tftp://10.0.0.5/lobby/"),
            untold: [66, 150].map { "option \($0) is not told: it holds a host, and the URL has a user, a path or a query too" }),
        Row(
            name: "a folder of bellhop's own", family: "zenitel", asked: [66], yaml: rule("tftp://{server}/lobby/"),
            untold: ["option 66 is not told: it holds a host, and the URL has a user, a path or a query too"]),
        Row(
            name: "a user", family: "zenitel", asked: [66], yaml: rule("ftp://user:word@10.0.0.5/"),
            untold: ["option 66 is not told: it holds a host, and the URL has a user, a path or a query too"]),
        Row(
            name: "a query", family: "zenitel", asked: [66], yaml: rule("tftp://10.0.0.5?x"),
            untold: ["option 66 is not told: it holds a host, and the URL has a user, a path or a query too"]),
        Row(
            name: "another protocol of another server's", family: "zenitel", asked: [66], yaml: rule("http://10.0.0.5/"),
            untold: ["option 66 is not told: the phone asks the host in it by tftp, and the URL says http"]),
        Row(
            name: "another protocol of bellhop's own", family: "zenitel", asked: [66], yaml: rule("http://{server}/"),
            told: [(66, own)]),
        Row(
            name: "another protocol, which bellhop serves elsewhere", family: "zenitel", asked: [66],
            yaml: "tftp: {port: 6969}\n" + rule("http://{server}/"),
            untold: ["option 66 is not told: the phone asks the host in it by tftp, and the URL says http"]),
        Row(
            name: "https is not led away from", family: "zenitel", asked: [66],
            yaml: "https: {certificate: c, key: k}\n" + rule("https://{server}/"),
            untold: ["option 66 is not told: the phone asks the host in it by tftp, and the URL says https"]),
        Row(
            name: "what is left is no file's name alone", family: "swissvoice", asked: [66, 67],
            yaml: rule("tftp://10.0.0.5:6969/"),
            untold: ["option 66 is not told: the phone asks the host in it at port 69, and the URL says 6969"]),
        Row(
            name: "Avaya: a rule's host", family: "avaya-j100-sip", asked: avaya, yaml: rule("http://Files.example.com/"),
            told: [(242, "'HTTPSRVR=files.example.com'")]),
        Row(
            name: "Avaya: a port", family: "avaya-j100-sip", asked: avaya, yaml: rule("http://10.0.0.5:8080"),
            told: [(242, "'HTTPSRVR=10.0.0.5,HTTPPORT=8080'")],
            untold: ["option 66 is not told: the phone asks the host in it at port 80, and the URL says 8080"]),
        Row(
            name: "Avaya: bellhop's own port", family: "avaya-96x1-46xx", asked: all, yaml: "http: {port: 8080}\n",
            told: [(242, "'HTTPSRVR=192.168.50.1,HTTPPORT=8080'"), (176, "'TFTPSRVR=192.168.50.1'"), (66, own)]),
        Row(
            name: "Avaya: TFTP elsewhere", family: "avaya-96x1-46xx", asked: all, yaml: rule("tftp://10.0.0.5/"),
            told: [(176, "'TFTPSRVR=10.0.0.5'"), (66, "'10.0.0.5'")],
            untold: ["option 242 is not told: the phone asks the host in it by http, and the URL says tftp"]),
        Row(
            name: "what a rule sets is its own affair", family: "cisco-enterprise", asked: cisco,
            yaml: rule("tftp://10.0.0.5:6969/", ", options: {150: \"{host}\", 66: \"{host}:{port}\", 3: 192.0.2.1}"),
            told: [(66, "'10.0.0.5:6969'"), (3, "c0000201"), (150, "0a000005")]),
        Row(
            name: "but a name is no address there either", family: "cisco-enterprise", asked: cisco,
            yaml: rule("tftp://x.example:6969/", ", options: {150: \"{host}\", 66: \"{host}\", 121: \"default via {host}\"}"),
            told: [(66, "'x.example'")],
            untold: [150, 121].map { "option \($0) is not told: it holds addresses, and x.example is none" }),
    ]

    /// What a family asks for, at the root and in a folder.
    private static func tree(_ family: String) -> [String] {
        let facts = PhoneFacts(mac: phoneMAC, model: nil, version: nil)
        let names = shipped.family(family)?.files.compactMap { $0.name.name(for: facts) } ?? []
        return names + names.map { "lobby/" + $0 }
    }

    @Test(arguments: rows)
    func `an option that holds a host says the URL or nothing`(_ row: Row) throws {
        let devices = "mac,vendor,url\n00:04:13:12:34:56,\(row.family),\(row.url ?? "")\n"
        let heard = Heard.snomInform {
            $0.message.options[.vendorClass] = nil
            $0.message.options[.parameterRequestList] = row.asked[...]
        }
        let decision = try heard.decision(policy(row.yaml, files: HostOptionTests.tree(row.family), devices: devices))
        #expect(decision.untold.map(\.sentence) == row.untold)
        guard case .dhcp(let answer)? = decision.answer else {
            #expect(row.told.isEmpty)
            #expect(decision.silence == .urlDoesNotFit(decision.untold))
            #expect(decision.silence?.sentence == row.untold.joined(separator: "; "))
            return
        }
        let read = try answer.message.options.all.dropFirst(2)
        #expect(read.map(\.code.rawValue) == row.told.map(\.0))
        for (option, (_, expected)) in zip(read, row.told) { #expect(try hexText(option.value) == octetsInQuotes(expected)) }
    }

    @Test func `an address is given all the same, without what cannot be said`() throws {
        let yaml = leasing + "\n" + HostOptionTests.rule("tftp://10.0.0.5:6969/")
        var bench = try Bench(
            yaml, files: HostOptionTests.tree("swissvoice"), devices: "mac,vendor\n00:04:13:12:34:56,swissvoice\n")
        var discover = heard(.discover)
        discover.message.options[.vendorClass] = nil
        discover.message.options[.parameterRequestList] = [66, 67]
        let decision = try bench.says(discover)
        #expect(decision.untold.map(\.code) == [66])
        guard case .dhcp(let answer)? = decision.answer else { throw NoAnswer() }
        #expect(try !answer.message.options.contains(DHCPOptionCode(66)) && !answer.message.options.contains(DHCPOptionCode(67)))
    }
}
