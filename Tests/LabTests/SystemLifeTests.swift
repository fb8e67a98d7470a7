import Foundation
import Packets
import Testing

extension LabTests.Files {
    @Suite struct `The systems come again` {
        private func row(_ system: String, by scheme: String = "http") throws -> SystemBoot {
            try #require(SystemBoot.all.first { $0.system == system && $0.scheme == scheme && $0.way.isEmpty })
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

        @Test func `a snom polls though another program has its port, and says so once`() throws {
            let lab = try polling("<prov_polling_mode>rel</prov_polling_mode><prov_polling_period>20</prov_polling_period>")
            let holder = try lab.phone.inside { try UDPHolder(port: 5060) }
            let outcome = try withExtendedLifetime(holder) {
                try lab.phone.run(
                    Bellhop.binary("phonesim"), lab.phonesim + ["--discover", "inform", "--stay", "100", "--speed", "20"])
            }
            let steps = SystemScene.steps(outcome.output)
            #expect(outcome.status == 0)
            #expect(steps.count { $0 == "visits http://10.9.0.1/ again (poll)" } >= 2, "\(outcome.text)")
            #expect(
                steps.filter { $0.hasPrefix("gave-up") } == ["gave-up on check-sync: bind 10.9.0.2:5060: Address already in use"])
        }

        @Test func `a Spectralink server comes for a check-sync to one of its users, and to nobody else`() throws {
            let lab = try SystemScene(row("spectralink-ipdect"))
            try lab.lab.write(
                """
                <config merge_type="merge"><provisioning><check><check_sync>update</check_sync></check>
                <users><check>true</check></users></provisioning></config>
                """, to: "tree/devices/0013d1123456/0013d1123456-config.xml")
            let simulated = try lab.lab.start(
                Bellhop.binary("phonesim"), lab.phonesim + ["--stay", "600"], in: lab.phone.namespace)
            defer { simulated.end() }
            try simulated.wait(for: "done: ")
            let sender = try CheckSyncSender(lab.bellhop.station)
            #expect(try sender.tell(lab.phone.address, "check-sync", user: "303", branch: "1") == "404")
            #expect(try sender.tell(lab.phone.address, "check-sync", user: "301", branch: "2") == "200")
            try simulated.wait(for: "again (check-sync)")
        }

        @Test func `with --ca a certificate is taken from an authority of that file alone`() throws {
            let lab = try SystemScene(row("spectralink-ipdect", by: "https"))
            try SystemScene.makeCertificate("other", in: lab.lab)
            func boot(_ authority: String) throws -> Program.Outcome {
                let path = lab.lab.folder.appending(path: authority).path
                return try lab.phone.run(Bellhop.binary("phonesim"), lab.phonesim + ["--ca", path])
            }
            let right = try boot("server.pem")
            #expect(right.status == 0 && !right.output.contains("--ca"), "\(right.text)")
            let wrong = try boot("other.pem")
            #expect(wrong.status == 1 && wrong.output.contains("missing 0013d1123456-config.xml ("), "\(wrong.text)")
            #expect(try boot("nowhere.pem").status == 66)
        }

        @Test func `firmware longer than 64 MiB arrives`() throws {
            let lab = try polling("")
            let size = 65 << 20
            try lab.lab.write(
                "<settings><firmware-settings><firmware>http://10.9.0.1/fw.bin</firmware></firmware-settings></settings>",
                to: "tree/snom/snomD735.htm")
            let path = try lab.lab.write("", to: "tree/fw.bin")
            let file = try FileHandle(forWritingTo: URL(filePath: path))
            try file.truncate(atOffset: UInt64(size))
            try file.close()
            let outcome = try lab.phone.run(Bellhop.binary("phonesim"), lab.phonesim)
            #expect(outcome.output.contains("fetched fw.bin (200, \(size) bytes)"), "\(outcome.text)")
            #expect(outcome.output.contains("noted it runs fw.bin from here on"))
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
    }
}
