import Packets
import Testing

extension LabTests.Wire {
    /// Phones that are SIPp's: another stack than this project's own speaks for them.
    @Suite(.scene(PnPMannersScene.self)) struct PnPScenarioTests {
        private let lab: PnPMannersScene = scene()

        /// One phone that plays a scenario, by its number.
        private func play(_ scenario: String, _ number: UInt64, port: UInt16 = 5062, keys: KeyValuePairs<String, String> = [:])
            throws
            -> MACAddress
        {
            let mac = MACAddress(bits: 0x0004_130b_0000 + number)
            try Sipp(station: lab.phone, scenario: scenario, macs: [mac], port: port, keys: keys).run()
            return mac
        }

        @Test func `S3 a SUBSCRIBE that is sent again gets a 200 and no NOTIFY`() throws {
            let mac = try play("again", 1)
            try lab.bellhop.wait(for: "pnp.notify-answered", mac: mac)
            #expect(lab.bellhop.log("pnp.answered", mac: mac).count == 1)
            #expect(lab.bellhop.log("pnp.answered-again", mac: mac).count == 1)
        }

        @Test func `a 200 that gets lost comes again with the SUBSCRIBE, and the NOTIFY is heeded meanwhile`() throws {
            let mac = try play("lost-okay", 2)
            try lab.bellhop.wait(for: "pnp.notify-answered", mac: mac, ["status": "200"])
            try lab.bellhop.wait(for: "pnp.answered-again", mac: mac)
        }

        @Test func `S8 a phone that asks for a password is told of`() throws {
            let mac = try play("unauthorized", 3)
            try lab.bellhop.wait(for: "pnp.notify-answered", mac: mac, ["status": "401"])
        }

        @Test func `T6 a NOTIFY that nobody answers is given up`() throws {
            let mac = try play("silent", 4)
            let entry = try lab.bellhop.wait(for: "pnp.notify-unanswered", mac: mac)
            #expect(entry["sends"] == "3")
        }

        @Test(arguments: [
            ("another event", "presence", "10.9.0.10:5062", "bad-sip"),
            ("a Contact elsewhere", "ua-profile", "10.9.0.11:5062", "contact-elsewhere"),
        ])
        func `what is no question of its own gets nothing`(row: (name: String, event: String, contact: String, reason: String))
            throws
        {
            let mac = try play(
                "nothing", row.reason == "bad-sip" ? 5 : 6, keys: ["event": row.event, "contact": row.contact])
            let heard = row.reason == "bad-sip" ? lab.phone.mac : mac
            try lab.bellhop.wait(for: "ignored", mac: heard, ["kind": "pnp-subscribe", "reason": row.reason])
        }

        @Test func `a Grandstream on port 5080 is told a folder and a line's end`() throws {
            try lab.lab.write("<gs/>\n", to: "tree/cfg.xml")
            let mac = MACAddress(bits: 0xc074_ad00_0001)
            try Sipp(station: lab.phone, scenario: "grandstream", macs: [mac], port: 5080).run()
            try lab.bellhop.wait(for: "pnp.notify-answered", mac: mac, ["status": "200"])
            #expect(lab.bellhop.log("pnp.answered", mac: mac).first?["vendor"] == "grandstream")
        }

        @Test func `a phone that names no address is known by its frame`() throws {
            _ = try play("nameless", 7)
            try lab.bellhop.wait(for: "pnp.notify-answered", mac: lab.phone.mac, ["status": "200"])
        }
    }
}
