import LinuxSystem
import Synchronization

/// Keeps a tree's snapshot current: a thread that waits for inotify and reads again what changed.
package final class FileTreeWatch: Sendable {
    private let thread: SystemThread
    private let stopping: Wakeup

    /// - Parameters:
    ///   - changed: called from the watch's own thread after the snapshot changed.
    ///   - trouble: what an operator should know, such as too few watches (`fs.inotify.max_user_watches`).
    package convenience init(
        _ tree: FileTree, changed: @escaping @Sendable () -> Void, trouble: @escaping @Sendable (SystemError) -> Void
    ) throws(SystemError) {
        try self.init(tree, by: try Inotify(), changed: changed, trouble: trouble)
    }

    init(
        _ tree: FileTree, by inotify: Inotify, changed: @escaping @Sendable () -> Void,
        trouble: @escaping @Sendable (SystemError) -> Void
    ) throws(SystemError) {
        let stopping = try Wakeup()
        self.stopping = stopping
        var watches = FolderWatches(root: tree.root, inotify: inotify, trouble: trouble)
        watches.add(tree.snapshot.folders.keys)
        let ready = watches
        thread = try SystemThread.start(name: "files") {
            FileTreeWatch.run(tree, ready, stopping, changed)
        }
    }

    package func stop() {
        stopping.signal()
        thread.join()
    }

    /// Milliseconds until it is tried again where changes are not heard any more.
    private static let pause: Int32 = 1000

    private static func run(
        _ tree: FileTree, _ first: FolderWatches, _ stopping: Wakeup, _ changed: @Sendable () -> Void
    ) {
        var watches = first
        while true {
            do throws(SystemError) {
                return try follow(tree, &watches, stopping, changed)
            } catch {
                watches.trouble(error)
            }
            repeat {
                guard let isTold = try? waitReadable([stopping.descriptor], milliseconds: pause) else {
                    _ = try? waitReady([], milliseconds: pause)
                    continue
                }
                if isTold == [true] { return }
            } while !watches.begin(tree.snapshot)
        }
    }

    /// Follows what changes until it is told to stop.
    private static func follow(
        _ tree: FileTree, _ watches: inout FolderWatches, _ stopping: Wakeup, _ changed: @Sendable () -> Void
    ) throws(SystemError) {
        var hasTold = false
        func reread(listed: Set<String>, whole: Set<String>) {
            var (listed, whole) = (listed, whole)
            var isChanged = false
            while !listed.isEmpty || !whole.isEmpty {
                let (read, isNews) = tree.reread(listed: listed, whole: whole)
                isChanged = isChanged || isNews
                // What changed between the reading of a folder and its first watch.
                (listed, whole) = (watches.add(read), [])
            }
            let lack = tree.lack
            if let lack, !hasTold { watches.trouble(lack) }
            hasTold = lack != nil
            guard isChanged else { return }
            watches.keep(tree.snapshot)
            changed()
        }
        // What changed between the first reading, or what was heard last, and the first watch.
        reread(listed: [], whole: [""])
        while true {
            let readable = try waitReadable([watches.inotify.descriptor, stopping.descriptor], milliseconds: nil)
            if readable[1] { return }
            let (events, overflowed) = try watches.inotify.read()
            if overflowed {
                reread(listed: [], whole: [""])
            } else if !events.isEmpty {
                let (listed, whole) = watches.folders(of: events, tree.snapshot)
                reread(listed: listed, whole: whole)
            }
        }
    }
}
