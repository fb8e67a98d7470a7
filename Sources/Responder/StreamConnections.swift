import LinuxSystem
import SIPMessages

/// Phones that ask by TCP: their connections, few, short-lived and with little memory each. One thread has them.
///
/// `Origin` is what the caller wants to know of a connection besides.
struct StreamConnections<Origin> {
    static var most: Int { 64 }
    static var mostOfOne: Int { 4 }
    /// Without a whole message, in nanoseconds: longer than an exchange takes, much shorter than a stranger would like.
    static var patience: UInt64 { 30_000_000_000 }

    struct Connection {
        let socket: TCPConnection
        let origin: Origin
        var stream = SIPStream()
        var deadline: UInt64
    }

    private(set) var all: [Connection] = []

    var descriptors: [Int32] { all.map(\.socket.descriptor) }

    var nextDeadline: UInt64? { all.map(\.deadline).min() }

    /// Takes every connection that waits. Where there is no room, the one goes that was silent for longest.
    mutating func accept(by listener: TCPListener, _ origin: Origin, at now: UInt64) {
        for _ in 0..<Self.most {
            guard let socket = (try? listener.accept()).flatMap({ $0 }) else { return }
            guard all.count(where: { $0.socket.peer == socket.peer }) < Self.mostOfOne else { continue }
            if all.count >= Self.most, let oldest = all.indices.min(by: { all[$0].deadline < all[$1].deadline }) {
                all.remove(at: oldest)
            }
            all.append(Connection(socket: socket, origin: origin, deadline: now + Self.patience))
        }
    }

    /// What has come by a connection: whole messages, and what is wrong with the next. A connection that ended, or that nobody knows
    /// any more where in it a message begins, is closed.
    mutating func read(_ descriptor: Int32, at now: UInt64) -> (messages: [SIPMessage], fault: SIPFault?, from: Connection)? {
        guard let place = all.firstIndex(where: { $0.socket.descriptor == descriptor }) else { return nil }
        var connection = all[place]
        var messages: [SIPMessage] = []
        var fault: SIPFault?
        var isOver = false
        do throws(SystemError) {
            if let bytes = try connection.socket.read(most: SIPMessage.mostBytes) {
                isOver = bytes.isEmpty
                connection.stream.append(bytes)
            }
        } catch {
            isOver = true
        }
        do throws(SIPFault) {
            while let message = try connection.stream.next() { messages.append(message) }
        } catch {
            fault = error
        }
        if !messages.isEmpty { connection.deadline = now + Self.patience }
        if isOver || fault != nil { all.remove(at: place) } else { all[place] = connection }
        return (messages, fault, connection)
    }

    mutating func closeOverdue(at now: UInt64) {
        all.removeAll { $0.deadline <= now }
    }

    /// Closes those whose origin is gone.
    mutating func keep(where isWanted: (Origin) -> Bool) {
        all.removeAll { !isWanted($0.origin) }
    }
}
