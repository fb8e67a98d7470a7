import DHCPMessages
import Packets
import TestSupport
import Testing

@testable import Provisioning

/// The cases of Kea's unit tests for clients on the link (`direct_client_unittest.cc`), and those of its INFORM tests
/// (`inform_unittest.cc`) that are not about where an answer goes; `InformRuleTests` has the latter.
///
/// Kea takes its subnets from a list; here the addresses are one network's, and every other interface gives none.
@Suite struct DirectClientTests {
    private static let elsewhere = IPv4Address(10, 0, 0, 1)
    /// An interface in 10.0.0.0/24, whose addresses are not given.
    private static let other = Link(
        interface: "eth2", mac: MACAddress(bits: 0x0200_0000_0002), address: elsewhere,
        networks: [IPv4Prefix(elsewhere, length: 24)].compactMap { $0 })

    private static func elsewhere(_ heard: inout Heard) { heard.link = other }

    @Test func `twoSubnets: each interface answers as its own network has it`() throws {
        var bench = try Bench()
        let offer = try bench.reply(heard(.discover)).message
        #expect(offer.yourAddress == IPv4Address(192, 168, 50, 100))
        #expect(
            try bench.says(request(IPv4Address(10, 0, 0, 10), server: nil, DirectClientTests.elsewhere)).silence
                == .notLeasingHere)
        let inform = try bench.read(
            Heard.snomInform {
                DirectClientTests.elsewhere(&$0)
                $0.message.clientAddress = IPv4Address(10, 0, 0, 31)
                $0.source = IPv4Address(10, 0, 0, 31)
            })
        #expect(try inform.options.address(.serverIdentifier) == DirectClientTests.elsewhere)
        #expect(text(inform.options[.tftpServerName]) == "http://10.0.0.1/")
    }

    @Test func `oneSubnet: a DISCOVER where no addresses are given is passed over`() throws {
        var bench = try Bench()
        #expect(try bench.reply(heard(.discover)).message.type == .offer)
        let decision = try bench.says(heard(.discover, DirectClientTests.elsewhere))
        #expect(decision.silence == .notLeasingHere)
        #expect(decision.changes.isEmpty)
    }

    private static let wanted = IPv4Address(192, 168, 50, 110)

    /// A client that asked for an address and was given it.
    private func bench() throws -> Bench {
        var bench = try Bench()
        let offered = try bench.reply(
            heard(.discover) { $0.message.options[.requestedAddress] = DirectClientTests.wanted.octets[...] })
        #expect(try offered.message.yourAddress == DirectClientTests.wanted)
        #expect(try bench.reply(request(DirectClientTests.wanted)).message.type == .acknowledge)
        return bench
    }

    @Test func `renew: the same address`() throws {
        var bench = try bench()
        let answer = try bench.reply(using(DirectClientTests.wanted), at: 1000).message
        #expect((answer.type, answer.yourAddress) == (.acknowledge, DirectClientTests.wanted))
    }

    @Test func `rebind: nothing on another interface, and the same address on its own`() throws {
        var bench = try bench()
        let astray = try bench.says(using(DirectClientTests.wanted, toUs: false, DirectClientTests.elsewhere), at: 3200)
        #expect(astray.silence == .notLeasingHere)
        let answer = try bench.reply(using(DirectClientTests.wanted, toUs: false), at: 3200).message
        #expect((answer.type, answer.yourAddress) == (.acknowledge, DirectClientTests.wanted))
    }

    @Test func `directClientBroadcast: the same client from another address, asking for less, is told less`() throws {
        var bench = try Bench()
        for (last, asked, told) in [(31, [3, 6, 42], [53, 54, 3, 6, 42]), (32, [3, 6], [53, 54, 3, 6])]
            as [(UInt8, [UInt8], [UInt8])]
        {
            let address = IPv4Address(192, 168, 50, last)
            let answer = try bench.reply(
                Heard.snomInform {
                    $0.message.clientAddress = address
                    $0.source = address
                    $0.message.options[.parameterRequestList] = (asked + [66])[...]
                })
            #expect(answer.frame.destination == address)
            #expect(try answer.message.clientAddress == address)
            #expect(try answer.message.options.codes.map(\.rawValue) == told + [66])
            #expect(try answer.message.options.address(.serverIdentifier) == ourAddress)
        }
    }

    @Test func `messageFieldsReservations: siaddr, sname and file of one client's own`() throws {
        let rule = """
            rules:
              - match: {mac: "\(phoneMAC)"}
                options: {66: some-name.example.org, 67: bootfile.efi}
            """
        func read(_ yaml: String) throws -> DHCPMessage {
            let heard = Heard.snomInform { $0.message.options[.parameterRequestList] = [1, 3, 43] }
            return try heard.acknowledgement(policy(yaml)).message
        }
        let own = try read(rule)
        #expect(own.nextServer == ourAddress)
        let (name, file) = (text(own.serverName.prefix { $0 != 0 }), text(own.bootFile.prefix { $0 != 0 }))
        #expect((name, file) == ("some-name.example.org", "bootfile.efi"))
        let another = try read(rule.replacing("\(phoneMAC)", with: "00:04:13:99:99:99"))
        #expect(text(another.serverName.prefix { $0 != 0 }) != "some-name.example.org" && another.bootFile.isEmpty)
    }
}
