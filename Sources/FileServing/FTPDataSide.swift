import FTPSessions
import LinuxSystem
import Packets

/// The data side of one session: the port of a PASV or EPSV, the connection that came to it, and the file that goes over that.
struct FTPDataSide {
    /// Who came to the port.
    enum Arrival {
        case nobody, client
        case stranger(IPv4Address)
        /// Descriptors or memory ran out, and whoever came still waits.
        case noRoom(SystemError)
    }

    private let client: IPv4Address
    private var listener: TCPListener?
    private var connection: TCPConnection?
    /// What was found, and what goes out once it is asked to.
    var file: OutgoingFile?
    /// When the file that is being sent is told of as one that takes long.
    private(set) var tellsAt: UInt64?
    /// Until then nobody is taken at the port.
    private var restsUntil: UInt64?

    /// Of a file, in the kernel and not yet sent.
    private static let unsent: Int32 = 131_072

    /// - Parameter client: who alone may come (RFC 2577 §4).
    init(for client: IPv4Address) {
        self.client = client
    }

    // MARK: Waiting

    var isSending: Bool { file?.isSending ?? false }

    var port: Watched? {
        guard restsUntil == nil else { return nil }
        return listener.map { Watched($0.descriptor, .reading) }
    }

    var outgoing: Watched? {
        guard isSending else { return nil }
        return connection.map { Watched($0.descriptor, .writing) }
    }

    var due: UInt64? { [tellsAt, restsUntil].compactMap { $0 }.min() }

    mutating func elapsed(at now: UInt64) {
        if let until = restsUntil, until <= now { restsUntil = nil }
    }

    // MARK: What happens

    /// - Returns: the port that is open; `nil` where none could be opened.
    mutating func listen(by listener: TCPListener?) -> UInt16? {
        self.listener = listener
        return listener?.localPort
    }

    mutating func accept(at now: UInt64) -> Arrival {
        guard let listener else { return .nobody }
        do throws(SystemError) {
            guard let arrived = try listener.accept() else { return .nobody }
            guard arrived.peer == client else { return .stranger(arrived.peer) }
            self.listener = nil
            // So that who takes nothing is found out, and a file that is told of as served is.
            try? arrived.limitUnsent(bytes: FTPDataSide.unsent)
            connection = arrived
            return .client
        } catch {
            restsUntil = now + FTPLimits.second
            return .noRoom(error)
        }
    }

    mutating func begin(at offset: Int64, now: UInt64) {
        file?.begin(at: offset)
        tellsAt = now + FileDesk.patience
    }

    /// `nil` with nothing to send.
    mutating func send() -> OutgoingFile.Progress? {
        guard let connection, isSending else { return nil }
        return file?.send(over: connection)
    }

    /// Octets of the file that the client has; `nil` with nothing to send.
    var acknowledged: Int64? {
        guard isSending else { return nil }
        return connection.map { Int64(clamping: acknowledgedOctets(of: $0.descriptor)) }
    }

    /// It is told of once.
    mutating func hasTold() { tellsAt = nil }

    /// Closes port, connection and file, whatever of them is there.
    mutating func end() {
        self = FTPDataSide(for: client)
    }
}
