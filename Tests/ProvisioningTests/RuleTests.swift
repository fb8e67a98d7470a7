import ConfigTree
import DHCPMessages
import Packets
import Provisioning
import TestSupport
import Testing
import VendorCatalogue

@Suite struct RuleTests {
    /// A snom D735 by DHCP, through a relay and with a tag where a key asks for that.
    private func rule(_ match: String, relayed: Bool = false, _ change: (inout Heard) -> Void = { _ in }) throws -> String? {
        let policy = try policy("dhcp: {relays: 10.0.0.0/8}\nrules: [{name: won, match: \(match)}]")
        var heard = Heard.snomInform {
            $0.tags = [VLANTag(control: 0xa014), VLANTag(control: 30)]
            if relayed {
                $0.message.relayAddress = IPv4Address(10, 0, 20, 1)
                ($0.source, $0.destination, $0.destinationMAC) = (IPv4Address(10, 0, 20, 1), ourAddress, ourMAC)
            }
        }
        change(&heard)
        return try heard.decision(policy).rule
    }

    @Test(arguments: [
        ("nothing", "{}", true),
        ("the address", "{mac: \"00:04:13:12:34:56\"}", true), ("the beginning of the address", "{mac: \"00:04:13:1\"}", true),
        ("two digits of it", "{mac: \"00\"}", true),
        ("one of several addresses", "{mac: [0004f2, \"00:04:13\"]}", true), ("another address", "{mac: \"00:04:13:13\"}", false),
        ("the brand", "{vendor: snom}", true), ("the family", "{vendor: snom-desk}", true),
        ("another family of the brand", "{vendor: snom-dect}", false), ("another brand", "{vendor: yealink}", false),
        ("one of several brands", "{vendor: [yealink, snom]}", true),
        ("the model", "{model: D735}", true), ("the model in another case", "{model: \"d7*\"}", true),
        ("another model", "{model: \"D8*\"}", false),
        ("the vendor class", "{vendor-class: \"snom*\"}", true), ("another vendor class", "{vendor-class: \"Nortel*\"}", false),
        ("the interface", "{interface: eth1}", true), ("the interface by a pattern", "{interface: \"eth?\"}", true),
        ("another interface", "{interface: eth10}", false),
        ("the outer VLAN", "{vlan: 20}", true), ("the inner VLAN", "{vlan: 30}", true),
        ("one of several VLANs", "{vlan: [10, 20]}", true),
        ("a relay, and there was none", "{relay: 10.0.20.1}", false),
        ("everything", "{mac: 000413, vendor: snom, model: \"D7*\", vendor-class: \"snom*\", interface: eth1, vlan: 20}", true),
        (
            "everything but one",
            "{mac: 000413, vendor: snom, model: \"D7*\", vendor-class: \"snom*\", interface: eth1, vlan: 21}", false
        ),
    ])
    func `every key that is given must hold`(name: String, match: String, matches: Bool) throws {
        #expect((try rule(match) != nil) == matches)
    }

    @Test(arguments: [
        ("the relay", "10.0.20.1", true), ("a prefix", "10.0.0.0/8", true), ("another relay", "10.0.20.2", false),
        ("one of several", "[10.0.20.2, 10.0.20.1]", true),
    ])
    func `a rule may ask for a relay`(name: String, relay: String, matches: Bool) throws {
        #expect((try rule("{relay: \(relay)}", relayed: true) != nil) == matches)
    }

