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
        ("http://h/{mac}/", "http://h/0004131a2b3c/", false),
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

    /// Of a path, what each family makes of it, and what it leaves as it stands.
    @Test(
        arguments: [
            ("snom-desk", "{mac}.xml", "0004131a2b3c.xml", []), ("snom-desk", "$mac.cfg", "$mac.cfg", ["$mac"]),
            ("snom-desk", "{MODEL}/cfg<MAC>", "{MODEL}/cfg<MAC>", ["{MODEL}", "<MAC>"]),
            ("snom-dect", "{mac}", "0004131a2b3c", []), ("fanvil", "$mac.cfg", "0c383e1a2b3c.cfg", []),
            ("fanvil", "{mac}.cfg", "{mac}.cfg", ["{mac}"]), ("yealink", "$MAC.cfg", "0015651a2b3c.cfg", []),
            ("ale-dbid", "$(MA)", "3C28A61A2B3C", []), ("audiocodes-4xxhd", "<MODEL>_<MAC>.cfg", "440HD_00908F1A2B3C.cfg", []),
            ("gigaset-n870-maxwell-p", "%MACD.xml", "7C2F801A2B3C.xml", []), ("gigaset-n510-n720", "%MACD", "0021041A2B3C", []),
            ("yealink", "%MACD.xml", "%MACD.xml", ["%MACD"]), ("yealink", "a%20b$(MA)", "a%20b$(MA)", ["$(MA)"]),
            ("panasonic-hdv-tgp", "{MODEL}.{MAC}.{mac}", "KX-HDV130.BCC3421A2B3C.bcc3421a2b3c", []),
            ("cisco-spa", "spa$PSN.cfg", "spa504G.cfg", []),
            ("cisco-spa", "$MA-$MAU-$MAC", "0026991a2b3c-0026991A2B3C-00:26:99:1a:2b:3c", []),
            ("cisco-mpp", "$MAU.xml", "D0EC351A2B3C.xml", []), ("linksys-sipura", "$PN/$PSN", "SPA-942/942", []),
            ("patton-smartnode", "$(system.mac).cfg", "00a0ba1a2b3c.cfg", []),
            ("spectralink-ipdect", "{mac}", "{mac}", ["{mac}"]),
        ] as [(String, String, String, [String])])
    func `a phone fills in its own maker's macros, and no other's`(id: String, told: String, path: String, left: [String]) throws
    {
        let url = try #require(ToldURL("http://h/" + told, for: phone(id)))
        #expect(url.path == "/" + path)
        #expect(PhoneMacros.left(in: url.path) == left)
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
        #expect(ToldURL("http://u:p@h:8080/f/", for: phone)?.beside("b", by: .ftp).text == "ftp://u:p@h/f/b")
        #expect(ToldURL("http://u:p@h:8080/f/", for: phone)?.beside("b", by: .tftp).text == "tftp://h/f/b")
    }
}
