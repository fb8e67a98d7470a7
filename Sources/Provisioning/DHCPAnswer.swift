import DHCPMessages
import Packets

/// A DHCP reply, and the frame that carries it back the way the request came. Those that differ by "xid" alone share one draft.
package struct DHCPAnswer: Sendable {
    /// The reply as it was first given.
    private final class Draft: Sendable {
        let message: DHCPMessage
        let encoded: EncodedDHCPMessage
        let frame: UDPFrame
        /// `nil` for what no datagram holds.
        let bytes: [UInt8]?
        let type: DHCPMessageType?
        let told: [DHCPOptionCode]

        init(_ message: DHCPMessage, _ encoded: EncodedDHCPMessage, _ frame: UDPFrame) {
            self.message = message
            self.encoded = encoded
            self.frame = frame
            bytes = frame.encoded()
            type = message.type
            told =
                encoded.leftOut.isEmpty
                ? message.options.codes : message.options.codes.filter { !encoded.leftOut.contains($0) }
        }
    }

    private let draft: Draft
    private let transactionID: UInt32

    /// - Parameter frame: holds the encoded message.
    init(message: DHCPMessage, encoded: EncodedDHCPMessage, frame: UDPFrame) {
        draft = Draft(message, encoded, frame)
        transactionID = message.transactionID
    }

    private init(_ draft: Draft, _ transactionID: UInt32) {
        self.draft = draft
        self.transactionID = transactionID
    }

    /// The same answer to the same question, asked with another "xid".
    func again(_ transactionID: UInt32) -> DHCPAnswer { DHCPAnswer(draft, transactionID) }

    package var message: DHCPMessage {
        var message = draft.message
        message.transactionID = transactionID
        return message
    }

    package var encoded: EncodedDHCPMessage {
        var encoded = draft.encoded
        encoded.setTransactionID(transactionID)
        return encoded
    }

    package var frame: UDPFrame {
        var frame = draft.frame
        frame.payload = encoded.bytes[...]
        return frame
    }

    /// The frame as it leaves; `nil` for what no datagram holds.
    package var bytes: [UInt8]? {
        guard transactionID != draft.message.transactionID else { return draft.bytes }
        return draft.bytes.map {
            draft.frame.encoded($0, with: transactionID, at: EncodedDHCPMessage.transactionIDPlace)
        }
    }

    // What is the same whatever the "xid".
    package var type: DHCPMessageType? { draft.type }
    package var yourAddress: IPv4Address { draft.message.yourAddress }
    package var destination: IPv4Address { draft.frame.destination }
    package var options: DHCPOptions { draft.message.options }
    package var leftOut: [DHCPOptionCode] { draft.encoded.leftOut }
    /// The codes of the options that found room.
    var told: [DHCPOptionCode] { draft.told }
}
