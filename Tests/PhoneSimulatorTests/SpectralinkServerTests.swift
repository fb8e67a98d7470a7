import Testing

@testable import PhoneSimulator

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

    @Test func `its settings say where it looks for its address`() throws {
        var play = try play("<config/>")
        #expect(play.system.ways([.inform]) == [.discover(.inform)])
        play.files["0013d1800032-config.xml"] = config("<server><method>static</method><url>ftp://other/boot</url></server>")
        _ = try play.visit()
        let other = try #require(ToldURL("ftp://other/boot", for: play.phone))
        #expect(play.system.ways([.inform]) == [.entered(other)])
        play.files["0013d1800032-config.xml"] = config("<server><method>disabled</method></server>")
        _ = try play.visit(.poll)
        #expect(play.system.ways([.inform]) == [])
    }

    @Test func `a request is for it where it names one of its users, whoever they are before it has a list`() throws {
        var play = try play(
            config("<users><check>true</check></users>"),
            [
                "0013d1800032-users.xml":
                    "<users><user><username>9997</username></user><user><username>Solveig</username></user></users>"
            ])
        #expect(play.system.isCalled("1") && play.system.isCalled(nil))
        _ = try play.visit()
        #expect(play.system.isCalled("9997") && play.system.isCalled("Solveig"))
        #expect(!play.system.isCalled("9998") && !play.system.isCalled(nil))
    }

    @Test(arguments: ["9223372036854775807", "-1"])
    func `numbers beyond all measure stop no clock`(number: String) throws {
        var play = try play(config("<check><interval>\(number)</interval></check>"))
        _ = try play.visit()
        #expect(play.system.polling == (number == "-1" ? nil : .every(seconds: PhoneTime.year)))
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
