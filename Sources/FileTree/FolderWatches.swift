import LinuxSystem
import Provisioning

/// Which watch belongs to which folder.
struct FolderWatches: Sendable {
    let root: String
    private(set) var inotify: Inotify
    let trouble: @Sendable (SystemError) -> Void
    /// A folder that links lead to has several paths, and one watch.
    private var paths: [Int32: Set<String>] = [:]
    private var watch: [String: Int32] = [:]
    private var hasComplained = false

    init(root: String, inotify: Inotify, trouble: @escaping @Sendable (SystemError) -> Void) {
        self.root = root
        self.inotify = inotify
        self.trouble = trouble
    }

    /// Watches all folders by another inotify, since that of before hears nothing any more.
    ///
    /// - Returns: whether there is one.
    mutating func begin(_ snapshot: TreeSnapshot) -> Bool {
        guard let another = try? Inotify() else { return false }
        (inotify, paths, watch) = (another, [:], [:])
        add(snapshot.folders.keys)
        return true
    }

    /// A folder that is watched already keeps its watch; one that is gone gets none. A path that leads to another folder than before
    /// belongs to that one's.
    ///
    /// - Returns: the paths whose folder is watched from here on, and was not by that path.
    @discardableResult
    mutating func add(_ new: some Sequence<String>) -> Set<String> {
        var begun: Set<String> = []
        for path in new {
            do throws(SystemError) {
                let number = try inotify.add(path.isEmpty ? root : "\(root)/\(path)")
                guard watch[path] != number else { continue }
                forget(path)
                watch[path] = number
                paths[number, default: []].insert(path)
                begun.insert(path)
            } catch {
                if !hasComplained && !error.isNotFound { trouble(error) }
                hasComplained = hasComplained || !error.isNotFound
            }
        }
        return begun
    }

    /// Forgets the paths that a snapshot does not have.
    mutating func keep(_ snapshot: TreeSnapshot) {
        for path in watch.keys where snapshot.folders[path] == nil { forget(path) }
    }

    private mutating func forget(_ path: String) {
        guard let number = watch.removeValue(forKey: path) else { return }
        paths[number]?.remove(path)
        guard paths[number]?.isEmpty == true else { return }
        paths[number] = nil
        inotify.remove(number)
    }

    mutating func folders(of events: [InotifyEvent], _ snapshot: TreeSnapshot) -> (listed: Set<String>, whole: Set<String>) {
        var listed: Set<String> = []
        var whole: Set<String> = []
        for event in events {
            for path in paths[event.watch] ?? [] {
                listed.insert(path)
                guard !event.name.isEmpty else { continue }
                if event.isFolder {
                    whole.insert(TreeSnapshot.join(path, event.name))
                } else if snapshot.folders[path]?.folders[event.name.lowercased()] == event.name {
                    // A link to a folder was switched. Which other links lead through it nobody knows.
                    whole.insert("")
                }
            }
            if event.isEnd { for path in paths[event.watch] ?? [] { forget(path) } }
        }
        return (listed, whole)
    }
}
