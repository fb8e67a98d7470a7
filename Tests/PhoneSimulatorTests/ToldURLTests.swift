import Testing
import VendorCatalogue

@testable import PhoneSimulator

@Suite struct ToldURLTests {
    @Test(arguments: [
        ("http://192.0.2.1", "http://192.0.2.1/", false),
        ("http://192.0.2.1/", "http://192.0.2.1/", false),
        ("HTTPS://h:8443/snom", "https://h:8443/snom", false),
        ("http://h/snom.d/", "http://h/snom.d/", false),
        ("http://h/a.cfg", "http://h/a.cfg", true),
        ("http://h/get.php?mac={mac}", "http://h/get.php?mac=0004131a2b3c", true),
        ("http://h/get?m=1", "http://h/get?m=1", true),
        ("http://h?m=1", "http://h/?m=1", true),
        ("http://h/{mac}", "http://h/0004131a2b3c", true),
        ("http://h/{MAC}.xml", "http://h/0004131A2B3C.xml", true),
        ("http://h/{mac}/", "http://h/0004131a2b3c/", false),
        ("http://h/$mac.cfg", "http://h/0004131a2b3c.cfg", true),
        ("http://h/$MAC.cfg", "http://h/0004131A2B3C.cfg", true),
        ("http://h/$(MA)", "http://h/0004131A2B3C", true),
        ("http://h/cfg<MAC>", "http://h/cfg0004131A2B3C", true),
        ("http://h/<mac>.cfg", "http://h/0004131a2b3c.cfg", true),
        ("http://h/%MACD.xml", "http://h/0004131A2B3C.xml", true),
        ("http://h/{MODEL}/x.cfg", "http://h/D735/x.cfg", true),
        ("http://h/a file.cfg", "http://h/a%20file.cfg", true),
        ("http://h/a%20file.cfg", "http://h/a%20file.cfg", true),
        ("http://h/x.cfg#part", "http://h/x.cfg", true),
        ("192.0.2.1", "tftp://192.0.2.1/", false),
        ("192.0.2.1/a.cfg", "tftp://192.0.2.1/a.cfg", true),
        ("ftp://user:word@h/", "ftp://user:word@h/", false),
    ])
    func `a URL is made ready as the phone would`(told: String, fetched: String, isFile: Bool) throws {
        let url = try #require(ToldURL(told, for: phone("snom-desk")))
        #expect(url.text == fetched)
        #expect(url.isFile == isFile)
    }

    @Test(arguments: [
        "", "http://", "http:///a", "sdlp://h:18443", "gopher://h/", "file:///etc/passwd", "http://user@/a", "http://:80/",
    ])
    func `what a phone cannot fetch from is no URL`(told: String) throws {
        #expect(try ToldURL(told, for: phone("snom-desk")) == nil)
    }

    @Test func `a Panasonic writes KX- before its model`() throws {
        #expect(try ToldURL("http://h/{MODEL}.cfg", for: phone("panasonic-hdv-tgp"))?.text == "http://h/KX-HDV130.cfg")
    }

    @Test(arguments: [
        ("http://h", "http://h/b.cfg"), ("http://h/f/", "http://h/f/b.cfg"), ("http://h/f", "http://h/f/b.cfg"),
        ("http://h/f/a.cfg", "http://h/f/b.cfg"), ("http://h/a.php?x=/y/z", "http://h/b.cfg"),
    ])
    func `a name stands in the folder that was told, or beside the file`(told: String, fetched: String) throws {
        #expect(try ToldURL(told, for: phone("snom-desk"))?.beside("b.cfg").text == fetched)
    }

    @Test func `an Avaya takes a semicolon between user and password too`() throws {
        #expect(ToldURL("ftp://user;word@h/", for: try phone("avaya-1200-sip"))?.text == "ftp://user:word@h/")
    }

    @Test func `by another scheme it comes from that scheme's own port`() throws {
        let phone = try phone("avaya-1200-sip")
        #expect(ToldURL("http://h:8080/f/", for: phone)?.beside("b", by: .tftp).text == "tftp://h/f/b")
        #expect(ToldURL("http://h:8080/f/", for: phone)?.beside("b", by: .http).text == "http://h:8080/f/b")
    }
}
