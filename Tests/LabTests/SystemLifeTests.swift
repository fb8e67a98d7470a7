import Foundation
import Packets
import Testing

extension LabTests.Files {
    @Suite struct `The systems come again` {
        private func row(_ system: String) throws -> SystemBoot {
            try #require(SystemBoot.all.first { $0.system == system && $0.scheme == "http" && $0.way.isEmpty })
        }

        private func polling(_ settings: String) throws -> SystemScene {
            let lab = try SystemScene(row("snom-desk"))
            try lab.lab.write(
                "<settings><phone-settings><prov_polling_enabled>on</prov_polling_enabled>\(settings)</phone-settings></settings>",
                to: "tree/snom/snomD735.htm")
            return lab
        }

        @Test func `a snom polls daily at 09-00, and each time it fetches`() throws {
            let lab = try polling("<prov_polling_mode>abs</prov_polling_mode><prov_polling_time>09:00</prov_polling_time>")
            let outcome = try lab.phone.run(
                Bellhop.binary("phonesim"), lab.phonesim + ["--stay", "200000", "--speed", "36000", "--clock", "08:00"])
            let steps = SystemScene.steps(outcome.output)
            #expect(
                steps.filter { $0.hasPrefix("waits") }
                    == (1...4).map { "waits until day \($0), 09:00:00 (daily at 09:00:00)" }, "\(outcome.text)")
            #expect(steps.count { $0 == "visits http://10.9.0.1/ again (poll)" } == 3)
            #expect(steps.count { $0 == "fetched snomD735.htm (200)" } == 4)
        }

        @Test func `a snom polls every 3 days between 09-00 and 09-10, from the next day on`() throws {
            let lab = try polling(
                """
                <prov_polling_mode>rnd</prov_polling_mode><prov_polling_period>259200</prov_polling_period>
                <prov_polling_time>09:00</prov_polling_time><prov_polling_time_rnd_end>09:10</prov_polling_time_rnd_end>
                """)
            let outcome = try lab.phone.run(
                Bellhop.binary("phonesim"), lab.phonesim + ["--stay", "700000", "--speed", "200000", "--clock", "08:00"])
            let days = outcome.output.matches(of: #/waits until day ([0-9]+), 09:(?:0[0-9]:[0-9]{2}|10:00) /#).map { $0.1 }
            #expect(days == ["2", "5", "8", "11"], "\(outcome.text)")
        }

        /// The system, what `resync` is told besides, and the steps that follow from it.
        @Test(arguments: [
            ("snom-desk", [], "visits http://10.9.0.1/ again (check-sync)"), ("snom-desk", ["--reboot"], "asked by SUBSCRIBE"),
            ("avaya-1200-sip", [], "visits http://10.9.0.1/ again (check-sync)"),
            ("ale-dbid", [], "visits http://10.9.0.1/ again (check-sync)"), ("ale-dbid", ["--reboot"], "asked by SUBSCRIBE"),
        ])
        func `when resync tells them to, each in its own manner`(system: String, flags: [String], step: String) throws {
            let lab = try SystemScene(row(system))
            let phone = try lab.lab.start(
                Bellhop.binary("phonesim"), lab.phonesim + ["--stay", "600"], in: lab.phone.namespace)
            func steps() -> [String] { SystemScene.steps(phone.text) }
            try phone.wait(for: "done: ")
            let outcome = try lab.lab.run(
                Bellhop.binary(),
                ["resync", lab.row.mac.colons, "--yes", "--config", Bellhop.configurationPath(lab.lab)] + flags + [
                    "--state", lab.lab.folder.appending(path: "state").path,
                ], in: lab.bellhop.station.namespace)
            try eventually("the phone never came again", showing: { outcome.text + phone.text }) {
                steps().count { $0.hasPrefix("done: ") } == 2
            }
            let after: String = steps().drop { !$0.hasPrefix("check-sync ") }.dropFirst().first ?? ""
            #expect(after.hasPrefix(step), "\(phone.text)")
            phone.end()
        }

        @Test(arguments: ["inform", "pnp"])
        func `a fleet boots, each phone from its own address`(way: String) throws {
            let lab = try SystemScene(row("snom-desk"))
            // All of these addresses are the station's own.
            try lab.phone.ip("route", "add", "local", "10.9.0.128/25", "dev", "lab0")
            let outcome = try lab.phone.run(
                Bellhop.binary("phonesim"),
                lab.phonesim + [
                    "--mac", "00:04:13:40:00:00", "--address", "10.9.0.129", "--count", "100", "--rate", "100", "--discover", way,
                    "--json",
                ])
            #expect(outcome.status == 0, "\(outcome.text)")
            let json = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any]
            let counts = ["asked", "told", "done", "unanswered", "files"].map { json?[$0] as? Int }
            #expect(counts == [100, 100, 100, 0, 100], "\(outcome.text)")
            #expect(lab.bellhop.count(of: way == "pnp" ? "pnp.notify-answered" : "dhcp.answered") == 100)
        }
    }
}
