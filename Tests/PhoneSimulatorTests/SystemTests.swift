import Testing

@testable import PhoneSimulator

@Suite struct `OmniTouch 4135` {
    @Test func `the file of all phones, then its own, every 30 minutes`() throws {
        var play = try Play("alcatel-ot4135", mac: "02000041350a", ["ot4135.xml": "<c/>"])
        #expect(try play.visit() == ["ot4135.xml", "-ot4135-02000041350A.xml"])
        #expect(play.system.polling == .every(seconds: 1800))
        #expect(play.system.heeds("check-sync") == .refuses(489))
    }

    @Test func `pagename renames the file that it stands in, from then on`() throws {
        var play = try Play(
            "alcatel-ot4135", mac: "020000413501",
            [
                "ot4135.xml": "<c><pagename>site.xml</pagename></c>", "site.xml": "<c><pagename>site.xml</pagename></c>",
                "ot4135-020000413501.xml": "<c><pagename>hall.xml</pagename></c>", "hall.xml": "",
            ])
        #expect(
            try play.visit() == [
                "ot4135.xml", ": ot4135.xml is called site.xml from here on (pagename)", "site.xml", "ot4135-020000413501.xml",
                ": ot4135-020000413501.xml is called hall.xml from here on (pagename)", "hall.xml",
            ])
        #expect(try play.visit(.poll) == ["site.xml", "hall.xml"])
    }

    @Test func `two files that name each other are fetched once each`() throws {
        var play = try Play(
            "alcatel-ot4135",
            ["ot4135.xml": "<c><pagename>b.xml</pagename></c>", "b.xml": "<c><pagename>ot4135.xml</pagename></c>"])
        #expect(try play.visit().filter { !$0.hasPrefix(":") }.prefix(2) == ["ot4135.xml", "b.xml"])
    }
}

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
        #expect(play.system.polling == .window(days: 1, from: 7200, to: 10_800))
        play.files["SIP001765123456.cfg"] = "AUTO_UPDATE_TIME_RANGE 9\nAUTO_UPDATE_TIME 3600\nREMOTE_CHECK_FOR_UPDATE YES\n"
        _ = try play.visit()
        #expect(play.system.polling == .window(days: 1, from: 3600, to: 3600 + 6 * 3600))
        #expect(play.system.heeds("check-sync") == .visits)
    }
}

@Suite struct `ALE phones` {
    private func setting(_ pairs: KeyValuePairs<String, String>) -> String {
        "<settings>" + pairs.map { "<setting id=\"\($0.key)\" value=\"\($0.value)\"/>" }.joined() + "</settings>"
    }

    private func play(_ pairs: KeyValuePairs<String, String>, _ more: [String: String] = [:]) throws -> Play {
        try Play("ale-dbid", mac: "3c28a6123456", more.merging(["config.xml": setting(pairs)]) { $1 })
    }

    private let own = ["-config.3C28A6123456.xml", "-3C28A6123456"]

    @Test func `the files of its folder, its own by the name of $(MA)`() throws {
        var play = try play([:])
        #expect(try play.visit() == ["config.xml"] + own)
        #expect(try play.visit(at: "http://h/$(MA)") == ["-3C28A6123456"])
        play = try self.play(["DBID_PRV_CONFIGFILE": "cfg$(MA).xml"])
        _ = try play.visit()
        #expect(try play.visit(.poll) == ["config.xml", "-config.3C28A6123456.xml", "-cfg3C28A6123456.xml"])
    }

    @Test func `a second profile, with a login of its own`() throws {
        var play = try play([
            "DBID_PROFILE_RULE2": "http://other/b.xml", "PrvUserName2": "u2", "PrvUserPass2": "p2",
            "DBID_PRV_HTTP_AUTHENTRCATION2": "Basic",
        ])
        let found = try play.visit()
        #expect(found == ["config.xml", ": a second profile, at http://other/b.xml", "-http://other/b.xml"] + own)
        #expect(try play.visit(.poll) == ["config.xml"] + own + ["-http://other/b.xml"])
        let other = try #require(ToldURL("http://other/b.xml", for: play.phone))
        #expect(play.system.login(for: other) == Login(user: "u2", password: "p2", isDigest: false))
    }

