import Glibc
import LinuxSystem
import TestSupport
import Testing

@Suite struct ReadDirectoryTests {
    private let folder: TemporaryFolder
    private let root: ReadDirectory

    init() throws {
        folder = try TemporaryFolder()
        try folder.makeFolder("root/sub")
        try folder.write("outside", to: "secret")
        try folder.write("inside", to: "root/file")
        try folder.write("deep", to: "root/sub/deep")
        try folder.link("root/to-file", to: "sub/deep")
        try folder.link("root/to-folder", to: "sub")
        try folder.link("root/out", to: "../secret")
        try folder.link("root/out-absolute", to: "\(folder.path)/secret")
        try folder.link("root/dangling", to: "nowhere")
        try folder.link("root/loop", to: "loop")
        try folder.link("root/magic", to: "/proc/self/exe")
        try #require(mkfifo("\(folder.path)/root/pipe", 0o644) == 0)
        root = try ReadDirectory.open("\(folder.path)/root")
    }

    private func text(_ path: String) throws -> String? {
        try root.openFile(beneath: path).map { String(decoding: try $0.read(from: 0, count: 100), as: UTF8.self) }
    }

    @Test(arguments: [
        ("file", "inside"), ("sub/deep", "deep"), ("to-file", "deep"), ("to-folder/deep", "deep"), ("sub/../file", "inside"),
        ("./file", "inside"), ("sub//deep", "deep"),
    ])
    func `a file inside is opened`(path: String, content: String) throws {
        #expect(try text(path) == content)
    }

    @Test(arguments: [
        "../secret", "sub/../../secret", "/etc/passwd", "out", "out-absolute", "magic", "dangling", "loop", "nothing",
        "file/below", "sub", ".", "", "pipe", "file\0.txt", "/", "..",
    ])
    func `what is outside or no file is not there`(path: String) throws {
        #expect(try root.openFile(beneath: path) == nil)
    }

    @Test func `a name longer than any file's is not there`() throws {
        #expect(try root.openFile(beneath: String(repeating: "a", count: 300)) == nil)
        #expect(try root.openFile(beneath: String(repeating: "a/", count: 3000)) == nil)
    }

    /// The kernel waits for the holder of a lease for 45 seconds (fcntl(2)), and says each time that it may be tried again.
    @Test func `a file that somebody has a lease on cannot be opened now, and nobody waits for it`() throws {
        signal(SIGIO, SIG_IGN)
        let holder = Descriptor(owning: open("\(folder.path)/root/file", O_RDONLY))
        let setLease: Int32 = 1024
        try #require(fcntl(holder.number, setLease, Int32(F_WRLCK)) == 0)
        let error = #expect(throws: SystemError.self) { try root.openFile(beneath: "file") }
        #expect(error?.errno == EAGAIN)
        try #require(fcntl(holder.number, setLease, Int32(F_UNLCK)) == 0)
        #expect(try text("file") == "inside")
    }

    @Test func `a folder says which it is, and of links which folders they lead to`() throws {
        let own = try #require(try root.folderIdentity(beneath: "sub"))
        #expect(try root.list(beneath: "sub").identity == own && root.list(beneath: "to-folder").identity == own)
        #expect(try root.list().linked == ["to-folder": own])
        #expect(try root.folderIdentity(beneath: "file") == nil && root.folderIdentity(beneath: "nothing") == nil)
    }

    @Test func `a socket is not there`() throws {
        let descriptor = Descriptor(owning: socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0))
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let path = "\(folder.path)/root/socket"
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let bound = withUnsafeBytes(of: address) { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) { bind(descriptor.number, $0.baseAddress, socklen_t(bytes.count)) }
        }
        try #require(bound == 0)
        #expect(try root.openFile(beneath: "socket") == nil)
    }

    @Test func `an open file knows its size, its time and its identity`() throws {
        var status = stat()
        try #require(stat("\(folder.path)/root/file", &status) == 0)
        let file = try #require(try root.openFile(beneath: "file"))
        #expect(file.size == 6)
        #expect(file.modified.seconds == Int64(status.st_mtim.tv_sec))
        #expect(file.identity.inode == UInt64(status.st_ino))
        #expect(try root.openFile(beneath: "file")?.identity == file.identity)
        #expect(try root.openFile(beneath: "to-file")?.identity != file.identity)
    }

    @Test func `parts of a file are read`() throws {
        let file = try #require(try root.openFile(beneath: "file"))
        #expect(try file.read(from: 2, count: 3) == Array("sid".utf8))
        #expect(try file.read(from: 4, count: 100) == Array("de".utf8))
        #expect(try file.read(from: 6, count: 1) == [])
        #expect(try file.read(from: 99, count: 1) == [])
        #expect(try file.read(from: 0, count: 0) == [])
    }

    @Test func `a file that is written to while it is open is given up`() throws {
        let file = try #require(try root.openFile(beneath: "file"))
        #expect(try file.read(from: 0, count: 2) == Array("in".utf8))
        try #require(truncate("\(folder.path)/root/file", 2) == 0)
        let error = #expect(throws: SystemError.self) { try file.read(from: 0, count: 6) }
        #expect(error?.errno == ESTALE)
    }

    @Test func `a file whose name goes to another stays what it was`() throws {
        let file = try #require(try root.openFile(beneath: "file"))
        try writeWholeFile("\(folder.path)/root/other", Array("newer".utf8))
        try #require(rename("\(folder.path)/root/other", "\(folder.path)/root/file") == 0)
        #expect(try file.read(from: 0, count: 6) == Array("inside".utf8))
    }

    @Test func `a root that is not there is an error`() {
        let error = #expect(throws: SystemError.self) { try ReadDirectory.open("\(folder.path)/none") }
        #expect(error?.isNotFound == true)
        #expect(throws: SystemError.self) { try ReadDirectory.open("\(folder.path)/secret") }
    }

    @Test func `a folder lists its names and what they lead to`() throws {
        let listing = try root.list()
        let kinds = Dictionary(uniqueKeysWithValues: listing.entries.map { ($0.name, $0.kind) })
        #expect(
            kinds == [
                "file": .file, "sub": .folder, "to-file": .file, "to-folder": .folder, "out": .other, "out-absolute": .other,
                "dangling": .other, "loop": .other, "magic": .other, "pipe": .other,
            ])
        #expect(listing.unreadableNames == 0)
        #expect(try root.list(beneath: "to-folder").entries == [FolderEntry(name: "deep", kind: .file)])
    }

    @Test(arguments: ["..", "nothing", "file", "/etc"]) func `only folders inside are listed`(path: String) {
        let error = #expect(throws: SystemError.self) { try root.list(beneath: path) }
        #expect(error?.isNotFound == true)
    }

    @Test func `names that are not UTF-8 are counted and left out`() throws {
        let name = Array("\(folder.path)/root/sub/".utf8CString.dropLast()) + [CChar(bitPattern: 0xff), 0]
        _ = Descriptor(owning: open(name, O_WRONLY | O_CREAT, 0o644))
        let listing = try root.list(beneath: "sub")
        #expect(listing.entries.map(\.name) == ["deep"])
        #expect(listing.unreadableNames == 1)
    }
}
