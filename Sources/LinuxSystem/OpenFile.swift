import Glibc

/// A regular file, open to be read; it stays what it was when its name is given to another, and is given up where it is written to.
package struct OpenFile: Sendable {
    package let descriptor: Descriptor
    /// Bytes when it was opened.
    package let size: Int64
    package let modified: WallTime
    package let identity: FileIdentity
    /// Changes with every change of the content, save one within the same tick of the kernel's clock (a few ms) as the last.
    package let version: FileVersion

    init(_ descriptor: Descriptor, _ status: FileStatus) {
        self.descriptor = descriptor
        size = status.size
        modified = status.modified
        identity = status.identity
        version = status.version
    }

    /// Up to `count` bytes from `offset` on; fewer only at the file's end, none past it (pread(2)).
    /// - Throws: ESTALE where the file was written to since it was opened: half of one and half of another helps nobody.
    package func read(from offset: Int64, count: Int) throws(SystemError) -> [UInt8] {
        guard count > 0 else { return [] }
        let room = Int(min(Int64(count), max(0, size - offset)))
        var failure: SystemError?
        let bytes = [UInt8](unsafeUninitializedCapacity: room) { buffer, filled in
            while filled < room {
                let next = buffer.baseAddress.map { $0 + filled }
                let got = pread(descriptor.number, next, room - filled, off_t(offset) + off_t(filled))
                if got > 0 {
                    filled += got
                    continue
                }
                if got == 0 { return }
                let error = SystemError.last("pread", "")
                if !error.isInterrupted {
                    failure = error
                    return
                }
            }
        }
        if let failure { throw failure }
        let status = try descriptor.status("")
        guard status.size == size, status.modified == modified else {
            throw SystemError(call: "pread", errno: ESTALE, what: "a file that is being written to")
        }
        return bytes
    }

    /// Whether nobody has written to it since it was opened, as far as its size and its time tell.
    package func isAsOpened() throws(SystemError) -> Bool {
        let status = try descriptor.status("descriptor \(descriptor.number)")
        return status.size == size && status.modified == modified
    }
}

/// Which file it is, whatever its names.
package struct FileIdentity: Hashable, Sendable {
    package let device: UInt64
    package let inode: UInt64
}

/// One state of one file: which file it is, how long, and when its content and its inode changed last, in nanoseconds since 1970.
package struct FileVersion: Hashable, Sendable {
    package let identity: FileIdentity
    package let size: Int64
    package let modified: Int64
    package let changed: Int64
}
