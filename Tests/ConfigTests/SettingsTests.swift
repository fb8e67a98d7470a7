import ConfigFiles
import ConfigTree
import Foundation
import Packets
import Provisioning
import TestSupport
import Testing
import VendorCatalogue

@Suite struct SettingsTests {
    private static let urlFault =
        "1: a URL's port is a number, and no @ stands behind its host; in a password write / as %2F, ? as %3F, # as %23, @ as %40"

    @Test func `an empty configuration is the defaults`() throws {
        let read = try settings("")
        #expect(read.problems == [])
        #expect(String(describing: read.settings) == String(describing: Settings()))
    }

    @Test func `every key is read`() throws {
        let read = try settings(
            """
            interfaces: [eth1, "vlan*"]
            root: files
            state: /var/lib/x
            url: "https://config.example.com/{mac}.cfg"
            devices: devices.csv
            dhcp:
              answer: observe
              relays: [10.0.20.1, 10.0.30.0/24]
            files: {secrets: anyone, trust: [10.0.20.0/24, 10.0.30.7]}
            pnp: {answer: off, group: 224.0.1.76, port: 5070}
            http: {port: 8080}
            tftp: {answer: off, port: 6969, single-port: true, block-size-limit: 1024}
            ftp: {port: 2121, passive-ports: 50000-50099, address: 203.0.113.1}
            admin: {listen: 192.168.50.1:8080, names: [Lobby.example.com, 192.168.50.2], password: "correct horse"}
            resync: {user: admin, password: "battery staple"}
            rules:
              - name: lobby phones
                match: {mac: "00:04:13:7a", vendor: snom, model: "D7*", vendor-class: "snom*", interface: eth1, vlan: 20, relay: 10.0.20.1}
                url: "http://{server}/lobby/{mac}.xml"
                options: {66: "{url}", 67: "boot.cfg", 132: {u16: 20}, 43: {tlv: {2: "{url}"}}}
                aliases: {"SEP{MAC}.cnf.xml": phone.xml}
              - match: {vendor: polycom-ucs}
                answer: ignore
            """)
        #expect(read.problems == [])
        let settings = read.settings
        #expect(settings.interfaces.map(\.source) == ["eth1", "vlan*"])
        #expect((settings.root, settings.state, settings.devicesFile) == ("files", "/var/lib/x", "devices.csv"))
        #expect(settings.url?.source == "https://config.example.com/{mac}.cfg")
        #expect(settings.dhcp.answer == .observe)
        #expect(settings.dhcp.relays.map(\.description) == ["10.0.20.1/32", "10.0.30.0/24"])
        #expect((settings.pnp.answer, settings.pnp.group.description, settings.pnp.port) == (.off, "224.0.1.76", 5070))
        #expect(settings.httpPort == 8080)
        #expect((settings.tftp.answer, settings.tftp.port) == (.off, 6969))
        #expect((settings.tftp.hasSinglePort, settings.tftp.blockSizeLimit) == (true, 1024))
        #expect((settings.ftp?.port, settings.ftp?.passivePorts) == (2121, 50_000...50_099))
        #expect(settings.ftp?.address?.description == "203.0.113.1")
        #expect(settings.admin.listening == .at(IPv4Address(192, 168, 50, 1), 8080))
        #expect(settings.admin.names == ["lobby.example.com", "192.168.50.2"])
        #expect(settings.admin.password?.text == "correct horse")
        #expect(settings.resync?.user == "admin")
        #expect(settings.resync?.password.text == "battery staple")
        #expect(!String(reflecting: settings).contains("horse") && !String(reflecting: settings).contains("staple"))
        #expect(settings.rules.map(\.name) == ["lobby phones", "rule 2"])
        #expect(settings.files.secrets == .anyone)
        #expect(settings.files.trusted.map(\.description) == ["10.0.20.0/24", "10.0.30.7/32"])
        #expect(settings.rules.map(\.place.line) == [17, 22])
        #expect(settings.rules.map { $0.aliases.map(\.asked.source) } == [["SEP{MAC}.cnf.xml"], []])
        #expect(settings.rules.map(\.ignores) == [false, true])
        let match = settings.rules[0].match
        #expect(match.macs.map(\.digits) == ["0004137a"])
        #expect((match.vendors, match.models.map(\.source), match.vendorClasses.map(\.source)) == (["snom"], ["D7*"], ["snom*"]))
        #expect(
            (match.interfaces.map(\.source), match.vlans, match.relays.map(\.description)) == (["eth1"], [20], ["10.0.20.1/32"]))
        #expect(settings.rules[0].options.all.map(\.code) == [66, 67, 132, 43])
    }

    @Test func `nothing prints a password`() {
        let secret = Secret("horse")
        var dumped = ""
        dump(["a": SIPCredentials(user: "b", password: secret)], to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), "\([secret])", dumped] {
            #expect(!text.contains("horse"), "\(text)")
        }
    }

    @Test func `FTP is off until it is named, and named without a key it has its usual port`() throws {
        #expect(try settings("").settings.ftp == nil)
        #expect(try settings("ftp: {}").settings.ftp == FTPSettings())
        #expect(try settings("ftp: {}").settings.ftp?.port == 21)
        #expect(try settings("ftp: {passive-ports: 50000-50000}").settings.ftp?.passivePorts == 50_000...50_000)
    }

    @Test func `one value stands for a list of one, and several for each other`() throws {
        let read = try settings("interfaces: eth1\nrules: [{match: {vlan: [20, 30], mac: [000413, 0004f2]}}]")
        #expect(read.problems == [])
        #expect(read.settings.interfaces.map(\.source) == ["eth1"])
        #expect(read.settings.rules.first?.match.vlans == [20, 30])
        #expect(read.settings.rules.first?.match.macs.map(\.length) == [24, 24])
    }

    @Test func `phones whose settings differ may ask elsewhere, and by TCP`() throws {
        let read = try settings("pnp: {port: 5070, also: [{port: 5061}, {group: 224.0.1.76}], tcp: true}")
        #expect(read.problems == [])
        let pnp = read.settings.pnp
        #expect(pnp.listeners.map { "\($0.group):\($0.port)" } == ["224.0.1.75:5070", "224.0.1.75:5061", "224.0.1.76:5070"])
        #expect(pnp.ports == [5070, 5061])
        #expect(pnp.tcp)
        #expect(try settings("pnp: {also: {port: 5061}}").settings.pnp.listeners.count == 2)
        #expect(try settings("").settings.pnp.listeners.count == 1)
        #expect(try !settings("").settings.pnp.tcp)
    }

    @Test(arguments: [
        ("an unknown key with a near one", "dhpc: {}", ["1: \"dhpc\" is not a key of the configuration; did you mean \"dhcp\"?"]),
        ("swapped letters", "rulse: []", ["1: \"rulse\" is not a key of the configuration; did you mean \"rules\"?"]),
        ("an unknown key in a group", "\ndhcp:\n  anwser: off", ["3: \"anwser\" is not a key of dhcp; did you mean \"answer\"?"]),
        (
            "an unknown key with none near", "tftp: {blocksize: 1}",
            ["1: \"blocksize\" is not a key of tftp; known are answer, block-size-limit, port, single-port"]
        ),
        ("an unknown key in a rule", "rules:\n  - mach: {}", ["2: \"mach\" is not a key of a rule; did you mean \"match\"?"]),
        (
            "an unknown key in match", "rules:\n  - match:\n      vender: snom",
            ["3: \"vender\" is not a key of match; did you mean \"vendor\"?"]
        ),
        ("a list for a group", "dhcp: [off]", ["1: dhcp is a list; it must be a group of keys"]),
        ("a word for a group", "dhcp: inform", ["1: dhcp is a single value; it must be a group of keys"]),
        ("a group for a word", "root: {a: b}", ["1: root is a group of keys; it must be a single value"]),
        ("a list for a word", "root: [a]", ["1: root is a list; it must be a single value"]),
        ("a group among words", "interfaces: [eth1, {a: b}]", ["1: interfaces is a group of keys; it must be a single value"]),
        ("no choice", "dhcp: {answer: yes}", ["1: answer is \"yes\"; it must be off, observe, inform or lease"]),
        ("a port of nothing", "http: {port: 0}", ["1: port is \"0\"; it must be a whole number from 1 to 65535"]),
        ("a port too high", "http: {port: 65536}", ["1: port is \"65536\"; it must be a whole number from 1 to 65535"]),
        ("a port in words", "http: {port: eighty}", ["1: port is \"eighty\"; it must be a whole number from 1 to 65535"]),
        (
            "no group", "pnp: {group: 192.168.50.1}",
            ["1: group is \"192.168.50.1\"; it must be a multicast address, such as 224.0.1.75"]
        ),
        ("DHCP's port", "pnp:\n  port: 67", ["2: pnp.port is 67, which is DHCP's"]),
        ("DHCP's other port", "pnp:\n  also:\n  - port: 68", ["3: pnp.also.port is 68, which is DHCP's"]),
        (
            "a PnP listener twice", "pnp:\n  also:\n  - {port: 5061}\n  - {group: 224.0.1.75, port: 5061}",
            ["4: 224.0.1.75:5061 is listened to already; give a group or a port of its own"]
        ),
        (
            "a PnP listener that is the first", "pnp:\n  also: [{}]",
            ["2: 224.0.1.75:5060 is listened to already; give a group or a port of its own"]
        ),
        (
            "an unknown key of a PnP listener", "pnp:\n  also:\n  - grup: 224.0.1.76",
            [
                "3: \"grup\" is not a key of pnp.also; did you mean \"group\"?",
                "3: 224.0.1.75:5060 is listened to already; give a group or a port of its own",
            ]
        ),
        ("a word for PnP by TCP", "pnp: {tcp: maybe}", ["1: tcp is \"maybe\"; it must be true or false"]),
        (
            "no prefix", "dhcp: {relays: [10.0.20.1, x]}",
            ["1: relays holds \"x\"; it must be an address or a prefix, such as 10.0.20.1 or 10.0.0.0/16"]
        ),
        (
            "no address and port", "admin: {listen: 8067}",
            ["1: listen is \"8067\"; it must be ADDRESS:PORT, such as 127.0.0.1:8067, or off"]
        ),
        (
            "T18 a page for everybody without a password", "admin:\n  listen: 0.0.0.0:8067",
            ["2: admin.listen is 0.0.0.0, which others can reach: that needs admin.password"]
        ),
        (
            "a password that is soon guessed", "admin:\n  password: hunter2",
            ["2: admin.password must have 8 characters at least"]
        ),
        (
            "a name with a port", "admin: {names: [\"lobby:8067\"]}",
            ["1: names holds \"lobby:8067\"; it must be a host's name or address, without scheme and port"]
        ),
        ("a user without a password", "resync: {user: admin}", ["1: resync needs both user and password"]),
        ("a rule's password without a user", "rules:\n- resync: {password: x}", ["2: resync needs both user and password"]),
        (
            "a URL of no scheme", "url: 192.168.50.1",
            ["1: \"192.168.50.1\" is no URL that phones understand; it must begin with http://, https://, tftp:// or ftp://"]
        ),
        (
            "rules that are no list", "rules: {match: {}}",
            ["1: rules is a group of keys; it must be a list, each item beginning with \"- match:\" or \"- name:\""]
        ),
        (
            "a vendor that nobody knows", "rules:\n- match: {vendor: snmo}",
            ["2: \"snmo\" is neither a brand nor a family of the catalogue; did you mean \"snom\"?"]
        ),
        ("a port in words in a URL", "url: \"http://h:x/\"", [SettingsTests.urlFault]),
        ("a password with a slash", "url: \"http://user:se/cret@h/\"", [SettingsTests.urlFault]),
        ("a password of digits and a slash", "url: \"http://user:12/cret@h/\"", [SettingsTests.urlFault]),
        (
            "a password in what is no URL", "url: \"user:secret@h/\"",
            ["1: \"***@h/\" is no URL that phones understand; it must begin with http://, https://, tftp:// or ftp://"]
        ),
        ("no such secrets", "files: {secrets: all}", ["1: secrets is \"all\"; it must be own or anyone"]),
        (
            "no prefix to trust", "files: {trust: [lan]}",
            ["1: trust holds \"lan\"; it must be an address or a prefix, such as 10.0.20.0/24"]
        ),
        (
            "an alias of no pattern", "rules:\n- aliases: {\"{mak}.cfg\": x}",
            ["2: \"{mak}.cfg\" is no pattern of text, *, ?, {mac}, {model}, {version} and {uuid}"]
        ),
        (
            "an alias to a pattern", "rules:\n- aliases: {a: \"*.cfg\"}",
            ["2: \"*.cfg\" is no name of a file: beside plain text it can hold {mac} {MAC} {model} {MODEL} {version}"]
        ),
        ("T7 an alias that leads out", "rules:\n- aliases: {a: ../b}", ["2: \"../b\" is no path beneath the root"]),
        ("an alias from the top", "rules:\n- aliases: {a: /b}", ["2: \"/b\" is no path beneath the root"]),
        ("an alias to a list", "rules:\n- aliases: {a: [b]}", ["2: a is a list; it must be the name of a file in the tree"]),
        ("VLAN 0", "rules:\n- match: {vlan: 0}", ["2: vlan holds \"0\"; it must be a VLAN identifier, 1 to 4094"]),
        ("VLAN 4095", "rules:\n- match: {vlan: 4095}", ["2: vlan holds \"4095\"; it must be a VLAN identifier, 1 to 4094"]),
        (
            "a MAC address of no whole octets", "rules:\n- match: {mac: \"0:04:13\"}",
            ["2: mac holds \"0:04:13\"; it must be a MAC address or the beginning of one, such as 00:04:13:7a"]
        ),
        (
            "a rule that does anything but ignore", "rules:\n- answer: deny",
            ["2: answer is \"deny\"; it must be ignore; leave the key out to answer"]
        ),
        (
            "a rule that ignores and tells", "rules:\n- answer: ignore\n  url: \"http://{server}/\"",
            ["3: a rule that ignores has nothing to tell: take out its url, options and nul, or its answer"]
        ),
        (
            "an option that a server answers by itself", "rules:\n- options:\n    53: x",
            ["3: option 53 cannot be set: it is the message's type"]
        ),
        (
            "an option that is none", "rules:\n- options:\n    255: x",
            ["3: \"255\" is no DHCP option; write its number, 1 to 254, or its name"]
        ),
        (
            "addresses to give, and none named", "dhcp: {answer: lease}",
            ["1: dhcp.answer is lease, which needs dhcp.lease.range: the addresses to give"]
        ),
        (
            "a range from high to low", "dhcp:\n  lease: {range: 10.0.0.9-10.0.0.1}",
            ["2: range holds \"10.0.0.9-10.0.0.1\"; it must be a run of addresses, such as 192.168.50.100-192.168.50.199"]
        ),
        (
            "ranges that overlap", "dhcp:\n  lease: {range: [10.0.0.1-10.0.0.9, 10.0.0.9-10.0.0.12]}",
            ["2: the ranges 10.0.0.1-10.0.0.9 and 10.0.0.9-10.0.0.12 overlap"]
        ),
        (
            "a gateway inside the range", "dhcp:\n  lease: {range: 10.0.0.1-10.0.0.9, gateway: 10.0.0.1}",
            ["2: the range 10.0.0.1-10.0.0.9 holds the gateway 10.0.0.1"]
        ),
        (
            "a lease of no time", "dhcp: {lease: {range: 10.0.0.1-10.0.0.9, time: 5s}}",
            ["1: time is \"5s\"; it must be a duration from 1m to 30d, such as 1h"]
        ),
        (
            "https without its files", "https: {port: 443}",
            ["1: https needs a certificate and its key, both in PEM: certificate: cert.pem and key: key.pem"]
        ),
        (
            "https on http's port", "http: {port: 443}\nhttps: {certificate: c.pem, key: k.pem}",
            ["2: https and http have the same port, 443"]
        ),
        (
            "two ports of https that are one", "https: {certificate: c.pem, key: k.pem, legacy-port: 443}",
            ["1: https.legacy-port is https.port; it must be another"]
        ),
        (
            "a user without password", "rules: [{auth: {user: a}}]",
            ["1: auth has only one of user and password; it needs both, or neither and those of devices.csv"]
        ),
        (
            "a user with a colon, and a scheme that is none", "rules: [{auth: {user: \"a:b\", password: c, scheme: ntlm}}]",
            [
                "1: scheme is \"ntlm\"; it must be any, digest, md5 or basic", "1: a user name must not hold a colon (RFC 7617)",
            ]
        ),
        (
            "a variable that never ends", "rules: [{auth: {user: \"{mac\", password: c}}]",
            [
                "1: user: \"{\" is never closed by \"}\"",
                "1: auth has only one of user and password; it needs both, or neither and those of devices.csv",
            ]
        ),
        (
            "auth by the way that a phone was heard", "rules: [{match: {vlan: 20}, auth: {user: a, password: b}}]",
            [
                "1: a rule with auth or uploads can match by mac, vendor and model only: nothing else is known of a phone that fetches a file"
            ]
        ),
        (
            "uploads beyond all bounds", "rules: [{uploads: {file-size: 2g, files: 0}}]",
            [
                "1: file-size is \"2g\"; it must be a number of octets from 1k to 1g, such as 512k or 4m",
                "1: files is \"0\"; it must be a whole number from 1 to 10000",
            ]
        ),
        ("a port of nothing for FTP", "ftp: {port: 0}", ["1: port is \"0\"; it must be a whole number from 1 to 65535"]),
        (
            "an unknown key of ftp", "ftp: {pasive-ports: 1}",
            ["1: \"pasive-ports\" is not a key of ftp; did you mean \"passive-ports\"?"]
        ),
        (
            "ports from high to low", "ftp:\n  passive-ports: 50099-50000",
            ["2: passive-ports is \"50099-50000\"; it must be a run of ports from 1024 to 65535, such as 50000-50099"]
        ),
        (
            "ports of others", "ftp: {passive-ports: 20-30}",
            ["1: passive-ports is \"20-30\"; it must be a run of ports from 1024 to 65535, such as 50000-50099"]
        ),
        (
            "more ports than there are", "ftp: {passive-ports: 50000-65536}",
            ["1: passive-ports is \"50000-65536\"; it must be a run of ports from 1024 to 65535, such as 50000-50099"]
        ),
        (
            "an address of many", "ftp: {address: 224.0.0.1}",
            ["1: address is \"224.0.0.1\"; it must be the IPv4 address of a host"]
        ),
    ])
    func `a mistake is told with its line and what would be right`(name: String, yaml: String, expected: [String]) throws {
        let read = try settings(yaml)
        #expect(read.problems == expected)
    }

    @Test func `all mistakes are told at once, in the order of lines`() throws {
        let read = try settings("zzz: 1\nhttp: {port: x}\npnp: {answer: maybe, port: 67}\nrules: [{match: {vlan: 9999}}]\n")
        #expect(read.problems.map { $0.prefix { $0 != ":" } } == ["1", "2", "3", "3", "4"])
    }

    @Test func `what is wrong stands at its default`() throws {
        let read = try settings("http: {port: x}\ndhcp: {answer: maybe}\nurl: nonsense\n")
        #expect(read.settings.httpPort == 80)
        #expect(read.settings.dhcp.answer == .inform)
        #expect(read.settings.url == URLTemplate.everyone)
        #expect(read.problems.count == 3)
    }

    @Test(
        arguments: [
            ("one letter missing", "answr", "answer"), ("one too many", "answerr", "answer"), ("one wrong", "amswer", "answer"),
            ("two swapped", "anwser", "answer"),
            ("another case", "ANSWER", "answer"), ("nothing near", "zebra", nil), ("nothing", "", nil),
        ] as [(String, String, String?)])
    func `the nearest word is meant`(name: String, word: String, expected: String?) {
        #expect(nearest(to: word, in: ["port", "answer", "group"]) == expected)
    }

    @Test func `the nearest of several is meant, and of equals the first in the alphabet`() {
        #expect(nearest(to: "https", in: ["http", "ftp", "https2"]) == "http")
        #expect(nearest(to: "ab", in: ["ac", "aa"]) == "aa")
        #expect(nearest(to: "x", in: []) == nil)
        // A word of a thousand letters costs no more than one of 64.
        #expect(nearest(to: String(repeating: "a", count: 1_000_000), in: ["port"]) == nil)
    }

    @Test func `words are listed as English has it`() {
        #expect(orList([]) == "")
        #expect(orList(["a"]) == "a")
        #expect(orList(["a", "b"]) == "a or b")
        #expect(orList(["a", "b", "c"]) == "a, b or c")
    }
}

