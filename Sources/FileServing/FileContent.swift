import LinuxSystem
import Packets
import TFTPTransfers

/// What a file holds, as it was at one moment, to be read piece by piece: what happens to its name meanwhile changes nothing.
package enum FileContent: Sendable {
    case disk(OpenFile)
    /// Made for this request.
    case bytes([UInt8])

    package var size: Int64 {
        switch self {
        case .disk(let file): file.size
        case .bytes(let bytes): Int64(bytes.count)
        }
    }

    /// When it changed last; `nil` for what was made: what it was made of, such as settings and the fleet's table, changes at any time.
    package var modified: WallTime? {
        switch self {
        case .disk(let file): file.modified
        case .bytes: nil
        }
    }

    /// Whether it is still what it was, as far as can be told.
    package var isAsOpened: Bool {
        guard case .disk(let file) = self else { return true }
        return (try? file.isAsOpened()) ?? false
    }

    /// Why a file did not arrive that somebody wrote to meanwhile.
    static let changed = TransferFailure.fileUnreadable.sentence

    /// Up to `count` bytes from `offset` on; fewer only at the end, none past it.
    package func read(from offset: Int64, count: Int) throws(SystemError) -> [UInt8] {
        switch self {
        case .disk(let file): return try file.read(from: offset, count: count)
        case .bytes(let bytes):
            guard count > 0, offset >= 0, offset < Int64(bytes.count) else { return [] }
            return Array(bytes[Int(offset)...].prefix(count))
        }
    }
}
