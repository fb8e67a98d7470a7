import LinuxSystem
import Provisioning
import Synchronization

/// The files that phones fetch: names beneath one root to open files, and nothing outside it; and a snapshot of all names, kept
/// current by inotify.
package final class FileTree: Sendable {
    package let root: String
    private let directory: ReadDirectory
    private let current: Mutex<TreeSnapshot>

    /// Opens a root and reads its names.
    ///
    /// - Throws: where the root is no folder that may be read. Folders beneath it that may not be read are empty to phones.
    package init(root: String) throws(SystemError) {
        self.root = root
        directory = try ReadDirectory.open(root)
        current = Mutex(TreeSnapshot())
        var snapshot = TreeSnapshot()
        snapshot.folders = FileTree.folders(of: directory, beneath: "")
        let first = snapshot
        current.withLock { $0 = first }
    }

    /// Whether the root's path leads to another folder than the one that is served: what is served stays the old one's.
    package var rootIsAnother: Bool { directory.pathIsAnothers }

    package var snapshot: TreeSnapshot { current.withLock { $0 } }

    /// Opens the file at a path on disk that ``snapshot`` gave. `nil` where it is gone, or is no regular file any more.
    package func open(_ path: String) throws(SystemError) -> OpenFile? {
        try directory.openFile(beneath: path)
    }

    /// The version of the file at a path on disk that ``snapshot`` gave, for who has opened it before; `nil` where ``open(_:)`` has to say
    /// what there is.
    package func version(of path: String) -> FileVersion? { directory.version(beneath: path) }

    /// Deeper folders are not seen: a link that leads back up would never end.
    static let deepest = 16

    /// Reads a folder and all beneath it.
    static func folders(of directory: ReadDirectory, beneath path: String) -> [String: TreeSnapshot.Folder] {
        var found: [String: TreeSnapshot.Folder] = [:]
        var waiting = [path]
        while let path = waiting.popLast() {
            guard let listing = try? directory.list(beneath: path) else { continue }
            let names = listing.entries.filter { $0.kind == .file }.map(\.name)
            let subfolders = listing.entries.filter { $0.kind == .folder }.map(\.name)
            found[path] = TreeSnapshot.Folder(files: names, folders: subfolders)
            if path.split(separator: "/").count < deepest { waiting += subfolders.map { TreeSnapshot.join(path, $0) } }
        }
        return found
    }

    /// Reads again what changed.
    ///
    /// - Parameters:
    ///   - listed: folders whose own names changed.
    ///   - whole: folders that came, went or were replaced, with all beneath them.
    /// - Returns: the folders that were read, and whether the snapshot is another one now.
    func reread(listed: Set<String>, whole: Set<String>) -> (read: [String], changed: Bool) {
        let before = snapshot.folders
        var after = before
        var whole = whole
        for path in listed where before[path] != nil {
            guard let listing = try? directory.list(beneath: path) else {
                whole.insert(path)
                continue
            }
            let files = listing.entries.filter { $0.kind == .file }.map(\.name)
            let folders = listing.entries.filter { $0.kind == .folder }.map(\.name)
            after[path] = TreeSnapshot.Folder(files: files, folders: folders)
            let known = before[path].map { Set($0.folders.values) } ?? []
            whole.formUnion(known.symmetricDifference(folders).map { TreeSnapshot.join(path, $0) })
        }
        var read = Array(listed)
        for path in whole {
            let beneath = path.isEmpty ? "" : path + "/"
            for known in after.keys where known == path || known.hasPrefix(beneath) { after[known] = nil }
            let found = FileTree.folders(of: directory, beneath: path)
            after.merge(found) { $1 }
            read += found.keys
        }
        guard after != before else { return (read, false) }
        let new = after
        current.withLock { $0.folders = new }
        return (read, true)
    }
}
