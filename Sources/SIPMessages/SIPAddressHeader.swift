/// The value of From, To, or one Contact (RFC 3261 §20.10): `"Reception" <sip:101@example.com>;tag=88a7s`.
package struct SIPAddressHeader: Equatable, Sendable {
    /// Without quotes and escapes; empty when there is none.
    package let displayName: String
    package let uri: SIPURI
    package let parameters: SIPParameters

    package init(parsing bytes: ArraySlice<UInt8>) throws(SIPFault) {
        var scanner = SIPScanner(bytes.trimmed)
        let uri: ArraySlice<UInt8>
        if scanner.next == UInt8(ascii: "\"") {
            guard let name = scanner.quotedString(), scanner.takeSeparator(UInt8(ascii: "<")) else { throw .address }
            displayName = name[...].text
            uri = scanner.take { $0 != UInt8(ascii: ">") }
            guard scanner.take(UInt8(ascii: ">")) else { throw .address }
        } else if scanner.rest.contains(UInt8(ascii: "<")) {
            let name = scanner.take { $0 != UInt8(ascii: "<") }.trimmed
            guard !name.contains(where: { "\",;>".utf8.contains($0) }), scanner.take(UInt8(ascii: "<")) else { throw .address }
            displayName = name.text
            uri = scanner.take { $0 != UInt8(ascii: ">") }
            guard scanner.take(UInt8(ascii: ">")) else { throw .address }
        } else {
            // RFC 3261 §20.10: "If no "<" and ">" are present, all parameters after the URI are header parameters, not URI
            // parameters."
            displayName = ""
            uri = scanner.take { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "?") }.trimmed
        }
        guard let read = try? SIPURI(parsing: uri), let parameters = SIPParameters(&scanner) else { throw .address }
        self.uri = read
        self.parameters = parameters
    }

    package init(parsing text: String) throws(SIPFault) {
        try self.init(parsing: Array(text.utf8)[...])
    }

    /// `nil` when there is none or it is empty.
    package var tag: String? {
        parameters.value("tag").flatMap { $0.isEmpty ? nil : $0 }
    }
}
