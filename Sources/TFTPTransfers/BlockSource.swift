import Packets

/// A file cut into the blocks of one transfer. A block can be made again until it is known to have arrived.
///
/// Blocks are counted from 1 and without end here; on the wire the count begins again at 0 after 65535.
struct BlockSource {
    let file: any TransferFile
    /// The file's, asked for once.
    private let size: UInt64
    let blockSize: Int
    /// Where each block that may be asked for begins, from block `firstBegin` on; `nil` for octet, where a product tells.
    private var begins: [Begin]?
    private var firstBegin: UInt64 = 1

    private struct Begin {
        var offset: UInt64
        var encoder: NetasciiEncoder
    }

    /// DATA packets of consecutive blocks.
    struct Run {
        let burst: TFTPBurst
        let blocks: UInt64
        /// Bytes in the last of them: fewer than the block size where the file ends with it.
        let lastCount: Int
    }

    init(_ file: any TransferFile, _ parameters: TransferParameters) {
        self.file = file
        size = file.size
        blockSize = parameters.blockSize
        if parameters.mode == .netascii { begins = [Begin(offset: 0, encoder: NetasciiEncoder())] }
    }

    /// The DATA of as many blocks as are allowed, from one on up to the file's end; `nil` where the file no longer gives them, or where
    /// the block before the first was never asked for.
    mutating func run(from first: UInt64, most count: Int) -> Run? {
        begins == nil ? octets(from: first, most: count) : netascii(from: first, most: count)
    }

    /// Everything before a block has arrived.
    mutating func forget(before number: UInt64) {
        guard let count = begins?.count, number > firstBegin else { return }
        let gone = min(Int(clamping: number - firstBegin), count - 1)
        begins?.removeFirst(gone)
        firstBegin += UInt64(gone)
    }

    /// The file is read once for all blocks.
    private func octets(from first: UInt64, most count: Int) -> Run? {
        let (offset, isOver) = (first &- 1).multipliedReportingOverflow(by: UInt64(blockSize))
        guard first > 0, count > 0, !isOver, offset <= size else { return nil }
        let wanted = count * blockSize
        let length = Int(min(UInt64(wanted), size - offset))
        // What is left over of the file's last whole block is a block too, be it an empty one (RFC 1350 §6).
        let blocks = length / blockSize + (length < wanted ? 1 : 0)
        let bytes = length > 0 ? file.bytes(at: offset, count: length) : []
        guard let bytes, bytes.count == length else { return nil }
        var writer = ByteWriter(capacity: length + blocks * TFTPPacket.bytesBeforeData)
        for block in 0..<blocks {
            let begin = bytes.startIndex + block * blockSize
            writer.append(block: numberOnWire(first + UInt64(block)), bytes[begin..<min(begin + blockSize, bytes.endIndex)])
        }
        return run(writer.bytes, blocks, lastCount: length - (blocks - 1) * blockSize)
    }

    private mutating func netascii(from first: UInt64, most count: Int) -> Run? {
        var writer = ByteWriter()
        var blocks = 0
        var lastCount = blockSize
        while blocks < count, lastCount == blockSize {
            guard let bytes = netascii(first + UInt64(blocks)) else { return nil }
            writer.append(block: numberOnWire(first + UInt64(blocks)), bytes[...])
            lastCount = bytes.count
            blocks += 1
        }
        return run(writer.bytes, blocks, lastCount: lastCount)
    }

    private mutating func netascii(_ number: UInt64) -> [UInt8]? {
        guard number >= firstBegin, let begins, let index = Int(exactly: number - firstBegin), index < begins.count else {
            return nil
        }
        var next = begins[index]
        let count = next.offset < size ? Int(min(UInt64(blockSize), size - next.offset)) : 0
        let input = count > 0 ? file.bytes(at: next.offset, count: count) : []
        guard let input, input.count == count else { return nil }
        var output: [UInt8] = []
        output.reserveCapacity(blockSize)
        next.offset += UInt64(next.encoder.encode(input, into: &output, room: blockSize))
        if index + 1 == begins.count { self.begins?.append(next) }
        return output
    }

    private func numberOnWire(_ number: UInt64) -> UInt16 { UInt16(truncatingIfNeeded: number) }

    private func run(_ bytes: [UInt8], _ blocks: Int, lastCount: Int) -> Run {
        let size = blockSize + TFTPPacket.bytesBeforeData
        return Run(burst: TFTPBurst(bytes, datagramSize: size), blocks: UInt64(blocks), lastCount: lastCount)
    }
}
