/// What the shell does for the desk, in this order.
package enum DeskAction: Equatable, Sendable {
    /// A transfer begins. It has a port of its own unless the desk has a single one: RFC 1350 §4 has the server choose it.
    case began(TransferKey, TFTPRequest, TransferParameters)
    /// Send these from the port of the peer's transfer.
    case send(TFTPBurst, to: TransferKey)
    /// The transfer is over, and its port can be closed.
    case ended(TransferKey, TransferEnd, TransferTally)
    /// Send an ERROR that belongs to no transfer.
    case refuse(DeskRefusal)
    /// Nothing is sent, and this is why.
    case ignored(TransferKey, DeskSilence)
}

/// An ERROR for someone who has no transfer, sent once and not waited for.
package struct DeskRefusal: Equatable, Sendable {
    package var error: TFTPError
    package var peer: TransferKey
    /// Whose transfer's port it leaves from: the one that was written to. `nil` is the listening port.
    package var through: TransferKey?
    /// What was asked, where it was a request that could be read.
    package var request: TFTPRequest?

    package init(_ error: TFTPError, to peer: TransferKey, through: TransferKey? = nil, request: TFTPRequest? = nil) {
        self.error = error
        self.peer = peer
        self.through = through
        self.request = request
    }
}

/// Why a packet that came is not answered.
package enum DeskSilence: Error, Hashable, Sendable {
    case malformed(TFTPFault)
    case sentToBroadcast
    case portZero
    /// The request of a transfer that is under way came again.
    case duplicateRequest
    /// A write request from a peer whose download is under way: an ERROR could end that.
    case busyReading
    /// A request other than that of the transfer under way, from a peer that never answered and has had all its sends.
    case unansweredBefore
    case tooManyTransfers
    case tooManyTransfersOfAddress
    /// A request, and this address had its share of DATA.
    case tooMuchData
    /// An ERROR was due, and this address, or all together, had their share of them.
    case tooManyErrors
    /// An ERROR from someone who has no transfer here.
    case strangersError
    /// Neither a request nor of a transfer that is under way.
    case noTransfer
    /// The file was not to be given, nor the asker to be told so.
    case withheld

    package var sentence: String {
        switch self {
        case .malformed(let fault): fault.sentence
        case .sentToBroadcast: "the request was sent to a broadcast address"
        case .portZero: "the source port is 0, which cannot be answered"
        case .duplicateRequest: "the request came again while its transfer is under way"
        case .busyReading: "a request to write came while the same port's download is under way"
        case .unansweredBefore: "the same port asked before and answered nothing that it was sent"
        case .tooManyTransfers: "as many transfers as are allowed are under way"
        case .tooManyTransfersOfAddress: "as many transfers as one address may have are under way"
        case .tooMuchData: "as much as one address may have in this time was sent to it already"
        case .tooManyErrors: "as many errors as are allowed in this time were sent already"
        case .strangersError: "an ERROR came from a port that has no transfer"
        case .noTransfer: "the packet belongs to no transfer"
        case .withheld: "the request is not answered"
        }
    }
}
