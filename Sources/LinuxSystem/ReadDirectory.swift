import CLinux
import Glibc

/// An open folder whose files are read, and nothing outside it, whatever a name or a symbolic link says (openat2(2)).
package final class ReadDirectory: Sendable {
    private let root: Descriptor
    /// The path it was opened by, for messages.
    package let path: String
    /// How often a path is gone while names on it change.
    private static let mostTries = 100

    private init(_ root: Descriptor, path: String) {
        self.root = root
        self.path = path
    }

    /// Opens a folder that becomes the root of all names; the path itself may lead through symbolic links.
    package static func open(_ path: String) throws(SystemError) -> ReadDirectory {
        let descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        return ReadDirectory(Descriptor(owning: try check(descriptor, "open", path)), path: path)
    }

    /// Whether the path that it was opened by leads to another folder by now, since a link was switched or a folder took its place. A path
    /// that leads nowhere does not.
    package var pathIsAnothers: Bool {
        guard let there = try? ReadDirectory.open(path).root.status(path), let own = try? root.status(path) else { return false }
        return there.identity != own.identity
    }

    /// Opens a file to be read.
    /// - Parameter relativePath: a path without a leading `/`; `..` and symbolic links may lead anywhere but out.
    /// - Returns: `nil` where there is no such file for anybody: it does not exist, the path is none, it leads outside, or is anything
    ///   but a regular file.
    /// - Throws: what the operator should look at: missing permission, too many open files, a failing disk.
    package func openFile(beneath relativePath: String) throws(SystemError) -> OpenFile? {
        // Not to wait for a pipe's other end, nor to be given a terminal.
        guard let descriptor = try open(beneath: relativePath, O_RDONLY | O_NONBLOCK | O_NOCTTY) else { return nil }
        let status = try descriptor.status("\(path)/\(relativePath)")
        return status.kind == .file ? OpenFile(descriptor, status) : nil
    }

    /// The version of the regular file that a path leads to, in one call and without opening it, for who holds what he read of this version
    /// by ``openFile(beneath:)``; `nil` where that has to say what there is. Whether the path leads out of the root is not looked at.
    package func version(beneath relativePath: String) -> FileVersion? {
        guard !relativePath.utf8.contains(0) else { return nil }
        var status = stat()
        guard fstatat(root.number, relativePath, &status, 0) == 0, FolderEntry.Kind(mode: status.st_mode) == .file else {
            return nil
        }
        return FileVersion(status)
    }

    /// What a path beneath the root leads to; `nil` as for ``openFile(beneath:)``.
    func status(beneath relativePath: String) throws(SystemError) -> FileStatus? {
        try open(beneath: relativePath, bellhop_path_only)?.status("\(path)/\(relativePath)")
    }

    /// Opens a path beneath the root; `nil` where that leads to nothing that may be opened.
    func open(beneath relativePath: String, _ flags: Int32) throws(SystemError) -> Descriptor? {
        guard !relativePath.utf8.contains(0) else { return nil }
        var how = open_how()
        how.flags = UInt64(flags | O_CLOEXEC)
        how.resolve = UInt64(RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS)
        var tries = 0
        while true {
            tries += 1
            let descriptor = bellhop_openat2(root.number, relativePath, &how)
            if descriptor >= 0 { return Descriptor(owning: descriptor) }
            let error = SystemError.last("openat2", "\(path)/\(relativePath)")
            switch error.errno {
            // EXDEV: it would lead outside. ENXIO and ENODEV: a socket, or a device with nothing behind it.
            case ENOENT, ENOTDIR, ELOOP, EXDEV, ENAMETOOLONG, ENXIO, ENODEV: return nil
            case EINTR: continue
            // Something on the way was renamed meanwhile, and the kernel could not prove that `..` stayed inside; or somebody has a lease
            // on the file (F_SETLEASE, fcntl(2)), and up to 45 seconds to give it up.
            case EAGAIN where tries < ReadDirectory.mostTries: continue
            default: throw error
            }
        }
    }
}

/// What fstat(2) says of an open file.
struct FileStatus {
    let kind: FolderEntry.Kind
    let size: Int64
    let modified: WallTime
    let identity: FileIdentity
    let version: FileVersion
}

extension Descriptor {
    func status(_ what: @autoclosure () -> String) throws(SystemError) -> FileStatus {
        var status = stat()
        try check(fstat(number, &status), "fstat", what())
        let version = FileVersion(status)
        return FileStatus(
            kind: FolderEntry.Kind(mode: status.st_mode), size: version.size, modified: WallTime(status.st_mtim),
            identity: version.identity, version: version)
    }
}

extension FileVersion {
    fileprivate init(_ status: stat) {
        self.init(
            identity: FileIdentity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino)), size: Int64(status.st_size),
            modified: nanoseconds(status.st_mtim), changed: nanoseconds(status.st_ctim))
    }
}

/// Since 1970; a file system may hold any number of seconds.
private func nanoseconds(_ time: timespec) -> Int64 {
    Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
}
