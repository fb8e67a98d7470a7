import Foundation
import Packets
import TestSupport
import Testing

//  bellhop        first          second         laptop         router ─ 10.20.0.254     far
//  10.9.0.1       10.9.0.10      10.9.0.11      10.9.0.20      10.9.0.254               10.20.0.9
//  02:…:01        00:04:13:…:56  00:04:13:…:57  52:54:…:07     52:54:…:fe               00:04:13:…:58
//     └──────────────┴──────────────┴─ switch ─────┴──────────────┴───────────────────────┘
final class SecretsScene: Scene {
    static let password = "s3cr3t-of-the-first"
    static let configuration = """
        root: tree
        devices: devices.csv
        http: {port: 8080}
        rules:
          - name: with credentials
            match: {mac: "00:04:13:12:34:57"}
            url: "http://wizard:abracadabra@{server}/"
            aliases: {"{mac}.cfg": "phone.cfg"}
          - match: {vendor: snom}
            aliases: {"{mac}.cfg": "phone.cfg"}

        """

    let lab: Lab
    let server: Station
    let first: Station
    let second: Station
    let laptop: Station
    let far: Station
    let bellhop: Bellhop

    init(_ lab: Lab) throws {
        self.lab = lab
        server = try lab.station("bellhop", mac: "02:00:00:00:00:01", address: "10.9.0.1/16")
        first = try lab.station("first", mac: "00:04:13:12:34:56", address: "10.9.0.10/16")
        second = try lab.station("second", mac: "00:04:13:12:34:57", address: "10.9.0.11/16")
        laptop = try lab.station("laptop", mac: "52:54:00:00:00:07", address: "10.9.0.20/16")
        far = try lab.station("far", mac: "00:04:13:12:34:58", address: "10.20.0.9/16")
        let router = try lab.station("router", mac: "52:54:00:00:00:fe", address: "10.9.0.254/16")
        try router.ip("addr", "add", "10.20.0.254/16", "dev", "lab0")
        for (key, value) in [("ip_forward", "1"), ("conf/all/send_redirects", "0"), ("conf/lab0/send_redirects", "0")] {
            try router.setIPv4(key, value)
        }
        try server.ip("route", "add", "10.20.0.0/16", "via", "10.9.0.254")
        try far.ip("route", "add", "10.9.0.0/16", "via", "10.20.0.254")
        try lab.write("mac,password\n000413123456,\(SecretsScene.password)\n000413123457,\n000413123458,far\n", to: "devices.csv")
        try lab.write("user={{mac}}\npassword={{password}}\n", to: "tree/snom/phone.cfg.tmpl")
        try lab.write("common", to: "tree/snom/snomD735.htm")
        try lab.write("common", to: "tree/common.cfg")
        for mac in ["000413123456", "000413123457", "000413123458"] { try lab.write("of \(mac)", to: "tree/\(mac).xml") }
        bellhop = try Bellhop(on: server, SecretsScene.configuration)
    }

    /// The whole answer without its date.
    func answer(_ name: String, to station: Station) throws -> String {
        let outcome = try station.run("curl", "-sS", "-i", "--max-time", "20", "http://10.9.0.1:8080/\(name)")
        return outcome.output.split(separator: "\r\n", omittingEmptySubsequences: false).filter { !$0.hasPrefix("Date:") }
            .joined(separator: "\n")
    }

    func command(_ arguments: String...) throws -> Program.Outcome {
        let words = [arguments[0], "--config", Bellhop.configurationPath(lab)] + arguments.dropFirst()
        return try lab.run(try Bellhop.binary(), words, in: server.namespace)
    }
}

