import Cryptography
import HTTPSemantics
import LinuxSystem
import Packets
import WebServer

/// The content of a file that goes out, and what names this version of it.
struct FoundVersion {
    let validators: Validators
    /// Octets of the whole content.
    let size: Int64
    /// The content of a short file, and of one that was made; a long one goes from the disk to the socket (sendfile(2)).
    private let source: Source

    private enum Source {
        case memory([UInt8])
        case disk(OpenFile)
    }

    /// Files up to this many bytes are read at once.
    private static let shortFile: Int64 = 32_768

    /// A short file's tag comes of its content: strong, and the same again for a file that was written anew as it was. A long one's comes
    /// of inode, size and both times in nanoseconds. The kernel's clock moves in steps of some milliseconds, and two changes within one
    /// look alike: for the first two seconds after a change that tag is a weak one, so that nobody resumes a download by it.
    init(_ content: FileContent, now: WallTime) throws(SystemError) {
        let tag: EntityTag
        switch content {
        case .bytes(let bytes, _, let itsTag):
            source = .memory(bytes)
            tag = EntityTag(itsTag)
        case .disk(let file) where file.size <= FoundVersion.shortFile:
            let bytes = try file.read(from: 0, count: Int(file.size))
            source = .memory(bytes)
            tag = EntityTag(FoundVersion.digest(bytes))
        case .disk(let file):
            source = .disk(file)
            let version = file.version
            let numbers = [
                Int64(bitPattern: version.identity.device), Int64(bitPattern: version.identity.inode), version.size,
                version.modified, version.changed,
            ]
            let octets = numbers.flatMap { number in withUnsafeBytes(of: number.littleEndian) { Array($0) } }
            let age = now.microsecondsSince1970 - max(version.modified, version.changed) / 1000
            tag = EntityTag(FoundVersion.digest(octets), isWeak: age < 2_000_000)
        }
        size =
            switch source {
            case .memory(let bytes): Int64(bytes.count)
            case .disk(let file): file.size
            }
        // RFC 9110 §8.8.2.1: a server "MUST NOT generate a Last-Modified date that is later than the server's time of message origination".
        let modified = HTTPDate(seconds: min(content.modified.seconds, now.seconds))
        validators = Validators(tag: tag, modified: modified)
    }

    private static func digest(_ octets: [UInt8]) -> String {
        hexText((Hash.sha256(octets) ?? []).prefix(12))
    }

    /// The octets of a part, or of all.
    func body(offset: Int64 = 0, count: Int64? = nil) throws(SystemError) -> WebAnswer.Body {
        let count = count ?? size
        switch source {
        case .memory(let bytes): return .bytes(Array(bytes[Int(offset)..<Int(offset + count)]))
        case .disk(let file): return .file(descriptor: try file.descriptor.duplicate(), offset: offset, length: count)
        }
    }
}
