import Packets

/// One DHCP message (RFC 2131 §2, figure 1), either direction.
package struct DHCPMessage: Equatable, Sendable {
    /// "op": 1 is a request from a client, 2 a reply from a server.
    package var operation: UInt8
    /// "htype": 1 is Ethernet (RFC 1700).
    package var hardwareType: UInt8 = 1
    /// "hlen": how many octets of `hardwareAddress` count; 6 for Ethernet.
    package var hardwareLength: UInt8 = 6
    package var hops: UInt8 = 0
    /// "xid"
    package var transactionID: UInt32
    /// "secs": since the client began to ask.
    package var seconds: UInt16 = 0
    package var flags: UInt16 = 0
    /// "ciaddr": the client's own address, where it has one.
    package var clientAddress: IPv4Address = .any
    /// "yiaddr": the address that a server gives.
    package var yourAddress: IPv4Address = .any
    /// "siaddr": the next server of the boot.
    package var nextServer: IPv4Address = .any
    /// "giaddr": the relay agent that passed the message on.
    package var relayAddress: IPv4Address = .any
    /// "chaddr": 16 octets as on the wire.
    package var hardwareAddress: ArraySlice<UInt8>
    /// "sname": 64 octets as on the wire, empty for all zeros; holds options where option 52 says so.
    package var serverName: ArraySlice<UInt8> = []
    /// "file": 128 octets as on the wire, empty for all zeros; holds options where option 52 says so.
    package var bootFile: ArraySlice<UInt8> = []
    package var options = DHCPOptions()

    package static let request: UInt8 = 1
    package static let reply: UInt8 = 2
    /// The only defined bit of "flags" (RFC 2131 §2, figure 2).
    package static let broadcastFlag: UInt16 = 0x8000
    /// 99.130.83.99 (RFC 2131 §3)
    package static let magicCookie: UInt32 = 0x6382_5363
    package static let serverPort: UInt16 = 67
    package static let clientPort: UInt16 = 68

    /// A message of a client with an Ethernet address.
    package init(type: DHCPMessageType, transactionID: UInt32, client: MACAddress) {
        operation = DHCPMessage.request
        self.transactionID = transactionID
        hardwareAddress = (client.octets + [UInt8](repeating: 0, count: 10))[...]
        options[.messageType] = [type.rawValue]
    }

    /// A reply with the fields that a server copies (RFC 2131 table 3): hops and secs 0, ciaddr and yiaddr as the caller sets them.
    package init(replyingTo request: DHCPMessage, type: DHCPMessageType, server: IPv4Address) {
        operation = DHCPMessage.reply
        hardwareType = request.hardwareType
        hardwareLength = request.hardwareLength
        transactionID = request.transactionID
        flags = request.flags
        relayAddress = request.relayAddress
        hardwareAddress = request.hardwareAddress
        options[.messageType] = [type.rawValue]
        options[.serverIdentifier] = server.octets[...]
    }

    /// `nil` where option 53 is absent (BOOTP) or malformed.
    package var type: DHCPMessageType? {
        (try? options.uint8(.messageType)).flatMap { $0 }.map(DHCPMessageType.init(rawValue:))
    }

    /// The client's Ethernet address; `nil` for another kind of hardware, or an address that no station has.
    package var clientMAC: MACAddress? {
        guard hardwareType == 1, hardwareLength == 6, let mac = MACAddress(hardwareAddress.prefix(6)), mac.isStation else {
            return nil
        }
        return mac
    }

    /// The client asked for answers by broadcast; other bits of "flags" say nothing (RFC 2131 §2).
    package var wantsBroadcast: Bool { flags & DHCPMessage.broadcastFlag != 0 }
}
