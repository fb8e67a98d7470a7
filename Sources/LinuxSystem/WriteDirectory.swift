import Glibc

/// A folder that files are put into, each under a name that nothing had before. Symbolic links are never followed.
package final class WriteDirectory: Sendable {
    private let folder: Descriptor
    /// For messages.
    private let path: String

    private init(_ folder: Descriptor, path: String) {
        self.folder = folder
        self.path = path
    }

    /// Opens a folder, and makes it, for this user alone, where there is none; the path to it may lead through symbolic links.
    package static func open(_ path: String) throws(SystemError) -> WriteDirectory {
        try makePrivateFolder(path)
        let descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        return WriteDirectory(Descriptor(owning: try check(descriptor, "open", path)), path: path)
    }

    /// Opens a folder in this one, and makes it where there is none.
    package func subfolder(_ name: String) throws(SystemError) -> WriteDirectory {
        let isNew = mkdirat(folder.number, name, 0o700) == 0
        if !isNew {
            let error = SystemError.last("mkdirat", "\(path)/\(name)")
            guard error.errno == EEXIST else { throw error }
        }
        let descriptor = openat(folder.number, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        let subfolder = Descriptor(owning: try check(descriptor, "openat", "\(path)/\(name)"))
        if isNew { giveToFolderOwner(subfolder, "\(path)/\(name)") }
        return WriteDirectory(subfolder, path: "\(path)/\(name)")
    }

    /// Makes a file that was not there, for this user alone.
    package func create(_ name: String) throws(SystemError) -> NewFile {
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        let file = Descriptor(
            owning: try check(openat(folder.number, name, flags, 0o600), "openat", "\(path)/\(name)"))
        giveToFolderOwner(file, "\(path)/\(name)")
        return NewFile(file, path: "\(path)/\(name)")
    }

    /// Gives a file another name, unless something has that one.
    ///
    /// - Returns: `false`, and nothing done, where the name is taken.
    package func rename(_ name: String, to new: String) throws(SystemError) -> Bool {
        // link(2) fails for a name that is there, which rename(2) would take over.
        if linkat(folder.number, name, folder.number, new, 0) != 0 {
            let error = SystemError.last("linkat", "\(path)/\(new)")
            if error.errno == EEXIST { return false }
            throw error
        }
        try remove(name)
        return true
    }

    package func remove(_ name: String) throws(SystemError) {
        try check(unlinkat(folder.number, name, 0), "unlinkat", "\(path)/\(name)")
    }

    /// The regular files in it, with their sizes in bytes; links and everything else left out.
    package func contents() throws(SystemError) -> [(name: String, size: Int64)] {
        let copy = try check(openat(folder.number, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), "openat", path)
        guard let stream = fdopendir(copy) else {
            let error = SystemError.last("fdopendir", path)
            _ = close(copy)
            throw error
        }
        defer { closedir(stream) }
        var files: [(name: String, size: Int64)] = []
        while let (name, _) = try nextEntry(of: stream, path) {
            var status = stat()
            guard let name, fstatat(folder.number, name, &status, AT_SYMLINK_NOFOLLOW) == 0,
                FolderEntry.Kind(mode: status.st_mode) == .file
            else { continue }
            files.append((name, Int64(status.st_size)))
        }
        return files
    }

    /// Bytes of the file system that it is on: all, and those that are free for this user (statvfs(3)).
    package func space() throws(SystemError) -> (whole: Int64, free: Int64) {
        var status = statvfs()
        try check(fstatvfs(folder.number, &status), "fstatvfs", path)
        let block = UInt64(status.f_frsize)
        return (Int64(clamping: UInt64(status.f_blocks) * block), Int64(clamping: UInt64(status.f_bavail) * block))
    }
}

/// A file that is being written.
package final class NewFile: Sendable {
    private let descriptor: Descriptor
    private let path: String

    fileprivate init(_ descriptor: Descriptor, path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    package func write(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = UnsafeRawBufferPointer(rebasing: rest)
            let count = Glibc.write(descriptor.number, part.baseAddress, part.count)
            if count >= 0 {
                rest = rest.dropFirst(count)
                continue
            }
            let error = SystemError.last("write", path)
            if !error.isInterrupted { throw error }
        }
    }
}
