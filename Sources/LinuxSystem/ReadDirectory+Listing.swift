import CLinux
import Glibc

/// One name in a folder.
package struct FolderEntry: Hashable, Sendable {
    /// What the name leads to, symbolic links followed as far as they stay inside.
    package enum Kind: Hashable, Sendable {
        case file
        case folder
        /// A device, pipe or socket, or a link that leads outside or nowhere.
        case other

        init(mode: mode_t) {
            switch mode & S_IFMT {
            case S_IFREG: self = .file
            case S_IFDIR: self = .folder
            default: self = .other
            }
        }
    }

    package let name: String
    package let kind: Kind

    package init(name: String, kind: Kind) {
        self.name = name
        self.kind = kind
    }
}

/// The names in a folder, in no particular order.
package struct FolderListing: Hashable, Sendable {
    /// Which folder it is, whatever path led to it.
    package let identity: FileIdentity
    package var entries: [FolderEntry] = []
    /// The folders that links in it lead to, by the links' names.
    package var linked: [String: FileIdentity] = [:]
    /// How many names are not UTF-8 and thus left out.
    package var unreadableNames = 0

    package init(identity: FileIdentity) {
        self.identity = identity
    }
}

extension ReadDirectory {
    /// Which folder a path leads to; `nil` where it leads to nothing inside.
    package func folderIdentity(beneath relativePath: String) throws(SystemError) -> FileIdentity? {
        let flags = bellhop_path_only | O_DIRECTORY
        return try open(beneath: relativePath.isEmpty ? "." : relativePath, flags)?.status("\(path)/\(relativePath)").identity
    }

    /// Lists a folder, without `.` and `..`.
    /// - Parameter relativePath: as for ``openFile(beneath:)``; empty for the root itself.
    /// - Throws: ``SystemError/isNotFound`` where there is no such folder inside.
    package func list(beneath relativePath: String = "") throws(SystemError) -> FolderListing {
        let folder = relativePath.isEmpty ? "." : relativePath
        guard let descriptor = try open(beneath: folder, O_RDONLY | O_DIRECTORY) else {
            throw SystemError(call: "openat2", errno: ENOENT, what: "\(path)/\(relativePath)")
        }
        // The stream closes its descriptor, so it gets one of its own.
        let copy = try check(fcntl(descriptor.number, F_DUPFD_CLOEXEC, 0), "fcntl F_DUPFD_CLOEXEC", path)
        guard let stream = fdopendir(copy) else {
            let error = SystemError.last("fdopendir", "\(path)/\(relativePath)")
            _ = close(copy)
            throw error
        }
        defer { closedir(stream) }
        var listing = FolderListing(identity: try descriptor.status("\(path)/\(relativePath)").identity)
        while let (name, type) = try nextEntry(of: stream, "\(path)/\(relativePath)") {
            if name == "." || name == ".." { continue }
            guard let name else {
                listing.unreadableNames += 1
                continue
            }
            let (kind, target) = try kind(of: "\(folder)/\(name)", type)
            listing.entries.append(FolderEntry(name: name, kind: kind))
            if kind == .folder, let target { listing.linked[name] = target }
        }
        return listing
    }

    /// - Returns: also what a link leads to.
    private func kind(of path: String, _ type: UInt8) throws(SystemError) -> (FolderEntry.Kind, target: FileIdentity?) {
        switch Int(type) {
        case Int(DT_REG): return (.file, nil)
        case Int(DT_DIR): return (.folder, nil)
        // Some file systems leave the type out.
        case Int(DT_LNK), Int(DT_UNKNOWN):
            do throws(SystemError) {
                guard let status = try status(beneath: path) else { return (.other, nil) }
                return (status.kind, status.identity)
            } catch {
                // A link through a folder that bellhop may not enter leads nowhere, for bellhop.
                if error.isPermissionDenied { return (.other, nil) }
                throw error
            }
        default: return (.other, nil)
        }
    }
}

/// The next name in a folder, `nil` inside where it is not UTF-8, and its type as the folder has it; `nil` at the end (readdir(3)).
func nextEntry(of stream: OpaquePointer, _ folder: @autoclosure () -> String) throws(SystemError) -> (name: String?, type: UInt8)?
{
    SystemError.forgetLast()
    guard let entry = readdir(stream) else {
        let error = SystemError.last("readdir", folder())
        if error.errno != 0 { throw error }
        return nil
    }
    guard let offset = MemoryLayout<dirent>.offset(of: \.d_name) else { return nil }
    let name = UnsafeRawPointer(entry).advanced(by: offset).assumingMemoryBound(to: CChar.self)
    return (String(validatingCString: name), entry.pointee.d_type)
}
