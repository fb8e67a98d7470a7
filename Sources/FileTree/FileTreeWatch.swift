import LinuxSystem
import Provisioning
import Synchronization

/// Keeps a tree's snapshot current: a thread that waits for inotify and reads again what changed.
package final class FileTreeWatch: Sendable {
    private let thread: SystemThread
    private let stopping: Wakeup

    /// - Parameters:
    ///   - changed: called from the watch's own thread after the snapshot changed.
    ///   - trouble: what an operator should know, such as too few watches (`fs.inotify.max_user_watches`).
    package init(
        _ tree: FileTree, changed: @escaping @Sendable () -> Void, trouble: @escaping @Sendable (SystemError) -> Void
    ) throws(SystemError) {
        let stopping = try Wakeup()
        let inotify = try Inotify()
        self.stopping = stopping
        var watches = Watches(root: tree.root, inotify: inotify, trouble: trouble)
        watches.add(tree.snapshot.folders.keys)
        let ready = watches
        thread = try SystemThread.start(name: "files") {
            FileTreeWatch.run(tree, ready, inotify, stopping, changed)
        }
    }

    package func stop() {
        stopping.signal()
        thread.join()
    }

    private static func run(
        _ tree: FileTree, _ first: Watches, _ inotify: Inotify, _ stopping: Wakeup, _ changed: @Sendable () -> Void
    ) {
        var watches = first
        func reread(listed: Set<String>, whole: Set<String>) {
            var (listed, whole) = (listed, whole)
            var isChanged = false
            while !listed.isEmpty || !whole.isEmpty {
                let (read, isNews) = tree.reread(listed: listed, whole: whole)
                isChanged = isChanged || isNews
                // What changed between the reading of a folder and its first watch.
                (listed, whole) = (watches.add(read), [])
            }
            guard isChanged else { return }
            watches.keep(tree.snapshot)
            changed()
        }
        // What changed between the first reading and the first watch.
        reread(listed: [], whole: [""])
        while true {
            guard let readable = try? waitReadable([inotify.descriptor, stopping.descriptor], milliseconds: nil) else { return }
            if readable[1] { return }
            guard let (events, overflowed) = try? inotify.read() else { return }
            if overflowed {
                reread(listed: [], whole: [""])
            } else if !events.isEmpty {
                let (listed, whole) = watches.folders(of: events, tree.snapshot)
                reread(listed: listed, whole: whole)
            }
        }
    }

    /// Which watch belongs to which folder.
    private struct Watches: Sendable {
        let root: String
        let inotify: Inotify
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
}
