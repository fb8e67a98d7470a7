import TFTPTransfers

/// A client as simple as the RFCs allow: it takes blocks in order, acknowledges windows, and says again what it said last when a
/// block is not the one that it waits for or nothing comes for a while.
struct ModelReceiver {
    let blockSize: Int
    let windowSize: Int
    private(set) var received: [UInt8] = []
    private(set) var isDone = false
    /// Blocks taken, counted without end.
    private var taken = 0
    private var inWindow = 0
    private var hasSaidGap = false
    private var isOffered: Bool

    /// `isOffered` where an OACK is to come first.
    init(blockSize: Int, windowSize: Int, isOffered: Bool) {
        self.blockSize = blockSize
        self.windowSize = windowSize
        self.isOffered = isOffered
    }

    private var lastACK: TFTPPacket { .acknowledgement(block: UInt16(truncatingIfNeeded: taken)) }

    mutating func received(_ packet: TFTPPacket) -> TFTPPacket? {
        switch packet {
        case .optionAcknowledgement:
            isOffered = false
            return taken == 0 ? lastACK : nil
        case .data(let block, let bytes):
            guard !isOffered else { return nil }
            guard block == UInt16(truncatingIfNeeded: taken + 1), !isDone else {
                let ahead = Int16(truncatingIfNeeded: Int(block) - taken - 1)
                // The end of a window came again: so its ACK was lost. Older blocks say nothing new.
                if ahead <= 0 { return ahead == -1 && inWindow == 0 ? lastACK : nil }
                // One ACK for a gap, however many blocks follow it (RFC 7440 §4).
                defer { hasSaidGap = true }
                inWindow = 0
                return hasSaidGap ? nil : lastACK
            }
            taken += 1
            inWindow += 1
            hasSaidGap = false
            received += bytes
            isDone = bytes.count < blockSize
            guard isDone || inWindow >= windowSize else { return nil }
            inWindow = 0
            return lastACK
        default:
            return nil
        }
    }

    /// Nothing came for a while: `nil` once all is there, and before the OACK.
    mutating func waited() -> TFTPPacket? {
        inWindow = 0
        hasSaidGap = false
        return isDone || isOffered ? nil : lastACK
    }
}
