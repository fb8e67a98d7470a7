import ConfigTree
import FileTemplates
import Packets
import Testing
import VendorCatalogue

@testable import Provisioning

/// Names to files: templates beside plain files, and aliases.
@Suite struct TemplateAndAliasTests {
    private func view(_ files: [String], rule: String = "{}", family: String = "snom-desk", mac: MACAddress? = phoneMAC) throws
        -> PhoneView
    {
        let family = shipped.family(family)
        let identity = Identity(mac: mac, family: family, vendor: family?.vendor, model: "D735")
        let policy = try policy("rules: [{match: {vendor: \(identity.vendor ?? "")}, aliases: \(rule)}]", files: files)
        return PhoneView(of: policy.tree, for: identity, rule: policy.settings.rules.first)
    }

    @Test(
        arguments: [
            ("a template alone", ["a.cfg.tmpl"], "a.cfg", "a.cfg.tmpl"),
            ("a plain file beside it", ["a.cfg", "a.cfg.tmpl"], "a.cfg", "a.cfg"),
            ("a more particular template", ["a.cfg", "snom/a.cfg.tmpl"], "a.cfg", "snom/a.cfg.tmpl"),
            ("a more particular plain file", ["a.cfg.tmpl", "snom/a.cfg"], "a.cfg", "snom/a.cfg"),
            ("the MAC in its name in another case", ["000413ABCDEF.cfg.tmpl"], "000413abcdef.cfg", "000413ABCDEF.cfg.tmpl"),
            ("never itself", ["a.cfg.tmpl"], "a.cfg.tmpl", nil), ("nor in another case", ["a.cfg.TMPL"], "a.cfg.TMPL", nil),
            ("nor made of one more", ["a.tmpl.tmpl"], "a.tmpl", nil),
            ("in another phone's folder", ["devices/0004f2abcdef/a.cfg.tmpl"], "devices/0004f2abcdef/a.cfg", nil),
        ] as [(String, [String], String, String?)])
    func `NAME stands before NAME.tmpl in one folder, and a nearer folder before both`(
        name: String, files: [String], asked: String, expected: String?
    ) throws {
        let file = try view(files).file(asked)
        #expect(file?.path == expected)
        #expect(file?.isTemplate == expected?.hasSuffix(".tmpl"))
        if let file { #expect(file.servedPath == (file.isTemplate ? String(file.path.dropLast(5)) : file.path)) }
    }

    @Test(
        arguments: [
            ("Cisco's", "{\"SEP{MAC}.cnf.xml\": \"phone.xml\"}", ["phone.xml"], "SEP000413123456.cnf.xml", "phone.xml"),
            (
                "to another form of the address", "{\"cfg{mac}\": \"{mac}.cfg\"}", ["000413123456.cfg"], "CFG00-04-13-12-34-56",
                "000413123456.cfg"
            ),
            ("the plain name goes first", "{\"a\": \"b\"}", ["a", "snom/b"], "a", "a"),
            ("then the alias by every layer", "{\"a\": \"b\"}", ["b", "snom/b.tmpl"], "a", "snom/b.tmpl"),
            ("the first that is there", "{\"*.x\": \"none\", \"a.*\": \"b\"}", ["b"], "a.x", "b"),
            ("in the folder that was asked", "{\"a\": \"b\"}", ["lobby/b", "b"], "lobby/a", "lobby/b"),
            ("and in no other", "{\"a\": \"b\"}", ["b"], "lobby/a", nil),
            ("a whole path", "{\"old/a\": \"new/b\"}", ["new/b"], "old/a", "new/b"),
            ("no alias of an alias", "{\"a\": \"b\", \"b\": \"c\"}", ["c"], "a", nil),
            ("the model from the name", "{\"{model}.cfg\": \"{model}/x\"}", ["D785/x"], "D785.cfg", "D785/x"),
            ("the model that is known", "{\"x.cfg\": \"{model}-{MAC}\"}", ["D735-000413123456"], "x.cfg", "D735-000413123456"),
            ("T13 what leads up", "{\"{model}.cfg\": \"a/{model}/x\"}", ["x"], "...cfg", nil),
            ("not its name", "{\"a\": \"b\"}", ["b"], "aa", nil),
            ("to a template by its own name", "{\"a\": \"b.tmpl\"}", ["b.tmpl"], "a", nil),
        ] as [(String, String, [String], String, String?)])
    func `an alias is followed where the name is not there`(
        name: String, rule: String, files: [String], asked: String, expected: String?
    ) throws {
        let view = try view(files, rule: rule)
        #expect(view.file(asked)?.path == expected)
        // What the snapshot does not know is looked for on disk, where `..` leads somewhere.
        #expect(view.candidates(asked).allSatisfy { !$0.path.split(separator: "/").contains("..") })
    }

    @Test func `a rule's aliases go before the family's, and a family has its own`() throws {
        let files = ["000b82123456.xml", "b"]
        let mac = try mac("000b82123456")
        #expect(try view(files, family: "grandstream", mac: mac).file("cfg000b82123456.xml")?.path == "000b82123456.xml")
        #expect(
            try view(files, rule: "{\"cfg*.xml\": b}", family: "grandstream", mac: mac).file("cfg000b82123456.xml")?.path == "b")
        #expect(try view(["ot4135-020000413501.xml"], family: "alcatel-ot4135").file("OT4135-02-00-00-41-35-01.xml") != nil)
    }

