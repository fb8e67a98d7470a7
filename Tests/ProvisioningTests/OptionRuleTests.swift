import ConfigTree
import DHCPMessages
import Packets
import TestSupport
import Testing
import VendorCatalogue

@testable import Provisioning

/// The rules of options, O1 to O14, in whole answers.
@Suite struct OptionRuleTests {
    /// A rule for every snom.
    private func rule(_ options: String, _ more: String = "") -> String {
        "rules: [{match: {vendor: snom}, options: {\(options)}\(more)}]"
    }

    /// What the ACK to a snom's INFORM tells, as its client reads it.
    private func told(_ yaml: String, asking: [UInt8]? = nil, _ change: (inout Heard) -> Void = { _ in }) throws -> DHCPOptions {
        let heard = Heard.snomInform {
            if let asking { $0.message.options[.parameterRequestList] = asking[...] }
            change(&$0)
        }
        return try DHCPMessage(decoding: heard.acknowledgement(policy(yaml)).encoded.bytes[...]).options
    }

    // MARK: O1

    @Test(
        arguments: [
            ("50 of three octets", heard(.discover), "32 03 c0a832"), ("50 of none", heard(.discover), "32 00"),
            ("51 of two octets", heard(.discover), "33 02 0001"), ("52 of two octets", Heard.snomInform(), "34 02 0101"),
            ("54 of five octets", request(LeaseRuleTests.first, server: nil), "36 05 c0a8320101"),
            ("55 of none", Heard.snomInform { $0.message.options[.parameterRequestList] = nil }, "37 00"),
            ("57 of three octets", Heard.snomInform(), "39 03 0005dc"), ("57 of one octet", Heard.snomInform(), "39 01 05"),
            ("12 of none", heard(.discover), "0c 00"), ("81 of two octets", heard(.discover), "51 02 0000"),
            ("43 of none", Heard.snomInform(), "2b 00"),
        ] as [(String, Heard, String)])
    func `O1 an option of the wrong length counts as absent, and the message stays`(name: String, question: Heard, option: String)
        throws
    {
        var bench = try Bench()
        try bench.lease()
        var damaged = question
        let bytes = try octets(option)
        damaged.mangle = { $0.insert(contentsOf: bytes, at: 243) }
        let without = try bench.reply(question)
        #expect(try bench.reply(damaged).encoded == without.encoded)
    }

    @Test(arguments: [[], [8, 8], [0, 8]] as [[UInt8]])
    func `O1 a type of the wrong length is none, and the message gets no answer`(value: [UInt8]) throws {
        let heard = Heard.snomInform { $0.message.options[.messageType] = value[...] }
        #expect(try heard.decision(policy()).silence == .noMessageType)
    }

    // MARK: O2

    private static let plain = "{id: plain, vendor: plain, recognise: {oui: [000413]}, answer: {options: {66: \"{url}\", 67: a}}}"
    private static let nul =
        "{id: nul, vendor: nul, recognise: {oui: [000413]}, answer: {nul: true, options: {66: \"{url}\", 67: a}}}"

