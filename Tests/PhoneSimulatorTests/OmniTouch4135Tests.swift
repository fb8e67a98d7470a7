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
        let own = "-ot4135-\(play.phone.mac.plain.uppercased()).xml"
        #expect(try play.visit().filter { !$0.hasPrefix(":") } == ["ot4135.xml", "b.xml", own])
    }
}
