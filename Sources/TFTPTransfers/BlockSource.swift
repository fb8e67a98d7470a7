/// A file cut into the blocks of one transfer. A block can be made again until it is known to have arrived.
///
/// Blocks are counted from 1 and without end here; on the wire the count begins again at 0 after 65535.
struct BlockSource<File: TransferFile> {
    let file: File
    let blockSize: Int
    /// Where each block that may be asked for begins, from block `firstBegin` on; `nil` for octet, where a product tells.
    private var begins: [Begin]?
    private var firstBegin: UInt64 = 1

    private struct Begin {
        var offset: UInt64
        var encoder: NetasciiEncoder
    }

    init(_ file: File, _ parameters: TransferParameters) {
        self.file = file
        blockSize = parameters.blockSize
        if parameters.mode == .netascii { begins = [Begin(offset: 0, encoder: NetasciiEncoder())] }
    }

    /// A block's bytes, fewer than the block size in the last one and nowhere else; `nil` where the file no longer gives them, or
    /// where the block before it was never asked for.
    mutating func block(_ number: UInt64) -> [UInt8]? {
        guard begins != nil else { return octets(number) }
        guard number >= firstBegin, let begins, let index = Int(exactly: number - firstBegin), index < begins.count else {
            return nil
        }
        var next = begins[index]
        let count = count(from: next.offset)
        guard let input = file.bytes(at: next.offset, count: count), input.count == count else { return nil }
        var output: [UInt8] = []
        output.reserveCapacity(blockSize)
        next.offset += UInt64(next.encoder.encode(input[...], into: &output, room: blockSize))
        if index + 1 == begins.count { self.begins?.append(next) }
        return output
    }

    /// Everything before a block has arrived.
    mutating func forget(before number: UInt64) {
        guard let count = begins?.count, number > firstBegin else { return }
        let gone = min(Int(clamping: number - firstBegin), count - 1)
        begins?.removeFirst(gone)
        firstBegin += UInt64(gone)
    }

    private func octets(_ number: UInt64) -> [UInt8]? {
        let (offset, isOver) = (number &- 1).multipliedReportingOverflow(by: UInt64(blockSize))
        guard number > 0, !isOver, offset <= file.size else { return nil }
        let count = count(from: offset)
        guard count > 0 else { return [] }
        guard let bytes = file.bytes(at: offset, count: count), bytes.count == count else { return nil }
        return bytes
    }

    /// A block's worth of the file, or what is left of it.
    private func count(from offset: UInt64) -> Int {
        offset < file.size ? Int(min(UInt64(blockSize), file.size - offset)) : 0
    }
}
