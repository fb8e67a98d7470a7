import Foundation
import FrameLink
import Glibc
import LinuxSystem
import Packets
import Synchronization

/// One namespace and its interface `lab0`.
struct Station: Sendable {
    let lab: Lab
    let namespace: String
    let mac: MACAddress
    let network: IPv4Prefix
    var address: IPv4Address { network.address }

    func start(_ program: String, _ arguments: String..., environment: [String: String] = [:]) throws -> Program {
        try lab.start(program, arguments, in: namespace, environment: environment)
    }

    func run(_ program: String, _ arguments: String..., seconds: Double = 60) throws -> Program.Outcome {
        try run(program, arguments, seconds: seconds)
    }

    func run(_ program: String, _ arguments: [String], seconds: Double = 60) throws -> Program.Outcome {
        try lab.run(program, arguments, in: namespace, seconds: seconds)
    }

    func ip(_ arguments: String...) throws { try ip(arguments) }

    func ip(_ arguments: [String]) throws {
        let outcome = try lab.run("ip", ["-n", namespace] + arguments)
        guard outcome.status == 0 else { throw LabFailure("ip \(arguments.joined(separator: " ")): \(outcome.errors)") }
    }

    /// Knows a neighbour without asking. The kernel has one table of neighbours for all namespaces, and who fills it, such as a bench, has
    /// nobody else find any.
    func knows(_ address: IPv4Address, _ mac: MACAddress, on interface: String = "lab0") throws {
        try ip("neigh", "replace", "\(address)", "lladdr", mac.colons, "dev", interface, "nud", "permanent")
    }

    /// Writes a setting of `net.ipv4` (ip(7), tcp(7)) that each namespace has for itself; throws where it cannot be written.
    func setIPv4(_ setting: String, _ value: String) throws {
        try inside {
            let file = try FileHandle(forWritingTo: URL(filePath: "/proc/sys/net/ipv4/\(setting)"))
            try file.write(contentsOf: Data(value.utf8))
            try file.close()
        }
    }

    /// Opens something in this namespace: a socket stays where it was made, whichever thread uses it.
    func inside<Opened: Sendable>(_ open: @escaping @Sendable () throws -> Opened) throws -> Opened {
        let result = Mutex<Result<Opened, any Error>?>(nil)
        let path = "/run/netns/\(namespace)"
        // A thread of its own, which ends with its namespace: no other of this process must find itself there.
        try SystemThread.start(name: "inside") {
            let outcome = Result {
                try enterNamespace(path)
                return try open()
            }
            result.withLock { $0 = outcome }
        }.join()
        guard let outcome = result.withLock({ $0 }) else { throw LabFailure("nothing was opened in \(namespace)") }
        return try outcome.get()
    }

    /// Frames of this station's wire, in and out.
    func link(_ interface: String = "lab0", filter: String = "") throws -> LiveLink {
        try inside { try LiveLink(interface: interface, filter: filter) }
    }

    /// A socket bound to this station's address.
    func socket(port: UInt16) throws -> UDPSocket {
        try inside { [address] in try UDPSocket(address: address, port: port, broadcast: true) }
    }

    func captureHere(to file: String) throws -> Capture {
        try Capture(lab: lab, namespace: namespace, interface: "lab0", file: file)
    }
}

/// setns(2) for the calling thread. `import Glibc` has no declaration of it.
private func enterNamespace(_ path: String) throws {
    typealias SetNamespace = @convention(c) (Int32, Int32) -> Int32
    guard let symbol = dlsym(nil, "setns") else { throw LabFailure("this system has no setns") }
    let setNamespace = unsafeBitCast(symbol, to: SetNamespace.self)
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemError.last("open", path) }
    defer { close(descriptor) }
    guard setNamespace(descriptor, 0) == 0 else { throw SystemError.last("setns", path) }
}

/// Another program's socket: it holds a port on every address, and reads nothing.
final class UDPHolder: Sendable {
    private let socket: UDPSocket

    init(port: UInt16) throws {
        socket = try UDPSocket(address: .any, port: port)
    }
}
