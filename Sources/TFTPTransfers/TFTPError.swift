/// What an ERROR packet says (RFC 1350 §5).
package struct TFTPError: Error, Equatable, Sendable {
    package let code: TFTPErrorCode
    /// As sent, without its NUL: netascii, for people.
    package let message: [UInt8]

    /// The message ends at the first NUL in it.
    package init(_ code: TFTPErrorCode, message: some Sequence<UInt8>) {
        self.code = code
        self.message = Array(message.prefix { $0 != 0 })
    }

    package init(_ code: TFTPErrorCode, _ message: String) {
        self.init(code, message: message.utf8)
    }

    /// The most of a peer's message that is shown.
    static let mostCharacters = 120

    /// The message in printable ASCII; what is not comes out as `?`, and what is over 120 characters is cut.
    package var text: String {
        let shown = message.prefix(TFTPError.mostCharacters).map { (0x20...0x7e).contains($0) ? $0 : UInt8(ascii: "?") }
        return String(decoding: shown, as: UTF8.self)
    }

    /// The packet's bytes.
    package func encoded() -> [UInt8] { TFTPPacket.error(self).encoded() }
}

/// RFC 1350, appendix; 8 is RFC 2347's.
package struct TFTPErrorCode: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt16

    package init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    package static let undefined = TFTPErrorCode(rawValue: 0)
    package static let fileNotFound = TFTPErrorCode(rawValue: 1)
    package static let accessViolation = TFTPErrorCode(rawValue: 2)
    package static let diskFull = TFTPErrorCode(rawValue: 3)
    package static let illegalOperation = TFTPErrorCode(rawValue: 4)
    package static let unknownTransfer = TFTPErrorCode(rawValue: 5)
    package static let fileExists = TFTPErrorCode(rawValue: 6)
    package static let noSuchUser = TFTPErrorCode(rawValue: 7)
    package static let optionsRefused = TFTPErrorCode(rawValue: 8)
}
