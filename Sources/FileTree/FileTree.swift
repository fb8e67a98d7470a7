import LinuxSystem
import Provisioning
import Synchronization

/// The files that phones fetch: names beneath one root to open files, and nothing outside it; and a snapshot of all names, kept
/// current by inotify.
package final class FileTree: Sendable {
    package let root: String
    private let directory: ReadDirectory
    private let mostFolders: Int
    private let current: Mutex<State>

    private struct State {
        var snapshot = TreeSnapshot()
        /// There are more folders than ``FileTree/mostFolders``.
        var isCutOff = false
    }

    /// Paths of folders that a snapshot holds, 40 MB of them: links that lead to folders of links may make any number of paths.
    package static let mostFolders = 100_000

    /// Opens a root and reads its names.
    ///
    /// - Throws: where the root is no folder that may be read. Folders beneath it that may not be read are empty to phones.
    package init(root: String, mostFolders: Int = FileTree.mostFolders) throws(SystemError) {
        self.root = root
        self.mostFolders = mostFolders
        directory = try ReadDirectory.open(root)
        var walk = FolderWalk(directory, room: mostFolders)
        walk.read(beneath: "")
        var state = State(isCutOff: walk.isCutOff)
        state.snapshot.folders = walk.found
        let first = state
        current = Mutex(first)
    }

    /// Whether the root's path leads to another folder than the one that is served: what is served stays the old one's.
    package var rootIsAnother: Bool { directory.pathIsAnothers }

    package var snapshot: TreeSnapshot { current.withLock { $0.snapshot } }

    /// What an operator should know of a tree of which not all is seen; `nil` where all is.
    package var lack: SystemError? {
        guard current.withLock({ $0.isCutOff }) else { return nil }
        return .tooManyFolders(beneath: root, seen: mostFolders)
    }

    /// Opens the file at a path on disk that ``snapshot`` gave. `nil` where it is gone, or is no regular file any more.
    package func open(_ path: String) throws(SystemError) -> OpenFile? {
        try directory.openFile(beneath: path)
    }

    /// The version of the file at a path on disk that ``snapshot`` gave, for who has opened it before; `nil` where ``open(_:)`` has to say
    /// what there is.
    package func version(of path: String) -> FileVersion? { directory.version(beneath: path) }

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
            after[path] = TreeSnapshot.Folder(listing)
            let known = before[path].map { Set($0.folders.values) } ?? []
            whole.formUnion(known.symmetricDifference(listing.folders).map { TreeSnapshot.join(path, $0) })
        }
        var read = Array(listed)
        var isCutOff = current.withLock { $0.isCutOff } && !whole.contains("")
        for path in whole {
            let beneath = path.isEmpty ? "" : path + "/"
            for known in after.keys where known == path || known.hasPrefix(beneath) { after[known] = nil }
            var walk = FolderWalk(directory, room: mostFolders - after.count)
            walk.read(beneath: path)
            isCutOff = isCutOff || walk.isCutOff
            after.merge(walk.found) { $1 }
            read += walk.found.keys
        }
        let (new, isCut) = (after, isCutOff)
        guard after != before else {
            current.withLock { $0.isCutOff = isCut }
            return (read, false)
        }
        current.withLock { state in
            state.snapshot.folders = new
            state.isCutOff = isCut
        }
        return (read, true)
    }
}