/// Every file under `conf` is what it says it is.
@Suite struct ConfFolderTests {
    static func vendorFiles() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: conf.appending(path: "vendors").path).sorted()
    }

    private func catalogue(_ problems: ConfigProblems = ConfigProblems()) -> Catalogue {
        CatalogueFolder.load(program: conf.appending(path: "vendors").path, usersOwn: nil, problems)
    }

    private func read(_ name: String) throws -> (settings: Settings, problems: [String]) {
        let bytes = Array(try Data(contentsOf: conf.appending(path: name)))
        let problems = ConfigProblems()
        let settings = Settings(try YAMLDocument.parse(bytes, file: name), vendors: catalogue().names, problems)
        return (settings, lines(problems))
    }

    @Test(arguments: try vendorFiles())
    func `a family's file has no mistake and its id for a name`(name: String) throws {
        let problems = ConfigProblems()
        let family = CatalogueFolder.family(conf.appending(path: "vendors/\(name)").path, problems)
        #expect(lines(problems) == [])
        #expect(family.map { $0.id + ".yaml" } == name)
        #expect(family?.sources.isEmpty == false)
        #expect(family?.samples.isEmpty == false)
        // Who is played is known to be told something.
        #expect(family?.phone == nil || family?.answer.nothing == nil)
    }

    @Test func `the catalogue is loaded whole`() throws {
        let problems = ConfigProblems()
        let catalogue = catalogue(problems)
        #expect(lines(problems) == [])
        #expect(catalogue.families.map { $0.id + ".yaml" } == (try ConfFolderTests.vendorFiles()))
    }

    @Test func `the annotated configuration changes nothing`() throws {
        let read = try read("bellhop.yaml")
        #expect(read.problems == [])
        #expect(String(describing: read.settings) == String(describing: Settings()))
    }

    /// Its first sentence: what stands behind `#` without a word such as "example" is the default. Of `ftp` and `https`, which are off
    /// unless named, these are the defaults where they are, and https needs its two files.
    @Test func `what is commented out without a word is the default`() throws {
        let text = try String(contentsOf: conf.appending(path: "bellhop.yaml"), encoding: .utf8)
        var inForce: [String] = []
        var isExample = false
        for line in text.split(separator: "\n").map(String.init) {
            let body = line.drop { $0 == " " }.dropFirst()
            guard line.contains("#"), body.first != " " || body.hasPrefix("  ") else { continue }
            if body.first != " " { isExample = body.contains("example") || body.hasPrefix("resync") || body.hasPrefix("fleet") }
            let isFile = body.hasPrefix("  certificate:") || body.hasPrefix("  key:")
            guard line.drop(while: { $0 == " " }).first == "#", !isExample, !body.contains("example") || isFile else { continue }
            inForce.append(String(line.prefix { $0 == " " }) + body)
        }
        // Their group is in force above.
        inForce = inForce.flatMap { $0 == "  lease:" ? ["dhcp:", $0] : [$0] }
        var read = try settings(inForce.joined(separator: "\n"))
        #expect(read.problems == [], "\(inForce)")
        read.settings.dhcp.lease.place = nil
        #expect(read.settings.https?.ports == [443])
        read.settings.https = nil
        let expected = try settings("ftp:").settings
        #expect(String(describing: read.settings) == String(describing: expected))
        for line in ["time: 1h", "port: 443", "port: 21", "devices: devices.csv"] {
            #expect(inForce.contains { $0.hasSuffix(line) }, "\(line)")
        }
    }

    /// What is commented out, each `#key` and what stands deeper beneath it put in force, is right as well, save for what this version does not have.
    @Test func `the examples in the annotated configuration are right`() throws {
        let text = try String(contentsOf: conf.appending(path: "bellhop.yaml"), encoding: .utf8)
        let inForce = text.split(separator: "\n", omittingEmptySubsequences: false).map { line -> String in
            let body = line.drop { $0 == " " }
            guard body.hasPrefix("#"), !body.hasPrefix("# ") || body.hasPrefix("#  ") else { return String(line) }
            return String(line.prefix { $0 == " " } + body.dropFirst())
        }
        let problems = ConfigProblems()
        let node = try YAMLDocument.parse(Array(inForce.joined(separator: "\n").utf8), file: "bellhop.yaml")
        let settings = Settings(node, vendors: catalogue().names, problems)
        #expect(
            settings.rules.map(\.name) == [
                "lobby phones", "these belong to somebody else", "these show a password, and leave their logs",
                "each way to write an option",
            ])
        #expect(settings.rules.compactMap(\.uploads) == [UploadAllowance()], "the limits in the example are the defaults")
        #expect(settings.https?.legacyPort == 8443)
        #expect(settings.rules.last?.options.all.count == 16)
        #expect(problems.inOrder.map(\.sentence).allSatisfy { $0.contains("this version") })
    }

    @Test func `the lab is right`() throws {
        let read = try read("examples/lab.yaml")
        #expect(read.problems == [])
        #expect(
            Set(read.settings.rules.map(\.name)) == [
                "OT4135 conference phone", "snom D7xx", "not on the uplink", "ALE", "Avaya 1200",
            ])
        try withExamples { folder in
            let configuration = try Configuration.load(path: folder.appending(path: "lab.yaml").path)
            #expect(configuration.problems.map(\.description) == [])
            #expect(configuration.settings.root == folder.appending(path: "tree").path)
            #expect(configuration.settings.devices.count == 2)
            #expect(configuration.settings.deviceColumns == ["mac", "label", "extension", "password", "serial"])
        }
    }

    @Test(arguments: ["alcatel-ot4135", "ale-dbid", "avaya-1200-sip", "snom-desk", "spectralink-ipdect"])
    func `each system's own configuration is right`(system: String) throws {
        #expect(try read("examples/\(system)/bellhop.yaml").problems == [])
        let configuration = try Configuration.load(path: conf.appending(path: "examples/\(system)/bellhop.yaml").path)
        #expect(configuration.problems.map(\.description) == [])
        #expect(configuration.settings.root == conf.appending(path: "examples/\(system)/tree").path)
        // And so is the lab with this system alone.
        try withExamples([system]) { folder in
            let lab = try Configuration.load(path: folder.appending(path: "lab.yaml").path)
            #expect(lab.problems.map(\.description) == [])
        }
    }

    @Test func `a mistake in one family costs that family alone`() throws {
        let folder = try TemporaryFolder()
        try folder.write("id: a\nvendor: a\nrecognise: {oui: [000413]}\n", to: "a.yaml")
        try folder.write("id: b\nvendor: B\n", to: "b.yaml")
        try folder.write("id: [\n", to: "c.yaml")
        try folder.write("no YAML file", to: "README")
        let problems = ConfigProblems()
        let catalogue = CatalogueFolder.load(program: folder.path, usersOwn: folder.path + "/nowhere", problems)
        #expect(catalogue.families.map(\.id) == ["a"])
        #expect(problems.inOrder.map { $0.place.file.split(separator: "/").last } == ["b.yaml", "c.yaml"])
        #expect(problems.inOrder.first?.sentence == "vendor is \"B\"; it must be lower-case letters, digits and -")
    }

    @Test(arguments: [
        ("no id", "vendor: a", ["1: a family needs an id, such as snom-desk"]),
        ("no vendor", "id: a", ["1: a family needs a vendor, such as snom"]),
        ("an id of no word", "id: A b\nvendor: a", ["1: id is \"A b\"; it must be lower-case letters, digits and -"]),
        (
            "a prefix too short", "id: a\nvendor: a\nrecognise: {oui: [\"0004\"]}",
            ["3: oui holds \"0004\"; it must be 6 to 11 hexadecimal digits"]
        ),
        (
            "a pattern with an unknown capture", "id: a\nvendor: a\nrecognise: {user-agent: [\"{modell}\"]}",
            ["3: user-agent holds \"{modell}\"; it must be a pattern of text, *, ?, {model}, {version} and {mac}"]
        ),
        (
            "a fingerprint in words", "id: a\nvendor: a\nrecognise: {fingerprint: [\"1,x\"]}",
            ["3: fingerprint holds \"1,x\"; it must be option numbers with commas between"]
        ),
        (
            "a sample of two kinds", "id: a\nvendor: a\nsamples:\n- {mac: \"000413123456\", file: x}",
            ["4: a sample holds exactly one of vendor-class, user-agent, mac, request, event and file"]
        ),
        (
            "a resync of no event", "id: a\nvendor: a\nanswer:\n  resync: {reboot: x}",
            ["4: resync needs an event, such as check-sync"]
        ),
        (
            "an event that would begin a header of its own",
            "id: a\nvendor: a\nanswer:\n  resync: {event: \"check-sync\\r\\nTo: x\"}",
            ["4: event is \"check-sync\r\nTo: x\"; it must be an event and its parameters, such as check-sync;reboot=true"]
        ),
        (
            "an event of parameters alone", "id: a\nvendor: a\nanswer:\n  resync: {event: x, reboot: \"reboot=true\"}",
            ["4: reboot is \"reboot=true\"; it must be an event and its parameters, such as check-sync;reboot=true"]
        ),
        (
            "a status of another kind", "id: a\nvendor: a\nanswer: {pnp: {status: 404}}",
            ["3: status is \"404\"; it must be 200 or 202"]
        ),
        (
            "a line's end of another kind", "id: a\nvendor: a\nanswer:\n  pnp: {line-end: lf}",
            ["4: line-end is \"lf\"; it must be none or crlf"]
        ),
        (
            "a word for a folder", "id: a\nvendor: a\nanswer: {pnp: {folder: maybe}}",
            ["3: folder is \"maybe\"; it must be true or false"]
        ),
        (
            "a media type that is none", "id: a\nvendor: a\nanswer: {pnp: {content-type: url}}",
            ["3: content-type is \"url\"; it must be a media type, such as application/url"]
        ),
        (
            "a body with an unknown variable", "id: a\nvendor: a\nanswer: {pnp: {body: \"{hosts}\"}}",
            [
                "3: {hosts} is no variable; there are {server} {mac} {MAC} {mac-colon} {mac-dash} {vendor} {model} {version} {ip} {url} {host} {port}, and {{hosts}} leaves it for the phone to fill in"
            ]
        ),
        (
            "a PnP key that is none", "id: a\nvendor: a\nanswer: {pnp: {folders: true}}",
            ["3: \"folders\" is not a key of pnp; did you mean \"folder\"?"]
        ),
        (
            "an unknown key", "id: a\nvendor: a\nrecognize: {}",
            ["3: \"recognize\" is not a key of a family; did you mean \"recognise\"?"]
        ),
    ])
    func `a mistake in a family is told`(name: String, yaml: String, expected: [String]) throws {
        let problems = ConfigProblems()
        _ = Family(try parse(yaml), isUsersOwn: false, problems)
        #expect(lines(problems) == expected)
    }
}
