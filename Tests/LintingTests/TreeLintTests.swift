import ConfigFiles
import ConfigTree
import FileTree
import Foundation
import Linting
import Packets
import Provisioning
import TestSupport
import Testing
import VendorCatalogue

@testable import CommandLine

private let shipped = CatalogueFolder.load(program: conf.appending(path: "vendors").path, usersOwn: nil, ConfigProblems())

/// What `bellhop lint` says of small trees on disk: each rule with a tree that it is about, and one that it is not.
@Suite struct TreeLintTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var name: String
        var files: [String: String]
        var settings = "{}"
        var devices: String?
        /// `RULE severity path:line`
        var found: [String] = []
        /// Rules that this tree is near to breaking.
        var spares: [LintFinding.Rule] = []

        var testDescription: String { name }
    }

    private static let settings = "<?xml version=\"1.0\"?>\n<settings/>\n"
    private static let server = "devices/0013d1123456/0013d1123456"
    private static let bare = "<?xml version=\"1.0\"?>\n<!-- two\nlines -->\n<config>\n</config>\n"
    private static let longLine = String(repeating: "a", count: 81)
    private static let sections = "[DEVICE_CONFIG]\nVERSION 000001\nFILENAME DeviceConfig.cfg\n"

    static let rows: [Row] = [
        Row(name: "names that are asked for", files: ["snom/snomD735.htm": settings, "snomD735-000413123456.htm": settings]),
        Row(
            name: "a name in the wrong case", files: ["snom/SnomD735.htm": settings],
            found: ["wrong-case error snom/SnomD735.htm:1"]),
        Row(
            name: "a MAC in capitals is no other case", files: ["snom/snomD735-000413ABCDEF.htm": settings], spares: [.wrongCase]),
        Row(
            name: "two letters changed", files: ["snom/snomD735.hmt": settings],
            found: ["misspelt-name error snom/snomD735.hmt:1"]),
        Row(
            name: "an address with a digit too few", files: ["yealink/00156512345.cfg": ""],
            found: ["misspelt-name error yealink/00156512345.cfg:1"]),
        Row(
            name: "at the top of the tree it may be anything's", files: ["snomD735.hmt": settings],
            found: ["misspelt-name warning snomD735.hmt:1"]),
        Row(
            name: "at the top of the tree other names are nobody's business", files: ["README.md": "x", "logo.png": "x"],
            spares: [.misspeltName]),
        Row(
            name: "a name that no phone of the brand asks for", files: ["snom/ringtone.wav": "x"],
            found: ["unknown-name warning snom/ringtone.wav:1"]),
        Row(
            name: "a name that another file speaks of",
            files: ["snom/snomD735.htm": "<settings><ring>ringtone.wav</ring></settings>", "snom/ringtone.wav": "x"],
            spares: [.unknownName]),
        Row(
            name: "a name that an alias leads to", files: ["snom/phone.htm": "x"],
            settings: "rules: [{match: {vendor: snom}, aliases: {\"snom{model}-{MAC}.htm\": phone.htm}}]"),
        Row(
            name: "a name that a rule's URL leads to", files: ["snom/000413123456.dat": "x"],
            settings: "rules: [{match: {vendor: snom}, url: \"http://{server}/snom/{mac}.dat\"}]"),
        Row(
            name: "a name that everybody's URL leads to", files: ["akuvox/boot.cfg": "x"],
            settings: "url: \"http://{server}/boot.cfg\""),
        Row(
            name: "names that a rule's options lead to",
            files: ["akuvox/start.cfg": "x", "akuvox/a.cfg": "x", "akuvox/b.cfg": "x"],
            settings: """
                rules:
                  - options: {67: start.cfg, 43: {tlv: {1: "http://{server}/a.cfg"}}, 125: {enterprise: 1, tlv: {2: "tftp://{server}/b.cfg"}}}
                """),
        Row(
            name: "XML that does not parse", files: ["ale/config.xml": "<a>\n<b>\n</a>"],
            found: ["not-xml error ale/config.xml:3"]),
        Row(
            name: "XML in spite of its name", files: ["snom/snomD735.htm": "<?xml version=\"1.0\"?>\n<a>"],
            found: ["not-xml error snom/snomD735.htm:2"]),
        Row(name: "what is not XML need not be", files: ["snom/snomD735.htm": "language&: English\n<"], spares: [.notXML]),
        Row(name: "an empty XML file", files: ["ale/config.xml": ""], found: ["not-xml error ale/config.xml:1"]),
        Row(
            name: "a server's configuration without merge_type", files: ["\(server)-config.xml": bare],
            found: ["no-merge-type warning \(server)-config.xml:4"]),
        Row(
            name: "merge_type misspelt", files: ["\(server)-config.xml": "<config merge_type=\"Merge\"/>"],
            found: ["no-merge-type warning \(server)-config.xml:1"]),
        Row(name: "merge_type", files: ["\(server)-config.xml": "<config merge_type=\"merge\"/>"], spares: [.noMergeType]),
        Row(name: "another maker's config", files: ["ale/config.xml": bare]),
        Row(
            name: "firmware without its version", files: ["spectralink/kws.bin": "x"],
            found: ["no-version-file error spectralink/kws.bin:1"]),
        Row(
            name: "firmware with its version", files: ["spectralink/kws.bin": "x", "spectralink/kws.bin.ver": "PCS20Ba 90198"],
            spares: [.noVersionFile]),
        Row(
            name: "firmware in a ZIP file with its version, and of another name",
            files: [
                "spectralink/kws.zip": "x", "spectralink/kws.zip.ver": "PCS20Ba 90198", "spectralink/new.bin": "x",
                "spectralink/new.bin.ver": "PCS20Ba 90198",
            ], spares: [.noVersionFile, .unknownName]),
        Row(name: "another maker's firmware", files: ["snom/snomD735.htm": "fw.bin", "snom/fw.bin": "x"]),
        Row(
            name: "a list that names an absent group", files: ["\(server)-handset_config_list.ver": "GROUP100 VERSION1\n"],
            found: ["group-missing error \(server)-handset_config_list.ver:1"]),
        Row(
            name: "a list and its group",
            files: [
                "\(server)-handset_config_list.ver": "GROUP100\tVERSION1\r\n\r\n",
                "\(server)-handset_config_group_100.xml": "<cota/>",
            ], spares: [.groupMissing, .groupNotListed, .badListLine]),
        Row(
            name: "lines of a list that are not read",
            files: ["\(server)-handset_config_list.ver": "group100 VERSION1\nGROUP0 VERSION1\nGROUP1\nGROUP10000 VERSION1\n"],
            found: (1...4).map { "bad-list-line error \(server)-handset_config_list.ver:\($0)" }),
        Row(
            name: "a group that its list does not name",
            files: [
                "\(server)-handset_config_list.ver": "GROUP100 VERSION1\n", "\(server)-handset_config_group_100.xml": "<cota/>",
                "\(server)-handset_config_group_7.xml": "<cota/>",
            ], found: ["group-not-listed warning \(server)-handset_config_group_7.xml:1"]),
        Row(
            name: "a group without a list", files: ["\(server)-handset_config_group_7.xml": "<cota/>"],
            found: ["group-not-listed error \(server)-handset_config_group_7.xml:1"]),
        Row(
            name: "a line of 81 characters", files: ["avaya/DeviceConfig.cfg": "A 1\n\(longLine)\n\(longLine)\n"],
            found: ["long-line error avaya/DeviceConfig.cfg:2"]),
        Row(
            name: "a line of 80 characters", files: ["avaya/DeviceConfig.cfg": longLine.dropLast() + "\r\n"], spares: [.longLine]),
        Row(name: "a long line for another family of the brand", files: ["avaya/c81fea123456.cfg": longLine]),
        Row(
            name: "a section without VERSION",
            files: ["avaya/1230SIP.cfg": sections + "[USER_CONFIG]\nDOWNLOAD_MODE FORCED\n", "avaya/DeviceConfig.cfg": ""],
            found: ["section-without-version error avaya/1230SIP.cfg:4"]),
        Row(
            name: "sections whole", files: ["avaya/1230SIP.cfg": sections + "#[FW]\n", "avaya/DeviceConfig.cfg": ""],
            spares: [.sectionWithoutVersion, .namedFileMissing]),
        Row(
            name: "a section that names an absent file", files: ["1220SIP.cfg": sections],
            found: ["named-file-missing error 1220SIP.cfg:3"]),
        Row(
            name: "a section that names a file of each phone",
            files: [
                "avaya/1230SIP.cfg": "[DEV_CERT]\nVERSION 1\nFILENAME devcert*.p12\n[X]\nVERSION 1\nFILENAME own*.x\n",
                "avaya/devcert001765FDBF1D.p12": "", "avaya/own001765FDBF1D.x": "",
            ], spares: [.namedFileMissing, .unknownName]),
        Row(
            name: "a section that names an absent file of each phone",
            files: ["avaya/1230SIP.cfg": "[X]\nVERSION 1\nFILENAME own*.x\n", "avaya/own.x": ""],
            found: ["named-file-missing error avaya/1230SIP.cfg:3", "unknown-name warning avaya/own.x:1"]),
        Row(
            name: "a section that names another phone's file",
            files: [
                "devices/001765000001/1230SIP.cfg": "[X]\nVERSION 1\nFILENAME own*.x\n",
                "devices/001765000001/own001765000002.x": "",
            ], devices: "mac,vendor\n001765000001,avaya\n",
            found: ["named-file-missing error devices/001765000001/1230SIP.cfg:3"]),
        Row(
            name: "a section that names several files",
            files: [
                "avaya/1230SIP.cfg": "[LANGUAGE]\nVERSION 1\nFILENAME a.lng\nFILENAME b.lng\nFILENAME c.lng\n", "avaya/b.lng": "",
            ], found: [3, 5].map { "named-file-missing error avaya/1230SIP.cfg:\($0)" }),
        Row(
            name: "a link to bellhop that leads nowhere", files: ["snom/snomD735.htm": "x\nhttp://192.0.2.1/a/no.xml?q"],
            found: ["dead-link error snom/snomD735.htm:2"]),
        Row(
            name: "links that lead somewhere, elsewhere, or where only the phone knows",
            files: [
                "snom/snomD735.htm":
                    "http://192.0.2.1/snomD735.htm http://192.0.2.99/x http://192.0.2.1/ http://192.0.2.1:8080/x http://192.0.2.1/{mac}.xml http://192.0.2.1/$PSN.cfg http://192.0.2.1/snom/snomD735.htm"
            ], spares: [.deadLink]),
        Row(
            name: "a link to what lies in the model's own folder, and in the brand's",
            files: [
                "snom/D785/snomD785.htm": "http://192.0.2.1/fw.bin http://192.0.2.1/logo.png", "snom/D785/fw.bin": "x",
                "snom/logo.png": "x", "snom/snomD735.htm": "http://192.0.2.1/fw.bin",
            ], spares: [.deadLink]),
        Row(
            name: "a link to what lies in another model's folder",
            files: ["snom/D785/snomD785.htm": "http://192.0.2.1/fw.bin", "snom/D735/fw.bin": "x"],
            found: ["dead-link error snom/D785/snomD785.htm:1"]),
        Row(
            name: "a link to what an alias stands for",
            files: ["snom/snomD735.htm": "http://192.0.2.1/fw-8.bin http://192.0.2.1/a.xml", "snom/fw.bin": "x"],
            settings: "rules: [{match: {vendor: snom}, aliases: {\"fw-*.bin\": fw.bin, a.xml: \"{model}.xml\"}}]",
            spares: [.deadLink]),
        Row(
            name: "an alias that leads nowhere", files: ["snom/snomD735.htm": "http://192.0.2.1/fw-8.bin"],
            settings: "rules: [{match: {vendor: snom}, aliases: {\"fw-*.bin\": fw.bin}}]",
            found: ["dead-link error snom/snomD735.htm:1"]),
        Row(
            name: "a variable that nobody fills in", files: ["snom/snomD735.htm": "http://{server}/snomD735.htm"],
            found: ["server-not-filled-in error snom/snomD735.htm:1"]),
        Row(
            name: "a template that cannot be made", files: ["snom/snomD735.htm.tmpl": "a\n{{colour}}"],
            devices: "mac,vendor\n000413123456,snom\n", found: ["template error snom/snomD735.htm.tmpl:2"]),
        Row(
            name: "a template that makes what no phone can read",
            files: ["snom/000413123456.xml.tmpl": "<a>\n{{#label}}<b>{{/label}}</a>"],
            devices: "mac,vendor,label\n000413123456,snom,Lobby\n", found: ["not-xml error snom/000413123456.xml.tmpl:1"]),
        Row(
            name: "a template with a link to bellhop",
            files: ["snom/000413123456.xml.tmpl": "<a>http://{{server}}/snom/000413123456.xml</a>"],
            devices: "mac,vendor\n000413123456,snom\n", spares: [.serverNotFilledIn, .template]),
    ]

    @Test(arguments: rows)
    func `what is found`(_ row: Row) throws {
        let folder = try TemporaryFolder()
        for (path, text) in row.files {
            if let slash = path.lastIndex(of: "/") { try folder.makeFolder(String(path[..<slash])) }
            try folder.write(text, to: path)
        }
        let problems = ConfigProblems()
        var settings = Settings(
            try YAMLDocument.parse(Array(row.settings.utf8), file: "x.yaml"), vendors: shipped.names, problems)
        if let table = row.devices {
            settings.take(readKnownDevices(table, file: "devices.csv", vendors: shipped.names, problems))
        }
        #expect(problems.inOrder.map(\.description) == [])
        settings.root = folder.path
        let tree = try FileTree(root: folder.path)
        let policy = Policy(settings: settings, catalogue: shipped, tree: tree.snapshot)
        let (findings, count) = TreeLint(tree: tree, policy: policy, part: .all).run()
        #expect(findings.map { "\($0.rule.rawValue) \($0.severity.rawValue) \($0.place)" } == row.found)
        #expect(count == row.files.count)
        #expect(findings.allSatisfy { !$0.sentence.isEmpty && !$0.advice.isEmpty && !$0.sentence.hasSuffix(".") })
    }

    @Test func `every rule has a tree that breaks it, and one that all but does`() {
        #expect(
            TreeLintTests.rows.allSatisfy { row in
                row.spares.allSatisfy { rule in !row.found.contains { $0.hasPrefix("\(rule.rawValue) ") } }
            })
        #expect(Set(TreeLintTests.rows.flatMap(\.spares)) == Set(LintFinding.Rule.allCases))
        let found = Set(TreeLintTests.rows.flatMap(\.found).compactMap { $0.split(separator: " ").first.map(String.init) })
        #expect(found == Set(LintFinding.Rule.allCases.map(\.rawValue)))
    }

    /// What the catalogue says that phones ask for, a tree may have.
    @Test(arguments: shipped.families.map(\.id))
    func `nothing is said of the name of a file that a family's phones asked for`(id: String) throws {
        let family = try #require(shipped.family(id))
        let names = family.samples.compactMap { if case .file(let name) = $0.subject { "\(family.vendor)/\(name)" } else { nil } }
        let policy = Policy(settings: Settings(), catalogue: shipped, tree: TreeSnapshot(files: names))
        var linter = Linter(policy, ownAddresses: [])
        linter.lookAtNames()
        let named: Set<LintFinding.Rule> = [.wrongCase, .misspeltName, .unknownName]
        #expect(linter.findings.filter { named.contains($0.rule) }.map(\.sentence) == [])
    }

    @Test func `the example tree is clean`() throws {
        try withExamples { folder in
            let configuration = try Configuration.load(path: folder.appending(path: "lab.yaml").path)
            let tree = try FileTree(root: configuration.settings.root)
            let policy = Policy(settings: configuration.settings, catalogue: shipped, tree: tree.snapshot)
            let (findings, count) = TreeLint(tree: tree, policy: policy, part: .all).run()
            #expect(findings.map { "\($0.place) \($0.sentence)" } == [])
            #expect(count > 10)
        }
    }

    @Test func `one phone's part of a tree is its folders and what is anybody's`() throws {
        let folder = try TemporaryFolder()
        for (path, text) in [
            "snom/a.x": "", "ale/b.x": "", "devices/000413123456/c.x": "", "devices/000413123457/d.x": "",
            "1220SIP.cfg": "[FW]\n",
        ] {
            if let slash = path.lastIndex(of: "/") { try folder.makeFolder(String(path[..<slash])) }
            try folder.write(text, to: path)
        }
        var settings = Settings()
        settings.root = folder.path
        let tree = try FileTree(root: folder.path)
        let policy = Policy(settings: settings, catalogue: shipped, tree: tree.snapshot)
        func files(_ word: String?) throws -> [String] {
            let part = try Part(word, policy, root: folder.path)
            return TreeLint(tree: tree, policy: policy, part: part).run().findings.map(\.place.file)
        }
        #expect(try files(nil) == ["1220SIP.cfg", "ale/b.x", "devices/000413123456/c.x", "devices/000413123457/d.x", "snom/a.x"])
        #expect(try files("00:04:13:12:34:56") == ["1220SIP.cfg", "devices/000413123456/c.x", "snom/a.x"])
        #expect(try files("snom/a.x") == ["snom/a.x"])
        #expect(try files("\(folder.path)/ale/b.x") == ["ale/b.x"])
        #expect(throws: Exit.self) { try files("snom/b.x") }
    }
}
