import LinuxSystem
import Provisioning

/// Pieces of files that transfers under way read, kept for the others: phones of one model that are switched on together ask for the same
/// firmware, each at its own pace. Bounded: what nobody asked for lately goes.
final class PieceCache {
    /// Bytes of a piece; the last one of a file may have fewer.
    static let pieceSize = 16_384

    private struct Key: Hashable {
        let version: FileVersion
        let number: Int64
    }

    private var pieces: RecentlyUsed<Key, [UInt8]>

    /// - Parameter bytes: of memory, more or less.
    init(bytes: Int = 4 << 20) {
        pieces = RecentlyUsed(cost: bytes)
    }

    /// What stands from `number` times the piece's size on.
    ///
    /// - Parameter file: of a version that is settled, so that whoever opens the same version finds the same bytes.
    /// - Throws: ESTALE where the file was written to since it was opened, unless the piece is here from before.
    func piece(_ number: Int64, of file: OpenFile) throws(SystemError) -> [UInt8] {
        let key = Key(version: file.version, number: number)
        if let piece = pieces.value(for: key) { return piece }
        let piece = try file.read(from: number * Int64(PieceCache.pieceSize), count: PieceCache.pieceSize)
        pieces.keep(piece, for: key, cost: PieceCache.pieceSize)
        return piece
    }
}
