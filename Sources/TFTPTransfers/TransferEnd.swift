/// How a transfer came to its end.
package enum TransferEnd: Equatable, Sendable {
    /// The last block was acknowledged.
    case finished
    case failed(TransferFailure)
}

/// Why a file did not arrive whole.
package enum TransferFailure: Equatable, Sendable {
    /// Nothing that fits ever came back: the phone is gone, or somebody forged its address.
    case neverAnswered(sends: Int)
    /// The phone acknowledged so many blocks and then no more.
    case wentSilent(afterBlocks: UInt64, sends: Int)
    /// The phone did not take the options as granted (ERROR 8, RFC 2347).
    case optionsRefused(TFTPError)
    case peerError(TFTPError)
    case fileUnreadable
    /// The phone asked anew from the same port.
    case superseded
    /// It said nothing, and others asked for whom there was no room.
    case madeRoom
    /// The shell gave it up, with its reason: the port is unreachable, the daemon stops.
    case abandoned(String)

    package var sentence: String {
        switch self {
        case .neverAnswered(let sends): "the phone answered none of \(sends) sends"
        case .wentSilent(let blocks, let sends): "the phone fell silent after block \(blocks), which \(sends) sends followed"
        case .optionsRefused(let error): "the phone refused the options: \(error.text)"
        case .peerError(let error): "the phone ended it with error \(error.code.rawValue): \(error.text)"
        case .fileUnreadable: "the file is no longer what it was when the transfer began"
        case .superseded: "the phone began anew from the same port"
        case .madeRoom: "the phone was silent, and as many transfers as are allowed were under way when others asked"
        case .abandoned(let reason): reason
        }
    }
}

/// What a transfer has come to so far.
package struct TransferTally: Equatable, Sendable {
    /// Blocks that the peer acknowledged.
    package var blocks: UInt64 = 0
    /// Bytes of data in them: for netascii, as encoded.
    package var bytes: UInt64 = 0
    /// DATA and OACK packets sent.
    package var packets: UInt64 = 0
    /// Times that the timer sent something again.
    package var repeats: UInt64 = 0

    package init() {}
}
