import CLinux
import Glibc

/// Hears what changes in folders (inotify(7)).
package final class Inotify: Sendable {
    private let source: Descriptor

    package init() throws(SystemError) {
        let flags = Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK)
        source = Descriptor(owning: try check(inotify_init1(flags), "inotify_init1", ""))
    }

    /// Readable when ``read()`` has events.
    package var descriptor: Int32 { source.number }

    /// What changes names, contents that are complete, or permissions: a file is heard of when its writer closes it.
    package static let changes = UInt32(
        IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_CLOSE_WRITE | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF)

    /// Watches a folder or file; a path that is watched already keeps its number and gets the new mask.
    /// - Returns: the watch's number.
    /// - Throws: ENOSPC when `fs.inotify.max_user_watches` is reached.
    package func add(_ path: String, mask: UInt32 = Inotify.changes) throws(SystemError) -> Int32 {
        try check(inotify_add_watch(source.number, path, mask), "inotify_add_watch", path)
    }

    /// Ends a watch; one that ended with its folder is none any more, which is no error.
    package func remove(_ watch: Int32) {
        _ = inotify_rm_watch(source.number, watch)
    }

    /// All events that wait, in their order; none when nothing does.
    package func read() throws(SystemError) -> (events: [InotifyEvent], overflowed: Bool) {
        var events: [InotifyEvent] = []
        var overflowed = false
        while let bytes = try readOnce() {
            var rest = bytes[...]
            while let event = InotifyEvent.next(in: &rest) {
                if event.mask & UInt32(IN_Q_OVERFLOW) != 0 {
                    overflowed = true
                } else {
                    events.append(event)
                }
            }
        }
        return (events, overflowed)
    }

    private func readOnce() throws(SystemError) -> [UInt8]? {
        while true {
            let outcome: Result<[UInt8], SystemError> = withUnsafeTemporaryAllocation(byteCount: 16_384, alignment: 8) {
                let count = Glibc.read(source.number, $0.baseAddress, $0.count)
                return count >= 0 ? .success(Array($0.prefix(count))) : .failure(.last("read", "inotify"))
            }
            switch outcome {
            case .success(let bytes): return bytes.isEmpty ? nil : bytes
            case .failure(let error) where error.isInterrupted: continue
            case .failure(let error) where error.isWouldBlock: return nil
            case .failure(let error): throw error
            }
        }
    }
}

/// One change.
package struct InotifyEvent: Hashable, Sendable {
    /// The number that ``Inotify/add(_:mask:)`` returned.
    package let watch: Int32
    /// IN_… flags.
    package let mask: UInt32
    /// The name in the watched folder; empty when the event is about the watched thing itself. What is not UTF-8 in it is replaced.
    package let name: String

    /// The name is a folder's, IN_ISDIR.
    package var isFolder: Bool { mask & UInt32(IN_ISDIR) != 0 }
    /// The watch has ended, IN_IGNORED: its folder is gone or it was removed.
    package var isEnd: Bool { mask & UInt32(IN_IGNORED) != 0 }

    /// Takes one event off the front: watch, mask, cookie and the length of the name field, which is padded with NUL.
    fileprivate static func next(in rest: inout ArraySlice<UInt8>) -> InotifyEvent? {
        let size = MemoryLayout<inotify_event>.size
        guard rest.count >= size else { return nil }
        let head = rest.withUnsafeBytes { $0.loadUnaligned(as: inotify_event.self) }
        let field = rest.dropFirst(size).prefix(Int(head.len))
        rest = rest.dropFirst(size + Int(head.len))
        let name = String(decoding: field.prefix { $0 != 0 }, as: UTF8.self)
        return InotifyEvent(watch: head.wd, mask: head.mask, name: name)
    }
}
