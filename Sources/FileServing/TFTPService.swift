import LinuxSystem
import Packets
import TFTPTransfers

/// The tree over TFTP (RFC 1350, 2347, 2348, 2349, 7440): one thread for all transfers.
package final class TFTPService: Sendable {
    package struct Options: Sendable {
        package var port: UInt16 = 69
        /// Transfers go through the listening port rather than one of their own.
        package var hasSinglePort = false
        /// Transfers under way at once; each holds a file and, but for a single port, a socket.
        package var transfers = 10_000

        package init() {}
    }

    /// The listening port: the kernel's choice where 0 was asked for.
    package let port: UInt16
    private let thread: SystemThread
    private let stopping: Wakeup

    /// - Parameters:
    ///   - blockSizeLimit: the largest blksize that is granted, where it is not to follow from the interface's MTU; asked for each
    ///     request.
    ///   - log: for what an operator should know, such as that no further transfer was taken on.
    /// - Throws: ``SystemError/isAddressInUse`` where another program has the port.
    package init(
        _ files: FileDesk, _ options: Options, blockSizeLimit: @escaping @Sendable () -> Int?,
        log: @escaping @Sendable (LogLine) -> Void
    ) throws(SystemError) {
        let stopping = try Wakeup()
        let listener = try UDPSocket(address: .any, port: options.port)
        let epoll = try Epoll()
        try listener.tellDestinations()
        // All phones of a building may ask in the same second.
        listener.makeRoom(bytes: 4 << 20)
        try epoll.add(listener.descriptor, token: TFTPLoop.listenerToken)
        try epoll.add(stopping.descriptor, token: TFTPLoop.stoppingToken)
        self.stopping = stopping
        port = listener.localPort
        thread = try SystemThread.start(name: "tftp") {
            TFTPLoop(files, listener, epoll, options, blockSizeLimit: blockSizeLimit, log: log).run()
        }
    }

    /// Ends all transfers.
    package func stop() {
        stopping.signal()
        thread.join()
    }
}
