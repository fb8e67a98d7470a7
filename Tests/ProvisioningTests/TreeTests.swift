import Packets
import Provisioning
import Testing
import VendorCatalogue

@Suite struct TreeSnapshotTests {
    private let tree = TreeSnapshot(files: [
        "a.cfg", "Snom/D735/x.htm", "devices/00-04-13-12-34-56/000413ABCDEF.cfg", "lobby/deep/y",
    ])

    @Test(
        arguments: [
            ("as it is", "a.cfg", "a.cfg"), ("a file's name has its case", "A.cfg", nil),
            ("folders match in any case", "sNOM/d735/x.htm", "Snom/D735/x.htm"),
            (
                "the MAC in a name matches in any case", "devices/00-04-13-12-34-56/000413abcdef.cfg",
                "devices/00-04-13-12-34-56/000413ABCDEF.cfg"
            ),
            ("a folder is no file", "lobby", nil), ("a folder with a slash", "lobby/", nil), ("nothing", "", nil),
            ("up", "lobby/../a.cfg", nil),
            ("up and out", "../a.cfg", nil), ("here", "./a.cfg", nil),
        ] as [(String, String, String?)])
    func `a file is found by its path`(name: String, path: String, expected: String?) {
        #expect(tree.file(path) == expected)
    }

    @Test(
        arguments: [
            ("the root", "", ""), ("as it is", "lobby/deep", "lobby/deep"), ("in another case", "LOBBY/DEEP", "lobby/deep"),
            ("in small letters", "snom/d735", "Snom/D735"),
            ("with empty steps", "lobby//deep/", "lobby/deep"),
            ("a file is no folder", "a.cfg", nil), ("nowhere", "x", nil),
        ] as [(String, String, String?)])
    func `a folder is found by its path`(name: String, path: String, expected: String?) {
        #expect(tree.folder(path) == expected)
    }

    @Test(arguments: [
        ("bare", "000413123456"), ("with dashes", "00-04-13-12-34-56"), ("with colons", "00:04:13:12:34:56"),
        ("in capitals", "0004131234AB"),
    ])
    func `a phone's folder is found however its name writes the address`(name: String, folder: String) throws {
        let tree = TreeSnapshot(files: ["devices/\(folder)/x"])
        #expect(tree.deviceFolder(try mac(folder)) == "devices/\(folder)")
        #expect(tree.deviceFolder(try mac("000413000000")) == nil)
    }

    @Test(arguments: [
        ("no address", "Boot.CFG", "Boot.CFG"), ("an address", "000413ABCDEF.cfg", "000413abcdef.cfg"),
        ("letters before", "SIP001765FDBF1D.cfg", "SIP001765fdbf1d.cfg"),
        ("separators", "x-00-04-13-AB-CD-EF.xml", "x-00-04-13-ab-cd-ef.xml"),
        ("_ between octets", "x_00_04_13_AB_CD_EF.cfg", "x_00_04_13_ab_cd_ef.cfg"),
        ("eleven digits", "x00413ABCDEF.cfg", "x00413ABCDEF.cfg"), ("nothing", "", ""),
        ("letters beyond ASCII", "é000413ABCDEF", "é000413abcdef"),
    ])
    func `a name is spelt with its address in lower case`(name: String, text: String, expected: String) {
        #expect(TreeSnapshot.spelling(of: text) == expected)
    }

    @Test func `of names that spell alike the lesser stands, whatever the order of a listing`() {
        for names in [["000413ABCDEF.cfg", "000413abcdef.cfg"], ["000413abcdef.cfg", "000413ABCDEF.cfg"]] {
            #expect(TreeSnapshot.Folder(files: names, folders: []).files.values.sorted() == ["000413ABCDEF.cfg"])
        }
    }

    @Test(
        arguments: [
            ("an empty tree", [], false), ("a file at the top", ["a"], true), ("a file in a folder", ["x/y/a"], true),
            ("phones' own folders alone", ["devices/000413123456/a"], false),
            ("a folder called devices elsewhere", ["x/devices/a"], true),
        ] as [(String, [String], Bool)])
    func `a tree holds a file or does not`(name: String, files: [String], holds: Bool) {
        #expect(TreeSnapshot(files: files).holdsFile(beneath: "") == holds)
    }
}

