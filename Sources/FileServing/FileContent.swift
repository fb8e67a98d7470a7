import LinuxSystem
import Packets

/// What a file holds, as it was at one moment, to be read piece by piece: what happens to its name meanwhile changes nothing.
package enum FileContent: Sendable {
    case disk(OpenFile)
    /// Made for this request. `tag` is of printable ASCII without quotes, and another one where the bytes are others.
    case bytes([UInt8], modified: WallTime, tag: String)

    package var size: Int64 {
        switch self {
        case .disk(let file): file.size
        case .bytes(let bytes, _, _): Int64(bytes.count)
        }
    }

    package var modified: WallTime {
        switch self {
        case .disk(let file): file.modified
        case .bytes(_, let modified, _): modified
        }
    }

    /// A strong validator (RFC 9110 §8.8.1), without its quotes.
    package var tag: String {
        switch self {
        case .disk(let file):
            [
                file.identity.device, file.identity.inode, UInt64(bitPattern: file.size),
                UInt64(bitPattern: file.modified.microsecondsSince1970),
            ].map { String($0, radix: 36) }.joined(separator: "-")
        case .bytes(_, _, let tag): tag
        }
    }

    /// Up to `count` bytes from `offset` on; fewer only at the end, none past it.
    package func read(from offset: Int64, count: Int) throws(SystemError) -> [UInt8] {
        switch self {
        case .disk(let file): return try file.read(from: offset, count: count)
        case .bytes(let bytes, _, _):
            guard count > 0, offset >= 0, offset < Int64(bytes.count) else { return [] }
            return Array(bytes[Int(offset)...].prefix(count))
        }
    }
}
