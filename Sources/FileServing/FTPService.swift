import FTPSessions
import LinuxSystem
import Packets
import Provisioning

/// The tree over FTP (RFC 959, 1123, 2428, 3659), to be read and nothing else: one thread for all sessions.
package final class FTPService: Sendable {
    package struct Options: Sendable {
        package var port: UInt16 = 21
        /// Where data connections come in; `nil` leaves the choice to the kernel.
        package var passivePorts: ClosedRange<UInt16>?
        /// What PASV calls this machine; `nil` for the address that the client came to.
        package var toldAddress: IPv4Address?
        package var limits = FTPLimits()

        package init(port: UInt16 = 21) {
            self.port = port
        }
    }

    /// The listening port: the kernel's choice where 0 was asked for.
    package let port: UInt16
    private let thread: SystemThread
    private let stopping: Wakeup

    /// - Parameters:
    ///   - log: for what an operator should know.
    /// - Throws: ``SystemError/isAddressInUse`` where another program has the port.
    package init(
        _ files: FileDesk, _ options: Options, log: @escaping @Sendable (LogLine) -> Void
    ) throws(SystemError) {
        let stopping = try Wakeup()
        let listener = try TCPListener(address: .any, port: options.port)
        self.stopping = stopping
        port = listener.localPort
        thread = try SystemThread.start(name: "ftp") {
            FTPLoop(FTPHouse(files: files, options: options, log: log), listener, stopping).run()
        }
    }

    /// Takes no more sessions; files on their way get two seconds.
    package func stop() {
        stopping.signal()
        thread.join()
    }
}

/// What all sessions share.
struct FTPHouse: Sendable {
    let files: FileDesk
    let options: FTPService.Options
    let log: @Sendable (LogLine) -> Void

    /// As the policy in force has them.
    var logins: LoginBook { files.policy.value.logins }

    /// A socket for one data connection, at the address that the client came to. Ports of a range are tried from a random one on, so
    /// that nobody knows the next (RFC 2577 §8).
    func openDataPort(at address: IPv4Address) -> TCPListener? {
        guard let range = options.passivePorts else { return try? TCPListener(address: address, port: 0, backlog: 4) }
        let first = Int.random(in: 0..<range.count)
        for step in 0..<min(range.count, FTPHouse.mostPortsTried) {
            let port = range.lowerBound + UInt16((first + step) % range.count)
            if let listener = try? TCPListener(address: address, port: port, backlog: 4) { return listener }
        }
        return nil
    }

    private static let mostPortsTried = 1024
}
