/// The value of a CSeq header (RFC 3261 §20.16): `20000 SUBSCRIBE`.
package struct SIPCSeq: Hashable, Sendable {
    /// 0 to 2^31-1.
    package let number: UInt32
    package let methodBytes: ArraySlice<UInt8>

    package init(parsing bytes: ArraySlice<UInt8>) throws(SIPFault) {
        var scanner = SIPScanner(bytes.trimmed)
        let digits = scanner.take { !$0.isBlank }
        scanner.skipBlanks()
        methodBytes = scanner.rest
        guard methodBytes.isToken else { throw .cseq }
        switch SIPNumber(digits) {
        case .value(let number): self.number = number
        case .notANumber: throw .cseq
        case .tooLarge: throw .numberTooLarge("CSeq")
        }
    }

    package init(parsing text: String) throws(SIPFault) {
        try self.init(parsing: Array(text.utf8)[...])
    }

    package var method: String { methodBytes.text }
}
