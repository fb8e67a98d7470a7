/// The value of a CSeq header (RFC 3261 §20.16): `20000 SUBSCRIBE`.
package struct SIPCSeq: Hashable, Sendable {
    /// 0 to 2^31-1.
    package let number: UInt32
    package let method: String

    package init(parsing bytes: ArraySlice<UInt8>) throws(SIPFault) {
        let words = bytes.split(whereSeparator: \.isBlank)
        guard words.count == 2, words[1].isToken else { throw .cseq }
        switch SIPNumber(words[0]) {
        case .value(let number): self.number = number
        case .notANumber: throw .cseq
        case .tooLarge: throw .numberTooLarge("CSeq")
        }
        method = words[1].text
    }

    package init(parsing text: String) throws(SIPFault) {
        try self.init(parsing: Array(text.utf8)[...])
    }
}