    @Test(
        arguments: [
            ("off", plain, "{match: {}}", "61", "62"),
            ("on by the family", nul, "{match: {}}", "6100", "62"),
            ("on by the rule", plain, "{match: {}, nul: true}", "6100", "62"),
            ("off by the rule, on by the family", nul, "{match: {}, nul: false}", "61", "62"),
            ("on by the rule, for its own option too", plain, "{match: {}, nul: true, options: {68: {text: b}}}", "6100", "6200"),
            (
                "on by the rule, off for one option", plain, "{match: {}, nul: true, options: {67: {text: a, nul: false}}}", "61",
                nil
            ),
            ("off, on for one option", plain, "{match: {}, options: {67: {text: a, nul: true}}}", "6100", nil),
            (
                "on, within an option", nul, "{match: {}, options: {67: {tlv: {1: a, 2: {text: a, nul: false}, 3: {u8: 7}}}}}",
                "0102610002016103 0107", nil
            ),
        ] as [(String, String, String, String, String?)])
    func `O2 a text ends in a NUL where family, rule or option says so`(
        name: String, yaml: String, rule: String, file: String, other: String?
    ) throws {
        let catalogue = Catalogue([try family(yaml)])
        let heard = Heard.snomInform { $0.message.options[.parameterRequestList] = [66, 67, 68] }
        let answer = try heard.acknowledgement(policy("rules: [\(rule)]", catalogue: catalogue)).message.options
        #expect(try answer[.bootFileName].map { Array($0) } == octets(file))
        if rule.contains("68"), let other { #expect(try answer[68].map { Array($0) } == octets(other)) }
        // Nothing but texts ends in a NUL by that.
        #expect(try answer.address(.serverIdentifier) == ourAddress)
    }

    @Test(arguments: ["snomD735", "snomD735\0", "snomD735\0\0\0"])
    func `O2 NULs at the end of what a client says are no part of it`(vendorClass: String) throws {
        let decision = try Heard.snomInform { $0.message.options[.vendorClass] = Array(vendorClass.utf8)[...] }.decision(
            policy("rules: [{name: exactly, match: {vendor-class: snomD735}}]"))
        #expect(decision.identity.model == "D735")
        #expect(decision.rule == "exactly")
    }

    // MARK: O3

    @Test(
        arguments: [
            ("asked for in that order", [1, 3], "", [1, 3]), ("asked for the other way round", [3, 66, 1], "", [1, 3, 66]),
            ("the mask from a rule, unasked", [3, 66], "1: 255.255.0.0", [1, 3, 66]), ("unasked", nil, "", [1, 3]),
            ("the router from a rule", [66, 1], "3: 192.168.50.9", [66, 1, 3]),
        ] as [(String, [UInt8]?, String, [UInt8])])
    func `O3 the mask comes before the router`(name: String, asked: [UInt8]?, options: String, order: [UInt8]) throws {
        var bench = try Bench(options.isEmpty ? leasing : leasing + "\n" + rule(options))
        let codes = try bench.read(heard(.discover) { $0.message.options[.parameterRequestList] = asked.map { $0[...] } }).options
            .codes
        #expect(codes.map(\.rawValue).filter(order.contains) == order)
    }

    // MARK: O4

    @Test(
        arguments: [
            ("codes, lengths and values", "43: {tlv: {2: x, 3: {flag: true}}}", "02017803 0101"),
            ("an END of its own", "43: [{tlv: {2: x}}, {hex: ff}]", "020178ff"),
            ("plain text", "43: \"{url}\"", "687474703a2f2f3139322e3136382e35302e312f"),
        ])
    func `O4 option 43 is the vendor's own`(name: String, options: String, expected: String) throws {
        let told = try told(rule(options), asking: [43, 66])
        #expect(try told[.vendorEncapsulated].map { Array($0) } == octets(expected))
        // 255 within it ends only itself.
        #expect(text(told[.tftpServerName]) == "http://192.168.50.1/")
    }

    @Test func `O4 one vendor's 43 goes to no other's phone`() throws {
        #expect(try told("", asking: [43])[.vendorEncapsulated] != nil)
        let yealink = Heard.snomInform {
            $0.message.hardwareAddress = ([0x00, 0x15, 0x65, 1, 2, 3] + [UInt8](repeating: 0, count: 10))[...]
            $0.message.options[.vendorClass] = nil
            $0.message.options[.parameterRequestList] = [43, 66]
        }
        let answer = try yealink.acknowledgement(policy(files: ["001565010203.cfg"]))
        #expect(answer.message.options.codes == [53, 54, 66])
    }

    @Test(arguments: ["", "42 ff 01", "ff", "00 00", "34 01 01"])
    func `O4 a client's own 43 changes nothing`(value: String) throws {
        let bytes = try octets(value)
        #expect(
            try told("", asking: [66, 43]) { $0.message.options[.vendorEncapsulated] = bytes[...] } == told("", asking: [66, 43]))
    }

    // MARK: O5

    @Test(arguments: [("in file", 60), ("in sname, too", 130)])
    func `O5 options in 'file' and 'sname' are read`(name: String, length: Int) throws {
        let heard = Heard.snomInform {
            $0.message.options = DHCPOptions([
                (.messageType, [8]), (.userClass, [UInt8](repeating: 0x78, count: 40)),
                (200, [UInt8](repeating: 1, count: length - 10)),
                (.vendorClass, Array("snomD735".utf8)), (.parameterRequestList, [66]),
            ])
            let message = $0.message
            $0.mangle = { $0 = message.encoded(limit: 300).bytes }
        }
        #expect(heard.message.encoded(limit: 300).leftOut.isEmpty)
        let decision = try heard.decision(policy())
        #expect(decision.identity.model == "D735")
        guard case .dhcp(let answer)? = decision.answer else { throw NoAnswer() }
        #expect(answer.message.options.codes == [53, 54, 66])
    }

