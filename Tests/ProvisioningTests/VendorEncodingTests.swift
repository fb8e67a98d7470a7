import ConfigTree
import DHCPMessages
import Packets
import Provisioning
import TestSupport
import Testing
import VendorCatalogue

/// How makers want their address in a DHCP answer, written as a family of the catalogue or a rule would write it.
@Suite struct VendorEncodingTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var name: String
        /// The `answer` of a family, with the URL http://{server}/.
        var answer: String
        /// What it asks for, and what it says of itself.
        var asked: [UInt8]
        var vendorClass: String?
        /// Each option that is told beyond 53 and 54: its number and octets, text in quotes.
        var told: [(UInt8, String)]

        var testDescription: String { name }
    }

    private static let url = "'http://192.168.50.1/'"

    static let rows: [Row] = [
        Row(
            name: "snom, Auerswald: 66 and 67 within 43, a NUL inside the length",
            answer:
                "{options: {66: \"{url}\", 43: {tlv: {66: {text: \"http://test\", nul: true}, 67: {text: \"snom/settings.php\", nul: true}}}}}",
            asked: [66, 67, 43], vendorClass: "snomD735",
            told: [(66, url), (43, "42 0c 'http://test' 00 43 12 'snom/settings.php' 00")]),
        Row(
            name: "Mitel, Aastra 67xx to 69xx: 43 with the URL in 2 and a boolean in 3, then 159, 160, 66",
            answer: "{options: {43: {tlv: {2: \"{url}\", 3: {flag: false}}}, 159: \"{url}\", 160: \"{url}\", 66: \"{url}\"}}",
            asked: [43, 66, 159, 160], vendorClass: "AastraIPPhone6867i",
            told: [(43, "02 14 \(url) 03 01 00"), (66, url), (159, url), (160, url)]),
        Row(
            name: "Mitel MiNet: tags in 43 and, behind Mitel's number, in 125",
            answer: """
                {options: {43: "id:ipphone.mitel.com;sw_tftp={server};call_srv={server};vlan=20",
                           125: {enterprise: 1027, text: "id:ipphone.mitel.com;sw_tftp={server}"}}}
                """,
            asked: [43, 125], vendorClass: "ipphone.mitel.com",
            told: [
                (43, "'id:ipphone.mitel.com;sw_tftp=192.168.50.1;call_srv=192.168.50.1;vlan=20'"),
                (125, "00000403 29 'id:ipphone.mitel.com;sw_tftp=192.168.50.1'"),
            ]),
        Row(
            name: "ALE Myriad: 66 within 43", answer: "{options: {43: {tlv: {66: \"{url}\"}}}}", asked: [43],
            vendorClass: "aledevice",
            told: [(43, "42 14 \(url)")]),
        Row(
            name: "Alcatel IP Touch: 67 within 43", answer: "{options: {43: {tlv: {67: \"{url}\"}}}}",
            asked: [1, 3, 28, 43, 58, 59],
            vendorClass: "alcatel.sip.0", told: [(43, "43 14 \(url)")]),
        Row(
            name: "Unify OpenStage: name, VLAN and the DLS in 43",
            answer: "{options: {43: {tlv: {1: Siemens, 2: {u32: 20}, 3: \"sdlp://{server}:18443\"}}}}",
            asked: [1, 2, 3, 43, 120],
            vendorClass: "OptiIpPhone", told: [(43, "01 07 'Siemens' 02 04 00000014 03 19 'sdlp://192.168.50.1:18443'")]),
        Row(
            name: "Unify optiPoint, as an older manual has it: an END of its own",
            answer: "{options: {43: [{tlv: {1: Siemens}}, {hex: 00 00 00 00 00 ff}]}}", asked: [43], vendorClass: "OptiPoint",
            told: [(43, "01 07 'Siemens' 0000000000 ff")]),
        Row(
            name: "Fanvil, Yealink: 66, and 43 as plain text", answer: "{options: {66: \"{url}\", 43: \"{url}\"}}",
            asked: [66, 43],
            told: [(66, url), (43, url)]),
        Row(
            name: "Nortel, Avaya 1200: option 60 given back, a string within 43",
            answer: "{echo-vendor-class: true, options: {66: \"{url}\", 43: {tlv: {191: \"Nortel-SIP-Phone-B,x\"}}}}",
            asked: [66, 43],
            vendorClass: "Nortel-SIP-Phone-A\0",
            told: [(66, url), (43, "bf 14 'Nortel-SIP-Phone-B,x'"), (60, "'Nortel-SIP-Phone-A' 00")]),
        Row(
            name: "Nortel: a bare address in 66 means TFTP", answer: "{options: {66: \"{server}\"}}", asked: [66],
            told: [(66, "'192.168.50.1'")]),
        Row(
            name: "Gigaset: 114, and 15 is not made up", answer: "{options: {114: \"{url}\"}}",
            asked: [1, 3, 6, 15, 120, 114, 125],
            told: [(114, url)]),
        Row(
            name: "Polycom: 160 as text, before 66", answer: "{options: {160: \"{url}\", 66: \"{url}\"}}",
            asked: [1, 28, 160, 66, 3, 4, 42, 2, 6, 15], told: [(160, url), (66, url)]),
        Row(
            name: "Polycom, told that 160 is an address", answer: "{options: {160: {addresses: \"{server}\"}, 66: \"{url}\"}}",
            asked: [160, 66], told: [(160, "c0a83201"), (66, url)]),
        Row(
            name: "AudioCodes: 160 with a file, 66, 67 and 43",
            answer: "{options: {160: \"{url};<MODEL>.cfg\", 66: \"{url}\", 67: \"a.img;b.cfg\", 43: \"{url}\"}}",
            asked: [160, 66, 67, 43],
            told: [(160, "'http://192.168.50.1/;<MODEL>.cfg'"), (66, url), (67, "'a.img;b.cfg'"), (43, url)]),
        Row(
            name: "Panasonic: a folder in 160, 159 and 66, its model left to the phone",
            answer: "{options: {160: \"{url}\", 159: \"{url}\", 66: \"{url}{{MODEL}}.cfg\"}}", asked: [66, 67, 159, 160],
            told: [(66, "'http://192.168.50.1/{MODEL}.cfg'"), (159, url), (160, url)]),
        Row(
            name: "Cisco: addresses in 150, text in 66, a vendor class that ends in NUL",
            answer: "{options: {150: [\"{server}\", 192.0.2.2], 66: \"{server}\"}}", asked: [1, 66, 6, 3, 15, 150, 35],
            vendorClass: "Cisco Systems, Inc. IP Phone CP-7960\0", told: [(66, "'192.168.50.1'"), (150, "c0a83201 c0000202")]),
        Row(
            name: "Cisco MPP and SPA: 66, 160, 159, 150",
            answer: "{options: {66: \"{url}\", 160: \"{url}\", 159: \"{server}\", 150: \"{server}\"}}",
            asked: [66, 150, 2, 159, 160], told: [(66, url), (150, "c0a83201"), (159, "'192.168.50.1'"), (160, url)]),
        Row(
            name: "Avaya 96x1, J100: names and values in 242",
            answer: "{options: {242: \"HTTPSRVR={server},TLSSRVR={server},L2QVLAN=20\"}}", asked: [1, 28, 3, 6, 15, 42, 242],
            told: [(242, "'HTTPSRVR=192.168.50.1,TLSSRVR=192.168.50.1,L2QVLAN=20'")]),
        Row(
            name: "Avaya 46xx: the same in 176", answer: "{options: {176: \"TFTPSRVR={server}\"}}", asked: [43, 176, 66],
            told: [(176, "'TFTPSRVR=192.168.50.1'")]),
        Row(
            name: "Spectralink: text with user and password in 66",
            answer: "{options: {66: \"ftp://user:word@{server}:2121/x\"}}", asked: [66],
            told: [(66, "'ftp://user:word@192.168.50.1:2121/x'")]),
        Row(
            name: "a family that wants a NUL behind 66 and 67", answer: "{nul: true, options: {66: \"{url}\", 67: boot.cfg}}",
            asked: [66, 67],
            told: [(66, "\(url) 00"), (67, "'boot.cfg' 00")]),
        Row(
            name: "MiVoice 400: an address and a port within 43",
            answer: "{options: {43: {tlv: {3: {addresses: \"{server}\"}, 4: {u16: 5060}}}}}",
            asked: [43], told: [(43, "03 04 c0a83201 04 02 13c4")]),
        Row(
            name: "MiNet of old: addresses and numbers in 128 to 134",
            answer:
                "{options: {128: {addresses: \"{server}\"}, 130: MITEL IP PHONE, 132: {u32: 20}, 133: {u32: 6}, 134: {u32: 46}}}",
            asked: [128, 130, 132, 133, 134],
            told: [(128, "c0a83201"), (130, "'MITEL IP PHONE'"), (132, "00000014"), (133, "00000006"), (134, "0000002e")]),
    ]

    @Test(arguments: rows)
    func `an answer has the octets that the maker's phone wants`(_ row: Row) throws {
        let yaml = "{id: maker, vendor: maker, recognise: {oui: [000413]}, answer: \(row.answer)}"
        let heard = Heard.snomInform {
            $0.message.options[.vendorClass] = row.vendorClass.map { Array($0.utf8)[...] }
            $0.message.options[.parameterRequestList] = row.asked[...]
        }
        let answer = try heard.acknowledgement(policy(files: ["x"], catalogue: Catalogue([family(yaml)])))
        #expect(answer.leftOut.isEmpty)
        let read = try answer.message.options.all.dropFirst(2)
        #expect(read.map(\.code.rawValue) == row.told.map(\.0))
        for (option, (_, expected)) in zip(read, row.told) {
            #expect(try hexText(option.value) == octetsInQuotes(expected))
        }
        // The same as a rule of the user's own says it, for a phone that nobody knows.
        guard !row.answer.contains("echo"), !row.answer.contains("nul:") || row.answer.hasPrefix("{options") else { return }
        let rule = "rules: [{match: {mac: 00041312}, \(row.answer.dropFirst().dropLast())}]"
        let byRule = try heard.acknowledgement(policy(rule, files: ["x"], catalogue: Catalogue([])))
        let told = try byRule.message.options
        for (code, expected) in row.told where code != 60 {
            #expect(try told[DHCPOptionCode(code)].map { hexText($0) } == octetsInQuotes(expected))
        }
    }

    /// Old boot ROMs ask for neither 66 nor 67.
    @Test(
        arguments: [
            ("neither is asked for", [1, 3], "66: tftp.example, 67: boot.cfg", "tftp.example", "boot.cfg"),
            (
                "a NUL at their ends", [1, 3], "66: {text: tftp.example, nul: true}, 67: {text: boot.cfg, nul: true}",
                "tftp.example", "boot.cfg"
            ),
            ("66 is asked for", [66], "66: tftp.example, 67: boot.cfg", nil, nil),
            ("67 is asked for", [67], "66: tftp.example, 67: boot.cfg", nil, nil),
            ("another that says where files are is asked for", [150], "150: 192.0.2.1, 66: tftp.example, 67: boot.cfg", nil, nil),
            ("only 66 is there", [1], "66: tftp.example", "tftp.example", nil),
            ("too long for the field", [1], "66: \(String(repeating: "x", count: 64)), 67: boot.cfg", nil, "boot.cfg"),
            (
                "as long as the field takes", [1], "66: \(String(repeating: "x", count: 63))", String(repeating: "x", count: 63),
                nil
            ),
        ] as [(String, [UInt8], String, String?, String?)])
    func `who asks for neither 66 nor 67 finds both in the header`(
        name: String, asked: [UInt8], options: String, host: String?, file: String?
    )
        throws
    {
        let catalogue = Catalogue([
            try family("{id: a, vendor: a, recognise: {oui: [000413]}, answer: {options: {\(options)}}}")
        ])
        let answer = try Heard.snomInform { $0.message.options[.parameterRequestList] = asked[...] }.decision(
            policy("rules: [{match: {}, options: {200: x}}]", files: ["x"], catalogue: catalogue))
        guard case .dhcp(let dhcp)? = answer.answer else { throw NoAnswer() }
        let bytes = dhcp.payload
        #expect(text(bytes[44..<108].prefix { $0 != 0 }) == host ?? "")
        #expect(text(bytes[108..<236].prefix { $0 != 0 }) == file ?? "")
        #expect(bytes[107] == 0 && bytes[235] == 0)
    }

    @Test(arguments: ["Nortel-SIP-Phone-A\0", "Nortel-SIP-Phone-A", "x"])
    func `option 60 comes back as it came to a family that demands it, and to no other`(vendorClass: String) throws {
        for isDemanded in [true, false] {
            let catalogue = Catalogue([
                try family("{id: a, vendor: a, recognise: {oui: [000413]}, answer: {echo-vendor-class: \(isDemanded)}}")
            ])
            for kind in [AnswerKind.inform, .offer, .acknowledge] {
                var bench = try Bench(files: ["x"], catalogue: catalogue)
                var question = kind.question
                question.message.options[.vendorClass] = Array(vendorClass.utf8)[...]
                if kind != .inform { _ = try bench.reply(heard(.discover)) }
                #expect(try text(bench.read(question).options[.vendorClass]) == (isDemanded ? vendorClass : nil))
                question.message.options[.vendorClass] = nil
                #expect(try bench.read(question).options[.vendorClass] == nil)
            }
        }
    }

}