    @Test func `its serial number by Digest unless another user is set, and nobody by TFTP and FTP`() throws {
        var play = try play(["PrvUserName": "u", "PrvUserPass": "p"])
        let file = try #require(ToldURL("http://h/a.xml", for: play.phone))
        #expect(play.system.login(for: file) == Login(user: "S1", password: "S1", isDigest: true))
        #expect(
            play.system.login(for: file.beside("a", by: .tftp)) == nil
                && play.system.login(for: file.beside("a", by: .ftp)) == nil)
        _ = try play.visit()
        #expect(play.system.login(for: file) == Login(user: "u", password: "p", isDigest: true))
    }

    @Test func `firmware by its rule, once`() throws {
        var play = try play(["DBID_UPGRADE_RULE": "http://h/fw.bin"], ["fw.bin": "x"])
        #expect(try play.visit() == ["config.xml", "fw.bin", ": it runs fw.bin from here on", "restart"])
        #expect(try play.visit() == ["config.xml"] + own)
        var off = try self.play(["DBID_UPGRADE_RULE": "http://h/fw.bin", "DBID_UPGRADE_ENABLED": "0"], ["fw.bin": "x"])
        #expect(try off.visit() == ["config.xml"] + own)
    }

    @Test func `resync on reset, and after an upgrade`() throws {
        var play = try play(["DBID_RESYNC_ON_RESET": "0"])
        #expect(try !play.visit().isEmpty)
        #expect(try play.visit(.boot).isEmpty && !play.visit(.poll).isEmpty)
        var upgraded = try self.play(
            ["DBID_RESYNC_ON_RESET": "0", "DBID_RESYNC_AFTER_UPGRADE": "1", "DBID_UPGRADE_RULE": "http://h/fw.bin"],
            ["fw.bin": ""])
        #expect(try upgraded.visit().last == "restart")
        #expect(try !upgraded.visit(.boot).isEmpty && upgraded.visit(.boot).isEmpty)
    }

    @Test func `periodic and random delay, and the delay after a failure`() throws {
        var play = try play(["DBID_RESYNC_PERIODIC": "600", "DBID_RANDOM_DELAY": "5", "DBID_RESYNC_RETRY_DELAY": "60"])
        #expect(play.system.polling == .every(seconds: 3600, spread: 40))
        #expect(play.system.retry == RetryDelay(first: 3600...3600, longest: 3600))
        _ = try play.visit()
        #expect(play.system.polling == .every(seconds: 600, spread: 5))
        #expect(play.system.retry == RetryDelay(first: 60...60, longest: 60))
    }

    @Test(
        arguments: [
            (nil, "check-sync", .restarts), ("1", "check-sync;reboot=false", .restarts), ("0", "check-sync", .visits),
            ("0", "check-sync;reboot=true", .restarts), ("0", "check-sync; Reboot=TRUE", .restarts),
            ("2", "check-sync;reboot=true", .ignores),
        ] as [(String?, String, Obedience)])
    func `check-sync by DBID_RESYNC_FROM_SIP`(setting: String?, event: String, does: Obedience) throws {
        var play = try setting.map { try self.play(["DBID_RESYNC_FROM_SIP": $0]) } ?? self.play([:])
        _ = try play.visit()
        #expect(play.system.heeds(event) == does)
    }
}

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

