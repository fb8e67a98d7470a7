import Cryptography
import Foundation
import Packets
import Synchronization
import WebServer

let loopback = IPv4Address(127, 0, 0, 1)

/// A server on a port of its own, and what its handler and its `finished` saw.
final class TestServer: Sendable {
    let web: WebServer
    private let log: Log

    private final class Log: Sendable {
        let seen = Mutex<[WebRequest]>([])
        let ended = Mutex<[End]>([])
    }

    struct End: Equatable {
        let path: String
        let status: Int
        let completed: Bool
    }

    init(
        threads: Int = 2, limits: WebLimits = WebLimits(), identity: TLSIdentity? = nil,
        bodies: @escaping @Sendable (WebRequest) -> BodyPlan = { _ in .discard },
        station: (@Sendable (IPv4Address) -> MACAddress?)? = nil,
        handler: @escaping @Sendable (WebRequest) -> WebAnswer
    ) throws {
        let log = Log()
        self.log = log
        let service = WebService(
            bodies: bodies,
            finished: { request, status, completed in
                log.ended.withLock { $0.append(End(path: request.rawPath, status: status, completed: completed)) }
            },
            station: station,
            handler: { request in
                log.seen.withLock { $0.append(request) }
                return handler(request)
            })
        web = try WebServer(
            listen: loopback, port: 0, threads: threads, limits: limits, identity: identity, service: service)
    }

    var seen: [WebRequest] { log.seen.withLock { $0 } }
    var ended: [End] { log.ended.withLock { $0 } }
    var port: UInt16 { web.port }

    func client() throws -> RawClient { try RawClient(port: port) }

    func url(_ path: String) -> String { "http://127.0.0.1:\(port)\(path)" }

    /// Waits until `condition` holds, and at most as long as a stuck test may take.
    func eventually(_ condition: (TestServer) -> Bool) -> Bool {
        for _ in 0..<2000 {
            if condition(self) { return true }
            usleep(10_000)
        }
        return false
    }
}

/// Runs curl; standard output, byte for byte.
func curl(_ arguments: String...) throws -> Data {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["curl", "--silent", "--show-error", "--max-time", "20"] + arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return data
}

/// Bytes without a pattern that a mistake in offsets could repeat; the same on every run.
func noise(_ count: Int) -> [UInt8] {
    var state: UInt64 = 0x9e37_79b9_7f4a_7c15
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count + 8)
    while bytes.count < count {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        withUnsafeBytes(of: state) { bytes.append(contentsOf: $0) }
    }
    return Array(bytes.prefix(count))
}

/// A file that is gone from its folder and lives as long as its descriptors.
struct TemporaryFile {
    let descriptor: Int32

    init(_ bytes: [UInt8]) throws {
        var name = Array("/tmp/bellhop-web-XXXXXX".utf8CString)
        descriptor = mkstemp(&name)
        guard descriptor >= 0 else { throw CocoaError(.fileWriteUnknown) }
        unlink(name)
        try FileHandle(fileDescriptor: descriptor, closeOnDealloc: false).write(contentsOf: Data(bytes))
    }

    /// A descriptor for an answer to take over.
    func open() -> Int32 { fcntl(descriptor, F_DUPFD_CLOEXEC, 0) }

    func close() { _ = Foundation.close(descriptor) }
}

/// The file behind a descriptor. Other tests open descriptors meanwhile: that a number is open again says nothing, that it still leads
/// to the same file says that it was never closed.
struct OpenFile: Equatable {
    let device: dev_t
    let number: ino_t

    /// `nil` when the descriptor is closed.
    init?(_ descriptor: Int32) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        device = status.st_dev
        number = status.st_ino
    }
}
