import DHCPMessages
import Packets
import TestSupport
import Testing

@testable import Provisioning

/// Where an answer goes, and whom it comes from: D6 and D7.
@Suite struct DeliveryRuleTests {
    // MARK: D6

    struct Delivery: Sendable, CustomTestStringConvertible {
        var name: String
        var kind = AnswerKind.inform
        var to: (address: IPv4Address, mac: MACAddress, port: UInt16)
        var change: @Sendable (inout Heard) -> Void = { _ in }

        var testDescription: String { name }
    }

    private static let offered = IPv4Address(192, 168, 50, 100)
    private static let near = IPv4Address(192, 168, 50, 250)

    private static func broadcasting(_ heard: inout Heard) { heard.message.flags = 0x8000 }
    private static func relaying(_ heard: inout Heard) { heard = heard.relayed(by: near) }

    @Test(arguments: [
        Delivery(name: "INFORM: ciaddr", to: (phoneAddress, phoneMAC, 68)),
        Delivery(name: "INFORM, broadcast bit: ciaddr goes before it", to: (phoneAddress, phoneMAC, 68), change: broadcasting),
        Delivery(name: "INFORM by a relay: ciaddr even so (§4.3.5)", to: (phoneAddress, relayMAC, 68), change: relaying),
        Delivery(name: "OFFER: yiaddr and chaddr", kind: .offer, to: (offered, phoneMAC, 68)),
        Delivery(name: "OFFER, broadcast bit: all", kind: .offer, to: (.broadcast, .broadcast, 68), change: broadcasting),
        Delivery(name: "OFFER by a relay: the relay's server port", kind: .offer, to: (near, relayMAC, 67), change: relaying),
        Delivery(
            name: "OFFER by a relay, broadcast bit: giaddr goes before it", kind: .offer, to: (near, relayMAC, 67),
            change: {
                broadcasting(&$0)
                relaying(&$0)
            }),
        Delivery(name: "ACK in SELECTING: yiaddr and chaddr", kind: .acknowledge, to: (offered, phoneMAC, 68)),
        Delivery(name: "ACK by a relay", kind: .acknowledge, to: (near, relayMAC, 67), change: relaying),
        Delivery(name: "NAK: all", kind: .negativeAcknowledge, to: (.broadcast, .broadcast, 68)),
        Delivery(
            name: "NAK to one that has an address: all", kind: .negativeAcknowledge, to: (.broadcast, .broadcast, 68),
            change: { $0 = using(IPv4Address(192, 168, 50, 199)) }),
        Delivery(name: "NAK by a relay: the relay", kind: .negativeAcknowledge, to: (near, relayMAC, 67), change: relaying),
    ])
    func `D6 an answer goes where RFC 2131 4.1 sends it`(_ row: Delivery) throws {
        var bench = try Bench(leasing.replacing("answer: lease", with: "answer: lease\n  relays: 192.168.50.250"))
        if row.kind == .negativeAcknowledge {
            try bench.lease()
        } else if row.kind != .inform {
            _ = try bench.reply(heard(.discover))
        }
        var question = row.kind.question
        row.change(&question)
        let answer = try bench.reply(question)
        #expect(try answer.message.type == row.kind.type)
        #expect((answer.frame.destination, answer.frame.destinationMAC, answer.frame.destinationPort) == row.to)
        #expect((answer.frame.sourcePort, answer.frame.sourceMAC) == (67, ourMAC))
        // "If 'giaddr' is set … the server MUST set the broadcast bit in the DHCPNAK" (§4.3.2).
        if row.kind == .negativeAcknowledge {
            #expect(try answer.message.wantsBroadcast == (answer.message.relayAddress != .any))
        }
    }

    // MARK: D7

    private static let other = IPv4Address(10, 20, 0, 1)

    @Test(arguments: [
        (Change("a phone of the first network"), ourAddress),
        (
            Change("a phone of the second") {
                $0.message.clientAddress = IPv4Address(10, 20, 0, 31)
                $0.source = IPv4Address(10, 20, 0, 31)
            }, other
        ),
        (
            Change("a phone of the second that wrote to the first") {
                $0.message.clientAddress = IPv4Address(10, 20, 0, 31)
                $0.source = IPv4Address(10, 20, 0, 31)
                ($0.destination, $0.destinationMAC) = (ourAddress, ourMAC)
            }, other
        ),
        (Change("a relay far away that wrote to the first") { $0 = $0.relayed(by: IPv4Address(172, 16, 0, 1)) }, ourAddress),
        (
            Change("a relay far away that wrote to the second") {
                $0 = $0.relayed(by: IPv4Address(172, 16, 0, 1))
                $0.destination = other
            }, other
        ),
        (Change("a relay on the second network") { $0 = $0.relayed(by: IPv4Address(10, 20, 0, 250)) }, other),
    ])
    func `D7 the server is the own address that the client can reach, in 54, siaddr, source and URL`(
        change: Change, own: IPv4Address
    )
        throws
    {
        let heard = Heard.snomInform {
            $0.link.networks += [IPv4Prefix(DeliveryRuleTests.other, length: 16)].compactMap { $0 }
            change.apply(&$0)
        }
        let answer = try heard.acknowledgement(policy("dhcp: {relays: [172.16.0.1, 10.20.0.250]}"))
        #expect(try answer.message.options.address(.serverIdentifier) == own)
        #expect(try answer.message.nextServer == own)
        #expect(answer.frame.source == own)
        #expect(try text(answer.message.options[.tftpServerName]) == "http://\(own)/")
    }

    @Test(arguments: [ourAddress, other])
    func `D7 a REQUEST may name any of the own addresses, and the lease's own network names itself`(named: IPv4Address) throws {
        func onBoth(_ heard: inout Heard) {
            heard.link.networks += [IPv4Prefix(DeliveryRuleTests.other, length: 16)].compactMap { $0 }
        }
        var bench = try Bench(leasing.replacing("192.168.50.", with: "10.20.0."))
        let offer = try bench.reply(heard(.discover, onBoth)).message
        #expect(try offer.options.address(.serverIdentifier) == DeliveryRuleTests.other)
        #expect(text(offer.options[.tftpServerName]) == "http://10.20.0.1/")
        let answer = try bench.reply(request(offer.yourAddress, server: named, onBoth))
        #expect(try answer.message.type == .acknowledge)
        #expect(answer.frame.source == DeliveryRuleTests.other)
    }
}
