import Foundation
import LinuxSystem

/// Two interfaces joined by a wire; making them takes root.
package final class VirtualWire: Sendable {
    package let left: String
    package let right: String

    package init() throws {
        let number = UInt32.random(in: 0...0xff_ffff)
        left = "bl\(number)l"
        right = "bl\(number)r"
        try run("/sbin/ip", "link", "add", left, "type", "veth", "peer", "name", right)
    }

    /// Waits until both ends, which are up, have a carrier; the kernel takes it up a little later, and says so. Until then what is sent
    /// vanishes, and that is no error.
    package func awaitCarrier() throws {
        let watch = try InterfaceWatch()
        while try NetworkInterface.all().count(where: { [left, right].contains($0.name) && $0.isRunning }) < 2 {
            guard try waitReadable([watch.descriptor], milliseconds: 10_000) == [true] else { throw NoCarrier(wire: left) }
            _ = try watch.drain()
        }
    }

    package struct NoCarrier: Error {
        let wire: String
    }

    deinit {
        _ = try? run("/sbin/ip", "link", "del", left)
    }
}

/// Runs a program and returns what it wrote; throws when it fails.
@discardableResult
package func run(_ program: String, _ arguments: String...) throws -> String {
    try run(program, arguments)
}

@discardableResult
package func run(_ program: String, _ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
        throw ProgramFailure(command: "\(program) \(arguments.joined(separator: " "))", status: process.terminationStatus)
    }
    return String(decoding: data, as: UTF8.self)
}

package struct ProgramFailure: Error {
    package let command: String
    package let status: Int32
}
