import ConfigFiles
import ConfigTree
import DHCPMessages
import Foundation
import Packets
import Provisioning
import SIPMessages
import TestSupport
import Testing
import VendorCatalogue

/// The catalogue that comes with the program.
let shipped = CatalogueFolder.load(program: conf.appending(path: "vendors").path, usersOwn: nil, ConfigProblems())

func parse(_ yaml: String) throws -> ConfigNode {
    try YAMLDocument.parse(Array(yaml.utf8), file: "x.yaml")
}

/// A family written down in a test.
func family(_ yaml: String, isUsersOwn: Bool = false) throws -> Family {
    let problems = ConfigProblems()
    let family = Family(try parse(yaml), isUsersOwn: isUsersOwn, problems)
    #expect(problems.inOrder.map(\.description) == [])
    return try #require(family)
}

func mac(_ text: String) throws -> MACAddress {
    try #require(MACAddress(text))
}

let ourMAC = MACAddress(bits: 0x0200_0000_0001)
let ourAddress = IPv4Address(192, 168, 50, 1)
let phoneMAC = MACAddress(bits: 0x0004_1312_3456)
let phoneAddress = IPv4Address(192, 168, 50, 31)
let relayMAC = MACAddress(bits: 0x0200_0000_0077)

/// The interface on which everything is heard: 192.168.50.1/24.
let link = Link(
    interface: "eth1", mac: ourMAC, address: ourAddress, networks: [IPv4Prefix(ourAddress, length: 24)].compactMap { $0 })

/// What a snom D735 finds in a tree that has a file for it.
let snomTree = ["snomD735.htm"]

/// A policy of this configuration, this catalogue and these files.
func policy(_ yaml: String = "", files: [String] = snomTree, devices: String? = nil, catalogue: Catalogue = shipped) throws
    -> Policy
{
    let problems = ConfigProblems()
    var settings = Settings(try parse(yaml), vendors: catalogue.names, problems)
    if let devices { settings.take(readKnownDevices(devices, file: "devices.csv", vendors: catalogue.names, problems)) }
    #expect(problems.inOrder.map(\.description) == [])
    return Policy(settings: settings, catalogue: catalogue, tree: TreeSnapshot(files: files))
}

/// A DHCP message as it comes in, with what a test changes about it.
struct Heard {
    var message = DHCPMessage(type: .inform, transactionID: 0x3903_f326, client: phoneMAC)
    var sourceMAC = phoneMAC
    var source = phoneAddress
    var sourcePort: UInt16 = 68
    var destinationMAC = MACAddress.broadcast
    var destination = IPv4Address.broadcast
    var tags: [VLANTag] = []
    var link = ProvisioningTests.link
    /// Changes the payload's bytes.
    var mangle: @Sendable (inout [UInt8]) -> Void = { _ in }

    /// An INFORM of a snom D735 at 192.168.50.31.
    static func snomInform(_ change: (inout Heard) -> Void = { _ in }) -> Heard {
        var heard = Heard()
        heard.message.clientAddress = phoneAddress
        heard.message.options[.vendorClass] = Array("snomD735".utf8)[...]
        heard.message.options[.parameterRequestList] = [1, 3, 6, 12, 15, 42, 66, 67, 120]
        change(&heard)
        return heard
    }

    /// The same through a relay at this address, which adds option 82 or nothing.
    func relayed(by relay: IPv4Address, adding information: ArraySlice<UInt8>? = nil) -> Heard {
        var heard = self
        heard.message.relayAddress = relay
        heard.message.hops = 1
        heard.message.options[.relayAgentInformation] = information
        (heard.source, heard.sourcePort, heard.sourceMAC) = (relay, 67, relayMAC)
        (heard.destination, heard.destinationMAC) = (ourAddress, ourMAC)
        return heard
    }

    var frame: UDPFrame {
        var payload = message.encoded(limit: 1472).bytes
        mangle(&payload)
        return UDPFrame(
            from: sourceMAC, source, port: sourcePort, to: destinationMAC, destination, port: 67, tags: tags, payload: payload)
    }

    func decision(_ policy: Policy) throws -> Decision {
        let bytes = try #require(frame.encoded())
        return policy.decide(frame: bytes[...], on: link, at: Moment(microseconds: 0))
    }

    /// The ACK, which must be there.
    func acknowledgement(_ policy: Policy) throws -> DHCPAnswer {
        let decision = try decision(policy)
        guard case .dhcp(let answer)? = decision.answer else {
            Issue.record("silence: \(decision.silence?.sentence ?? "?")")
            throw NoAnswer()
        }
        return answer
    }
}

/// A SUBSCRIBE as it comes in.
struct HeardSubscribe {
    /// Lines end in LF here and in CRLF on the wire.
    var text: String
    var sourceMAC = phoneMAC
    var source = phoneAddress
    var sourcePort: UInt16 = 5060
    var destinationMAC = IPv4Address(224, 0, 1, 75).multicastMAC
    var destination = IPv4Address(224, 0, 1, 75)
    var tags: [VLANTag] = []
    var link = ProvisioningTests.link

    /// The reference exchange's, from 192.168.50.31.
    static let snom = """
        SUBSCRIBE sip:MAC%3a000413123456@intern.snom.de SIP/2.0
        Via: SIP/2.0/UDP 192.168.50.31:5060;rport
        From: <sip:MAC%3a000413123456@intern.snom.de>;tag=1410166744
        To: <sip:MAC%3a000413123456@intern.snom.de>
        Call-ID: 1339574721@192.168.50.31
        CSeq: 1 SUBSCRIBE
        Event: ua-profile;profile-type="device";vendor="snom";model="snomD735";version="8.7.5.35"
        Expires: 0
        Accept: application/url
        Contact: <sip:192.168.50.31:5060>
        Content-Length: 0


        """

    var frame: UDPFrame {
        let payload = text.utf8.flatMap { $0 == UInt8(ascii: "\n") ? [UInt8(ascii: "\r"), $0] : [$0] }
        return UDPFrame(
            from: sourceMAC, source, port: sourcePort, to: destinationMAC, destination, port: 5060, tags: tags, payload: payload)
    }

    func decision(_ policy: Policy) throws -> Decision {
        let bytes = try #require(frame.encoded())
        return policy.decide(frame: bytes[...], on: link, at: Moment(microseconds: 0))
    }

    func answer(_ policy: Policy) throws -> PnPAnswer {
        let decision = try decision(policy)
        guard case .pnp(let answer)? = decision.answer else {
            Issue.record("silence: \(decision.silence?.sentence ?? "?")")
            throw NoAnswer()
        }
        return answer
    }
}

struct NoAnswer: Error {}
