import Testing

@testable import PhoneSimulator

@Suite struct `Avaya 1200` {
    private func play(_ text: String, _ more: [String: String] = [:]) throws -> Play {
        try Play("avaya-1200-sip", mac: "001765123456", more.merging(["1230SIP.cfg": text]) { $1 })
    }

    private let both = """
        # FILENAME no.cfg
        [DEVICE_CONFIG]
        DOWNLOAD_MODE AUTO
        VERSION 000001
        FILENAME DeviceConfig.cfg
        #FILENAME no.cfg
        # [FW]
        PROTOCOL HTTP

        [USER_CONFIG]
        DOWNLOAD_MODE FORCED
        VERSION 000001
        PROTOCOL HTTP
        #[TONES]
        """

    @Test func `the sections in their order, AUTO again only where VERSION is higher, FORCED always`() throws {
        var play = try play(both, ["DeviceConfig.cfg": "", "SIP001765123456.cfg": ""])
        #expect(try play.visit() == ["1230SIP.cfg", "DeviceConfig.cfg", "SIP001765123456.cfg"])
        let passed = ": [DEVICE_CONFIG] VERSION 000001 of DeviceConfig.cfg is no newer than what it has"
        #expect(try play.visit(.poll) == ["1230SIP.cfg", passed, "SIP001765123456.cfg"])
        play.files["1230SIP.cfg"] = both.replacing("000001", with: "000010")
        #expect(try play.visit(.poll) == ["1230SIP.cfg", "DeviceConfig.cfg", "SIP001765123456.cfg"])
    }

    @Test func `a file that did not come is asked for again`() throws {
        var play = try play(both)
        #expect(try play.visit() == ["1230SIP.cfg", "-DeviceConfig.cfg", "-SIP001765123456.cfg"])
        #expect(try play.visit(.poll) == ["1230SIP.cfg", "-DeviceConfig.cfg", "-SIP001765123456.cfg"])
    }

    @Test(arguments: [
        ("[DEVICE_CONFIG]\r\nVERSION 000001\r\nFILENAME a.cfg\r\n", ["-tftp://h/a.cfg"]),
        ("[DEVICE_CONFIG]\nVERSION 000001\nFILENAME a.cfg\nPROTOCOL FTP\n", ["-ftp://h/a.cfg"]),
        ("[DEVICE_CONFIG]\nVERSION 000001\nFILENAME a.cfg\nPROTOCOL HTTPS\n", ["-https://h/a.cfg"]),
        ("[DEVICE_CONFIG]\nVERSION 000001\n", [": [DEVICE_CONFIG] names no file"]),
        ("[DEVICE_CONFIG]\nFILENAME a.cfg\n", [": [DEVICE_CONFIG] has no VERSION, and is passed over"]),
        (
            "[DEVICE_CONFIG]\nVERSION new\nFILENAME a.cfg\n",
            [": [DEVICE_CONFIG] VERSION new is no number, and is passed over"]
        ),
    ])
    func `a section by itself`(text: String, steps: [String]) throws {
        var play = try play(text)
        #expect(try play.visit() == ["1230SIP.cfg"] + steps)
    }

    @Test func `it reads up to a line of more than 80 characters`() throws {
        let long = "# " + String(repeating: "x", count: 79)
        let section = "[DEVICE_CONFIG]\nVERSION 1\nFILENAME a.cfg\nPROTOCOL HTTP\n"
        var fits = try play(section + long.dropLast() + "\n[USER_CONFIG]\nVERSION 1\nPROTOCOL HTTP\n")
        #expect(try fits.visit() == ["1230SIP.cfg", "-a.cfg", "-SIP001765123456.cfg"])
        var cut = try play(section + long + "\n[USER_CONFIG]\nVERSION 1\nPROTOCOL HTTP\n")
        #expect(
            try cut.visit() == [
                "1230SIP.cfg", ": it reads 1230SIP.cfg up to line 5, which has more than 80 characters", "-a.cfg",
            ])
    }

    @Test func `other firmware is fetched and started, and then it is what it runs`() throws {
        let section = "[FW]\nVERSION SIP12x004.05.00.00\nFILENAME fw.bin\nPROTOCOL HTTP\n"
        var play = try play(section + "[USER_CONFIG]\nVERSION 1\nPROTOCOL HTTP\n", ["fw.bin": "x"])
        #expect(
            try play.visit() == ["1230SIP.cfg", "fw.bin", ": it runs SIP12x004.05.00.00 from here on", "restart"])
        #expect(
            try play.visit() == ["1230SIP.cfg", ": [FW] SIP12x004.05.00.00 is what it runs", "-SIP001765123456.cfg"])
    }

    @Test func `it comes by AUTO_UPDATE only, and heeds check-sync by REMOTE_CHECK_FOR_UPDATE only; the later file wins`() throws
    {
        var play = try play(both, ["DeviceConfig.cfg": "AUTO_UPDATE YES\nAUTO_UPDATE_TIME 7200\n", "SIP001765123456.cfg": ""])
        #expect(play.system.polling == nil && play.system.heeds("check-sync") == .ignores)
        _ = try play.visit()
        #expect(play.system.polling == .window(days: 1, from: 7200, to: 10_800, firstDay: 0))
        play.files["SIP001765123456.cfg"] = "AUTO_UPDATE_TIME_RANGE 9\nAUTO_UPDATE_TIME 3600\nREMOTE_CHECK_FOR_UPDATE YES\n"
        _ = try play.visit()
        #expect(play.system.polling == .window(days: 1, from: 3600, to: 3600 + 6 * 3600, firstDay: 0))
        #expect(play.system.heeds("check-sync") == .visits)
    }
}