@Suite struct `Spectralink servers` {
    private func config(_ provisioning: String, merge: Bool = true) -> String {
        "<config\(merge ? " merge_type=\"merge\"" : "")><provisioning>\(provisioning)</provisioning></config>"
    }

    private let all = """
        <check><check_sync>update</check_sync><interval>60</interval><time>00:00</time></check><config><check>true</check></config>
        <users><check>true</check></users><cota><check>true</check></cota><firmware><kws>kws.bin</kws></firmware>
        """

    private func play(_ config: String, model: String? = nil, uuid: String? = nil, _ more: [String: String] = [:]) throws -> Play
    {
        try Play(
            "spectralink-ipdect", mac: "0013d1800032", model: model, uuid: uuid,
            more.merging(["\(uuid ?? "0013d1800032")-config.xml": config]) { $1 })
    }

    private let merged = ": what 0013d1800032-config.xml does not mention stays as it is (merge_type)"
    private let reset = ": what 0013d1800032-config.xml does not mention goes back to its default"

    @Test func `out of its box it imports its configuration alone`() throws {
        var play = try play("<config/>")
        #expect(try play.visit() == ["0013d1800032-config.xml", reset])
        #expect(play.system.polling == nil && play.system.heeds("check-sync") == .ignores)
    }

    @Test func `users, the groups that the list names, and the version before the firmware`() throws {
        var play = try play(
            config(all),
            [
                "0013d1800032-users.xml": "",
                "0013d1800032-handset_config_list.ver": "GROUP100 VERSION1\r\nGROUP101\tVERSION2\r\n",
                "0013d1800032-handset_config_group_100.xml": "", "0013d1800032-handset_config_group_101.xml": "",
                "kws.bin.ver": "PCS20Ba 90198\n",
            ])
        let first = ["0013d1800032-config.xml", merged, "0013d1800032-users.xml", "0013d1800032-handset_config_list.ver"]
        let version = ["kws.bin.ver", ": kws.bin is what it runs, PCS20Ba90198"]
        #expect(
            try play.visit() == first
                + ["0013d1800032-handset_config_group_100.xml", "0013d1800032-handset_config_group_101.xml"] + version)
        #expect(
            try play.visit(.poll) == first
                + [": group 100 is what it has, version 1", ": group 101 is what it has, version 2"] + version)
        #expect(play.system.polling == .either(.every(seconds: 3600), .daily(at: 0)))
        #expect(play.system.heeds("check-sync") == .visits)
    }

    @Test func `other firmware is fetched, and started at once`() throws {
        var play = try play(
            config("<firmware><kws>kws.zip</kws><pp14208700>pp.bin</pp14208700></firmware>"),
            ["kws.zip.ver": "PCS21Aa 1\n", "kws.zip": "z", "pp.bin.ver": "1", "pp.bin": "p"])
        let start = ["0013d1800032-config.xml", merged]
        #expect(
            try play.visit() == start + [
                "kws.zip.ver", ": kws.zip is PCS21Aa1, not PCS20Ba90198", "kws.zip", ": it runs PCS21Aa1 from here on", "restart",
            ])
        let running = ["kws.zip.ver", ": kws.zip is what it runs, PCS21Aa1"]
        #expect(try play.visit() == start + running + ["pp.bin.ver", ": pp.bin is 1, not known to it", "pp.bin"])
        #expect(try play.visit() == start + running + ["pp.bin.ver", ": pp.bin is what it runs, 1"])
    }

    @Test func `without merge_type the rest goes back to its default`() throws {
        var play = try play(config("<users><check>true</check></users>"))
        #expect(try play.visit() == ["0013d1800032-config.xml", merged, "-0013d1800032-users.xml"])
        play.files["0013d1800032-config.xml"] = config("")
        #expect(try play.visit() == ["0013d1800032-config.xml", merged, "-0013d1800032-users.xml"])
        play.files["0013d1800032-config.xml"] = config("", merge: false)
        #expect(try play.visit() == ["0013d1800032-config.xml", reset])
    }

    @Test func `a DECT Server knows neither merging nor handset configuration`() throws {
        var play = try play(config(all), model: "8000")
        #expect(
            try play.visit() == ["0013d1800032-config.xml", reset, "-0013d1800032-users.xml", "-kws.bin.ver"])
    }

    @Test func `a Virtual Server One asks by its UUID`() throws {
        let uuid = "89fed27f-7c47-43f5-8347-cb854cedc538"
        var play = try play(config("<users><check>true</check></users>"), model: "Virtual One", uuid: uuid)
        #expect(try play.visit().filter { !$0.hasPrefix(":") } == ["\(uuid)-config.xml", "-\(uuid)-users.xml"])
    }

    @Test func `a server of its own, and none`() throws {
        var play = try play(config("<server><method>static</method><url>ftp://u:p@other/boot</url></server>"))
        _ = try play.visit()
        #expect(try play.visit(.poll) == ["ftp://u:p@other/0013d1800032-config.xml", merged])
        play.files["0013d1800032-config.xml"] = config("<server><method>disabled</method></server>")
        _ = try play.visit()
        #expect(try play.visit(.poll) == [])
    }

    @Test(arguments: [
        "group100 version1", "GROUP100", "GROUP100, VERSION1", "GROUP0 VERSION1", "GROUP10000 VERSION1", "GROUPx VERSION1",
    ])
    func `lines of another form name no group`(line: String) throws {
        var play = try play(
            config("<cota><check>true</check></cota>"), ["0013d1800032-handset_config_list.ver": line])
        #expect(
            try play.visit() == [
                "0013d1800032-config.xml", merged, "0013d1800032-handset_config_list.ver", ": \"\(line)\" names no group",
            ])
    }
}

@Suite struct `Any phone` {
    @Test func `a phone of which nothing else is known asks for every name that can be told in advance`() throws {
        var play = try Play("grandstream", [:])
        let asked = try play.visit()
        #expect(!asked.isEmpty && !asked.contains { $0.contains("*") || $0.contains("?") || $0.contains("{") })
    }

    @Test(arguments: [
        ("<a><b c=\"1\" d='&lt;2'>x &amp;amp; y</b><e/></a>", ["a/b=x &amp; y {c=1,d=<2}", "a/e=", "a="]),
        ("<?xml?><!-- <b>no</b> --><a>t</a>", ["a=t"]),
        ("<a><b>1</b></a", ["a/b=1"]), ("</a>", []), ("<a b=\">\">t</a>", ["a=t {b=>}"]), ("", []), ("no markup", []),
        ("<a><!-- open", []),
    ])
    func `a settings file is read as far as it goes`(text: String, elements: [String]) {
        let found = MarkupElement.all(in: text).map { element in
            let attributes = element.attributes.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            return "\(element.path)=\(element.text)" + (attributes.isEmpty ? "" : " {\(attributes.joined(separator: ","))}")
        }
        #expect(found == elements)
    }

    @Test func `a settings file as deep as you like ends the reading`() {
        #expect(MarkupElement.all(in: String(repeating: "<a>", count: 100_000)).isEmpty)
    }
}
