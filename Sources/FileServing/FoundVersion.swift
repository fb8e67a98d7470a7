import Cryptography
import HTTPSemantics
import LinuxSystem
import Packets
import Provisioning
import WebServer

/// One version of a file as HTTP tells it: what names it, and its octets, read once where there are few.
struct FoundVersion: Sendable {
    let validators: Validators
    /// Octets of the whole content.
    let size: Int64
    private let source: Source

    private enum Source {
        /// A short file's, or one that was made.
        case memory([UInt8])
        /// A long one goes from the disk to the socket (sendfile(2)).
        case disk(OpenFile)
    }

    /// A short file's tag, and a made one's, comes of its content: strong, and the same again for one that was written or made anew as it
    /// was. A long one's comes of inode, size and both times in nanoseconds. The kernel's clock moves in steps of some milliseconds, and
    /// two changes within one look alike: for the first two seconds after a change that tag is a weak one, so that nobody resumes a
    /// download by it.
    ///
    /// A made one has no date, for it changes with the settings and the fleet's table too: RFC 9110 §8.8.2.1 wants one only where that "can be
    /// reasonably and consistently determined". So If-Modified-Since never says that it is still the same.
    init(_ content: FileContent, now: WallTime) throws(SystemError) {
        let tag: EntityTag
        switch content {
        case .bytes(let bytes):
            source = .memory(bytes)
            tag = EntityTag(FoundVersion.digest(bytes))
        case .disk(let file) where file.version.isShort:
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
            tag = EntityTag(FoundVersion.digest(octets), isWeak: !version.isSettled(at: now))
        }
        size =
            switch source {
            case .memory(let bytes): Int64(bytes.count)
            case .disk(let file): file.size
            }
        // RFC 9110 §8.8.2.1: a server "MUST NOT generate a Last-Modified date that is later than the server's time of message origination".
        let modified = content.modified.map { HTTPDate(seconds: min($0.seconds, now.seconds)) }
        validators = Validators(tag: tag, modified: modified)
    }

    /// Of a long file, which is read as it is sent.
    var onDisk: FileVersion? { if case .disk(let file) = source { file.version } else { nil } }

    private static func digest(_ octets: [UInt8]) -> String {
        hexText((Hash.sha256(octets) ?? []).prefix(12))
    }

    /// The header fields of an answer.
    ///
    /// - Parameters:
    ///   - isSecret: no cache may keep it; else each has to ask again whether it is still the same.
    ///   - type: of the octets that go out; `nil` where none do.
    func headers(isSecret: Bool, type: String? = nil) -> [(name: String, value: String)] {
        var headers = [(name: "Cache-Control", value: isSecret ? "no-store" : "no-cache")]
        if let tag = validators.tag { headers.append(("ETag", tag.description)) }
        if let modified = validators.modified { headers.append(("Last-Modified", modified.description)) }
        guard let type else { return headers }
        return headers + [("Content-Type", type), ("X-Content-Type-Options", "nosniff"), ("Accept-Ranges", "bytes")]
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

extension Moment {
    var wallTime: WallTime { WallTime(microsecondsSince1970: microseconds) }
}

extension FileVersion {
    /// Whether it is read at once.
    var isShort: Bool { size <= 32_768 }

    /// Whether its last change is so long ago that another one would show in its times.
    func isSettled(at now: WallTime) -> Bool {
        now.microsecondsSince1970 - max(modified, changed) / 1000 >= 2_000_000
    }
}