    @Test(
        arguments: [
            ("nothing is overloaded unless needed", 1, nil), ("file", 3, 1), ("file and sname", 4, 3),
            ("as much as there is", 9, 3),
        ] as [(String, Int, UInt8?)])
    func `O5 an answer overloads 'file' and 'sname' only where its options find no room`(
        name: String, count: Int, overload: UInt8?
    ) throws {
        // 150 octets each, but for two small ones: 304 is what there is in 548.
        var options = (0..<count).map { "\(200 + $0): \"\(String(repeating: "x", count: $0 == 2 ? 110 : $0 == 3 ? 50 : 120))\"" }
        options.append("67: x")
        let answer = try Heard.snomInform { $0.message.options[.parameterRequestList] = [66] }.acknowledgement(
            policy(rule(options.joined(separator: ", "))))
        let bytes = answer.encoded.bytes
        #expect(bytes.count <= 548)
        #expect(optionOverload(bytes) == overload)
        if let overload {
            // Each field begins with an option, and END stands behind the last, zeros behind that.
            for (bit, field) in [(UInt8(1), 108..<236), (2, 44..<108)] where overload & bit != 0 {
                #expect(bytes[field.lowerBound] >= 200)
                let end = try #require(bytes[field].lastIndex { $0 != 0 })
                #expect(bytes[end] == 255)
            }
        } else {
            #expect(bytes[44..<236].allSatisfy { $0 == 0 })
        }
        let read = try DHCPMessage(decoding: bytes[...]).options
        #expect(Set(read.codes) == Set(answer.message.options.codes).subtracting(answer.encoded.leftOut))
        #expect(answer.encoded.leftOut.isEmpty == (count < 9))
    }

    private func optionOverload(_ bytes: [UInt8]) -> UInt8? {
        var at = 240
        while at + 2 < bytes.count, bytes[at] != 255 {
            if bytes[at] == 52 { return bytes[at + 2] }
            at += 2 + Int(bytes[at + 1])
        }
        return nil
    }

    @Test func `O5 a NAK overloads nothing, whatever it gives back`() throws {
        for (identifier, relay) in [(125, 140), (200, 250), (255, 255), (2, 255), (255, 2)] {
            var bench = try Bench()
            let heard = { (heard: inout Heard) in
                heard.message.options[.clientIdentifier] = [UInt8](repeating: 7, count: identifier)[...]
                heard.message.options[.relayAgentInformation] = [UInt8](repeating: 9, count: relay)[...]
            }
            _ = try bench.reply(ProvisioningTests.heard(.discover, heard))
            let answer = try bench.reply(request(LeaseRuleTests.wrong, heard))
            #expect(answer.message.type == .negativeAcknowledge)
            #expect(answer.encoded.bytes[44..<236].allSatisfy { $0 == 0 })
            #expect(optionOverload(answer.encoded.bytes) == nil)
            #expect(try DHCPMessage(decoding: answer.encoded.bytes[...]).options[.clientIdentifier]?.count == identifier)
        }
    }

    // MARK: O6

    @Test(
        arguments: [
            ("a vendor class in two parts", "3c 04 736e6f6d 3c 04 44373335"),
            ("with another option between", "3c 04 736e6f6d 0c 01 78 3c 04 44373335"),
            ("with an empty part", "3c 08 736e6f6d44373335 3c 00"),
        ])
    func `O6 parts of one option are one, whatever is between them`(name: String, parts: String) throws {
        let bytes = try octets(parts)
        let decision = try Heard.snomInform {
            $0.message.options[.vendorClass] = nil
            $0.mangle = { $0.insert(contentsOf: bytes, at: 243) }
        }.decision(policy())
        #expect(decision.identity.model == "D735")
    }

