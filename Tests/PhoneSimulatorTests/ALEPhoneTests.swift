import Testing
import VendorCatalogue

@testable import PhoneSimulator

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

    @Test func `two profiles on one server, each with its own login`() throws {
        var play = try play(["DBID_PROFILE_RULE2": "http://h/two/", "PrvUserName2": "u2", "PrvUserPass2": "p2"])
        _ = try play.visit()
        func user(_ name: String, in folder: String = "") throws -> String? {
            play.system.login(for: try #require(ToldURL("http://h/" + folder, for: play.phone)).beside(name))?.user
        }
        #expect(try user("config.xml") == "S1" && user("3C28A6123456") == "S1")
        #expect(try user("config.xml", in: "two/") == "u2" && user("3C28A6123456", in: "two/") == "u2")
        _ = try play.visit(.poll)
        #expect(try user("config.xml") == "S1" && user("config.xml", in: "two/") == "u2")
    }

    @Test func `its settings say where it looks for its address`() throws {
        let usual: [PhoneModel.Discovery] = [.pnp, .inform]
        var play = try play([:])
        _ = try play.visit()
        #expect(play.system.ways(usual) == [.discover(.pnp), .discover(.inform)])
        play = try self.play(["DBID_PRV_SIPPNP_ENABLED": "0", "DBID_PROFILE_RULE": "http://own/f/"])
        _ = try play.visit()
        let own = try #require(ToldURL("http://own/f/", for: play.phone))
        #expect(play.system.ways(usual) == [.discover(.inform), .entered(own)])
        play = try self.play(["DBID_PRV_OPTION66_ENABLED": "0", "DBID_PRV_SIPPNP_ENABLED": "1"])
        _ = try play.visit()
        #expect(play.system.ways(usual) == [.discover(.pnp)])
    }

    @Test(arguments: [("9223372036854775807", PhoneTime.year), ("-9223372036854775808", 0)])
    func `numbers beyond all measure stop no clock, and what is longer than a year is one`(number: String, kept: Int) throws {
        var play = try play([
            "DBID_RESYNC_PERIODIC": number, "DBID_RANDOM_DELAY": number, "DBID_RESYNC_RETRY_DELAY": number,
        ])
        _ = try play.visit()
        var chance = SeededNumbers(play.phone.mac, seed: 0, for: 0)
        let last = PhoneTime(day: 9, 0)
        let next = play.system.polling?.next(after: last, set: last, &chance)
        #expect(next.map { (last + kept...last + 2 * kept).contains($0) } == (kept == 0 ? nil : true))
        #expect(play.system.retry?.seconds(after: 40, &chance) == (kept == 0 ? nil : kept))
    }

    @Test func `its serial number by Digest unless another user is set, by FTP too, and nobody by TFTP`() throws {
        var play = try play(["PrvUserName": "u", "PrvUserPass": "p"])
        let file = try #require(ToldURL("http://h/a.xml", for: play.phone))
        #expect(play.system.login(for: file) == Login(user: "S1", password: "S1", isDigest: true))
        #expect(play.system.login(for: file.beside("a", by: .tftp)) == nil)
        #expect(play.system.login(for: file.beside("a", by: .ftp))?.user == "S1")
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
