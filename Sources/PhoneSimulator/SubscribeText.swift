import LinuxSystem
import SIPMessages
import VendorCatalogue

/// The family's SUBSCRIBE, filled in for one phone.
struct SubscribeText: Sendable {
    private let template: TextWithFacts
    private let facts: PhoneFacts

    /// `nil` for a family without PnP.
    init?(_ phone: SimulatedPhone, _ identifiers: ExchangeIdentifiers) {
        guard let template = phone.manner.subscribe else { return nil }
        self.template = template
        var facts = phone.facts
        facts.more["call-id"] = identifiers.callID
        facts.more["tag"] = identifiers.tag
        facts.more["branch"] = identifiers.branch
        self.facts = facts
    }

    /// The port that the text names as its own; `nil` where it leaves that open.
    var literalPort: UInt16? {
        template.source.contains("{port}") ? nil : SubscribeText.parsed(filled(port: 0))?.contactPort
    }

    /// For multicast on one interface, at the port that the text names; else at 5060, or any where that is taken.
    func socket(of phone: SimulatedPhone, on interface: NetworkInterface) throws(SystemError) -> UDPSocket {
        let socket: UDPSocket
        let literalPort = literalPort
        do throws(SystemError) {
            socket = try UDPSocket(address: phone.address, port: literalPort ?? SIPURI.defaultPort)
        } catch {
            guard error.isAddressInUse, literalPort == nil else { throw error }
            socket = try UDPSocket(address: phone.address, port: 0)
        }
        try socket.setMulticastTimeToLive(1)
        try socket.setMulticastInterface(index: interface.index)
        return socket
    }

    /// The datagram: lines that end in CRLF, and a blank one at the end.
    func filled(port: UInt16) -> [UInt8] {
        var facts = facts
        facts.more["port"] = "\(port)"
        var lines = template.filled(with: facts).split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.last == "\r" ? line.dropLast() : line
        }
        while lines.last?.isEmpty == true { lines.removeLast() }
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
    }

    /// `nil` where a responder could not read it either.
    static func parsed(_ bytes: [UInt8]) -> PnPSubscribe? {
        (try? SIPMessage(parsing: bytes[...])).flatMap { try? PnPSubscribe($0) }
    }
}
