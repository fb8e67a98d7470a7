/// The value of From, To, or one Contact (RFC 3261 §20.10): `"Reception" <sip:101@example.com>;tag=88a7s`.
package struct SIPAddressHeader: Equatable, Sendable {
    private let displayNameBytes: ArraySlice<UInt8>
    package let uri: SIPURI
    package let parameters: SIPParameters

    package init(parsing bytes: ArraySlice<UInt8>) throws(SIPFault) {
        var scanner = SIPScanner(bytes.trimmed)
        let uri: ArraySlice<UInt8>
        if scanner.next == UInt8(ascii: "\"") {
            guard let name = scanner.quotedString(), scanner.takeSeparator(UInt8(ascii: "<")) else { throw .address }
            displayNameBytes = name
            uri = scanner.take { $0 != UInt8(ascii: ">") }
            guard scanner.take(UInt8(ascii: ">")) else { throw .address }
        } else if scanner.rest.contains(UInt8(ascii: "<")) {
            let name = scanner.take { $0 != UInt8(ascii: "<") }.trimmed
            guard !name.contains(where: SIPAddressHeader.isForbidden), scanner.take(UInt8(ascii: "<")) else { throw .address }
            displayNameBytes = name
            uri = scanner.take { $0 != UInt8(ascii: ">") }
            guard scanner.take(UInt8(ascii: ">")) else { throw .address }
        } else {
            // RFC 3261 §20.10: "If no "<" and ">" are present, all parameters after the URI are header parameters, not URI
            // parameters."
            displayNameBytes = []
            uri = scanner.take { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "?") }.trimmed
        }
        guard let read = try? SIPURI(parsing: uri), let parameters = SIPParameters(&scanner) else { throw .address }
        self.uri = read
        self.parameters = parameters
    }

    package init(parsing text: String) throws(SIPFault) {
        try self.init(parsing: Array(text.utf8)[...])
    }

    /// Without quotes and escapes; empty when there is none.
    package var displayName: String { displayNameBytes.text }

    /// `nil` when there is none or it is empty.
    package var tag: String? { tagBytes?.text }

    package var tagBytes: ArraySlice<UInt8>? {
        parameters.bytes(.tag).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// In a display name without quotes.
    private static func isForbidden(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "\"") || byte == UInt8(ascii: ",") || byte == UInt8(ascii: ";") || byte == UInt8(ascii: ">")
    }
}
