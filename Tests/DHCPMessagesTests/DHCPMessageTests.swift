import DHCPMessages
import Packets
import TestSupport
import Testing

@Suite struct DHCPMessageTests {
    @Test func `an INFORM is read field by field`() throws {
        let message = try HexSample("good/inform").message()
        #expect(message.operation == DHCPMessage.request)
        #expect((message.hardwareType, message.hardwareLength) == (1, 6))
        #expect(message.hops == 0)
        #expect(message.transactionID == 0x3903_f326)
        #expect(message.clientAddress == IPv4Address(192, 168, 50, 31))
        #expect([message.yourAddress, message.nextServer, message.relayAddress] == [.any, .any, .any])
        #expect(message.clientMAC == phone)
        #expect(message.type == .inform)
        #expect(message.options.codes.map(\.rawValue) == [53, 57, 60, 55, 61])
        #expect(text(message.options[.vendorClass]) == "snomD735")
        #expect(message.serverName.isEmpty && message.bootFile.isEmpty)
    }

    @Test func `a relayed message keeps what the relay agent added`() throws {
        let message = try HexSample("good/relayed").message()
        #expect(message.relayAddress == IPv4Address(10, 0, 20, 1))
        #expect(message.hops == 1)
        #expect(hexText(message.options[.relayAgentInformation] ?? []) == "0104657468310203737731")
    }

    @Test func `names in the header stay there`() throws {
        let message = try HexSample("good/names-in-the-header").message()
        #expect(text(message.serverName.prefix(7)) == "bellhop" && message.serverName.count == 64)
        #expect(text(message.bootFile.prefix(12)) == "snomD735.htm" && message.bootFile.count == 128)
    }

    // MARK: D1

    @Test(
        arguments: [
            ("none", nil, 548),
            ("the least", 576, 548),
            ("less than the least", 68, 548),
            ("nothing", 0, 548),
            ("a snom's", 1472, 1444),
            ("an Ethernet frame's", 1500, 1472),
            ("more than Ethernet carries", 65_535, 1472),
        ] as [(String, Int?, Int)])
    func `D1 a reply is as long as option 57 allows, between 576 and a frame`(name: String, asked: Int?, limit: Int) {
        let message = inform(asked.map { [(.maximumMessageSize, [UInt8($0 >> 8), UInt8($0 & 0xff)])] } ?? [])
        #expect(message.replyLimit == limit)
    }

    @Test func `D1 an option 57 of the wrong length counts as absent`() throws {
        #expect(try HexSample("odd/maximum-size-of-three-octets").message().replyLimit == 548)
    }

    // MARK: D2

    @Test(arguments: [
        ("nothing but the type", 0, 300),
        ("one octet short of 300", 53, 300),
        ("300 exactly", 54, 300),
        ("one octet more", 55, 301),
    ])
    func `D2 a reply is padded to 300 octets`(name: String, length: Int, expected: Int) {
        // 240, type 3, option 77 with its head 2, END 1
        let message = inform(length == 0 ? [] : [(.userClass, [UInt8](repeating: 1, count: length))])
        let bytes = message.encoded().bytes
        #expect(bytes.count == expected)
        #expect(bytes[240 + 3 + (length == 0 ? 0 : 2 + length)] == 255)
    }

    // MARK: D3

    @Test(
        arguments: [
            ("none", 0, false), ("the top bit", 0x8000, true), ("all but the top bit", 0x7fff, false), ("all", 0xffff, true),
        ] as [(String, UInt16, Bool)])
    func `D3 only the top bit of flags asks for broadcast, and all bits go back`(name: String, flags: UInt16, wants: Bool) throws
    {
        var request = inform()
        request.flags = flags
        let read = try DHCPMessage(decoding: request.encoded().bytes[...])
        #expect(read.wantsBroadcast == wants)
        #expect(DHCPMessage(replyingTo: read, type: .acknowledge, server: server).flags == flags)
    }

    // MARK: D4

    @Test(arguments: ["hostile/no-cookie", "hostile/cookie-wrong"])
    func `D4 without the magic cookie it is no DHCP`(name: String) throws {
        let sample = try HexSample(name)
        #expect(throws: DHCPFault.noMagicCookie) { try sample.message() }
    }

    @Test func `D4 the cookie is written behind the header`() {
        #expect(inform().encoded().bytes[236..<240] == [99, 130, 83, 99])
    }

    // MARK: D5

