import FTPSessions
import LinuxSystem
import Packets

/// The thread that serves all FTP sessions.
final class FTPLoop {
    private let house: FTPHouse
    private let listener: TCPListener
    private let stopping: Wakeup
    private var door: FTPDoor
    private var clients: [FTPClient] = []
    /// Until then nobody is let in: descriptors ran out.
    private var acceptsFrom: UInt64 = 0
    /// Once the daemon stops: when it stops waiting for files on their way.
    private var end: UInt64?

    /// Connections that are taken at once, before those there are get their turn.
    private static let mostAcceptedAtOnce = 64

    init(_ house: FTPHouse, _ listener: TCPListener, _ stopping: Wakeup) {
        self.house = house
        self.listener = listener
        self.stopping = stopping
        door = FTPDoor(house.options.limits)
    }

    func run() {
        while true {
            var now = MonotonicClock.now()
            if let end, clients.isEmpty || end <= now { break }
            let accepts = end == nil && acceptsFrom <= now
            var watched = end == nil ? [Watched(stopping.descriptor, .reading)] : []
            if accepts { watched.append(Watched(listener.descriptor, .reading)) }
            let others = clients.flatMap { client in client.watched.map { (client: client, role: $0.role, watched: $0.watched) } }
            let own = watched.count
            watched += others.map(\.watched)
            guard let ready = try? waitReady(watched, milliseconds: wait(from: now)) else {
                // The kernel has no memory for it now.
                _ = try? waitReady([], milliseconds: 100)
                continue
            }
            now = MonotonicClock.now()
            for (place, other) in others.enumerated() where ready[own + place] {
                other.client.serve(other.role, at: now, &door)
            }
            for client in clients {
                client.answerQuestion(at: now, &door)
                client.elapsed(at: now, &door)
            }
            if accepts, ready[1] { accept(at: now) }
            if end == nil, ready[0] { beginToStop(at: now) }
            removeClosed()
        }
        for client in clients { client.breakOff() }
    }

    /// Milliseconds until something is due; `nil` where nothing is.
    private func wait(from now: UInt64) -> Int32? {
        let dues = clients.compactMap(\.due) + [end, acceptsFrom > now ? acceptsFrom : nil].compactMap { $0 }
        return dues.min().map { due in due <= now ? 0 : Int32(clamping: (due - now + 999_999) / 1_000_000) }
    }

    private func accept(at now: UInt64) {
        for _ in 0..<FTPLoop.mostAcceptedAtOnce {
            do throws(SystemError) {
                guard let connection = try listener.accept() else { return }
                guard door.admit(connection.peer) else {
                    // A new connection has room for one line.
                    _ = try? connection.write(FTPSession.full[...])
                    continue
                }
                clients.append(FTPClient(connection, house, at: now))
            } catch {
                house.log(LogLine(.warning, "ftp.not-answered", ["text": error]))
                acceptsFrom = now + FTPLimits.second
                return
            }
        }
    }

    private func beginToStop(at now: UInt64) {
        end = now + 2 * FTPLimits.second
        for client in clients { client.stop(at: now, &door) }
    }

    private func removeClosed() {
        for client in clients where client.isGone { door.left(client.peer) }
        clients.removeAll(where: \.isGone)
    }
}