    @Test(arguments: [
        ("a circuit", "{circuit-id: eth1}", "01 04 65746831 02 03 737731", true),
        ("a circuit by a pattern", "{circuit-id: \"eth?\"}", "01 04 65746831", true),
        ("another circuit", "{circuit-id: eth2}", "01 04 65746831", false),
        ("a circuit that ends in a NUL", "{circuit-id: eth1}", "01 05 6574683100", true),
        ("a remote end", "{remote-id: sw1}", "01 04 65746831 02 03 737731", true),
        ("another remote end", "{remote-id: sw2}", "01 04 65746831 02 03 737731", false),
        ("both", "{circuit-id: eth1, remote-id: sw1}", "01 04 65746831 02 03 737731", true),
        ("both, and one is another", "{circuit-id: eth1, remote-id: sw2}", "01 04 65746831 02 03 737731", false),
        ("a remote end, and there is none", "{remote-id: \"*\"}", "01 04 65746831", false),
        ("a circuit in octets", #"{circuit-id: '\x00\x04\x00\x14\x01\x00'}"#, "01 06 000400140100", true),
        ("a circuit in other octets", #"{circuit-id: '\x00\x04\x00\x14\x01\x01'}"#, "01 06 000400140100", false),
        ("a circuit that begins with octets", #"{circuit-id: '\x00\x04*'}"#, "01 06 000400140100", true),
        ("a remote end in octets", #"{remote-id: '\x00\x06\x00\x1b\x54\xc2\x9A\x01'}"#, "02 08 0006001b54c29a01", true),
        ("octets are no letters", #"{circuit-id: '\x61'}"#, "01 01 41", false),
        ("no option 82", "{circuit-id: \"*\"}", "", false),
        ("an option 82 that is no list", "{circuit-id: \"*\"}", "01 09 65", false),
    ])
    func `a rule may ask for what a relay says in option 82`(name: String, match: String, information: String, matches: Bool)
        throws
    {
        let octets = try octets(information)
        #expect(
            (try rule(match, relayed: true) { $0.message.options[.relayAgentInformation] = octets.isEmpty ? nil : octets[...] }
                != nil)
                == matches)
    }

    @Test func `what is not known does not match`() throws {
        #expect(try rule("{model: \"*\"}") { $0.message.options[.vendorClass] = nil } == nil)
        #expect(try rule("{vendor-class: \"*\"}") { $0.message.options[.vendorClass] = nil } == nil)
        #expect(try rule("{vlan: 20}") { $0.tags = [] } == nil)
    }

    @Test func `a vendor class is matched without its NULs`() throws {
        #expect(
            try rule("{vendor-class: \"snomD735\"}") { $0.message.options[.vendorClass] = Array("snomD735\0".utf8)[...] } == "won"
        )
    }

    @Test func `the first rule that matches wins`() throws {
        let policy = try policy(
            """
            rules:
              - {name: other, match: {vendor: yealink}, url: "http://one.example/"}
              - {name: first, match: {vendor: snom}, url: "http://two.example/"}
              - {name: second, match: {vendor: snom}, url: "http://three.example/", options: {67: x}}
            """)
        let decision = try Heard.snomInform { $0.message.options[.parameterRequestList] = [66, 67] }.decision(policy)
        #expect((decision.rule, decision.url) == ("first", "http://two.example/"))
        guard case .dhcp(let answer)? = decision.answer else { throw NoAnswer() }
        #expect(try answer.message.options.codes.map(\.rawValue) == [53, 54, 66])
    }

    @Test func `a rule without a name goes by its number`() throws {
        #expect(
            try Heard.snomInform().decision(policy("rules: [{match: {vendor: yealink}}, {match: {vendor: snom}}]")).rule
                == "rule 2")
    }

    private func stranger(_ change: (inout Heard) -> Void = { _ in }) -> Heard {
        Heard.snomInform {
            $0.message.hardwareAddress = ([0x02, 0, 0, 0, 0x41, 0x35] + [UInt8](repeating: 0, count: 10))[...]
            $0.message.options[.vendorClass] = Array("something".utf8)[...]
            change(&$0)
        }
    }

    @Test(arguments: [
        ("by its address", "{mac: \"02:00:00:00:41:35\"}", true), ("by its vendor class", "{vendor-class: \"some*\"}", true),
        ("by its interface alone", "{interface: eth1}", false), ("by nothing", "{}", false),
    ])
    func `T1 a rule makes a phone known where it says which, and not where it says only where`(
        name: String, match: String, isAnswered: Bool
    ) throws {
        let decision = try stranger().decision(
            policy("rules: [{match: \(match), url: \"http://{server}/x.cfg\"}]", files: ["x.cfg"]))
        #expect((decision.answer != nil) == isAnswered)
        #expect(decision.silence == (isAnswered ? nil : .notAPhone))
        #expect(decision.rule == "rule 1")
    }

    @Test func `a phone that a rule names and nobody knows is told by option 66`() throws {
        let answer = try stranger { $0.message.options[.parameterRequestList] = [1, 66, 43] }
            .acknowledgement(policy("rules: [{match: {mac: \"02:00:00:00:41:35\"}}]", files: ["x.cfg"]))
        #expect(try answer.message.options.codes.map(\.rawValue) == [53, 54, 66])
        #expect(try text(answer.message.options[.tftpServerName]) == "http://192.168.50.1/")
    }

    @Test func `T1 brands that draw level are told apart by a rule alone`() throws {
        let twins = try Catalogue([
            family("{id: a, vendor: a, recognise: {vendor-class: [same]}, answer: {url: \"http://a.example/\"}}"),
            family("{id: b, vendor: b, recognise: {vendor-class: [same]}}"),
        ])
        let heard = stranger { $0.message.options[.vendorClass] = Array("same".utf8)[...] }
        #expect(try heard.decision(policy(catalogue: twins)).silence == .ambiguous(["a", "b"]))
        let decision = try heard.decision(policy("rules: [{match: {mac: \"02\"}, url: \"http://c.example/\"}]", catalogue: twins))
        #expect((decision.url, decision.silence) == ("http://c.example/", nil))
    }

    @Test func `a device with a URL of its own is told that one, whatever rules say`() throws {
        let devices = "mac,url,label\n000413123456,http://own.example/{mac},Lobby\n020000004135,http://other.example/,\n"
        let policy = try policy("rules: [{match: {vendor: snom}, url: \"http://rule.example/\"}]", devices: devices)
        let decision = try Heard.snomInform().decision(policy)
        #expect(decision.url == "http://own.example/000413123456")
        #expect(decision.identity.label == "Lobby")
        #expect(try stranger().decision(policy).url == "http://other.example/")
        let ignoring = try ProvisioningTests.policy("rules: [{match: {vendor: snom}, answer: ignore}]", devices: devices)
        #expect(try Heard.snomInform().decision(ignoring).silence == .ruleIgnores("rule 1"))
    }

    @Test func `what was learnt of a phone counts`() throws {
        var learnt = LearntDevice(lastSeen: Moment(microseconds: 0))
        learnt.familyID = "alcatel-ot4135"
        let bytes = try #require(stranger().frame.encoded())
        let decision = try policy(files: ["ot4135.xml"]).decide(frame: bytes[...], on: link, at: Moment(microseconds: 1)) { _ in
            learnt
        }
        #expect(decision.answer != nil)
        #expect(decision.identity.family?.id == "alcatel-ot4135")
    }
}

/// A phone is never told an address that bellhop itself would answer with 404.
@Suite struct ServedURLTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var name: String
        var url: String
        var files: [String]
        /// What it is told, or `nil` for silence.
        var told: String?
        var yaml = ""
        var vendorClass = "snomD735"

        var testDescription: String { name }
    }

