import DHCPMessages
import Packets
import VendorCatalogue

/// What a DHCP server that is not this one told somebody.
package struct OtherServer: Hashable, Sendable {
    package var address: IPv4Address
    package var mac: MACAddress
    /// Whom it told it.
    package var client: MACAddress?
    package var type: DHCPMessageType
    /// It gave or refused an address, rather than answering an INFORM.
    package var leases: Bool
    /// Options 66, 67, 43 and others that say where a configuration is, printable and without credentials. What stands in the header's
    /// 'sname' and 'file' is told under 66 and 67, which mean the same (RFC 2132 §9.4, §9.5).
    package var told: [DHCPOptionCode: String]

    private static let telling: [DHCPOptionCode] = [43, 66, 67, 114, 125, 150, 159, 160, 176, 242]

    /// `nil` for what is no server's reply, and for replies of this machine.
    package init?(_ message: DHCPMessage, in frame: UDPFrame, on link: Link) {
        guard message.operation == DHCPMessage.reply, let type = message.type else { return nil }
        let server = (try? message.options.address(.serverIdentifier)).flatMap { $0 } ?? frame.source
        guard !link.isOwn(server), !link.isOwn(frame.source), frame.sourceMAC != link.mac else { return nil }
        address = server
        mac = frame.sourceMAC
        client = message.clientMAC
        self.type = type
        leases =
            type == .offer || type == .negativeAcknowledge || (type == .acknowledge && message.options[.leaseTime] != nil)
        var told: [DHCPOptionCode: String] = [:]
        for (code, field) in [(DHCPOptionCode.tftpServerName, message.serverName), (.bootFileName, message.bootFile)] {
            let text = field.prefix { $0 != 0 }
            if !text.isEmpty { told[code] = withoutCredentials(printable(text)) }
        }
        for code in OtherServer.telling {
            if let value = message.options[code] { told[code] = withoutCredentials(code.text(of: value)) }
        }
        self.told = told
    }
}
