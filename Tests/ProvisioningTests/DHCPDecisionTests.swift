import DHCPMessages
import Packets
import Provisioning
import TestSupport
import Testing
import VendorCatalogue

/// What an INFORM is answered with.
@Suite struct DHCPAnswerTests {
    @Test func `D12 a golden ACK for a snom, to the octet`() throws {
        let heard = Heard.snomInform {
            $0.message.options[.clientIdentifier] = ([1] + phoneMAC.octets)[...]
            $0.message.seconds = 7
        }
        let answer = try heard.acknowledgement(policy())
        let expected = """
            02 01 06 00                # op, htype, hlen, hops
            39 03 f3 26                # xid
            00 00 00 00                # secs, flags
            c0 a8 32 1f                # ciaddr 192.168.50.31
            00 00 00 00                # yiaddr
            c0 a8 32 01                # siaddr 192.168.50.1
            00 00 00 00                # giaddr
            00 04 13 12 34 56 00 00 00 00 00 00 00 00 00 00  # chaddr

            """ + String(repeating: "00", count: 192) + """

                63 82 53 63                # magic cookie
                35 01 05                   # 53: ACK
                36 04 c0 a8 32 01          # 54: 192.168.50.1
                3d 07 01 00 04 13 12 34 56 # 61, as it came
                42 14 68 74 74 70 3a 2f 2f 31 39 32 2e 31 36 38 2e 35 30 2e 31 2f  # 66: http://192.168.50.1/
                ff                         # END

                """ + String(repeating: "00", count: 19)
        #expect(try hexText(answer.payload) == hexText(octets(expected)))
        #expect((answer.frame.source, answer.frame.sourcePort, answer.frame.sourceMAC) == (ourAddress, 67, ourMAC))
        #expect(
            (answer.frame.destination, answer.frame.destinationPort, answer.frame.destinationMAC) == (phoneAddress, 68, phoneMAC))
    }

    @Test func `option 60 comes back to an Avaya alone, as it came`() throws {
        let avaya = Heard.snomInform {
            $0.message.options[.vendorClass] = Array("Nortel-SIP-Phone-A\0".utf8)[...]
            $0.message.options[.parameterRequestList] = [1, 66]
        }
        let answer = try avaya.acknowledgement(policy(files: ["1230SIP.cfg"]))
        #expect(try text(answer.message.options[.vendorClass]) == "Nortel-SIP-Phone-A\0")
        #expect(try text(answer.message.options[.tftpServerName]) == "http://192.168.50.1")
        #expect(try Heard.snomInform().acknowledgement(policy()).message.options[.vendorClass] == nil)
    }

    @Test func `a tagged request is answered with its tags`() throws {
        let tags = [VLANTag(type: 0x88a8, control: 5), VLANTag(control: 0xa014)]
        #expect(try Heard.snomInform { $0.tags = tags }.acknowledgement(policy()).frame.tags == tags)
    }

    @Test func `a URL elsewhere names no next server`() throws {
        let answer = try Heard.snomInform().acknowledgement(
            policy("rules: [{match: {vendor: snom}, url: \"https://config.example.com/{MAC}.xml\"}]", files: []))
        #expect(try answer.message.nextServer == .any)
        #expect(try text(answer.message.options[.tftpServerName]) == "https://config.example.com/000413123456.xml")
    }
}