extension LabTests.Files {
    @Suite(.scene(SecretsScene.self)) struct SecretsTests {
        private let lab: SecretsScene = scene()

        @Test
        func `T9 each phone gets its own, known by the kernel's neighbour table, and others hear that there is no such file`()
            throws
        {
            let absent = try lab.answer("nothing.cfg", to: lab.laptop)
            #expect(absent.hasPrefix("HTTP/1.1 404"))
            for (owner, other) in [(lab.first, lab.second), (lab.second, lab.first)] {
                #expect(try lab.answer("\(owner.mac.plain).xml", to: owner).hasSuffix("\nof \(owner.mac.plain)"))
                #expect(try lab.answer("\(owner.mac.plain).xml", to: other) == absent)
                #expect(try lab.answer("\(owner.mac.plain.uppercased()).xml", to: lab.laptop) == absent)
            }
            #expect(try lab.answer("0004130000ff.xml", to: lab.laptop) == absent)
            #expect(try lab.answer("000413123456.cfg", to: lab.laptop) == absent)
            let refused = try lab.bellhop.wait(for: "file.refused", mac: lab.laptop.mac, ["why": "not-yours"])
            #expect(refused["text"]?.contains("52:54:00:00:00:07") == true)
        }

        /// A statement about time, so only for a machine of its own: the middle of many, asked in turn by one connection.
        @Test(.enabled(if: Soak.isWhole)) func `T9 another's name and nobody's are refused in the same time`() throws {
            let names = ["000413123456.xml", "0004130000ff.xml", "nothing.cfg"]
            let urls = (0..<3000).map { "http://10.9.0.1:8080/\(names[$0 % 3])" }
            try lab.lab.write(urls.map { "url = \"\($0)\"\noutput = /dev/null\n" }.joined(), to: "asked.conf")
            let outcome = try lab.laptop.run(
                "curl", "-s", "-w", "%{http_code} %{time_starttransfer} %{time_pretransfer}\\n", "-K",
                lab.lab.folder.appending(path: "asked.conf").path)
            var times: [[Double]] = [[], [], []]
            for (number, line) in outcome.output.split(separator: "\n").enumerated() {
                let words = line.split(separator: " ")
                #expect(words.first == "404")
                if words.count == 3, let end = Double(words[1]), let start = Double(words[2]) {
                    times[number % 3].append((end - start) * 1e6)
                }
            }
            try #require(times.allSatisfy { $0.count == 1000 }, "\(outcome.errors)")
            let middles = times.map { $0.sorted()[500] }
            Soak.say(
                "refused within \(Int(middles[0])) µs another's name, \(Int(middles[1])) nobody's, \(Int(middles[2])) a plain one"
            )
            #expect(abs(middles[0] - middles[1]) < 0.1 * middles[1], "\(middles)")
        }

        @Test func `a file is made for the phone that asks, and of what is missing the operator hears`() throws {
            let made = try lab.answer("000413123456.cfg", to: lab.first)
            #expect(made.hasSuffix("\nuser=000413123456\npassword=\(SecretsScene.password)\n"))
            #expect(try lab.answer("000413123457.cfg", to: lab.second).hasPrefix("HTTP/1.1 500"))
            let refused = try lab.bellhop.wait(for: "file.refused", mac: lab.second.mac, ["status": "500"])
            #expect(refused["text"]?.contains("/snom/phone.cfg.tmpl:2: {{password}}: nothing stands under it") == true)
        }

        @Test func `T9 a phone behind a router proves nothing: the log says what to do, and then it is served`() throws {
            #expect(try lab.answer("snom/snomD735.htm", to: lab.far).hasSuffix("\ncommon"))
            #expect(try lab.answer("000413123458.xml", to: lab.far).hasPrefix("HTTP/1.1 404"))
            let refused = try lab.bellhop.wait(for: "file.refused", mac: lab.far.mac, ["address": "10.20.0.9"])
            #expect(refused["text"]?.contains("name its network in files.trust") == true)
            try lab.bellhop.reload(SecretsScene.configuration + "files: {trust: 10.20.0.0/16}\n")
            try lab.bellhop.wait(for: "configuration.loaded")
            #expect(try lab.answer("000413123458.xml", to: lab.far).hasSuffix("\nof 000413123458"))
            #expect(try lab.answer("000413123458.cfg", to: lab.far).hasSuffix("\npassword=far\n"))
            #expect(try lab.answer("000413123458.xml", to: lab.laptop).hasPrefix("HTTP/1.1 404"))
        }

        @Test func `render prints what the phone gets, and where it comes from`() throws {
            let rendered = try lab.command("render", "00:04:13:12:34:56", "000413123456.cfg")
            #expect(rendered.status == 0, "\(rendered.text)")
            #expect(rendered.output == "user=000413123456\npassword=\(SecretsScene.password)\n")
            #expect(rendered.errors.contains("/tree/snom/phone.cfg.tmpl, a template, for 00:04:13:12:34:56 snom"))
            let json = try JSON(lab.command("render", "00:04:13:12:34:56", "/common.cfg", "--json").output)
            #expect((json["path"].text, json["text"].text, json["status"].number) == ("common.cfg", "common", 200))
            let absent = try lab.command("render", "00:04:13:12:34:56", "nothing.cfg")
            #expect(absent.status == 1 && absent.output.isEmpty && absent.errors.hasPrefix("bellhop: 404: "), "\(absent.text)")
            let others = try lab.command("render", "00:04:13:12:34:56", "000413123457.xml", "--json")
            #expect(others.status == 1)
            #expect(try JSON(others.output)["status"].number == 404)
            let missing = try lab.command("render", "00:04:13:12:34:57", "000413123457.cfg")
            #expect(missing.status == 1)
            #expect(missing.errors.contains("/tree/snom/phone.cfg.tmpl:2: {{password}}: "), "\(missing.text)")
            #expect(try lab.command("render", "0004131234", "x").status == 64)
            #expect(try lab.command("render", "000413123456", "../x").status == 64)
        }

        @Test func `check makes every template for every known device, and names file and line`() throws {
            let outcome = try lab.command("check")
            #expect(outcome.status == 1)
            #expect(
                outcome.output.contains(
                    "/tree/snom/phone.cfg.tmpl:2: {{password}}: nothing stands under it for 00:04:13:12:34:57"))
            #expect(!outcome.text.contains(SecretsScene.password))
        }

