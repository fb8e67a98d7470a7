import LinuxSystem
import Packets
import TFTPTransfers

/// The content of a found file as a transfer reads it: in pieces of several blocks, the last of which is kept until the next is read.
final class TFTPFile: TransferFile {
    private let content: FileContent
    /// What is read in pieces that other transfers have too; `nil` where this one reads its own.
    private let shared: (file: OpenFile, cache: PieceCache)?
    private var piece: [UInt8] = []
    private var pieceOffset: UInt64 = 0

    /// Bytes that are read at once by a transfer of its own, where fewer are asked for: one system call for eight blocks of 512 bytes. What
    /// is read of more is not kept, and so ten thousand transfers together hold 40 MB.
    private static let ownPieceSize = 4096

    /// - Parameters:
    ///   - cache: shares pieces among transfers of the same version of a file.
    ///   - now: tells whether the version may be shared, which may not be when it changed just now.
    init(_ content: FileContent, sharing cache: PieceCache?, now: WallTime) {
        self.content = content
        if let cache, case .disk(let file) = content, file.version.isSettled(at: now) {
            shared = (file, cache)
        } else {
            shared = nil
        }
    }

    var size: UInt64 { UInt64(max(0, content.size)) }

    /// With the file's last bytes comes the question whether it is still the one that was opened: where somebody wrote into it
    /// meanwhile, the transfer ends in an ERROR before the phone has the whole of a mixture.
    func bytes(at offset: UInt64, count: Int) -> ArraySlice<UInt8>? {
        do throws(SystemError) {
            let bytes = if let kept = kept(offset, count) { kept } else { try read(from: offset, count: count) }
            if offset + UInt64(bytes.count) >= size, case .disk(let file) = content, try !file.isAsOpened() { return nil }
            return bytes
        } catch {
            return nil
        }
    }

    /// What stands in the last piece, where all of it does.
    private func kept(_ offset: UInt64, _ count: Int) -> ArraySlice<UInt8>? {
        guard offset >= pieceOffset, offset - pieceOffset <= UInt64(piece.count) else { return nil }
        let begin = Int(offset - pieceOffset)
        return begin + count <= piece.count ? piece[begin..<begin + count] : nil
    }

    private func read(from offset: UInt64, count: Int) throws(SystemError) -> ArraySlice<UInt8> {
        guard let start = Int64(exactly: offset) else { return [] }
        if let shared, count <= PieceCache.pieceSize {
            let (number, begin) = start.quotientAndRemainder(dividingBy: Int64(PieceCache.pieceSize))
            try take(number, of: shared)
            // They stand in one piece or in two.
            let first = piece.dropFirst(Int(begin)).prefix(count)
            guard first.count < count, piece.count == PieceCache.pieceSize else { return first }
            try take(number + 1, of: shared)
            return first + piece.prefix(count - first.count)
        }
        let read = try content.read(from: start, count: max(count, TFTPFile.ownPieceSize))
        (piece, pieceOffset) = read.count > TFTPFile.ownPieceSize ? ([], 0) : (read, offset)
        return read.prefix(count)
    }

    private func take(_ number: Int64, of shared: (file: OpenFile, cache: PieceCache)) throws(SystemError) {
        piece = try shared.cache.piece(number, of: shared.file)
        pieceOffset = UInt64(number) * UInt64(PieceCache.pieceSize)
    }
}
