import Diagnosis
import Packets
import Provisioning
import Testing

/// What is said of a file that a phone asked for and did not get.
@Suite struct `A file that is missing` {
    struct Row: Sendable {
        let family: String?
        let mac: UInt64
        let asked: String
        let files: [String]
        /// The file that is nearly the one.
        var near: String?
    }

    static let rows = [
        // What a healthy phone asks for besides, while its settings are there.
        Row(family: "yealink", mac: 0x805e_c012_3456, asked: "805ec0123456.boot", files: ["805ec0123456.cfg"]),
        Row(family: "yealink", mac: 0x805e_c012_3456, asked: "y000000000044.cfg", files: ["y000000000045.cfg"]),
        Row(family: "grandstream", mac: 0x000b_8212_3456, asked: "cfg000b82123456.xml", files: ["cfg000b82123456", "cfg.xml"]),
        Row(family: "snom-desk", mac: 0x0004_1312_3456, asked: "snomD735.htm", files: ["snomD736.htm"]),
        Row(family: "snom-desk", mac: 0x0004_1312_3456, asked: "snomD735-000413123456.htm", files: ["snomD735.htm"]),
        // Other phones' accounts.
        Row(family: "yealink", mac: 0x805e_c012_3456, asked: "805ec0123456.cfg", files: ["805ec0123457.cfg"]),
        Row(
            family: "snom-desk", mac: 0x0004_1312_3456, asked: "snomD735-000413123456.htm",
            files: ["snomD735-000413123457.htm", "snomD735-000413123457.html"]),
        Row(family: nil, mac: 0x0200_0012_3456, asked: "020000123456.cfg", files: ["020000123457.cfg", "020000123456.boot"]),
        Row(family: nil, mac: 0x0200_0012_3456, asked: "phone020000123456.cfg", files: ["phone.cfg"]),
        // Meant for it, and misspelt.
        Row(
            family: "yealink", mac: 0x805e_c012_3456, asked: "805ec0123456.cfg",
            files: ["805ec0123457.cfg", "805ec0123456.cfgg"],
            near: "805ec0123456.cfgg"),
        Row(
            family: "yealink", mac: 0x805e_c012_3456, asked: "805ec0123456.cfg", files: ["80-5e-c0-12-34-56.cfg"],
            near: "80-5e-c0-12-34-56.cfg"),
        Row(
            family: "yealink", mac: 0x805e_c012_3456, asked: "y000000000044.cfg", files: ["y00000000044.cfg"],
            near: "y00000000044.cfg"),
        Row(
            family: "yealink", mac: 0x805e_c012_3456, asked: "y000000000044.cfg", files: ["Y000000000044.CFG"],
            near: "Y000000000044.CFG"),
        Row(
            family: "snom-desk", mac: 0x0004_1312_3456, asked: "lists/snomD735.htm", files: ["snom/lists/snomD735.html"],
            near: "snom/lists/snomD735.html"),
        Row(
            family: "snom-desk", mac: 0x0004_1312_3456, asked: "Snom-D735.htm", files: ["snomD735.htm", "snomD736.htm"],
            near: "snomD735.htm"),
        Row(family: nil, mac: 0x0200_0012_3456, asked: "phone.cfg", files: ["phones.cfg"], near: "phones.cfg"),
    ]

    @Test(arguments: rows)
    func `another is named where it is nearly that one, and is neither another phone's nor there for itself`(
        _ row: Row
    ) throws {
        let events = [told(0), refused(1, "/\(row.asked)", 404, why: "not-found")]
        let found = Verdict(
            of: try phone(events, at: 41, family: row.family, mac: MACAddress(bits: row.mac), files: row.files))
        #expect(found.main.cause == (row.near == nil ? .fileMissing : .nameDiffers), "\(found.main)")
        if let near = row.near { #expect(found.main.advice?.hasPrefix("rename \(near) to ") == true, "\(found.main)") }
    }

    @Test func `one that is there by now is said to be, and not to be misnamed`() throws {
        let events = [told(0), again(refused(1, "/snomD735.htm", 404), 9)]
        let main = Verdict(of: try phone(events, at: 41, files: ["snom/snomD735.htm.tmpl"])).main
        #expect(main.cause == .fileThereNow)
        #expect(main.sentence == "it asked for snomD735.htm and got 404 at second 9; the tree has it now")
        #expect(main.advice == "restart the phone, or `bellhop resync 00:04:13:12:34:56`")
    }

    @Test func `what a phone needs is named before what it asked for besides`() throws {
        func causes(_ events: [RecordedEvent], at second: Int64 = 41) throws -> [Cause] {
            Verdict(of: try phone(events, at: second, family: "avaya-j100-sip")).findings.map(\.cause)
        }
        let upgrade = served(1, "J100Supgrade.txt")
        let optional = refused(2, "/000413123456.cfg", 404)
        let upload = refused(2, "/phone.log", 403, why: "not-taken")
        let needed = refused(3, "/46xxsettings.txt", 404)
        #expect(try causes([told(0), upgrade, optional]) == [.stoppedFetching, .fileMissing])
        #expect(try causes([told(0), upgrade, optional], at: 9) == [.stillFetching, .fileMissing])
        #expect(try causes([told(0), upgrade, upload]) == [.stoppedFetching, .fileRefused])
        #expect(try causes([told(0), upgrade, upload, needed, optional]) == [.fileMissing, .fileMissing, .fileRefused])
        let main = Verdict(of: try phone([told(0), upgrade, optional], at: 41, family: "avaya-j100-sip")).main
        #expect(main.sentence.contains("has not asked for 46xxsettings.txt"), "\(main.sentence)")
        let underWay = event(7, "file.under-way", ["name": "fw.bin", "bytes": "1", "size": "9", "after-ms": "5000.0"])
        #expect(try causes([told(0), upgrade, optional, underWay]) == [.stillFetching, .fileMissing])
    }

    @Test func `a phone that came and has nothing whole is not one that asked for nothing`() throws {
        let head = event(1, "file.served", ["name": "a.cfg", "only": "head"])
        let underWay = event(7, "file.under-way", ["name": "fw.bin", "bytes": "1", "size": "9", "after-ms": "5000.0"])
        let upload = [
            refused(1, "/a.log", 403, why: "not-taken"), event(2, "file.uploaded", ["name": "/a.log", "bytes": "5"]),
        ]
        for (events, says) in [
            ([head], "it asked for a.cfg at second 1, and has no file whole"),
            ([head, underWay], "it asked for fw.bin at second 7, and has no file whole"),
            (upload, "it came to leave files here, and asked for none"),
        ] {
            let main = Verdict(of: try phone([told(0)] + events, at: 100_000)).main
            #expect(main.cause == .stoppedFetching && main.sentence == says, "\(main)")
        }
    }
}
