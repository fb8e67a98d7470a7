import Packets
import TFTPTransfers
import TestSupport
import Testing

let second: UInt64 = 1_000_000_000

/// A file whose every byte tells where it stands, so that a block sent in another's place shows.
struct MemoryFile: TransferFile {
    var contents: [UInt8]
    /// What is left of it on the disk, where that is less than it was.
    var remains: Int?

    init(_ contents: [UInt8], remains: Int? = nil) {
        self.contents = contents
        self.remains = remains
    }

    init(count: Int) {
        var generator = SeededGenerator(state: UInt64(count))
        self.init((0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
    }

    init(_ text: String) {
        self.init(Array(text.utf8))
    }

    var size: UInt64 { UInt64(contents.count) }

    func bytes(at offset: UInt64, count: Int) -> ArraySlice<UInt8>? {
        let end = min(Int(offset) + count, remains ?? contents.count)
        guard Int(offset) <= end else { return nil }
        return contents[Int(offset)..<end]
    }
}

func acknowledge(_ block: UInt16) -> TFTPPacket { .acknowledgement(block: block) }

/// A transfer of a file that has not begun, with these parameters.
func transfer(
    _ file: MemoryFile, blockSize: Int = 512, windowSize: Int = 1, timeout: UInt8? = nil, mode: TransferParameters.Mode = .octet,
    acknowledging options: [TFTPOption] = []
) -> ReadTransfer {
    var parameters = TransferParameters()
    parameters.mode = mode
    parameters.blockSize = blockSize
    parameters.windowSize = windowSize
    parameters.timeout = timeout
    parameters.acknowledged = options
    return ReadTransfer(file, parameters)
}

extension [TransferAction] {
    /// The packets sent, read back.
    var packets: [TFTPPacket] {
        get throws {
            try flatMap { action in
                guard case .send(let burst) = action else { return [TFTPPacket]() }
                return try burst.datagrams.map { try TFTPPacket(decoding: $0) }
            }
        }
    }

    /// The block numbers of the DATA sent.
    var blocks: [UInt16] {
        get throws {
            try packets.compactMap { packet in
                guard case .data(let block, _) = packet else { return nil }
                return block
            }
        }
    }

    var end: TransferEnd? {
        guard case .ended(let end) = last else { return nil }
        return end
    }
}
