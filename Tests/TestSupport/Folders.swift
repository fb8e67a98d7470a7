import Foundation

/// The checkout.
package let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

/// The folder `conf` of the checkout.
package let conf = repository.appending(path: "conf")

/// A folder of its own for one test, removed with everything in it.
package final class TemporaryFolder: Sendable {
    package let path: String

    package init() throws {
        let place = FileManager.default.temporaryDirectory.appendingPathComponent("bellhop-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        path = place.path
    }

    package func makeFolder(_ name: String) throws {
        try FileManager.default.createDirectory(atPath: "\(path)/\(name)", withIntermediateDirectories: true)
    }

    package func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
    }

    package func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: "\(path)/\(name)", withDestinationPath: target)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }
}

/// The examples of `conf/examples` laid over each other in a folder of their own, which is removed afterwards.
/// - Parameter systems: those that are meant; all of them where none is named.
package func withExamples<Result>(_ systems: [String] = [], _ body: (URL) throws -> Result) throws -> Result {
    let folder = try TemporaryFolder()
    let script = Process()
    script.executableURL = repository.appending(path: "scripts/examples")
    script.arguments = [folder.path] + systems
    try script.run()
    script.waitUntilExit()
    guard script.terminationStatus == 0 else { throw CocoaError(.fileReadUnknown) }
    return try body(URL(filePath: folder.path))
}
