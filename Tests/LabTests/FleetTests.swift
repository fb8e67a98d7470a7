import Foundation
import Glibc
import Packets
import TestSupport
import Testing

extension LabTests.Files {
    @Suite(.scene(FleetScene.self)) struct FleetTests {
        private let lab: FleetScene = scene()

        @Test func `without a fleet neither libpq is loaded nor a connection tried, whatever the environment says`() throws {
            for isMember in [false, true] {
                let trace = lab.lab.folder.appending(path: "trace-\(isMember)").path
                let wrapper = [
                    "env", "PGHOST=10.9.0.9", "PGUSER=lyon", "PGDATABASE=postgres", "strace", "-D", "-f", "-qq", "-e",
                    "trace=openat,connect", "-o", trace,
                ]
                let bellhop =
                    try isMember
                    ? lab.bellhop("lyon", under: wrapper)
                    : Bellhop(
                        on: lab.server, "root: tree\n", flags: ["--http-port", "8080"], under: wrapper)
                defer { bellhop.program.end() }
                if isMember { try bellhop.wait(for: "fleet.connected") }
                _ = try lab.phone(1)
                try bellhop.wait(for: "dhcp.answered")
                #expect(try lab.get("fleet/sites").has("error") == !isMember)
                bellhop.program.signal(SIGTERM)
                try eventually("it did not end") { !bellhop.program.isRunning }
                let calls = try String(contentsOfFile: trace, encoding: .utf8)
                #expect(calls.contains("libsqlite3"))
                #expect(calls.contains("libpq") == isMember)
                #expect(calls.contains("htons(5432)") == isMember)
            }
        }

        @Test func `by TLS and with a password of a file or the environment, which nobody is shown`() throws {
            let bellhop = try lab.bellhop("lyon")
            defer { bellhop.program.end() }
            try bellhop.wait(for: "fleet.connected")
            #expect(
                try lab.sql("SELECT bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename = 'lyon'")
                    == "t")
            _ = try lab.phone(1)
            var shown = try lab.server.run("curl", "-sS", "http://127.0.0.1:8067/metrics").text
            for path in ["status", "fleet/sites", "fleet/devices", "devices"] {
                shown += try lab.server.run("curl", "-sS", "http://127.0.0.1:8067/api/v1/\(path)").text
            }
            for words in [
                ["check"], ["check", "--json"], ["fleet", "sites", "--json"], ["devices", "--site", "all", "--json"],
            ] {
                shown += try lab.command(words)
            }
            shown += bellhop.program.text
            bellhop.program.end()
            // Another authority's word, a wrong password, no password, and one of the environment.
            let (right, wrong) = ("password-file: fleet.password", "password-file: bellhop.yaml")
            let stranger = lab.lab.folder.appending(path: "stranger.pem").path
            _ = try lab.lab.run(
                "openssl",
                "req -x509 -newkey rsa:2048 -nodes -subj /CN=x -days 2 -out \(stranger) -keyout \(stranger).key".split(
                    separator: " "
                )
                .map(String.init))
            let cases = [
                ("database: \"\(lab.uri("lyon", authority: stranger))\", \(right)", "certificate verify failed", ""),
                ("database: \"\(lab.uri("lyon", more: "sslmode=disable"))\", \(right)", "no encryption", ""),
                ("database: \"\(lab.uri("lyon"))\", \(wrong)", "password authentication failed", ""),
                ("database: \"\(lab.uri("lyon"))\"", "no password supplied", ""),
                ("database: \"\(lab.uri("lyon"))\"", nil, "PGPASSWORD=\(FleetScene.password)"),
            ]
            for (fleet, refusal, environment) in cases {
                let bellhop = try lab.bellhop("lyon", fleet, under: ["env", environment.isEmpty ? "A=b" : environment])
                defer { bellhop.program.end() }
                let line = try bellhop.wait(for: refusal == nil ? "fleet.connected" : "fleet.not-shipped")
                if let refusal { #expect(line.text.contains(refusal), "\(line.text)") }
                shown += bellhop.program.text
            }
            #expect(!shown.contains("quite secret"))
            // What holds a password is refused, and not repeated.
            try lab.lab.write("fleet: {database: \"postgresql://lyon:hidden@10.9.0.9/fleet\", site: lyon}\n", to: "wrong.yaml")
            let path = lab.lab.folder.appending(path: "wrong.yaml").path
            for words in [
                ["check", "--config", path], ["check", "--json", "--config", path],
                ["fleet", "sites", "--database", "postgres://a:hidden@b/c"],
            ] {
                let outcome = try lab.lab.run(try Bellhop.binary(), words)
                #expect(outcome.status != 0 && outcome.text.contains("password-file") && !outcome.text.contains("hidden"))
            }
        }

        @Test func `devices of the table take effect when it changes; the file wins, and check says so`() throws {
            let (own, theirs) = (MACAddress(bits: 0x0004_1300_0101), MACAddress(bits: 0x0004_1300_0102))
            let devices = "devices.csv"
            try lab.lab.write("mac,url\n\(own.colons),http://10.9.0.1:8080/file.xml\n", to: devices)
            let table = try lab.lab.write(
                "mac,label,url\n\(own.colons),Lobby,http://10.9.0.1:8080/table.xml\n"
                    + "\(theirs.colons),\"Hall, left\",http://10.9.0.1:8080/hall.xml\n", to: "table.csv")
            let bellhop = try lab.bellhop("lyon", devices: devices)
            defer { bellhop.program.end() }
            try bellhop.wait(for: "fleet.connected")
            #expect(try lab.client.provisioningURL(as: theirs) != "http://10.9.0.1:8080/hall.xml")
            // The slow poll comes once a minute.
            for (number, name) in ["hall", "lobby", "roof"].enumerated() {
                let text = try String(contentsOfFile: table, encoding: .utf8)
                try lab.lab.write(text.replacing("hall.xml", with: "\(name).xml"), to: "now.csv")
                _ = try lab.command(
                    ["devices", "import", lab.lab.folder.appending(path: "now.csv").path, "--replace"], asOwner: true)
                let began = Date()
                try eventually("\(name) did not come by NOTIFY", within: 15, showing: { bellhop.program.text }) {
                    bellhop.log("configuration.loaded").count > number
                }
                Soak.say("a changed device was in force after \(Int(Date().timeIntervalSince(began) * 1000)) ms")
                #expect(try lab.client.provisioningURL(as: theirs) == "http://10.9.0.1:8080/\(name).xml")
            }
            #expect(try lab.client.provisioningURL(as: own) == "http://10.9.0.1:8080/file.xml")
            // Who reads by program is told the same, and what stands already is as it was.
            func told(_ words: String...) throws -> [String: Any] {
                let text = try lab.command(words + ["--json"], asOwner: true)
                return try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
            }
            let now = lab.lab.folder.appending(path: "now.csv").path
            #expect(try told("devices", "import", now, "--replace")["devices"] as? Int == 2)
            let schema = try told("fleet", "migrate")
            #expect(schema["before"] as? Int == schema["schema"] as? Int)
            let added = try told("fleet", "add", "lyon", "--role", "lyon", "--sees-all")
            #expect(added["new"] as? Bool == false)
            #expect(added["role"] as? String == "lyon")
            let check = try lab.command(["check"])
            #expect(check.contains("\(own.colons) stands otherwise in the fleet's table"), "\(check)")
            #expect(!check.contains(theirs.colons))
            let export = lab.lab.folder.appending(path: "export.csv").path
            _ = try lab.command(["devices", "export", export], asOwner: true)
            #expect(
                try String(contentsOfFile: export, encoding: .utf8)
                    == String(contentsOfFile: table, encoding: .utf8).replacing("hall.xml", with: "roof.xml"))
            // A start without the database knows them too.
            bellhop.program.end()
            lab.database.stop()
            defer { try? lab.database.start() }
            let again = try lab.bellhop("lyon", devices: devices)
            defer { again.program.end() }
            #expect(try lab.client.provisioningURL(as: theirs) == "http://10.9.0.1:8080/roof.xml")
        }

