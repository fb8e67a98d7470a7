import DHCPMessages
import Packets
import TestSupport
import Testing
import VendorCatalogue

@testable import Provisioning

/// The rules of how options lie in a message, O1 to O7, in whole answers.
@Suite struct OptionLayoutRuleTests {
    // MARK: O1

    @Test(
        arguments: [
            ("50 of three octets", heard(.discover), "32 03 c0a832"), ("50 of none", heard(.discover), "32 00"),
            ("51 of two octets", heard(.discover), "33 02 0001"),
            // Were it heeded, "file" would hold a list of options.
            ("52 of two octets", Heard.snomInform { $0.message.bootFile = [55, 1, 43, 255] }, "34 02 0101"),
            // Were it heeded, another server would have been chosen.
            ("54 of five octets", request(LeaseRuleTests.first, server: nil), "36 05 c0a8320201"),
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
        #expect(try bench.reply(damaged).payload == without.payload)
    }

    @Test func `O1 a requested address of the wrong length asks for none`() throws {
        var bench = try Bench()
        let asking = heard(.discover) { $0.message.options[.requestedAddress] = [192, 168, 50, 150, 0] }
        #expect(try bench.reply(asking).message.yourAddress == LeaseRuleTests.first)
    }

    @Test func `O1 a size of the wrong length is none`() throws {
        let much = (200...206).map { "\($0): \"\(String(repeating: "x", count: 100))\"" }.joined(separator: ", ")
        let bytes = try octets("39 03 05dc00")
        let heard = Heard.snomInform { $0.mangle = { $0.insert(contentsOf: bytes, at: 243) } }
        #expect(try heard.acknowledgement(policy(snomRule(much))).payload.count <= 548)
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
            ("off", plain, "{match: {}}", "61", nil), ("on by the family", nul, "{match: {}}", "6100", nil),
            ("on by the rule", plain, "{match: {}, nul: true}", "6100", nil),
            ("off by the rule, on by the family", nul, "{match: {}, nul: false}", "61", nil),
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
        #expect(try answer[68].map { Array($0) } == other.map { try octets($0) })
    }

    @Test func `O2 nothing but texts ends in a NUL by that`() throws {
        let heard = Heard.snomInform { $0.message.options[.parameterRequestList] = [66, 132] }
        let rule = "rules: [{match: {}, nul: true, options: {132: {u8: 7}}}]"
        let answer = try heard.acknowledgement(policy(rule, catalogue: Catalogue([try family(OptionLayoutRuleTests.plain)])))
        #expect(try answer.message.options[132].map { Array($0) } == [7])
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
        var bench = try Bench(options.isEmpty ? leasing : leasing + "\n" + snomRule(options))
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
        let told = try snomOptions(snomRule(options), asking: [43, 66])
        #expect(try told[.vendorEncapsulated].map { Array($0) } == octets(expected))
        // 255 within it ends only itself.
        #expect(text(told[.tftpServerName]) == "http://192.168.50.1/")
    }

    @Test func `O4 one vendor's 43 goes to no other's phone`() throws {
        #expect(try snomOptions("", asking: [43])[.vendorEncapsulated] != nil)
        let yealink = Heard.snomInform {
            $0.sourceMAC = MACAddress(bits: 0x0015_6501_0203)
            $0.message.hardwareAddress = ([0x00, 0x15, 0x65, 1, 2, 3] + [UInt8](repeating: 0, count: 10))[...]
            $0.message.options[.vendorClass] = nil
            $0.message.options[.parameterRequestList] = [43, 66]
        }
        let answer = try yealink.acknowledgement(policy(files: ["001565010203.cfg"]))
        #expect(try answer.message.options.codes == [53, 54, 66])
    }

    @Test(arguments: ["", "42 ff 01", "ff", "00 00", "34 01 01"])
    func `O4 a client's own 43 changes nothing`(value: String) throws {
        let bytes = try octets(value)
        #expect(
            try snomOptions("", asking: [66, 43]) { $0.message.options[.vendorEncapsulated] = bytes[...] }
                == snomOptions("", asking: [66, 43]))
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
        #expect(try answer.message.options.codes == [53, 54, 66])
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
            policy(snomRule(options.joined(separator: ", "))))
        let bytes = answer.payload
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
        #expect(Set(read.codes) == Set(answer.told))
        #expect(answer.leftOut.isEmpty == (count < 9))
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
            #expect(try answer.message.type == .negativeAcknowledge)
            #expect(answer.payload[44..<236].allSatisfy { $0 == 0 })
            #expect(optionOverload(answer.payload) == nil)
            #expect(try answer.message.options[.clientIdentifier]?.count == identifier)
            // Where the word of explanation gave way, the log says it all the same.
            if (identifier, relay) == (255, 2) { #expect(answer.leftOut == [.message]) }
            #expect(answer.refusal?.hasSuffix("was not offered to this client") == true)
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
        }.acknowledgement(policy(snomRule("224: \"\(String(repeating: "x", count: length))\"")))
        var reader = ByteReader(answer.payload[249...])
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
        ], AnswerKind.allCases)
    func `O7 option 82 comes back whole and last, through a relay and directly`(
        _ row: (name: String, hex: String), _ kind: AnswerKind
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
        let decision = try heard.decision(policy(snomRule(options)))
        guard case .dhcp(let answer)? = decision.answer else { throw NoAnswer() }
        #expect(answer.leftOut == [.relayAgentInformation])
        #expect(answer.payload.count <= 548)
        let event = try #require(Event.answered(decision, interface: "eth1", at: second(0)))
        #expect(event.details.first { $0.name == "options" }?.text == "53,54,66,200,201,202")
    }
}
