import Packets

/// One hop of a message's way (RFC 3261 §20.42): `SIP/2.0/UDP 192.168.0.10:5060;branch=z9hG4bK1;rport`. It holds no control character.
package struct SIPVia: Equatable, Sendable {
    /// The element as sent.
    package let bytes: ArraySlice<UInt8>
    private let transportPlace: Range<Int>
    private let hostPlace: Range<Int>
    /// 1 to 65535; `nil` when not given.
    package let port: UInt16?
    package let parameters: SIPParameters

    /// One element of a Via header. Blanks may stand around each `/`, `:`, `;` and `=` (RFC 4475 §3.1.1.1).
    package init(parsing bytes: ArraySlice<UInt8>) throws(SIPFault) {
        guard bytes.allSatisfy({ $0 < 0x80 && !$0.isForbiddenControl }) else { throw .via }
        self.bytes = bytes
        var scanner = SIPScanner(bytes.trimmed)
        guard scanner.take(while: \.isToken).isNamed(.sip), scanner.takeSeparator(UInt8(ascii: "/")),
            scanner.take(while: \.isToken).reads(.version), scanner.takeSeparator(UInt8(ascii: "/"))
        else { throw .via }
        transportPlace = scanner.takePlace(while: \.isToken)
        guard !transportPlace.isEmpty, scanner.next?.isBlank == true else { throw .via }
        scanner.skipBlanks()

        if scanner.take(UInt8(ascii: "[")) {
            let inside = scanner.takePlace { $0 != UInt8(ascii: "]") }
            guard scanner.take(UInt8(ascii: "]")) else { throw .via }
            hostPlace = (inside.lowerBound - 1)..<(inside.upperBound + 1)
        } else {
            hostPlace = scanner.takePlace(while: \.isHostName)
        }
        guard isSIPHost(bytes[hostPlace]) else { throw .via }
        var port: UInt16?
        if scanner.takeSeparator(UInt8(ascii: ":")) {
            port = sipPort(scanner.take(while: \.isDigit))
            guard port != nil else { throw .via }
        }
        self.port = port
        guard let parameters = SIPParameters(&scanner) else { throw .via }
        self.parameters = parameters
    }

    package init(parsing text: String) throws(SIPFault) {
        try self.init(parsing: Array(text.utf8)[...])
    }

    var transportBytes: ArraySlice<UInt8> { bytes[transportPlace] }
    var hostBytes: ArraySlice<UInt8> { bytes[hostPlace] }
    /// As sent: `UDP`.
    package var transport: String { transportBytes.text }
    /// "sent-by" of the RFC: a name, dotted decimal, or IPv6 in brackets, as sent.
    package var host: String { hostBytes.text }

    /// `nil` when there is none or it is empty.
    package var branch: String? { branchBytes?.text }

    var branchBytes: ArraySlice<UInt8>? {
        parameters.bytes(.branch).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The peer asks to be answered to the port that it sent from (RFC 3581 §3).
    package var wantsPort: Bool { parameters.has(.rport) }
}

extension SIPWriter {
    /// A Via as it goes into a response.
    ///
    /// - Parameters: the source of the packet, which overrules whatever `received` and `rport` the request brought along.
    mutating func write(_ via: SIPVia, answeredFrom address: IPv4Address, port: UInt16) {
        write(.versionSlash)
        write(via.transportBytes)
        write(UInt8(ascii: " "))
        write(via.hostBytes)
        if let port = via.port {
            write(UInt8(ascii: ":"))
            write(decimal: UInt32(port))
        }
        // RFC 3581 §4: "it MUST set the value of the parameter to the source port", and insert received "even if it is
        // identical to the value of the 'sent-by' component".
        let wantsPort = via.wantsPort
        // RFC 3261 §18.2.1: received is added where sent-by is a name or differs from the source.
        var isTold = !wantsPort && IPv4Address(ascii: via.hostBytes) == address
        for parameter in via.parameters.list {
            if wantsPort, parameter.nameBytes.isNamed(.rport) {
                write(UInt8(ascii: ";"))
                write(parameter.nameBytes)
                write(UInt8(ascii: "="))
                write(decimal: UInt32(port))
            } else if parameter.nameBytes.isNamed(.received) {
                write(UInt8(ascii: ";"))
                write(parameter.nameBytes)
                write(UInt8(ascii: "="))
                write(address)
                isTold = true
            } else {
                writeParameter(parameter.nameBytes, parameter.valueBytes)
            }
        }
        if !isTold {
            write(.semicolonReceived)
            write(address)
        }
    }
}