    @Test(arguments: [(255, [255]), (256, [255, 1]), (600, [255, 255, 90])])
    func `O6 a value of more than 255 octets is told in parts`(length: Int, parts: [Int]) throws {
        let answer = try Heard.snomInform {
            $0.message.options[.parameterRequestList] = [224]
            $0.message.options[.maximumMessageSize] = [5, 192]
        }.acknowledgement(policy(rule("224: \"\(String(repeating: "x", count: length))\"")))
        var reader = ByteReader(answer.encoded.bytes[249...])
        for part in parts {
            #expect(try (reader.byte(), Int(reader.byte())) == (224, part))
            try reader.skip(part)
        }
        #expect(try reader.byte() == 255)
    }

    // MARK: O7

    @Test(
        arguments: [
            ("a circuit and a host", "01 04 65746831 02 03 737731"), ("garbage", "ff 00 17"), ("nothing", ""),
            ("one octet", "00"),
        ], DHCPRuleTests.Kind.allCases)
    func `O7 option 82 comes back whole and last, through a relay and directly`(
        _ row: (name: String, hex: String), _ kind: DHCPRuleTests.Kind
    ) throws {
        let information = try octets(row.hex)
        for isRelayed in [true, false] {
            var bench = try Bench(leasing.replacing("answer: lease", with: "answer: lease\n  relays: 192.168.50.250"))
            if kind != .inform { _ = try bench.reply(heard(.discover)) }
            var question = kind.question
            question.message.options[.clientIdentifier] = nil
            if isRelayed { question = question.relayed(by: LeaseRuleTests.near) }
            question.message.options[.relayAgentInformation] = information[...]
            let options = try bench.read(question).options
            #expect(options.codes.last == .relayAgentInformation)
            #expect(options[.relayAgentInformation] == information[...])
        }
    }

    @Test func `O7 where option 82 finds no room the answer goes without it, and that is told`() throws {
        let options = (200...202).map { "\($0): \"\(String(repeating: "x", count: 90))\"" }.joined(separator: ", ")
        let heard = Heard.snomInform {
            $0.message.options[.parameterRequestList] = [66]
            $0.message.options[.relayAgentInformation] = [UInt8](repeating: 1, count: 250)[...]
        }
        let decision = try heard.decision(policy(rule(options)))
        guard case .dhcp(let answer)? = decision.answer else { throw NoAnswer() }
        #expect(answer.encoded.leftOut == [.relayAgentInformation])
        #expect(answer.encoded.bytes.count <= 548)
        let event = try #require(Event.answered(decision, interface: "eth1", at: second(0)))
        #expect(event.details.first { $0.name == "options" }?.text == "53,54,66,200,201,202")
    }

    // MARK: O8

    private static let routes = "121: [10.0.0.0/8 via 192.168.50.9, default via 192.168.50.254], 33: [10.1.1.1, 192.168.50.9]"

    @Test(
        arguments: [
            ("asked for: neither router nor static routes", [1, 3, 33, 121, 66], routes, [53, 54, 1, 121, 66]),
            ("not asked for, and told all the same: the router too", [3, 66], routes, [53, 54, 3, 66, 121, 33]),
            ("asked for, and there is none: the router", [3, 121, 66], "67: x", [53, 54, 3, 66, 67]),
            (
                "asked for, and the rule sets the router itself", [121, 3, 66], routes + ", 3: 192.168.50.254",
                [53, 54, 121, 66]
            ),
        ] as [(String, [UInt8], String, [UInt8])])
    func `O8 classless routes take the place of 3 and 33 for who asks for them`(
        name: String, asked: [UInt8], options: String, codes: [UInt8]
    ) throws {
        var bench = try Bench(leasing + "\n" + rule(options))
        let answer = try bench.read(Heard.snomInform { $0.message.options[.parameterRequestList] = asked[...] })
        #expect(Set(answer.options.codes.map(\.rawValue)) == Set(codes))
    }

    @Test(
        arguments: [
            ("121: default via \"{server}\"", "00 c0a83201"), ("121: 10.0.0.0/8 via 192.168.50.9", "08 0a c0a83209"),
            ("121: 10.0.0.0/24 via 192.168.50.9", "18 0a0000 c0a83209"),
            ("121: 10.17.0.0/16 via 192.168.50.9", "10 0a11 c0a83209"),
            ("249: 10.27.129.0/24 via 192.168.50.9", "18 0a1b81 c0a83209"),
            ("121: 10.229.0.128/25 via 192.168.50.9", "19 0ae50080 c0a83209"),
            ("121: 10.198.122.47/32 via 192.168.50.9", "20 0ac67a2f c0a83209"),
        ])
    func `O8 a route has as many octets of its destination as its mask touches`(option: String, expected: String) throws {
        let yaml = option.contains("{server}") ? "121: \"default via {server}\"" : option
        let code: DHCPOptionCode = option.hasPrefix("249") ? 249 : 121
        #expect(try told(rule(yaml))[code].map { Array($0) } == octets(expected))
    }