@Suite struct PhoneViewTests {
    private let files = [
        "x.cfg", "snom/x.cfg", "snom/D735/x.cfg", "devices/000413123456/x.cfg", "top.cfg", "snom/brand.cfg",
        "snom-desk/family.cfg", "snom/D735/model.cfg",
        "devices/000413123457/secret.cfg", "devices/readme.txt", "yealink/x.cfg",
    ]

    private func view(mac: MACAddress? = phoneMAC, family: String? = "snom-desk", model: String? = "D735", files: [String]? = nil)
        -> PhoneView
    {
        let family = family.flatMap { shipped.family($0) }
        let identity = Identity(mac: mac, family: family, vendor: family?.vendor, model: model)
        return PhoneView(of: TreeSnapshot(files: files ?? self.files), for: identity)
    }

    @Test(
        arguments: [
            ("its own folder first", "x.cfg", "devices/000413123456/x.cfg"), ("the model's", "model.cfg", "snom/D735/model.cfg"),
            ("the brand's", "brand.cfg", "snom/brand.cfg"),
            ("the family's", "family.cfg", "snom-desk/family.cfg"), ("the top", "top.cfg", "top.cfg"),
            ("another brand's by its path", "yealink/x.cfg", "yealink/x.cfg"),
            ("another phone's is not seen", "devices/000413123457/secret.cfg", nil),
            ("in another case neither", "DEVICES/000413123457/secret.cfg", nil),
            ("its own by its path", "devices/000413123456/x.cfg", "devices/000413123456/x.cfg"),
            ("what is no phone's there", "devices/readme.txt", "devices/readme.txt"),
            ("nowhere", "y.cfg", nil), ("nothing", "", nil),
        ] as [(String, String, String?)])
    func `the first hit is served`(name: String, asked: String, expected: String?) {
        #expect(view().file(asked)?.path == expected)
    }

    @Test(arguments: [
        ("without its own folder", 0, "snom/D735/x.cfg"), ("without its model's", 1, "snom/x.cfg"),
        ("without its brand's", 2, "x.cfg"),
    ])
    func `each layer lies over the next`(name: String, missing: Int, expected: String) {
        let overlay = ["devices/000413123456/x.cfg", "snom/D735/x.cfg", "snom/x.cfg"]
        #expect(view(files: files.filter { !overlay.prefix(missing + 1).contains($0) }).file("x.cfg")?.path == expected)
    }

    @Test func `a stranger sees the top alone`() {
        let stranger = view(mac: nil, family: nil, model: nil)
        #expect(stranger.file("x.cfg")?.path == "x.cfg")
        #expect(stranger.file("devices/000413123456/x.cfg") == nil)
        #expect(stranger.layers == [""])
    }

