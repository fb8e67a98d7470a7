import Packets

/// One hop of a message's way (RFC 3261 §20.42): `SIP/2.0/UDP 192.168.0.10:5060;branch=z9hG4bK1;rport`.
package struct SIPVia: Equatable, Sendable {
    /// As sent: `UDP`.
    package let transport: String
    /// "sent-by" of the RFC: a name, dotted decimal, or IPv6 in brackets, as sent.
    package let host: String
    /// 1 to 65535; `nil` when not given.
    package let port: UInt16?
    package private(set) var parameters: SIPParameters

    package init(transport: String, host: String, port: UInt16?, parameters: SIPParameters) {
        self.transport = transport
        self.host = host
        self.port = port
        self.parameters = parameters
    }

    /// One element of a Via header. Blanks may stand around each `/`, `:`, `;` and `=` (RFC 4475 §3.1.1.1).
    package init(parsing bytes: ArraySlice<UInt8>) throws(SIPFault) {
        guard bytes.allSatisfy({ $0 < 0x80 }) else { throw .via }
        var scanner = SIPScanner(bytes.trimmed)
        guard scanner.take(while: \.isToken).text.lowercased() == "sip", scanner.takeSeparator(UInt8(ascii: "/")),
            scanner.take(while: \.isToken).text == "2.0", scanner.takeSeparator(UInt8(ascii: "/"))
        else { throw .via }
        let transport = scanner.take(while: \.isToken)
        guard !transport.isEmpty, scanner.next?.isBlank == true else { throw .via }
        scanner.skipBlanks()

        var host: ArraySlice<UInt8>
        if scanner.next == UInt8(ascii: "[") {
            host = scanner.take { $0 != UInt8(ascii: "]") }
            guard scanner.take(UInt8(ascii: "]")) else { throw .via }
            host.append(UInt8(ascii: "]"))
        } else {
            host = scanner.take(while: \.isHostName)
        }
        guard isSIPHost(host) else { throw .via }
        var port: UInt16?
        if scanner.takeSeparator(UInt8(ascii: ":")) {
            port = sipPort(scanner.take(while: \.isDigit))
            guard port != nil else { throw .via }
        }
        guard let parameters = SIPParameters(&scanner) else { throw .via }
        self.init(transport: transport.text, host: host.text, port: port, parameters: parameters)
    }

    package init(parsing text: String) throws(SIPFault) {
        try self.init(parsing: Array(text.utf8)[...])
    }

    /// `nil` when there is none or it is empty.
    package var branch: String? {
        parameters.value("branch").flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The peer asks to be answered to the port that it sent from (RFC 3581 §3).
    package var wantsPort: Bool { parameters.has("rport") }

    /// The Via as it goes into a response.
    ///
    /// - Parameters: the source of the packet, which overrules whatever `received` and `rport` the request brought along.
    package func answered(from address: IPv4Address, port: UInt16) -> SIPVia {
        var via = self
        // RFC 3581 §4: "it MUST set the value of the parameter to the source port", and insert received "even if it is
        // identical to the value of the 'sent-by' component".
        if wantsPort { via.parameters.set("rport", to: "\(port)") }
        // RFC 3261 §18.2.1: received is added where sent-by is a name or differs from the source.
        if wantsPort || IPv4Address(host) != address || parameters.has("received") {
            via.parameters.set("received", to: "\(address)")
        }
        return via
    }

    package var encoded: String {
        "SIP/2.0/\(transport) \(host)\(port.map { ":\($0)" } ?? "")\(parameters.encoded)"
    }
}
