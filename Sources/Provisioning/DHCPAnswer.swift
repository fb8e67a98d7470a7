import DHCPMessages
import Packets

/// A DHCP reply in the frame that carries it back the way its request came. Those that differ by "xid" alone share one draft.
///
/// Many are kept, for those who ask again: of the reply there is the frame alone, and what every answer is asked for.
package struct DHCPAnswer: Sendable {
    /// The reply as it was first given.
    private final class Draft: Sendable {
        /// Its payload lies in `bytes`.
        let frame: UDPFrame
        /// `nil` for what no datagram holds.
        let bytes: [UInt8]?
        let transactionID: UInt32
        let type: DHCPMessageType?
        let yourAddress: IPv4Address
        let leaseTime: UInt32?
        let refusal: String?
        let told: [DHCPOptionCode]
        let leftOut: [DHCPOptionCode]

        init(_ message: DHCPMessage, leavingOut leftOut: [DHCPOptionCode], in frame: UDPFrame) {
            bytes = frame.encoded()
            var kept = frame
            if let bytes { kept.payload = bytes.suffix(frame.payload.count) }
            self.frame = kept
            transactionID = message.transactionID
            type = message.type
            yourAddress = message.yourAddress
            leaseTime = (try? message.options.uint32(.leaseTime)).flatMap { $0 }
            // Kept as text: where there is no room, a NAK goes without its word of explanation.
            refusal = message.type == .negativeAcknowledge ? message.options[.message].map { printable($0) } : nil
            let codes = message.options.codes
            told = leftOut.isEmpty ? codes : codes.filter { !leftOut.contains($0) }
            self.leftOut = leftOut
        }
    }

    private let draft: Draft
    private let transactionID: UInt32

    /// - Parameter frame: holds the encoded message.
    init(message: DHCPMessage, leavingOut leftOut: [DHCPOptionCode], in frame: UDPFrame) {
        draft = Draft(message, leavingOut: leftOut, in: frame)
        transactionID = message.transactionID
    }

    private init(_ draft: Draft, _ transactionID: UInt32) {
        self.draft = draft
        self.transactionID = transactionID
    }

    /// The same answer to the same question, asked with another "xid".
    func again(_ transactionID: UInt32) -> DHCPAnswer { DHCPAnswer(draft, transactionID) }

    /// The frame as it leaves; `nil` for what no datagram holds.
    package var bytes: [UInt8]? {
        guard transactionID != draft.transactionID else { return draft.bytes }
        return draft.bytes.map { draft.frame.encoded($0, with: transactionID, at: EncodedDHCPMessage.transactionIDPlace) }
    }

    package var frame: UDPFrame {
        var frame = draft.frame
        if let bytes { frame.payload = bytes.suffix(frame.payload.count) }
        return frame
    }

    package var payload: [UInt8] { Array(frame.payload) }

    /// The reply as its client reads it: without what found no room.
    package var message: DHCPMessage {
        get throws(DHCPFault) { try DHCPMessage(decoding: frame.payload) }
    }

    // What is the same whatever the "xid".
    package var type: DHCPMessageType? { draft.type }
    package var yourAddress: IPv4Address { draft.yourAddress }
    package var destination: IPv4Address { draft.frame.destination }
    /// Option 51, in seconds.
    package var leaseTime: UInt32? { draft.leaseTime }
    /// Why a NAK refuses, whether there was room for it or not.
    package var refusal: String? { draft.refusal }
    package var leftOut: [DHCPOptionCode] { draft.leftOut }
    /// The codes of the options that found room.
    var told: [DHCPOptionCode] { draft.told }
}
