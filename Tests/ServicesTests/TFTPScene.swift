import ConfigFiles
import ConfigTree
import Foundation
import LinuxSystem
import Packets
import Provisioning
import Synchronization
import TFTPTransfers
import TestSupport
import Testing
import VendorCatalogue

@testable import FileServing
@testable import FileTree

/// TFTP on loopback, over a tree on a real disk and with the real catalogue.
final class TFTPScene: Sendable {
    static let address = IPv4Address(127, 0, 0, 1)

    let folder: TemporaryFolder
    let memory = DeviceMemory()
    let service: TFTPService
    private let recorder: Recorder

    private final class Recorder: Sendable {
        let events = Mutex<[Event]>([])
        let lines = Mutex<[LogLine]>([])
    }

    init(
        _ files: [String: [UInt8]] = [:], settings: Settings = Settings(), blockSizeLimit: Int? = nil, transfers: Int = 10_000,
        hasSinglePort: Bool = false, clock: @escaping @Sendable () -> Moment = { Moment(microseconds: 0) }
    ) throws {
        folder = try TemporaryFolder()
        for (name, bytes) in files { try TFTPScene.put(bytes, at: "\(folder.path)/\(name)") }
        let problems = ConfigProblems()
        let catalogue = CatalogueFolder.load(program: conf.appending(path: "vendors").path, usersOwn: nil, problems)
        #expect(problems.isEmpty)
        let tree = try FileTree(root: folder.path)
        let policy = CurrentPolicy(Policy(settings: settings, catalogue: catalogue, tree: tree.snapshot))
        let recorder = Recorder()
        self.recorder = recorder
        let desk = FileDesk(tree: tree, policy: policy, memory: memory, clock: clock) { event in
            recorder.events.withLock { $0.append(event) }
        }
        var options = TFTPService.Options()
        options.port = 0
        options.transfers = transfers
        options.hasSinglePort = hasSinglePort
        service = try TFTPService(desk, options, blockSizeLimit: { blockSizeLimit }) { line in
            recorder.lines.withLock { $0.append(line) }
        }
    }

    convenience init(text files: [String: String], settings: Settings = Settings()) throws {
        try self.init(files.mapValues { Array($0.utf8) }, settings: settings)
    }

    deinit {
        service.stop()
    }

    static func put(_ bytes: [UInt8], at path: String) throws {
        try FileManager.default.createDirectory(
            atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(filePath: path))
    }

    /// Bytes of which no two stretches are alike.
    static func noise(_ count: Int) -> [UInt8] {
        var generator = SeededGenerator(state: UInt64(count))
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }

    func peer() throws -> TFTPPeer {
        TFTPPeer(try UDPSocket(address: TFTPScene.address, port: 0), server: TFTPScene.address, port: service.port)
    }

    var events: [Event] { recorder.events.withLock { $0 } }
    var log: [LogLine] { recorder.lines.withLock { $0 } }

    /// The events, once there are so many.
    func events(_ count: Int) throws -> [Event] {
        let end = MonotonicClock.now() + 60_000_000_000
        while events.count < count, MonotonicClock.now() < end { usleep(5000) }
        try #require(events.count >= count, "\(events)")
        return events
    }
}

extension Event {
    var served: FileServed? {
        guard case .fileServed(let file) = what else { return nil }
        return file
    }

    /// A file that takes long: how much of it was there, and how much there is.
    var underWay: (file: FileServed, size: Int64)? {
        guard case .fileUnderWay(let file, let size) = what else { return nil }
        return (file, size)
    }

    var refused: FileRefused? {
        guard case .fileRefused(let file) = what else { return nil }
        return file
    }
}

/// Where the server's thread waits while it is closed.
final class Gate: Sendable {
    private let isClosed = Mutex(false)
    private let came = DispatchSemaphore(value: 0)
    private let mayGo = DispatchSemaphore(value: 0)

    func close() { isClosed.withLock { $0 = true } }

    func pass() {
        guard isClosed.withLock({ $0 }) else { return }
        came.signal()
        mayGo.wait()
    }

    func waitForSomebody() { came.wait() }

    func open() {
        isClosed.withLock { $0 = false }
        mayGo.signal()
    }
}