    @Test func `a file newer than the snapshot is looked for in each layer, and not in another phone's folder`() {
        #expect(
            view().candidates("new.cfg").map(\.path) == [
                "devices/000413123456/new.cfg", "devices/000413123456/new.cfg.tmpl", "snom/D735/new.cfg",
                "snom/D735/new.cfg.tmpl",
                "snom/new.cfg", "snom/new.cfg.tmpl", "snom-desk/new.cfg", "snom-desk/new.cfg.tmpl", "new.cfg", "new.cfg.tmpl",
            ])
        #expect(!view().candidates("devices/000413123457/new.cfg").map(\.path).contains("devices/000413123457/new.cfg"))
        #expect(!view().candidates("Devices//000413123457/new.cfg").contains { $0.path.lowercased().hasPrefix("devices//") })
        #expect(view().candidates("") == [])
    }

    @Test func `a model of the wire leads nowhere else`() {
        let files = ["snom/etc/x.cfg", "snom/x.cfg", "x.cfg"]
        #expect(view(model: "../../etc", files: files).layers == ["snom/etc", "snom", ""])
        #expect(view(model: "..", files: files).layers == ["snom", ""])
    }

    @Test(
        arguments: [
            ("its model's file", ["snomD735.htm"], true), ("its own file", ["snomD735-000413123456.htm"], true),
            ("another model's", ["snomD785.htm"], false), ("another phone's", ["snomD735-000413999999.htm"], false),
            ("a file that it does not ask for", ["readme.txt"], false),
            ("its model's in its brand's folder", ["snom/snomD735.htm"], true), ("nothing", [], false),
        ] as [(String, [String], Bool)])
    func `a folder leads somewhere where one of the family's files is`(name: String, files: [String], leads: Bool) {
        #expect(view(files: files).leadsAnywhere(beneath: "") == leads)
    }

    /// A phone writes its model otherwise in a file's name than elsewhere.
    @Test(arguments: [
        ("grandstream", "GRP2614", "cfggrp2614.xml"), ("cisco-spa", "SPA504G", "spa504G.cfg"),
        ("cisco-spa", "SPA525G2", "spa525G2.cfg"),
        ("cisco-spa", "504G", "spa504G.cfg"), ("linksys-sipura", "SPA-962", "spa962.cfg"), ("cisco-mpp", "6841", "6841-3PCC.xml"),
    ])
    func `a folder leads somewhere by the name that the phone makes of its model`(id: String, model: String, file: String) {
        #expect(view(family: id, model: model, files: [file]).leadsAnywhere(beneath: ""))
        #expect(!view(family: id, model: "XY9", files: [file]).leadsAnywhere(beneath: ""))
    }

    @Test func `where the family's names are not known any file will do`() {
        #expect(view(family: nil, model: nil, files: ["readme.txt"]).leadsAnywhere(beneath: ""))
        #expect(!view(family: nil, model: nil, files: []).leadsAnywhere(beneath: ""))
        #expect(!view(family: nil, model: nil, files: ["devices/000413999999/x"]).leadsAnywhere(beneath: ""))
    }

    @Test func `where the model is not known any name of the shape will do`() {
        #expect(view(model: nil, files: ["snomD785.htm"]).leadsAnywhere(beneath: ""))
        #expect(!view(model: nil, files: ["snomD785-000413999999.xml"]).leadsAnywhere(beneath: ""))
    }

    @Test(arguments: [
        ("letters and digits", "D735", "D735"), ("all that is kept", "a.b_c-9", "a.b_c-9"),
        ("slashes go", "../../etc/passwd", "etcpasswd"), ("dots first go", "...x", "x"),
        ("dots alone", "..", ""), ("a line end", "a\r\nX: y", "aXy"), ("percent and braces", "%2e{mac}", "2emac"),
        ("letters beyond ASCII", "É1", "1"),
        ("a long one", String(repeating: "a", count: 100), String(repeating: "a", count: 64)),
    ])
    func `T13 what comes from the wire is reduced to safe characters`(name: String, text: String, expected: String) {
        #expect(safeText(text) == expected)
    }

    @Test(
        arguments: [
            ("nothing to decode", "a/b.cfg", "a/b.cfg"), ("a blank", "a%20b", "a b"), ("in either case", "%6A%6a", "jj"),
            ("once only", "%252e", "%2e"), ("UTF-8", "%c3%a9", "é"),
            ("dots", "%2e%2e", ".."), ("a broken escape", "%2", nil), ("no digits", "%zz", nil), ("a NUL", "%00", nil),
            ("a raw NUL", "a\0", nil), ("an encoded slash", "a%2fb", nil),
            ("an encoded backslash", "a%5cb", nil), ("what is no UTF-8", "%ff", nil), ("overlong UTF-8", "%c0%ae", nil),
            ("a percent last", "a%", nil),
        ] as [(String, String, String?)])
    func `T7 a name is decoded once, or refused`(name: String, text: String, expected: String?) {
        #expect(percentDecoded(text) == expected)
    }

    @Test(
        arguments: [
            ("a blank", "a+b%20c", "a b c"), ("a plus", "%2b", "+"), ("what no name may hold", "10.0.0.0%2f8%5c", "10.0.0.0/8\\"),
            ("four octets", "%f0%9f%93%9e", "📞"), ("a NUL", "a%00", nil), ("a broken escape", "%2", nil),
            ("no UTF-8", "%ff", nil),
        ] as [(String, String, String?)])
    func `a query holds any text but a NUL`(name: String, text: String, expected: String?) {
        #expect(queryDecoded(text) == expected)
    }

    @Test(
        arguments: [
            ("a host alone", "http://192.168.50.1", .http, "192.168.50.1", 80, ""),
            ("a path", "https://h/a/b", .https, "h", 443, "a/b"),
            ("a port, a query and a fragment", "http://h:8080/a?b#c", .http, "h", 8080, "a"),
            ("a user", "ftp://u:p@H/x", .ftp, "h", 21, "x"), ("TFTP", "tftp://h//x", .tftp, "h", 69, "x"),
            ("a query without path", "http://h?x", .http, "h", 80, ""), ("an escape", "http://h/a%20b", .http, "h", 80, "a b"),
            ("capitals", "HTTP://h/", .http, "h", 80, ""),
        ] as [(String, String, URLScheme, String, UInt16, String)])
    func `a URL is taken apart`(name: String, text: String, scheme: URLScheme, host: String, port: UInt16, path: String) throws {
        let url = try #require(ProvisioningURL(text))
        #expect((url.scheme, url.host, url.port, url.path) == (scheme, host, port, path))
    }

    @Test(arguments: [
        "", "192.168.50.1", "gopher://h/", "http://", "http://:80/", "http://h:0/", "http://h:65536/", "http://h:x/",
        "http://h/%00", "http://h/a%2fb",
    ])
    func `what is no URL is none`(text: String) {
        #expect(ProvisioningURL(text) == nil)
    }

    @Test(arguments: [
        ("Fanvil's", "$mac.cfg", "000413123456.cfg"), ("in capitals", "{MAC}.xml", "000413123456.xml"),
        ("ALE's", "$(MA)", "000413123456"), ("in capitals or not", "$MAU $(MAU) $MA", "000413123456 000413123456 000413123456"),
        ("AudioCodes'", "<MAC>/<MODEL>.img", "000413123456/D735.img"),
        ("Gigaset's", "%MACD.xml", "000413123456.xml"), ("twice", "{mac}/{mac}", "000413123456/000413123456"),
        ("an unknown one", "$input/x", "$input/x"), ("none", "a/b", "a/b"),
    ])
    func `macros of phones are filled in as the phone would`(name: String, path: String, expected: String) {
        #expect(phoneSideMacrosFilled(path, for: PhoneFacts(mac: phoneMAC, model: "D735")) == expected)
    }

    /// SPA122 Provisioning Guide, Macro Expansion Variables.
    @Test func `Cisco's and Linksys' phones write $MAC with colons, and each writes the case that the macro says`() throws {
        let facts = PhoneFacts(mac: try mac("000413abcdef"), model: "D735")
        for id in ["cisco-spa", "cisco-mpp", "linksys-sipura", "fanvil"] {
            let filled = phoneSideMacrosFilled(
                "$MAC $(MAC)x $MAU$(MAU) $MA$(MA) $PSN", for: facts, of: shipped.family(id))
            let expected =
                id == "fanvil"
                ? "000413abcdef $(MAC)x" : "00:04:13:ab:cd:ef 00:04:13:ab:cd:efx"
            let series = id == "cisco-mpp" ? "D735" : "$PSN"
            #expect(filled == expected + " 000413ABCDEF000413ABCDEF 000413abcdef000413abcdef \(series)")
        }
    }

    /// Anyone may call himself so, and once was enough to hang the daemon for good.
    @Test(.timeLimit(.minutes(1)), arguments: ["{MODEL}", "x{model}{MODEL}", "<MODEL>"])
    func `T13 a model that reads like a macro is none`(model: String) {
        #expect(phoneSideMacrosFilled("{MODEL}.cfg", for: PhoneFacts(model: model)) == safeText(model) + ".cfg")
    }
}