    @Test func `D5 END is the last option, and PAD may stand anywhere before it`() throws {
        let message = try HexSample("good/pad-between-options").message()
        #expect(message.options.codes == [.messageType, .vendorClass])
        let behind = try HexSample("odd/options-behind-end").message()
        #expect(behind.options.codes == [.messageType])
    }

    // MARK: D6

    struct Delivery: Sendable, CustomTestStringConvertible {
        var name: String
        var type = DHCPMessageType.acknowledge
        var relay = IPv4Address.any
        var client = IPv4Address.any
        var yours = IPv4Address.any
        var flags: UInt16 = 0
        var expected: DHCPDestination

        var testDescription: String { name }
    }

    static let relay = IPv4Address(10, 0, 20, 1)
    static let own = IPv4Address(192, 168, 50, 31)

    /// RFC 2131 §4.1, in its order.
    @Test(arguments: [
        Delivery(name: "giaddr alone", relay: relay, expected: .relay(relay)),
        Delivery(name: "giaddr goes before ciaddr", relay: relay, client: own, expected: .relay(relay)),
        Delivery(name: "giaddr goes before the broadcast bit", relay: relay, flags: 0x8000, expected: .relay(relay)),
        Delivery(name: "ciaddr", client: own, yours: own, expected: .client(own)),
        Delivery(name: "ciaddr goes before the broadcast bit", client: own, flags: 0x8000, expected: .client(own)),
        Delivery(name: "the broadcast bit", yours: own, flags: 0x8000, expected: .broadcast),
        Delivery(name: "yiaddr and chaddr", yours: own, expected: .hardware(own)),
        Delivery(name: "another bit of flags", yours: own, flags: 0x7fff, expected: .hardware(own)),
        Delivery(name: "no address at all", expected: .broadcast),
        Delivery(name: "a NAK is broadcast", type: .negativeAcknowledge, client: own, expected: .broadcast),
        Delivery(
            name: "a relayed NAK goes to the relay", type: .negativeAcknowledge, relay: relay, client: own,
            expected: .relay(relay)),
    ])
    func `D6 a reply goes where RFC 2131 sends it`(_ row: Delivery) {
        var request = inform()
        request.relayAddress = row.relay
        request.clientAddress = row.client
        request.flags = row.flags
        var reply = DHCPMessage(replyingTo: request, type: row.type, server: server)
        reply.yourAddress = row.yours
        #expect(DHCPDestination(of: reply, to: request) == row.expected)
    }

    // MARK: D8

    @Test func `D8 a reply copies what it must and clears what it must`() {
        var request = inform([(.vendorClass, Array("snomD735".utf8))])
        request.hops = 3
        request.seconds = 12
        request.flags = 0x8000
        request.clientAddress = DHCPMessageTests.own
        request.relayAddress = DHCPMessageTests.relay
        request.serverName = [1]
        request.bootFile = [1]
        let reply = DHCPMessage(replyingTo: request, type: .acknowledge, server: server)
        #expect(reply.operation == DHCPMessage.reply)
        #expect((reply.hops, reply.seconds) == (0, 0))
        #expect(reply.transactionID == request.transactionID)
        #expect(reply.flags == 0x8000)
        #expect(reply.relayAddress == request.relayAddress)
        #expect(reply.hardwareAddress == request.hardwareAddress)
        #expect((reply.hardwareType, reply.hardwareLength) == (1, 6))
        #expect([reply.clientAddress, reply.yourAddress, reply.nextServer] == [.any, .any, .any])
        #expect(reply.serverName.isEmpty && reply.bootFile.isEmpty)
        #expect(reply.options.codes == [.messageType, .serverIdentifier])
        #expect(reply.options[.serverIdentifier].map { Array($0) } == server.octets)
    }

    // MARK: D17

    @Test(
        arguments: [
            (0, "type 0"), (1, "DISCOVER"), (2, "OFFER"), (3, "REQUEST"), (4, "DECLINE"), (5, "ACK"), (6, "NAK"), (7, "RELEASE"),
            (8, "INFORM"),
            (9, "FORCERENEW"), (10, "LEASEQUERY"), (13, "LEASEACTIVE"), (14, "type 14"), (255, "type 255"),
        ] as [(UInt8, String)])
    func `D17 every type is read, known or not`(value: UInt8, name: String) throws {
        var message = inform()
        message.options[.messageType] = [value]
        let read = try DHCPMessage(decoding: message.encoded().bytes[...])
        #expect(read.type == DHCPMessageType(rawValue: value))
        #expect(read.type?.name == name)
    }
}
