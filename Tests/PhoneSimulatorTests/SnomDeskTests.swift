import Testing

@testable import PhoneSimulator

@Suite struct `snom desk phones` {
    private func settings(_ pairs: KeyValuePairs<String, String>) -> String {
        "<settings><phone-settings e=\"2\">" + pairs.map { "<\($0.key) perm=\"R\">\($0.value)</\($0.key)>" }.joined()
            + "</phone-settings></settings>"
    }

    private func play(_ text: String, _ more: [String: String] = [:]) throws -> Play {
        try Play("snom-desk", mac: "00041312ab56", more.merging(["snomD735.htm": text]) { $1 })
    }

    private let own = "-snomD735-00041312AB56.htm"

    @Test func `the model's file and its own in a folder; by a URL with {mac} that file alone`() throws {
        var play = try play("")
        #expect(try play.visit() == ["snomD735.htm", own])
        #expect(try play.visit(at: "http://h/{mac}.xml") == ["-00041312ab56.xml"])
    }

    @Test func `files that a file names, and firmware that it does not run`() throws {
        let list = """
            <settings><setting-files><file url="http://h/a-{mac}.xml"/><file url="b.xml"/></setting-files>
            <firmware-settings><firmware>http://h/snomD735-10.1.50.1-SIP-r.bin</firmware></firmware-settings></settings>
            """
        var play = try play(list, ["snomD735-10.1.50.1-SIP-r.bin": "x"])
        #expect(
            try play.visit() == [
                "snomD735.htm", "-a-00041312ab56.xml", "-b.xml", "snomD735-10.1.50.1-SIP-r.bin",
                ": it runs snomD735-10.1.50.1-SIP-r.bin from here on", "restart",
            ])
        #expect(try play.visit() == ["snomD735.htm", "-a-00041312ab56.xml", "-b.xml", own])
    }

    @Test func `firmware that was missing once is asked for again`() throws {
        let list = "<settings><firmware-settings><firmware>http://h/fw.bin</firmware></firmware-settings></settings>"
        var play = try play(list)
        #expect(try play.visit() == ["snomD735.htm", "-fw.bin", own])
        #expect(try play.visit(.poll) == ["snomD735.htm", "-fw.bin", own])
        play.files["fw.bin"] = "x"
        #expect(try play.visit(.poll) == ["snomD735.htm", "fw.bin", ": it runs fw.bin from here on", "restart"])
        #expect(try play.visit() == ["snomD735.htm", own])
    }

    @Test(
        arguments: [
            ("99999999999999999999", nil), ("9223372036854775807", PhoneTime(day: 374, 0)), ("-9223372036854775808", nil),
        ] as [(String, PhoneTime?)])
    func `numbers beyond all measure stop no clock, and what is longer than a year is one`(
        number: String, expected: PhoneTime?
    ) throws {
        for pairs in [
            ["prov_polling_enabled": "on", "prov_polling_mode": "rel", "prov_polling_period": number],
            ["settings_refresh_timer": number],
        ] as [KeyValuePairs<String, String>] {
            var play = try play(settings(pairs))
            _ = try play.visit()
            var chance = SeededNumbers(play.phone.mac, seed: 0, for: 0)
            let next = play.system.polling?.next(after: PhoneTime(day: 9, 0), set: PhoneTime(day: 0, 0), &chance)
            #expect(next == expected)
        }
    }

    /// The page's settings, and what they mean.
    @Test(
        arguments: [
            ([:], nil),
            (["prov_polling_enabled": "on", "prov_polling_mode": "rel", "prov_polling_period": "20"], .every(seconds: 20)),
            (["prov_polling_enabled": "off", "settings_refresh_timer": "20"], .every(seconds: 20)),
            (["prov_polling_enabled": "on", "prov_polling_mode": "abs", "prov_polling_time": "09:00"], .daily(at: 32_400)),
            (
                [
                    "prov_polling_enabled": "on", "prov_polling_mode": "rnd", "prov_polling_period": "86400",
                    "prov_polling_time": "09:00", "prov_polling_time_rnd_end": "09:10",
                ], .window(days: 1, from: 32_400, to: 33_000)
            ),
            (
                [
                    "prov_polling_enabled": "on", "prov_polling_mode": "rnd", "prov_polling_period": "259200",
                    "prov_polling_time": "09:00", "prov_polling_time_rnd_end": "09:10",
                ], .window(days: 3, from: 32_400, to: 33_000)
            ),
            (
                [
                    "prov_polling_enabled": "on", "prov_polling_mode": "rnd", "prov_polling_period": "3600",
                    "prov_polling_time": "09:00", "prov_polling_time_rnd_end": "09:10",
                ], .within(seconds: 3600)
            ),
        ] as [(KeyValuePairs<String, String>, Polling?)])
    func `polling as the page has it`(pairs: KeyValuePairs<String, String>, rule: Polling?) throws {
        var play = try play(settings(pairs))
        _ = try play.visit()
        #expect(play.system.polling == rule)
    }

    @Test func `check-sync reads again, and starts anew where it says so`() throws {
        let play = try play("")
        #expect(play.system.heeds("check-sync;reboot=false") == .visits)
        #expect(play.system.heeds("check-sync;reboot=true") == .restarts)
    }
}