        @Test func `T9 credentials in a URL reach the phone and no output, and passwords no log and no timeline`() throws {
            let told = try InformClient(lab.second).provisioningURL()
            #expect(told == "http://wizard:abracadabra@10.9.0.1:8080/")
            try lab.bellhop.wait(for: "dhcp.answered", mac: lab.second.mac, ["url": "http://***@10.9.0.1:8080/"])
            _ = try lab.answer("000413123456.cfg", to: lab.first)
            try lab.bellhop.wait(for: "file.served", mac: lab.first.mac, ["path": "snom/phone.cfg.tmpl"])
            var shown = lab.bellhop.program.text
            for command in [["explain", "--mac", "00:04:13:12:34:57"], ["check"], ["vendors"]] {
                for json in [[], ["--json"]] {
                    let words = [command[0], "--config", Bellhop.configurationPath(lab.lab)] + command.dropFirst() + json
                    shown += try lab.lab.run(try Bellhop.binary(), words, in: lab.server.namespace).text
                }
            }
            #expect(shown.contains("***@10.9.0.1"))
            #expect(shown.contains("http://******************@"), "what is shown in bytes keeps its length")
            let database = lab.lab.folder.appending(path: "state/bellhop.db").path
            try eventually("the timeline never had it") {
                try lab.lab.run("grep", ["-q", "-a", "phone.cfg.tmpl", database, database + "-wal"]).status == 0
            }
            for secret in ["abracadabra", SecretsScene.password] {
                #expect(!shown.contains(secret) && !shown.contains(hexText(Array(secret.utf8))))
                #expect(try lab.lab.run("grep", ["-q", "-a", secret, database, database + "-wal"]).status != 0)
            }
        }

        @Test func `T9 who asks for twenty phones gets nothing any more, and is shown`() throws {
            let absent = try lab.answer("nothing.cfg", to: lab.laptop)
            #expect(try lab.answer("common.cfg", to: lab.laptop).hasSuffix("\ncommon"))
            for number in 0..<20 { #expect(try lab.answer("0004130100\(10 + number).xml", to: lab.laptop) == absent) }
            let told = try lab.bellhop.wait(for: "file.prober", mac: lab.laptop.mac, ["address": "10.9.0.20"])
            #expect(told["phones"] == "20")
            #expect(try lab.answer("common.cfg", to: lab.laptop) == absent)
            #expect(try lab.answer("000413123456.xml", to: lab.first).hasSuffix("\nof 000413123456"))
        }
    }
}