/// What gets no answer, and why.
@Suite struct DHCPSilenceTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var name: String
        var silence: Silence
        var kind = "dhcp-inform"
        var yaml = ""
        var files = snomTree
        var change: @Sendable (inout Heard) -> Void = { _ in }

        var testDescription: String { name }
    }

    private static func type(_ type: UInt8) -> @Sendable (inout Heard) -> Void {
        { $0.message.options[.messageType] = [type] }
    }

    static let rows: [Row] = [
        Row(name: "a DISCOVER", silence: .wantsLease(.discover), kind: "dhcp-discover", change: type(1)),
        Row(name: "T1 a REQUEST", silence: .wantsLease(.request), kind: "dhcp-request", change: type(3)),
        Row(name: "D14 a DECLINE", silence: .wantsLease(.decline), kind: "dhcp-decline", change: type(4)),
        Row(name: "D14 a RELEASE", silence: .wantsLease(.release), kind: "dhcp-release", change: type(7)),
        Row(name: "D17 an OFFER that says it is a request", silence: .neverAnswered(.offer), kind: "dhcp-offer", change: type(2)),
        Row(
            name: "D17 an ACK that says it is a request", silence: .neverAnswered(.acknowledge), kind: "dhcp-ack", change: type(5)
        ),
        Row(
            name: "D17 a NAK that says it is a request", silence: .neverAnswered(.negativeAcknowledge), kind: "dhcp-nak",
            change: type(6)),
        Row(
            name: "D17 a FORCERENEW", silence: .neverAnswered(DHCPMessageType(rawValue: 9)), kind: "dhcp-forcerenew",
            change: type(9)),
        Row(
            name: "D17 a LEASEQUERY", silence: .neverAnswered(DHCPMessageType(rawValue: 10)), kind: "dhcp-leasequery",
            change: type(10)),
        Row(name: "D17 type 0", silence: .neverAnswered(DHCPMessageType(rawValue: 0)), kind: "dhcp-type-0", change: type(0)),
        Row(
            name: "D17 type 255", silence: .neverAnswered(DHCPMessageType(rawValue: 255)), kind: "dhcp-type-255",
            change: type(255)),
        Row(name: "D4 no type", silence: .noMessageType, kind: "bootp") { $0.message.options[.messageType] = nil },
        Row(name: "O1 a type of two octets", silence: .noMessageType, kind: "bootp") {
            $0.message.options[.messageType] = [8, 8]
        },
        Row(name: "D17 a reply", silence: .dhcpReply(.inform)) { $0.message.operation = 2 },
        Row(name: "D17 an operation that is none", silence: .dhcpReply(.inform)) { $0.message.operation = 3 },
        Row(name: "T4 hlen 7", silence: .notEthernetClient) { $0.message.hardwareLength = 7 },
        Row(name: "T4 hlen 0", silence: .notEthernetClient) { $0.message.hardwareLength = 0 },
        Row(name: "T4 hardware of another kind", silence: .notEthernetClient) { $0.message.hardwareType = 6 },
        Row(name: "T4 a group's hardware address", silence: .notEthernetClient) {
            $0.message.hardwareAddress = [UInt8](repeating: 0xff, count: 16)[...]
        },
        Row(name: "T4 hlen 16", silence: .notEthernetClient) { $0.message.hardwareLength = 16 },
        Row(name: "T4 hlen 17", silence: .dhcp(.hardwareLength(17)), kind: "dhcp") { $0.message.hardwareLength = 17 },
        Row(name: "D17 our own frame by its MAC", silence: .ownFrame) { $0.sourceMAC = ourMAC },
        Row(name: "D17 our own frame by its address", silence: .ownFrame) { $0.source = ourAddress },
        Row(name: "a frame to another station", silence: .addressedElsewhere) {
            $0.destinationMAC = MACAddress(bits: 0x0200_0000_0002)
        },
        Row(name: "a packet to another host", silence: .addressedElsewhere) { $0.destination = IPv4Address(192, 168, 50, 2) },
        Row(name: "dhcp.answer is off", silence: .dhcpOff, yaml: "dhcp: {answer: off}"),
        Row(name: "dhcp.answer is observe", silence: .observing, yaml: "dhcp: {answer: observe}"),
        Row(name: "T1 a laptop", silence: .notAPhone) {
            $0.message.hardwareAddress = ([0x3c, 0x97, 0x0e, 0x11, 0x22, 0x33] + [UInt8](repeating: 0, count: 10))[...]
            $0.message.options[.vendorClass] = Array("MSFT 5.0".utf8)[...]
        },
        Row(
            name: "a phone that asks for nothing that we tell",
            silence: .asksForNothingOffered(asked: [1, 3, 6], offered: [114]), files: ["7C2F80123456.xml"]
        ) {
            $0.sourceMAC = MACAddress(bits: 0x7c2f_8012_3456)
            $0.message.hardwareAddress = ($0.sourceMAC.octets + [UInt8](repeating: 0, count: 10))[...]
            $0.message.options[.vendorClass] = nil
            $0.message.options[.parameterRequestList] = [1, 3, 6]
        },
        Row(
            name: "T9 a phone whose frame is another's, where only files of its own are",
            silence: .notProven("http://192.168.50.1/"), files: ["snom/snomD735-000413123456.htm"]
        ) { $0.sourceMAC = MACAddress(bits: 0x5254_0000_0007) },
        Row(name: "an empty tree", silence: .nothingToServe("http://192.168.50.1/"), files: []),
        Row(
            name: "a tree with others' files", silence: .nothingToServe("http://192.168.50.1/"),
            files: ["snomD785.htm", "devices/000413999999/snomD735.htm"]),
        Row(
            name: "a rule that ignores", silence: .ruleIgnores("not these"),
            yaml: "rules: [{name: not these, match: {vendor: snom}, answer: ignore}]"),
        Row(
            name: "a variable that is not known", silence: .unknownVariable("version", url: "http://{server}/{version}/"),
            yaml: "url: \"http://x/\"\nrules: [{match: {vendor: snom}, url: \"http://{server}/{version}/\"}]"),
        Row(
            name: "a variable in an option that is not known", silence: .unknownVariable("version", url: "option 67"),
            yaml: "rules: [{match: {vendor: snom}, options: {67: \"{version}\"}}]"),
        Row(
            name: "https on our own address", silence: .schemeNotServed("https://192.168.50.1/"),
            yaml: "rules: [{match: {vendor: snom}, url: \"https://{server}/\"}]"),
    ]

    @Test(arguments: rows)
    func `T1 silence to DHCP has its reason`(_ row: Row) throws {
        let decision = try Heard.snomInform(row.change).decision(policy(row.yaml, files: row.files))
        #expect(decision.silence == row.silence)
        #expect(decision.answer == nil)
        #expect(decision.kind.rawValue == row.kind)
        #expect(decision.silence?.sentence.isEmpty == false)
    }

    @Test func `whoever only observes says what it would have told`() throws {
        func event(_ yaml: String, files: [String] = ["snomD735.htm"]) throws -> Event {
            let decision = try Heard.snomInform().decision(policy(yaml, files: files))
            #expect(decision.answer == nil)
            return Event.ignored(decision, try #require(decision.silence), interface: "eth1", at: Moment(microseconds: 0))
        }
        let observed = try event("dhcp: {answer: observe}")
        #expect(observed.name == "dhcp.observed")
        let details = observed.details.map { "\($0.name)=\($0.text)" }
        #expect(details.first == "vendor=snom")
        #expect(details.contains("address=192.168.50.31"))
        #expect(details.contains("url=http://192.168.50.1/"))
        #expect(details.last == "options=53,54,66")
        // Where there is nothing to tell, the reason is that.
        let empty = try event("dhcp: {answer: observe}", files: [])
        #expect(empty.name == "ignored")
        #expect(empty.details.contains { $0.text == "nothing-to-serve" })
    }

    @Test func `each reason of the table above has a name and a sentence of its own`() {
        let silences = DHCPSilenceTests.rows.map(\.silence)
        #expect(Set(silences.map(\.sentence)).count == Set(silences).count)
        #expect(Set(silences.map(\.name)).count == Set(silences.map { String("\($0)".prefix { $0 != "(" }) }).count)
        #expect(
            Silence.asksForNothingOffered(asked: [], offered: [66, 43]).sentence
                == "it asked for options (none) only; what there is to tell it goes into 66, 43")
        #expect(Silence.ambiguous(["a", "b"]).sentence == "it could be any of a, b; a rule with its MAC address would decide")
        #expect(Silence.dhcpReply(nil).sentence == "it is a server's BOOTP reply, not a request")
    }

    @Test func `frames that cannot be read say why and whose they are`() throws {
        let policy = try policy()
        var bytes = try #require(Heard.snomInform().frame.encoded())
        bytes[24] ^= 0xff
        let broken = policy.decide(frame: bytes[...], on: link, at: Moment(microseconds: 0))
        #expect(broken.silence == .frame(.ipHeaderChecksum))
        #expect((broken.kind, broken.identity.mac) == (.other, phoneMAC))
        let short = UDPFrame(from: phoneMAC, phoneAddress, port: 68, to: .broadcast, .broadcast, port: 67, payload: [1, 1, 6])
        #expect(
            policy.decide(frame: short.encoded()?[...] ?? [], on: link, at: Moment(microseconds: 0)).silence
                == .dhcp(.truncatedHeader(length: 3)))
        let bootp = UDPFrame(
            from: phoneMAC, phoneAddress, port: 68, to: .broadcast, .broadcast, port: 67,
            payload: [UInt8](repeating: 1, count: 300))
        #expect(policy.decide(frame: bootp.encoded()?[...] ?? [], on: link, at: Moment(microseconds: 0)).kind == .bootp)
        let other = UDPFrame(from: phoneMAC, phoneAddress, port: 68, to: .broadcast, .broadcast, port: 69, payload: [])
        #expect(
            policy.decide(frame: other.encoded()?[...] ?? [], on: link, at: Moment(microseconds: 0)).silence == .portNotServed(69)
        )
    }

    @Test func `the network's broadcast address is everybody's`() throws {
        #expect(try Heard.snomInform { $0.destination = IPv4Address(192, 168, 50, 255) }.decision(policy()).answer != nil)
    }

    @Test func `an interface has more addresses than one`() throws {
        var both = link
        both.networks.append(try #require(IPv4Prefix("10.0.0.1/8")))
        #expect(
            try Heard.snomInform {
                $0.link = both; $0.destination = IPv4Address(10, 0, 0, 1)
            }.decision(policy()).answer != nil)
        #expect(
            try Heard.snomInform {
                $0.link = both; $0.source = IPv4Address(10, 0, 0, 1)
            }.decision(policy()).silence == .ownFrame)
    }
}
