/// The value of an Event header (RFC 6665 §8.2.1): `ua-profile;profile-type="device";vendor="snom"`.
package struct SIPEventHeader: Equatable, Sendable {
    let packageBytes: ArraySlice<UInt8>
    package let parameters: SIPParameters
    /// Whether the strict reading of parameters, that of Via and From, takes the value as well.
    let isTidy: Bool

    package init(parsing bytes: ArraySlice<UInt8>) throws(SIPFault) {
        var scanner = SIPScanner(bytes.trimmed)
        packageBytes = scanner.take(while: \.isToken)
        var isTidy = true
        guard !packageBytes.isEmpty, let parameters = SIPParameters(ofEvent: &scanner, isTidy: &isTidy) else { throw .event }
        self.parameters = parameters
        self.isTidy = isTidy
    }

    package init(parsing text: String) throws(SIPFault) {
        try self.init(parsing: Array(text.utf8)[...])
    }

    /// As sent.
    package var package: String { packageBytes.text }

    /// Tells two subscriptions of one dialog apart; comes back in each NOTIFY (RFC 6665 §8.2.1).
    package var id: String? { parameters.value("id") }

    /// Whether this is the package of that name. RFC 6665 §8.2.1 compares byte by byte; a phone that shouts is understood all the
    /// same.
    package func isPackage(_ name: String) -> Bool { packageBytes.isNamed(SIPWord(name)) }
}
