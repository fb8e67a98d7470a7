import Foundation
import Glibc
import LinuxSystem
import TestSupport
import Testing

@Suite struct FilesTests {
    @Test func `a whole file is written anew and read back`() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/file"
        let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0) }
        try writeWholeFile(path, bytes)
        #expect(try readWholeFile(path, limit: 200_000) == bytes)
        try writeWholeFile(path, [1])
        #expect(try readWholeFile(path, limit: 1) == [1])
        #expect(try readWholeFile("/dev/null", limit: 0) == [])
    }

    @Test func `a private file is for its user alone, and takes the place of whatever had its name`() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/state/token"
        try makePrivateFolder("\(folder.path)/state")
        try makePrivateFolder("\(folder.path)/state")
        try folder.write("others may read this", to: "open")
        try folder.link("state/token", to: "\(folder.path)/open")
        // What a run left that died while it wrote.
        try folder.link("state/token.new", to: "\(folder.path)/open")
        try writePrivateFile(path, Array("secret".utf8))
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        #expect(attributes[.type] as? FileAttributeType == .typeRegular)
        #expect(try readWholeFile(path, limit: 100) == Array("secret".utf8))
        #expect(try readWholeFile("\(folder.path)/open", limit: 100) == Array("others may read this".utf8))
        let state = try FileManager.default.attributesOfItem(atPath: "\(folder.path)/state")
        #expect(state[.posixPermissions] as? Int == 0o700)
        removeFile(path)
        removeFile(path)
        #expect(!FileManager.default.fileExists(atPath: path))
        #expect(throws: SystemError.self) { try writePrivateFile("/nonexistent/token", []) }
    }

    @Test func `a file over the limit is refused`() throws {
        let folder = try TemporaryFolder()
        try writeWholeFile("\(folder.path)/file", [1, 2, 3])
        let error = #expect(throws: SystemError.self) { try readWholeFile("\(folder.path)/file", limit: 2) }
        #expect(error?.errno == EFBIG)
    }

    @Test func `a file that is not there is named`() {
        #expect(throws: SystemError(call: "open", errno: ENOENT, what: "/nonexistent/file")) {
            try readWholeFile("/nonexistent/file", limit: 1)
        }
        #expect(throws: SystemError.self) { try writeWholeFile("/nonexistent/file", []) }
        #expect(throws: SystemError(call: "read", errno: EISDIR, what: "/")) { try readWholeFile("/", limit: 1) }
    }

    @Test func `the running program is found`() throws {
        #expect(try executablePath() == FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
    }

    @Test func `changes in a watched folder are heard`() throws {
        let folder = try TemporaryFolder()
        let inotify = try Inotify()
        let watch = try inotify.add(folder.path)
        #expect(try inotify.read().events.isEmpty)
        try writeWholeFile("\(folder.path)/a name", [1])
        try folder.makeFolder("sub")
        let (events, overflowed) = try inotify.read()
        #expect(!overflowed)
        #expect(events.allSatisfy { $0.watch == watch })
        #expect(events.map(\.name) == ["a name", "a name", "sub"])
        #expect(events.map(\.isFolder) == [false, false, true])
        let closeWrite: UInt32 = 0x8
        #expect(events[1].mask & closeWrite != 0)
    }

    @Test func `the end of a watch is heard`() throws {
        let folder = try TemporaryFolder()
        try folder.makeFolder("sub")
        let inotify = try Inotify()
        let watch = try inotify.add("\(folder.path)/sub")
        try #require(rmdir("\(folder.path)/sub") == 0)
        #expect(try inotify.read().events.last?.isEnd == true)
        inotify.remove(watch)
        let second = try inotify.add(folder.path)
        #expect(second != watch)
        inotify.remove(second)
        let events = try inotify.read().events
        #expect(events.map(\.isEnd) == [true])
        #expect(throws: SystemError.self) { try inotify.add("\(folder.path)/none") }
    }

    @Test func `an overflow is told and what came before it kept`() throws {
        let text = try String(contentsOfFile: "/proc/sys/fs/inotify/max_queued_events", encoding: .utf8)
        let limit = try #require(Int(text.trimmingCharacters(in: .whitespacesAndNewlines)))
        let folder = try TemporaryFolder()
        let inotify = try Inotify()
        _ = try inotify.add(folder.path)
        // Equal events in a row are folded into one, so two names take turns.
        for number in 0..<(2 * limit) { try writeWholeFile("\(folder.path)/\(number % 2)", []) }
        let (events, overflowed) = try inotify.read()
        #expect(overflowed)
        #expect(events.count == limit)
        #expect(events.allSatisfy { $0.watch >= 0 })
    }
}