    @Test(arguments: [
        Row(
            name: "a folder with its file", url: "http://{server}/lobby/", files: ["lobby/snomD735.htm"],
            told: "http://192.168.50.1/lobby/"),
        Row(
            name: "a folder without a slash at its end", url: "http://{server}/lobby", files: ["lobby/snomD735.htm"],
            told: "http://192.168.50.1/lobby"),
        Row(name: "a folder with others' files", url: "http://{server}/lobby/", files: ["lobby/snomD785.htm"]),
        Row(name: "no such folder", url: "http://{server}/lobby/", files: ["snomD735.htm"]),
        Row(name: "a file", url: "http://{server}/x.cfg", files: ["x.cfg"], told: "http://192.168.50.1/x.cfg"),
        Row(
            name: "a file with a query", url: "http://{server}/x.cfg?m={mac}", files: ["x.cfg"],
            told: "http://192.168.50.1/x.cfg?m=000413123456"),
        Row(
            name: "a file in the brand's folder", url: "http://{server}/x.cfg", files: ["snom/x.cfg"],
            told: "http://192.168.50.1/x.cfg"),
        Row(
            name: "a file in its own folder", url: "http://{server}/x.cfg", files: ["devices/000413123456/x.cfg"],
            told: "http://192.168.50.1/x.cfg"),
        Row(name: "a file in another phone's folder", url: "http://{server}/x.cfg", files: ["devices/000413123457/x.cfg"]),
        Row(name: "a file that is missing", url: "http://{server}/x.cfg", files: ["snomD735.htm"]),
        Row(
            name: "a file by its address in another case", url: "http://{server}/{MAC}.xml", files: ["000413123456.xml"],
            told: "http://192.168.50.1/000413123456.xml"),
        Row(name: "an escape", url: "http://{server}/a%20b", files: ["a b"], told: "http://192.168.50.1/a%20b"),
        Row(name: "the model", url: "http://{server}/{model}/", files: ["D735/snomD735.htm"], told: "http://192.168.50.1/D735/"),
        Row(name: "the brand", url: "http://{server}/{vendor}.cfg", files: ["snom.cfg"], told: "http://192.168.50.1/snom.cfg"),
        Row(
            name: "a macro of the phone's", url: "http://{server}/$mac.cfg", files: ["000413123456.cfg"],
            told: "http://192.168.50.1/$mac.cfg"),
        Row(
            name: "a macro of the phone's, and no such file", url: "http://{server}/$mac.cfg",
            files: ["000413123457.cfg", "snomD735.htm"]),
        Row(
            name: "a macro in braces", url: "http://{server}/{{mac}}.xml", files: ["000413123456.xml"],
            told: "http://192.168.50.1/{mac}.xml"),
        Row(
            name: "the phone's model", url: "http://{server}/{{MODEL}}.cfg", files: ["D735.cfg"],
            told: "http://192.168.50.1/{MODEL}.cfg"),
        Row(
            name: "the phone's model, and no such file", url: "http://{server}/{{MODEL}}.cfg",
            files: ["D785.cfg", "snomD735-000413123456.htm"]),
        Row(
            name: "a macro that nobody here knows, beside its files", url: "http://{server}/$input", files: ["snomD735.htm"],
            told: "http://192.168.50.1/$input"),
        Row(name: "a macro that nobody here knows, beside nothing", url: "http://{server}/x/$input", files: ["snomD735.htm"]),
        Row(
            name: "another host is taken as it is", url: "https://config.example.com/{mac}", files: [],
            told: "https://config.example.com/000413123456"),
        Row(name: "another address is taken as it is", url: "tftp://192.168.50.2", files: [], told: "tftp://192.168.50.2"),
        Row(
            name: "another port of ours is somebody else's", url: "http://{server}:8080/x", files: [],
            told: "http://192.168.50.1:8080/x"),
        Row(name: "our own address in figures", url: "http://192.168.50.1/x", files: []),
        Row(
            name: "TFTP on our own address", url: "tftp://{server}/", files: ["snomD735.htm"], told: "tftp://192.168.50.1/"),
        Row(name: "TFTP on our own address, and nothing there", url: "tftp://{server}/", files: []),
        Row(
            name: "TFTP that is off", url: "tftp://{server}/", files: ["snomD735.htm"], yaml: "tftp: {answer: off}\n"),
        Row(
            name: "our own TFTP port is added", url: "tftp://{server}/", files: ["snomD735.htm"],
            told: "tftp://192.168.50.1:6969/", yaml: "http: {port: 8080}\ntftp: {port: 6969}\n"),
        Row(
            name: "TFTP at its usual port, where ours is another", url: "tftp://192.168.50.1/", files: [],
            told: "tftp://192.168.50.1/", yaml: "tftp: {port: 6969}\n"),
        Row(
            name: "HTTPS on a port of somebody else's", url: "https://{server}:8443/", files: [],
            told: "https://192.168.50.1:8443/"),
        Row(
            name: "HTTPS of our own", url: "https://{server}/", files: ["snomD735.htm"], told: "https://192.168.50.1:8443/",
            yaml: https),
        Row(
            name: "HTTPS of our own, on the port for old phones", url: "https://{server}:8444/", files: ["snomD735.htm"],
            told: "https://192.168.50.1:8444/", yaml: https),
        Row(name: "HTTPS of our own, and nothing there", url: "https://{server}/x.htm", files: ["snomD735.htm"], yaml: https),
        Row(
            name: "HTTPS of our own, on the port for old phones, and nothing there", url: "https://{server}:8444/x.htm",
            files: [],
            yaml: https),
        Row(
            name: "HTTPS on its own port", url: "https://{server}/", files: ["snomD735.htm"], told: "https://192.168.50.1/",
            yaml: "https: {certificate: c.pem, key: k.pem}\n"),
        Row(
            name: "our own port is added", url: "http://{server}/", files: ["snomD735.htm"], told: "http://192.168.50.1:8080/",
            yaml: "http: {port: 8080}\n"),
        Row(
            name: "our own port is added to a host alone", url: "http://{server}", files: ["snomD735.htm"],
            told: "http://192.168.50.1:8080", yaml: "http: {port: 8080}\n"),
        Row(
            name: "our own port is not added to another", url: "http://{server}:80/", files: [], told: "http://192.168.50.1:80/",
            yaml: "http: {port: 8080}\n"),
        Row(name: "FTP that is not served", url: "ftp://{server}/snomD735.htm", files: ["snomD735.htm"]),
        Row(
            name: "FTP that is", url: "ftp://{server}/snomD735.htm", files: ["snomD735.htm"],
            told: "ftp://192.168.50.1/snomD735.htm", yaml: "ftp: {}\n"),
        Row(name: "FTP that is, and nothing there", url: "ftp://{server}/none.htm", files: ["snomD735.htm"], yaml: "ftp: {}\n"),
        Row(
            name: "FTP's own port is added", url: "ftp://{server}/snomD735.htm", files: ["snomD735.htm"],
            told: "ftp://192.168.50.1:2121/snomD735.htm", yaml: "ftp: {port: 2121}\n"),
        Row(
            name: "each scheme has its own port added", url: "http://{server}/", files: ["snomD735.htm"],
            told: "http://192.168.50.1:8080/", yaml: "http: {port: 8080}\nftp: {port: 2121}\n"),
        Row(name: "our own port, and nothing there", url: "http://{server}/", files: [], yaml: "http: {port: 8080}\n"),
    ])
    func `a URL is told where it leads somewhere`(_ row: Row) throws {
        let policy = try policy(row.yaml + "rules: [{match: {vendor: snom}, url: \"\(row.url)\"}]", files: row.files)
        let decision = try Heard.snomInform { $0.message.options[.vendorClass] = Array(row.vendorClass.utf8)[...] }.decision(
            policy)
        #expect((decision.answer == nil ? nil : decision.url) == row.told, "\(decision.silence?.sentence ?? "")")
        if row.told == nil { #expect(["nothing-to-serve", "scheme-not-served"].contains(decision.silence?.name)) }
    }

    private static let https = "https: {port: 8443, legacy-port: 8444, certificate: c.pem, key: k.pem}\n"

    /// By DHCP a Panasonic says its maker alone, and fills its model in by itself.
    @Test(
        arguments: [
            ("its model's file", ["KX-HDV130.cfg"], true), ("another maker's", ["snomD735.htm"], false), ("nothing", [], false),
        ] as [(String, [String], Bool)])
    func `a phone whose model is not known is told a macro where it may find something`(
        name: String, files: [String], isAnswered: Bool
    ) throws {
        let heard = Heard.snomInform {
            $0.message.hardwareAddress = ([0xbc, 0xc3, 0x42, 1, 2, 3] + [UInt8](repeating: 0, count: 10))[...]
            $0.message.options[.vendorClass] = Array("Panasonic".utf8)[...]
        }
        let decision = try heard.decision(policy(files: files))
        #expect((decision.answer != nil) == isAnswered)
        if isAnswered { #expect(decision.url == "http://192.168.50.1/{MODEL}.cfg") }
    }

    @Test func `T13 a model of the wire cannot lead out of its folder`() throws {
        let policy = try policy(
            "rules: [{match: {vendor: snom}, url: \"http://{server}/{model}/\"}]", files: ["D735/snomD735.htm", "x"])
        let heard = HeardSubscribe(text: HeardSubscribe.snom.replacing("model=\"snomD735\"", with: "model=\"../..\""))
        let decision = try heard.decision(policy)
        #expect(decision.silence == .unknownVariable("model", url: "http://{server}/{model}/"))
        let other = HeardSubscribe(text: HeardSubscribe.snom.replacing("model=\"snomD735\"", with: "model=\"../D735?#\""))
        #expect(try other.decision(policy).url == "http://192.168.50.1/D735/")
    }
}
