/// Why bytes are not a SIP message, or a header's value not what its name promises.
package enum SIPFault: Error, Equatable {
    case empty
    /// Nothing but line ends: what a phone sends to keep a NAT binding open (RFC 5626 §3.5.1).
    case keepAlive
    case messageTooLong
    case lineTooLong(line: Int)
    case tooManyHeaders
    case startLine
    case otherVersion
    case status
    /// The datagram ends in the middle of a line.
    case cutLine(line: Int)
    case controlCharacter(line: Int)
    case foldWithoutHeader
    case noColon(line: Int)
    case headerName(line: Int)
    case headerTwice(String)
    case notANumber(String)
    case numberTooLarge(String)
    case bodyTooShort(claimed: Int, present: Int)
    case notAllowed(SIPLeniency)
    case via
    case address
    case uri
    case event
    case cseq

    /// How a peer that sent a request of this kind to us alone is told; `nil` for what is no message at all.
    package var refusal: PnPRefusal? {
        switch self {
        case .empty, .keepAlive: nil
        case .otherVersion: .versionNotSupported
        default: .badRequest
        }
    }

    package var sentence: String {
        switch self {
        case .empty: "the datagram is empty"
        case .keepAlive: "the datagram is a keep-alive: line ends and nothing else"
        case .messageTooLong: "the message is longer than \(SIPMessage.mostBytes) bytes"
        case .lineTooLong(let line): "line \(line) is longer than \(SIPMessage.mostBytesInLine) bytes"
        case .tooManyHeaders: "the message has more than \(SIPMessage.mostHeaders) headers"
        case .startLine: "the first line is neither a request nor a status"
        case .otherVersion: "the version is not SIP/2.0"
        case .status: "the status is not a number from 100 to 699"
        case .cutLine(let line): "the datagram ends inside line \(line)"
        case .controlCharacter(let line): "line \(line) holds a control character"
        case .foldWithoutHeader: "a folded line follows no header"
        case .noColon(let line): "line \(line) is a header without a colon"
        case .headerName(let line): "line \(line) does not begin with a header's name"
        case .headerTwice(let name): "\(name) stands twice where once is the most"
        case .notANumber(let name): "\(name) is not a number"
        case .numberTooLarge(let name): "the number in \(name) is too large"
        case .bodyTooShort(let claimed, let present): "Content-Length promises \(claimed) bytes and \(present) are there"
        case .notAllowed(let leniency): leniency.sentences.joined(separator: "; ")
        case .via: "the Via cannot be read"
        case .address: "the address cannot be read"
        case .uri: "the URI cannot be read"
        case .event: "the Event cannot be read"
        case .cseq: "the CSeq cannot be read"
        }
    }
}
