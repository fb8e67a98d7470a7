/// A request to read or to write a file (RFC 1350 §5, RFC 2347).
package struct TFTPRequest: Equatable, Sendable {
    /// As sent, in whatever character set the phone has; never empty where it was decoded.
    package let name: [UInt8]
    /// As sent: `octet`, `OCTET`, `netascii`, `mail`.
    package let mode: [UInt8]
    /// In the order asked, unknown ones too.
    package let options: [TFTPOption]

    /// What follows a NUL in the name or the mode is left out.
    package init(name: some Sequence<UInt8>, mode: some Sequence<UInt8>, options: [TFTPOption] = []) {
        self.name = Array(name.prefix { $0 != 0 })
        self.mode = Array(mode.prefix { $0 != 0 })
        self.options = options
    }

    package init(_ name: String, mode: String = "octet", options: [TFTPOption] = []) {
        self.init(name: name.utf8, mode: mode.utf8, options: options)
    }

    /// The name as text; `nil` where it is not UTF-8.
    package var fileName: String? { String(validating: name, as: UTF8.self) }

    /// Who the phone says it is.
    ///
    /// Old Grandstream phones put it into the options of a read request: `grandstream_ID` is the MAC address, `grandstream_MODEL`
    /// and `grandstream_REV_PHONE` (the firmware) stand beside it. `nil` where none of the three is there.
    package var identity: TFTPIdentity? {
        let identity = TFTPIdentity(
            model: options["grandstream_model"], identifier: options["grandstream_id"], version: options["grandstream_rev_phone"])
        return identity == TFTPIdentity() ? nil : identity
    }
}

/// What a phone tells of itself in the options of a request, as bytes from a stranger.
package struct TFTPIdentity: Equatable, Sendable {
    package var model: [UInt8]?
    /// The MAC address as the phone writes it.
    package var identifier: [UInt8]?
    package var version: [UInt8]?

    package init(model: [UInt8]? = nil, identifier: [UInt8]? = nil, version: [UInt8]? = nil) {
        self.model = model
        self.identifier = identifier
        self.version = version
    }
}
