import LinuxSystem
import TFTPTransfers

/// The content of a found file as a transfer reads it: in pieces of several blocks, the last of which is kept.
final class TFTPFile: TransferFile {
    private let content: FileContent
    private var piece: [UInt8] = []
    private var pieceOffset: UInt64 = 0

    /// Bytes read at once, where fewer are asked for. One system call for eight blocks of 512 bytes, and ten thousand transfers
    /// together hold 40 MB.
    private static let pieceSize = 4096

    init(_ content: FileContent) {
        self.content = content
    }

    var size: UInt64 { UInt64(max(0, content.size)) }

    func bytes(at offset: UInt64, count: Int) -> ArraySlice<UInt8>? {
        if let begin = place(of: offset), begin + count <= piece.count { return piece[begin..<begin + count] }
        guard let read = read(from: offset, count: max(count, TFTPFile.pieceSize)) else { return nil }
        (piece, pieceOffset) = (read, offset)
        return piece.prefix(count)
    }

    /// Where in the piece an offset stands, if it does.
    private func place(of offset: UInt64) -> Int? {
        guard offset >= pieceOffset, offset - pieceOffset <= UInt64(piece.count) else { return nil }
        return Int(offset - pieceOffset)
    }

    /// With the file's last bytes comes the question whether it is still the one that was opened: where somebody wrote into it
    /// meanwhile, the transfer ends in an ERROR before the phone has the whole of a mixture.
    private func read(from offset: UInt64, count: Int) -> [UInt8]? {
        guard let start = Int64(exactly: offset) else { return nil }
        do throws(SystemError) {
            let bytes = try content.read(from: start, count: count)
            if offset + UInt64(bytes.count) >= size, case .disk(let file) = content, try !file.isAsOpened() { return nil }
            return bytes
        } catch {
            return nil
        }
    }
}
