/// The value of an Event header (RFC 6665 §8.2.1): `ua-profile;profile-type="device";vendor="snom"`.
package struct SIPEventHeader: Equatable, Sendable {
    /// As sent.
    package let package: String
    package let parameters: SIPParameters

    package init(parsing bytes: ArraySlice<UInt8>) throws(SIPFault) {
        var scanner = SIPScanner(bytes.trimmed)
        let name = scanner.take(while: \.isToken)
        guard !name.isEmpty, let parameters = SIPParameters(ofEvent: &scanner) else { throw .event }
        package = name.text
        self.parameters = parameters
    }

    package init(parsing text: String) throws(SIPFault) {
        try self.init(parsing: Array(text.utf8)[...])
    }

    /// Whether the strict reading of parameters, that of Via and From, takes the value as well.
    static func isTidy(_ bytes: ArraySlice<UInt8>) -> Bool {
        var scanner = SIPScanner(bytes.trimmed)
        _ = scanner.take(while: \.isToken)
        return SIPParameters(&scanner) != nil
    }

    /// Tells two subscriptions of one dialog apart; comes back in each NOTIFY (RFC 6665 §8.2.1).
    package var id: String? { parameters.value("id") }

    /// Whether this is the package of that name. RFC 6665 §8.2.1 compares byte by byte; a phone that shouts is understood all the
    /// same.
    package func isPackage(_ name: String) -> Bool {
        package.lowercased() == name.lowercased()
    }
}