    @Test func `Spectralink's Virtual server finds its files by the UUID that devices.csv has`() throws {
        let uuid = "89fed27f-7c47-43f5-8347-cb854cedc538"
        let policy = try policy(
            files: [
                "0013d1123456-config.xml", "devices/0013d1123456/0013d1123456-users.xml",
                "0013d1123456-handset_config_group_7.xml",
            ],
            devices: "mac,uuid,vendor\n0013d1123456,\(uuid),spectralink\n")
        let proven = try mac("0013d1123456")
        func path(_ name: String, _ proven: MACAddress?) -> String? {
            let asker = policy.asker(for: name, userAgent: nil, at: phoneAddress, provenMAC: proven, learnt: { _ in nil })
            return FileAccess(asker, policy, tree: policy.tree).file(name)?.path
        }
        #expect(path("\(uuid)-config.xml", proven) == "0013d1123456-config.xml")
        #expect(path("\(uuid.uppercased())-users.xml", proven) == "devices/0013d1123456/0013d1123456-users.xml")
        #expect(path("\(uuid)-handset_config_group_7.xml", proven) == "0013d1123456-handset_config_group_7.xml")
        #expect(path("\(uuid)-handset_config_group_8.xml", proven) == nil)
        #expect(path("\(uuid)-config.xml", nil) == nil)
        #expect(path("11111111-2222-3333-4444-555555555555-config.xml", proven) == nil)
    }

    @Test func `a URL that is told leads by aliases and templates too`() throws {
        let rule =
            "rules: [{match: {vendor: snom}, url: \"http://{server}/p/{mac}.xml\", aliases: {\"{mac}.xml\": \"phone.xml\"}}]"
        #expect(try Heard.snomInform().decision(policy(rule, files: ["p/phone.xml.tmpl"])).answer != nil)
        #expect(try Heard.snomInform().decision(policy(rule, files: ["phone.xml.tmpl"])).answer == nil)
        #expect(try Heard.snomInform().decision(policy(files: ["snom/snomD735.htm.tmpl"])).answer != nil)
        // A model that is not known yet.
        let nameless = Heard.snomInform { $0.message.options[.vendorClass] = nil }
        #expect(try nameless.decision(policy(files: ["snom/snomD785.htm.tmpl"])).answer != nil)
    }

    @Test
    func `the rule that answered a phone lends it its aliases, and one that asks for more than who it is does not unless it did`()
        throws
    {
        let policy = try policy(
            "rules: [{name: wire, match: {vlan: 20}, aliases: {a: wire}}, {name: who, match: {vendor: snom}, aliases: {a: who}}]",
            files: ["wire", "who"])
        func path(answered rule: String?) -> String? {
            var learnt = LearntDevice(lastSeen: Moment(microseconds: 0))
            learnt.rule = rule
            let asker = policy.asker(for: "a", userAgent: nil, at: phoneAddress, provenMAC: phoneMAC, learnt: { _ in learnt })
            return FileAccess(asker, policy, tree: policy.tree).file("a")?.path
        }
        #expect(path(answered: nil) == "who")
        #expect(path(answered: "wire") == "wire")
        #expect(path(answered: "gone since") == "who")
    }
}

@Suite struct TemplateValueTests {
    private let devices =
        "mac,label,url,model,password,server,uuid,address\n000413123456,Lobby,,D785,s3cret,,,10.0.0.5\n000413000001,,http://u:p@h/,,,,,\n"

    private func value(_ name: String, of mac: MACAddress = phoneMAC, server: IPv4Address? = ourAddress) throws -> TemplateValue {
        let policy = try policy(devices: devices)
        let asker = policy.asker(for: "x", userAgent: nil, at: phoneAddress, server: server, provenMAC: mac, learnt: { _ in nil })
        return policy.templateValue(name, for: asker)
    }

    @Test(arguments: [
        ("mac", "000413123456"), ("MAC", "000413123456"), ("mac-colon", "00:04:13:12:34:56"), ("mac-dash", "00-04-13-12-34-56"),
        ("vendor", "snom"), ("model", "D785"), ("ip", "192.168.50.31"), ("url", "http://192.168.50.1/"), ("label", "Lobby"),
        ("password", "s3cret"), ("address", "10.0.0.5"),
    ])
    func `a name is a column of the row, or a variable of URLs`(name: String, expected: String) throws {
        #expect(try value(name) == .text(expected))
    }

    @Test func `a value that is missing is told with its row, and a name that means nothing as such`() throws {
        let second = try mac("000413000001")
        #expect(try value("password", of: second) == .missing("nothing stands under it for 00:04:13:00:00:01 (devices.csv:3)"))
        #expect(try value("password", of: mac("000413000002")) == .missing("devices.csv has no row of 00:04:13:00:00:02"))
        #expect(try value("version") == .missing("it is not known of 00:04:13:12:34:56"))
        guard case .unknown(let sentence) = try value("pasword") else { throw Unexpected() }
        #expect(sentence.contains("password") && !sentence.contains("s3cret"))
    }

    @Test func `the user's column goes before a variable of the same name, and its emptiness is no leave to take the other`()
        throws
    {
        guard case .missing = try value("server") else { throw Unexpected() }
    }

    @Test func `without an address of this machine what needs one is missing, and nothing else`() throws {
        #expect(try value("url", server: nil) == .missing("it is not known of 00:04:13:12:34:56"))
        #expect(try value("mac", server: nil) == .text("000413123456"))
    }

    @Test(arguments: [
        ("password", true), ("label", true), ("url", true), ("mac", false), ("model", false), ("ip", false), ("version", false),
    ])
    func `T9 what is of a phone's own row is for it alone`(name: String, isOfRow: Bool) throws {
        #expect(try policy(devices: devices).isOfRow(name) == isOfRow)
    }

    private struct Unexpected: Error {}
}
