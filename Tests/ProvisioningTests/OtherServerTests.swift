import DHCPMessages
import Packets
import TestSupport
import Testing

@testable import Provisioning

/// What is noticed of a DHCP server that is not this one.
@Suite struct OtherServerTests {
    private static let address = IPv4Address(192, 168, 50, 2)
    private static let mac = MACAddress(bits: 0x0200_0000_0042)

    struct Row: Sendable, CustomTestStringConvertible {
        var name: String
        var type = DHCPMessageType.acknowledge
        var options: [(DHCPOptionCode, [UInt8])] = []
        var names: (server: String, file: String) = ("", "")
        /// Where the packet came from, and from which hardware.
        var source = address
        var sourceMAC = mac
        /// Whether it gave or refused an address, and what it told; `nil` where it is nobody else's reply.
        var expected: (address: IPv4Address, leases: Bool, told: [DHCPOptionCode: String])?

        var testDescription: String { name }
    }

    private static let lease: (DHCPOptionCode, [UInt8]) = (51, [0, 0, 14, 16])
    private static let url: (DHCPOptionCode, [UInt8]) = (66, Array("http://pbx/".utf8))

    static let rows: [Row] = [
        Row(name: "an OFFER", type: .offer, options: [lease, url], expected: (address, true, [66: "http://pbx/"])),
        Row(name: "an ACK that gives an address", options: [lease], expected: (address, true, [:])),
        Row(name: "an ACK to an INFORM", options: [url], expected: (address, false, [66: "http://pbx/"])),
        Row(name: "a NAK", type: .negativeAcknowledge, expected: (address, true, [:])),
        Row(name: "without 54: by its packet", options: [(54, []), url], expected: (address, false, [66: "http://pbx/"])),
        Row(
            name: "by a relay: by its 54", options: [url], source: IPv4Address(192, 168, 50, 250), sourceMAC: relayMAC,
            expected: (address, false, [66: "http://pbx/"])),
        Row(
            name: "everything that says where a configuration is",
            options: [
                (43, [66, 1, 0x78]), (66, [0x61]), (67, [0x62]), (114, [0x63]), (125, [0, 0, 4, 3, 1, 0x64]),
                (150, [10, 0, 0, 5]),
                (159, [0x65]), (160, [0x66]), (176, [0x67]), (242, [0x68]), (12, [0x69]), (15, [0x6a]),
            ],
            expected: (
                address, false,
                [
                    43: "66=x", 66: "a", 67: "b", 114: "c", 125: "1027=d", 150: "10.0.0.5", 159: "e", 160: "f", 176: "g",
                    242: "h",
                ]
            )),
        Row(
            name: "in the header's own fields", names: ("tftp", "boot.cfg"),
            expected: (address, false, [66: "tftp", 67: "boot.cfg"])),
        Row(name: "in both: the options", options: [url], names: ("tftp", ""), expected: (address, false, [66: "http://pbx/"])),
        Row(
            name: "T12 with a password",
            options: [(66, Array("ftp://user:word@pbx/".utf8)), (43, [2, 14] + Array("http://a:b@c/d".utf8))],
            expected: (address, false, [66: "ftp://***@pbx/", 43: "2=http://***@c/d"])),
        Row(
            name: "T12 with an escape", options: [(66, [0x1b, 0x5b])], names: ("a\u{1b}", ""),
            expected: (address, false, [66: "1b5b"])),
        Row(name: "our own, by its 54", options: [(54, ourAddress.octets)]),
        Row(name: "our own, by its packet", source: ourAddress),
        Row(name: "our own, by its hardware", sourceMAC: ourMAC),
    ]

    @Test(arguments: rows)
    func `T2 another server is known by its address, with what it told a phone`(_ row: Row) throws {
        let request = Heard.snomInform().message
        var message = DHCPMessage(replyingTo: request, type: row.type, server: OtherServerTests.address)
        for (code, value) in row.options { message.options[code] = value[...] }
        message.serverName = Array(row.names.server.utf8)[...]
        message.bootFile = Array(row.names.file.utf8)[...]
        let read = try DHCPMessage(decoding: message.encoded(limit: 1472).bytes[...])
        let frame = UDPFrame(
            from: row.sourceMAC, row.source, port: 67, to: .broadcast, .broadcast, port: 68,
            payload: message.encoded(limit: 1472).bytes)
        let server = OtherServer(read, in: frame, on: link)
        #expect((server == nil) == (row.expected == nil))
        guard let server, let expected = row.expected else { return }
        #expect((server.address, server.leases) == (expected.address, expected.leases))
        #expect((server.mac, server.client, server.type) == (row.sourceMAC, phoneMAC, row.type))
        #expect(server.told == expected.told)
        let details = Event(time: second(0), mac: server.client, interface: "eth1", .otherServer(server)).details
        #expect(details.first { $0.name == "server" }?.text == "192.168.50.2")
        #expect(details.filter { $0.name.hasPrefix("option-") }.count == expected.told.count)
    }

    @Test func `a request is no server's`() throws {
        let heard = Heard.snomInform()
        #expect(OtherServer(heard.message, in: heard.frame, on: link) == nil)
    }
}