    // MARK: O9

    @Test(
        arguments: [
            ("sub-options", "{enterprise: 3561, tlv: {1: x}}", "00000de9 03 010178"),
            ("a text", "{enterprise: 1027, text: \"id:x\"}", "00000403 05 69643a78 0"),
            (
                "two enterprises", "[{enterprise: 1, tlv: {1: x}}, {enterprise: 4294967295, hex: 0a0b}]",
                "00000001 03 010178 ffffffff 02 0a0b"
            ),
        ])
    func `O9 enterprise, length, data, in 124 and 125`(name: String, value: String, expected: String) throws {
        for code: UInt8 in [124, 125] {
            let expected = expected.replacing(" 05 69643a78 0", with: "04 69643a78")
            #expect(
                try told(rule("\(code): \(value)"), asking: [code])[DHCPOptionCode(code)].map { Array($0) } == octets(expected))
        }
    }

    @Test(arguments: ["00", "00000de9 ff 01", "00000de9 02 01", "00000de9 03 01ff78", "00000de9 00", "00000de9 03 010178 0000"])
    func `O9 whatever a client puts into 124 and 125, it gets its answer`(value: String) throws {
        let bytes = try octets(value)
        let told = try told("", asking: [66, 125]) {
            $0.message.options[.vendorIdentifyingClass] = bytes[...]
            $0.message.options[.vendorIdentifying] = bytes[...]
        }
        #expect(told.codes == [53, 54, 66])
    }

    // MARK: O10

    @Test(
        arguments: [
            ("the server should do it: it does not", "05 0000 04 736e6f6d 00", "0e ffff 04 736e6f6d 00"),
            ("the client does it", "04 0000 04 736e6f6d 00", "0c ffff 04 736e6f6d 00"),
            ("nobody should", "0c 0000 04 736e6f6d 00", "0c ffff 04 736e6f6d 00"),
            ("a part of a name", "05 0000 04 736e6f6d", "0e ffff 04 736e6f6d"), ("no name", "05 0000", "0e ffff"),
            ("in ASCII", "01 0000 736e6f6d", "0a ffff 736e6f6d"),
            ("unknown flags", "f4 0000 04 736e6f6d 00", "0c ffff 04 736e6f6d 00"),
            ("a label past the end", "05 0000 09 736e6f6d", nil), ("a pointer", "05 0000 04 736e6f6d c000", nil),
            ("a label of 64 octets", "05 0000 40 736e6f6d", nil), ("two names", "05 0000 01 78 00 01 79 00", nil),
            ("a blank in it", "05 0000 04 736e206d 00", nil), ("two octets", "05 00", nil), ("none", nil, nil),
        ] as [(String, String?, String?)])
    func `O10 a client that brings up its name in DNS is told that nothing is changed there`(
        name: String, asked: String?, told: String?
    )
        throws
    {
        let value = try asked.map { try octets($0) }
        var bench = try Bench()
        for question in [heard(.discover), request(LeaseRuleTests.first), using(LeaseRuleTests.first)] {
            var question = question
            question.message.options[.clientFQDN] = value.map { $0[...] }
            question.message.options[.parameterRequestList] = [1, 66, 81]
            let answer = try bench.read(question)
            #expect(try answer.options[.clientFQDN].map { Array($0) } == told.map { try octets($0) })
        }
        // Not where no address is given.
        #expect(
            try self.told("", asking: [66, 81]) { $0.message.options[.clientFQDN] = value.map { $0[...] } }.codes == [53, 54, 66])
    }

    // MARK: O11, O12

    @Test(arguments: [
        ("one", "150: \"{server}\"", "c0a83201"),
        ("in the order of preference", "150: [192.0.2.9, 192.0.2.1]", "c0000209 c0000201"),
        ("with another 66", "150: [192.0.2.9], 66: tftp.example", "c0000209"),
    ])
    func `O11 option 150 is addresses in their order, whatever 66 says`(name: String, options: String, expected: String) throws {
        let told = try told(rule(options), asking: [66, 150])
        #expect(try told[.tftpServerAddresses].map { Array($0) } == octets(expected))
        #expect(text(told[.tftpServerName]) == (options.contains("66:") ? "tftp.example" : "http://192.168.50.1/"))
    }

    @Test(arguments: ["01 01 00 0000000000000000 00", "00", ""])
    func `O12 authentication is neither made up nor given back`(value: String) throws {
        let bytes = try octets(value)
        for kind in DHCPRuleTests.Kind.allCases {
            var bench = try Bench()
            if kind != .inform { _ = try bench.reply(heard(.discover)) }
            var question = kind.question
            let without = try bench.reply(question).encoded
            question.message.options[90] = bytes[...]
            #expect(try bench.reply(question).encoded == without)
        }
    }

    // MARK: O13, O14

    @Test(
        arguments: [
            (
                "119: [example.com, sub.example.com]", 119,
                "07 6578616d706c65 03 636f6d 00 03 737562 07 6578616d706c65 03 636f6d 00"
            ),
            ("120: [sip.example, sip2.example]", 120, "00 03 736970 07 6578616d706c65 00 04 73697032 07 6578616d706c65 00"),
            ("120: [192.0.2.9, \"{server}\"]", 120, "01 c0000209 c0a83201"),
            ("100: EST5EDT4", 100, "45535435454454 34"), ("101: Europe/Berlin", 101, "4575726f70652f4265726c696e"),
            ("2: -3600", 2, "fffff1f0"), ("116: 0", 116, "00"), ("108: 1800", 108, "00000708"),
        ] as [(String, UInt8, String)])
    func `O13 options of later RFCs are told as those define them`(option: String, code: UInt8, expected: String) throws {
        #expect(try told(rule(option), asking: [66, code])[DHCPOptionCode(code)].map { Array($0) } == octets(expected))
    }

    @Test func `O13 a list of names that is longer than 255 octets is told in parts`() throws {
        let names = (0..<12).map { "site\($0).phones.branch.example.com" }
        let told = try told(rule("119: [\(names.joined(separator: ", "))]"), asking: [66, 119]) {
            $0.message.options[.maximumMessageSize] = [5, 192]
        }
        #expect(told[119]?.count ?? 0 > 255)
        #expect(told[119].flatMap { DomainNames.decode($0) } == names)
    }

    @Test(arguments: [([108], 108, "00000000"), ([116], 116, "01")] as [([UInt8], UInt8, String)])
    func `O13 what a client says in 108 and 116 changes nothing`(asked: [UInt8], code: UInt8, value: String) throws {
        var bench = try Bench()
        let bytes = try octets(value)
        let without = heard(.discover) { $0.message.options[.parameterRequestList] = [1, 3, 66] }
        let with = heard(.discover) {
            $0.message.options[.parameterRequestList] = ([1, 3] + asked + [66])[...]
            $0.message.options[DHCPOptionCode(code)] = bytes[...]
        }
        #expect(try bench.reply(with).encoded == bench.reply(without).encoded)
    }

    @Test(
        arguments: [
            (128, "192.0.2.9", "3139322e302e322e39"), (129, "{addresses: 192.0.2.9}", "c0000209"), (132, "{u16: 20}", "0014"),
            (132, "{u32: 20}", "00000014"), (132, "20", "3230"), (133, "{u8: 6}", "06"),
            (135, "proxy.example:80", "70726f78792e6578616d706c653a3830"),
            (150, "{text: tftp.example}", "746674702e6578616d706c65"),
            (160, "\"{url}\"", "687474703a2f2f3139322e3136382e35302e312f"),
            (242, "\"HTTPSRVR={server},L2Q=1\"", "48545450535256523d3139322e3136382e35302e312c4c32513d31"),
        ] as [(UInt8, String, String)])
    func `O14 what PXE and vendors use otherwise has the configuration's value, and none without one`(
        code: UInt8, value: String, expected: String
    ) throws {
        #expect(
            try told(rule("\(code): \(value)"), asking: [66, code])[DHCPOptionCode(code)].map { Array($0) } == octets(expected))
        #expect(try told("", asking: [66, code])[DHCPOptionCode(code)] == nil)
    }
}
