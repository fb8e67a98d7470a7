import Foundation
import LinuxSystem
import Synchronization
import TestSupport
import Testing

@testable import FileTree
@testable import Provisioning

/// Trees that are brought up to date by switching a link, as many who deploy by scripts do it.
@Suite final class `Folders that are switched` {
    private let folder: TemporaryFolder
    private let tree: FileTree
    private let watch: FileTreeWatch

    init() throws {
        folder = try TemporaryFolder()
        for (path, text) in [("releases/1/a.cfg", "1"), ("releases/2/b.cfg", "2"), ("releases/2/deep/d.cfg", "2")] {
            try folder.makeFolder((path as NSString).deletingLastPathComponent)
            try folder.write(text, to: path)
        }
        try folder.link("snom", to: "releases/1")
        try folder.link("yealink", to: "snom")
        tree = try FileTree(root: folder.path)
        watch = try FileTreeWatch(tree, changed: {}, trouble: { Issue.record("\($0)") })
    }

    deinit { watch.stop() }

    private func eventually(_ what: String, _ holds: () -> Bool) {
        for _ in 0..<6000 where !holds() { Thread.sleep(forTimeInterval: 0.01) }
        #expect(holds(), "\(what)")
    }

    private func isThere(_ path: String) -> Bool { tree.snapshot.file(path) != nil }

    /// In one step, as `ln -sfn` and `mv -T` do it.
    private func switchLink(_ name: String, to target: String) throws {
        try folder.link(name + ".new", to: target)
        #expect(rename("\(folder.path)/\(name).new", "\(folder.path)/\(name)") == 0)
    }

    @Test func `a link that leads to another folder is read anew and watched there, and so is what leads through it`() throws {
        #expect(isThere("snom/a.cfg") && isThere("yealink/a.cfg"))
        try switchLink("snom", to: "releases/2")
        for link in ["snom", "yealink"] {
            eventually("what the link leads to") { isThere("\(link)/b.cfg") && isThere("\(link)/deep/d.cfg") }
            eventually("what it led to") { !isThere("\(link)/a.cfg") }
        }
        try folder.write("2", to: "releases/2/deep/c.cfg")
        for path in ["releases/2", "snom", "yealink"] { eventually("\(path)") { isThere("\(path)/deep/c.cfg") } }
        try folder.write("1", to: "releases/1/z.cfg")
        eventually("the one before") { isThere("releases/1/z.cfg") }
        #expect(!isThere("snom/z.cfg"))
        try switchLink("snom", to: "releases/1")
        eventually("back again") { isThere("yealink/z.cfg") && !isThere("yealink/b.cfg") }
    }

    @Test func `a change in a folder shows by each of its paths`() throws {
        try folder.write("1", to: "releases/1/x.cfg")
        try folder.makeFolder("releases/1/sub")
        try folder.write("1", to: "releases/1/sub/y.cfg")
        for path in ["releases/1", "snom", "yealink"] {
            eventually("\(path)") { isThere("\(path)/x.cfg") && isThere("\(path)/sub/y.cfg") }
        }
        try FileManager.default.removeItem(atPath: folder.path + "/snom")
        eventually("the link is gone") { tree.snapshot.folder("snom") == nil && tree.snapshot.folder("yealink") == nil }
        try folder.write("1", to: "releases/1/w.cfg")
        eventually("the folder is watched still") { isThere("releases/1/w.cfg") }
    }

    @Test func `links that lead up are followed once, however many there are`() throws {
        for name in ["tftpboot", "boot", "releases/up"] { try folder.link(name, to: name == "releases/up" ? ".." : ".") }
        for path in ["tftpboot/releases/1/a.cfg", "boot/snom/a.cfg", "releases/up/snom/a.cfg"] {
            eventually("\(path)") { isThere(path) }
        }
        #expect(!isThere("boot/tftpboot/snom/a.cfg"))
        // Read at once, and as it came bit by bit.
        #expect(try FileTree(root: folder.path).snapshot.folders == tree.snapshot.folders)
        #expect(tree.snapshot.folders.count < 100)
        #expect(tree.lack == nil)
    }

    @Test func `of more folders than there is room for the nearest are seen, and the operator is told`() throws {
        let told = Mutex<[SystemError]>([])
        let tree = try FileTree(root: folder.path, mostFolders: 5)
        #expect(tree.snapshot.folders.count == 5)
        #expect(tree.snapshot.folder("releases") != nil && tree.snapshot.folder("releases/2/deep") == nil)
        let watch = try FileTreeWatch(tree, changed: {}, trouble: { error in told.withLock { $0.append(error) } })
        defer { watch.stop() }
        eventually("trouble") { told.withLock { !$0.isEmpty } }
        for name in ["snom", "yealink"] { try FileManager.default.removeItem(atPath: "\(folder.path)/\(name)") }
        eventually("all of it") { tree.snapshot.folder("releases/2/deep") != nil && tree.lack == nil }
        #expect(told.withLock { $0.map(\.errno) } == [ELOOP])
    }

    @Test func `a watch that fails is told of, and begun anew`() throws {
        let told = Mutex<[SystemError]>([])
        let inotify = try Inotify()
        let tree = try FileTree(root: folder.path)
        func isThere(_ path: String) -> Bool { tree.snapshot.file(path) != nil }
        let watch = try FileTreeWatch(tree, by: inotify, changed: {}, trouble: { error in told.withLock { $0.append(error) } })
        defer { watch.stop() }
        // In its place stands what cannot be read.
        let nothing = open("/dev/null", O_WRONLY)
        defer { close(nothing) }
        try #require(dup2(nothing, inotify.descriptor) >= 0)
        try folder.write("1", to: "releases/1/x.cfg")
        eventually("trouble") { told.withLock { !$0.isEmpty } }
        eventually("what came meanwhile") { isThere("releases/1/x.cfg") }
        try folder.write("1", to: "releases/1/y.cfg")
        eventually("what came then") { isThere("releases/1/y.cfg") }
        #expect(told.withLock { $0.contains { $0.errno == EBADF } })
    }

    @Test func `a root that is switched or made anew is another, and one that is away is not`() throws {
        try folder.link("root", to: "releases/1")
        let tree = try FileTree(root: folder.path + "/root")
        #expect(!tree.rootIsAnother)
        try switchLink("root", to: "releases/2")
        #expect(tree.rootIsAnother)
        try switchLink("root", to: "releases/1")
        #expect(!tree.rootIsAnother)
        #expect(rename(folder.path + "/releases/1", folder.path + "/releases/old") == 0)
        #expect(!tree.rootIsAnother)
        try folder.makeFolder("releases/1")
        #expect(tree.rootIsAnother)
    }
}
