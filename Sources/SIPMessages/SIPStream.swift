/// Takes the messages out of a stream of bytes, one after the other: Content-Length says where each ends (RFC 3261 §18.3).
package struct SIPStream {
    private var buffer: [UInt8] = []
    private let leniency: SIPLeniency

    package init(allowing leniency: SIPLeniency = .phones) {
        // RFC 3261 §20.14: "If a stream-based protocol (such as TCP) is used as transport, then the header field MUST be used."
        self.leniency = leniency.subtracting([.missingContentLength, .missingBlankLine])
    }

    /// The bytes that wait for the rest of their message.
    package var pending: Int { buffer.count }

    package mutating func append(_ bytes: [UInt8]) {
        buffer += bytes
    }

    /// The next whole message; `nil` until more has come.
    ///
    /// - Throws: what cannot be read. Where the next message begins is not known then: the connection is of no use any more.
    package mutating func next() throws(SIPFault) -> SIPMessage? {
        // RFC 3261 §7.5: line ends before the start line are passed over; phones send them to keep a connection open.
        buffer.removeFirst(buffer.prefix { $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: "\n") }.count)
        guard let head = lengthOfHead() else {
            guard buffer.count <= SIPMessage.mostBytes else { throw .messageTooLong }
            return nil
        }
        var length = head
        do throws(SIPFault) {
            _ = try SIPMessage(parsing: buffer.prefix(head), allowing: leniency)
        } catch {
            guard case .bodyTooShort(let claimed, _) = error else { throw error }
            guard claimed <= SIPMessage.mostBytes - min(head, SIPMessage.mostBytes) else { throw .messageTooLong }
            length += claimed
        }
        guard buffer.count >= length else { return nil }
        let message = try SIPMessage(parsing: buffer.prefix(length), allowing: leniency)
        buffer.removeFirst(length)
        return message
    }

    /// The bytes up to and with the blank line.
    private func lengthOfHead() -> Int? {
        var isLineEmpty = false
        for (place, byte) in buffer.enumerated() {
            switch byte {
            case UInt8(ascii: "\n"):
                if isLineEmpty { return place + 1 }
                isLineEmpty = true
            case UInt8(ascii: "\r"): continue
            default: isLineEmpty = false
            }
        }
        return nil
    }
}