        @Test func `every site is seen by commands, API and page, and one that went quiet is marked`() throws {
            var macs: [MACAddress] = []
            for (number, site) in ["oslo", "lyon"].enumerated() {
                let bellhop = try lab.bellhop(site)
                defer { bellhop.program.end() }
                macs.append(try lab.phone(0x200 + number))
                try eventually("\(site) did not ship") {
                    try lab.sql("SELECT count(*) FROM bellhop.devices WHERE stage = 'answered' AND mac = \(macs[number].bits)")
                        == "1"
                }
                if site == "oslo" {
                    bellhop.program.end()
                    try lab.sql(
                        "UPDATE bellhop.sources s SET heard = now() - interval '3 minutes' FROM bellhop.sites WHERE name = 'oslo' AND site = sites.id"
                    )
                } else {
                    try look(oslo: macs[0], lyon: macs[1])
                }
            }
        }

        private func look(oslo: MACAddress, lyon: MACAddress) throws {
            func macs(_ list: JSON) -> Set<String> { Set(list["devices"].list.compactMap { $0["mac"].text }) }
            let sites = try lab.command(["fleet", "sites"]).split(separator: "\n").map { $0.split(separator: " ").prefix(2) }
            #expect(sites.map { $0.joined(separator: " ") } == ["SITE STATE", "lyon here", "oslo quiet"])
            // Commands.
            #expect(try macs(JSON(lab.command(["devices", "--site", "oslo", "--json"]))).isSuperset(of: [oslo.colons]))
            #expect(try !macs(JSON(lab.command(["devices", "--site", "oslo", "--json"]))).contains(lyon.colons))
            #expect(
                try macs(JSON(lab.command(["devices", "--site", "all", "--json"]))).isSuperset(of: [oslo.colons, lyon.colons]))
            #expect(try lab.command(["devices", "--site", "oslo", "--stage", "answered"]).contains(oslo.colons))
            #expect(try !lab.command(["devices", "--site", "oslo", "--stage", "done"]).contains(oslo.colons))
            #expect(try lab.command(["timeline", oslo.colons, "--site", "oslo"]).contains("dhcp.answered"))
            let nothing = try lab.server.run(
                try Bellhop.binary(), ["timeline", oslo.colons, "--site", "lyon", "--config", Bellhop.configurationPath(lab.lab)])
            #expect(nothing.status == 1)
            let why = try lab.server.run(
                try Bellhop.binary(),
                ["why", oslo.colons, "--site", "oslo", "--json", "--config", Bellhop.configurationPath(lab.lab)])
            #expect(try JSON(why.output)["stage"].text == "answered")
            // The API, at a responder and at a page alone.
            let page = try lab.server.start(
                try Bellhop.binary(), "page", "--fleet", "--admin", "127.0.0.1:8070", "--config",
                Bellhop.configurationPath(lab.lab))
            defer { page.end() }
            try page.wait(for: "ready http://127.0.0.1:8070/fleet.html")
            for port in [8067, 8070] {
                let sites = try lab.get("fleet/sites", port: port)["sites"].list
                #expect(sites.map { "\($0["site"].text ?? "") \($0["quiet"].number ?? -1)" } == ["lyon 0", "oslo 1"])
                for (filter, found) in [
                    ("site=oslo", [true, false]), ("stage=answered", [true, true]), ("stage=done", [false, false]),
                    ("site=lyon&stage=answered", [false, true]), ("vendor=snom", [true, true]),
                    ("vendor=yealink", [false, false]),
                    ("text=\(oslo.colons)", [true, false]), ("text=oslo", [true, false]), ("text=10.9.0.2", [true, true]),
                ] {
                    let shown = try macs(lab.get("fleet/devices?\(filter)", port: port))
                    #expect([oslo, lyon].map { shown.contains($0.colons) } == found, "\(filter)")
                }
                let events = try lab.get("fleet/devices/\(oslo.colons)/timeline?site=oslo", port: port)["events"].list
                #expect(events.contains { $0["event"].text == "dhcp.answered" && $0["site"].text == "oslo" })
            }
            let token = "\(lab.state("lyon"))/admin.token"
            let check = try lab.server.run(
                "python3", repository.appending(path: "scripts/check-api").path, "--only", "/api/v1/fleet",
                "http://127.0.0.1:8067", token,
                oslo.colons, "02:00:00:00:00:99")
            #expect(check.status == 0 && check.output.contains("3 operations"), "\(check.text)")
            try lookAtPage(oslo: oslo, lyon: lyon)
        }

        private func lookAtPage(oslo: MACAddress, lyon: MACAddress) throws {
            let browser = try Browser(on: lab.server)
            defer { browser.end() }
            try browser.open("http://127.0.0.1:8070/")
            try browser.wait(for: "document.querySelectorAll('#sites tbody tr').length === 2")
            #expect(try browser.text("document.querySelector('#sites tr.quiet').innerText").contains("oslo"))
            #expect(try browser.text("document.getElementById('phones').innerText").contains(lyon.colons))
            try browser.run(
                "const s = document.getElementById('site'); s.value = 'oslo'; s.dispatchEvent(new Event('input', {bubbles: true}))"
            )
            try browser.wait(for: "!document.getElementById('phones').innerText.includes('\(lyon.colons)')")
            #expect(try browser.text("document.getElementById('phones').innerText").contains(oslo.colons))
        }

        @Test func `while the database is away phones are answered, and metrics say what waits`() throws {
            let bellhop = try lab.bellhop("lyon")
            defer { bellhop.program.end() }
            try bellhop.wait(for: "fleet.connected")
            _ = try lab.phone(0x301)
            try eventually("it did not ship") { try lab.metric("fleet_events_shipped_total").map { $0 > 0 } == true }
            #expect(try lab.metric("fleet_connected") == 1)
            lab.database.kill()
            try bellhop.wait(for: "fleet.not-shipped")
            for number in 0..<5 { _ = try lab.phone(0x310 + number) }
            try eventually("nothing waits") { try lab.metric("fleet_events_waiting").map { $0 >= 5 } == true }
            #expect(try lab.metric("fleet_connected") == 0)
            #expect(try lab.metric("fleet_failures_total").map { $0 > 0 } == true)
            #expect(try lab.metric("fleet_lag_seconds") != nil)
            #expect(try lab.get("fleet/sites").has("error"))
            try lab.database.start()
            try eventually("what waited was not shipped", within: 60) { try lab.metric("fleet_events_waiting") == 0 }
            #expect(
                try lab.sql(
                    "SELECT count(DISTINCT mac) FROM bellhop.events WHERE mac BETWEEN \(0x0004_1300_0310) AND \(0x0004_1300_0314)"
                ) == "5")
        }
    }
}
