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
            let (read, isChanged) = tree.reread(listed: listed, whole: whole)
            watches.add(read)
            if isChanged { changed() }
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
                let (listed, whole) = watches.folders(of: events)
                reread(listed: listed, whole: whole)
            }
        }
    }

    /// Which watch belongs to which folder.
    private struct Watches: Sendable {
        let root: String
        let inotify: Inotify
        let trouble: @Sendable (SystemError) -> Void
        private var folder: [Int32: String] = [:]
        private var hasComplained = false

        init(root: String, inotify: Inotify, trouble: @escaping @Sendable (SystemError) -> Void) {
            self.root = root
            self.inotify = inotify
            self.trouble = trouble
        }

        /// A folder that is watched already keeps its watch; one that is gone gets none.
        mutating func add(_ paths: some Sequence<String>) {
            for path in paths {
                do throws(SystemError) {
                    folder[try inotify.add(path.isEmpty ? root : "\(root)/\(path)")] = path
                } catch {
                    if !hasComplained && !error.isNotFound { trouble(error) }
                    hasComplained = hasComplained || !error.isNotFound
                }
            }
        }

        mutating func folders(of events: [InotifyEvent]) -> (listed: Set<String>, whole: Set<String>) {
            var listed: Set<String> = []
            var whole: Set<String> = []
            for event in events {
                guard let path = folder[event.watch] else { continue }
                listed.insert(path)
                if event.isFolder && !event.name.isEmpty { whole.insert(TreeSnapshot.join(path, event.name)) }
                if event.isEnd { folder[event.watch] = nil }
            }
            return (listed, whole)
        }
    }
}
