import LinuxSystem
import Packets
import Provisioning
import TFTPTransfers

/// What the thread of ``TFTPService`` does: waits for the listening port, for the ports of all transfers and for their timers, asks the
/// desk what to do, and does it.
///
/// The port of a transfer is not connected to its peer, since the kernel would then tell strangers that it is closed, where RFC 1350 §4
/// has us tell them so in an ERROR; that ICMP errors end a transfer all the same is ``UDPSocket/keepErrors()``.
final class TFTPLoop {
    static let listenerToken: UInt64 = 0
    static let stoppingToken: UInt64 = 1

    /// The request that is being looked at.
    private struct Asking {
        let datagram: ArrivedDatagram
        var wasLookedFor = false
        var found: FoundFile?
    }

    private let files: FileDesk
    private let listener: UDPSocket
    private let epoll: Epoll
    private let blockSizeLimit: @Sendable () -> Int?
    private let log: @Sendable (LogLine) -> Void
    private var complaints: Complaints
    private var desk: TFTPDesk
    private var transfers: [TransferKey: TFTPTransfer] = [:]
    private var now: UInt64 = 0
    /// When the transfers are looked through next for those that take long.
    private var looksAt: UInt64 = 0
    private var attention = Attention()
    private let pieces = PieceCache()
    /// Each of these transfers may hold a piece of its own, if all are at different places: 16 MB together.
    private static let mostSharing = 1000
    /// What is to go out at the end of the round.
    private var outgoing: [(burst: TFTPBurst, key: TransferKey, transfer: TFTPTransfer)] = []

    init(
        _ files: FileDesk, _ listener: UDPSocket, _ epoll: Epoll, _ options: TFTPService.Options,
        blockSizeLimit: @escaping @Sendable () -> Int?, log: @escaping @Sendable (LogLine) -> Void
    ) {
        self.files = files
        self.listener = listener
        self.epoll = epoll
        self.blockSizeLimit = blockSizeLimit
        self.log = log
        complaints = Complaints(log: log)
        desk = TFTPDesk(limits: DeskLimits(transfers: options.transfers, hasSinglePort: options.hasSinglePort))
    }

    /// Runs until it is told to stop.
    func run() {
        while true {
            let ready: [Epoll.Ready]
            do throws(SystemError) {
                ready = try wait()
            } catch {
                return log(LogLine(.error, "tftp.stopped", ["text": error.description]))
            }
            now = MonotonicClock.now()
            for ready in ready {
                switch ready.token {
                case TFTPLoop.stoppingToken: return stop()
                case TFTPLoop.listenerToken: hearRequests()
                case let token: hear(TransferKey(token: token), hasError: ready.hasError)
                }
            }
            perform(desk.elapsed(at: now))
            flush()
            if looksAt <= now { tellOfLong() }
        }
    }

    /// Once a second at the most, after whatever else there was to do: each transfer has something due more often than it has patience.
    private func tellOfLong() {
        looksAt = now + 1_000_000_000
        for (key, transfer) in transfers where transfer.tellsAt.map({ $0 <= now }) ?? false {
            // Whoever has acknowledged nothing may not be there at all.
            guard let bytes = desk.tally(of: key)?.bytes, bytes > 0 else { continue }
            transfer.tellsAt = nil
            files.isUnderWay(transfer.receipt, bytes: Int64(clamping: bytes), of: transfer.size)
        }
    }

    private func wait() throws(SystemError) -> [Epoll.Ready] {
        if desk.count > 0, let ready = try attention.look({ () throws(SystemError) in try epoll.waiting }) { return ready }
        return try epoll.wait(milliseconds: patience)
    }

    /// Milliseconds until something is due; `nil` with nothing under way.
    private var patience: Int32? { desk.nextDue.map { MonotonicClock.milliseconds(until: $0) } }

    private func stop() {
        perform(desk.stop(because: "bellhop stops serving TFTP"))
        flush()
    }

    // MARK: Hearing

    /// The longest packet that a client has reason to send is a request of 512 bytes; what is longer is cut and still too long.
    private static let longestPacket = 1024
    /// Requests that are taken before the transfers under way have their turn again.
    private static let mostRequests = 64
    /// Packets of one transfer that are taken before a request from its port.
    private static let mostPackets = 64

    private func hearRequests() {
        for _ in 0..<TFTPLoop.mostRequests {
            guard let datagram = (try? listener.receiveArrived(most: TFTPLoop.longestPacket)).flatMap({ $0 }) else { return }
            let peer = TransferKey(datagram.source, port: datagram.port)
            hearOut(peer)
            var asking = Asking(datagram: datagram)
            let arrival: TFTPArrival = datagram.destination == datagram.local ? .listener : .broadcast
            let actions = desk.received(datagram.bytes[...], from: peer, at: arrival, now: now) { request in
                asking.wasLookedFor = true
                return open(request, &asking)
            }
            perform(actions, asking)
        }
    }

    /// The next that came to a transfer's own port.
    ///
    /// - Returns: whether something had come.
    @discardableResult
    private func hear(_ key: TransferKey, hasError: Bool = false) -> Bool {
        guard let transfer = transfers[key], let socket = transfer.socket else { return false }
        if hasError { hearErrors(of: key, socket) }
        guard let (bytes, source, port) = (try? socket.receive(most: TFTPLoop.longestPacket)).flatMap({ $0 }) else {
            return false
        }
        let actions = desk.received(
            bytes[...], from: TransferKey(source, port: port), at: .transfer(key), now: now, open: { _ in .withheld })
        perform(actions, of: transfer)
        return true
    }

    /// What a phone said before it asks for its next file from the same port: its last ACK waits at another socket than the request, and
    /// without it the request is one that came twice, or the file before it broke off.
    private func hearOut(_ key: TransferKey) {
        for _ in 0..<TFTPLoop.mostPackets where !hear(key) { return }
    }

    /// That the phone's port is closed ends the transfer. Other ICMP errors may pass (RFC 1122 §3.2.2.1), and the timer holds.
    private func hearErrors(of key: TransferKey, _ socket: UDPSocket) {
        while let (error, address, port) = socket.nextError() {
            guard error.isConnectionRefused, address == key.address, port == key.port else { continue }
            perform(desk.abandon(key, because: "the phone closed its port"))
        }
    }

    /// The file that a request means, and what the way to the phone carries.
    private func open(_ request: TFTPRequest, _ asking: inout Asking) -> TFTPOpening {
        do throws(FileRefusal) {
            let found = try files.find(fileRequest(request, asking.datagram))
            asking.found = found
            var limits = TransferLimits(mtu: NetworkInterface.mtu(index: asking.datagram.interfaceIndex) ?? 1500)
            if let limit = blockSizeLimit() { limits = TransferLimits(blockSize: limit) }
            let sharing = transfers.count < TFTPLoop.mostSharing ? pieces : nil
            return .file(TFTPFile(found.content, sharing: sharing, now: found.receipt.began.wallTime), limits)
        } catch {
            let code = TFTPErrorCode(rawValue: UInt16(clamping: error.status(in: .tftp)))
            return .refused(TFTPError(code, error.sentence))
        }
    }

    // MARK: Doing

    /// - Parameters:
    ///   - asking: the request that these follow from, where it is one.
    ///   - known: the transfer that they are about, where that has been looked up already.
    private func perform(_ actions: [DeskAction], _ asking: Asking? = nil, of known: TFTPTransfer? = nil) {
        for action in actions {
            switch action {
            case .began(let key, _, _): begin(key, asking)
            case .send(let burst, let key):
                if let transfer = known ?? transfers[key] { outgoing.append((burst, key, transfer)) }
            case .ended(let key, let end, let tally):
                guard let transfer = transfers.removeValue(forKey: key) else { continue }
                tell(transfer.receipt, end, bytes: Int64(clamping: tally.bytes))
            case .refuse(let refusal): refuse(refusal, asking)
            case .ignored(_, let silence): complaints.note(silence, at: now)
            }
        }
    }

    private func begin(_ key: TransferKey, _ asking: Asking?) {
        guard let asking, let found = asking.found else { return }
        let local = asking.datagram.local
        do throws(SystemError) {
            let socket = desk.limits.hasSinglePort ? nil : try UDPSocket(address: local, port: 0)
            if let socket {
                try socket.keepErrors()
                try epoll.add(socket.descriptor, token: key.token)
            }
            transfers[key] = TFTPTransfer(socket, local: local, found, at: now)
        } catch {
            // Nothing of it is in the table: what the desk says further of this transfer goes nowhere.
            _ = desk.abandon(key, because: error.description)
            tell(found.receipt, .failed(.abandoned("no port can be opened for it: \(error.description)")), bytes: 0)
        }
    }

    /// Sends after all was heard, not in between: whoever waits at the other end of a local wire is woken once for all that comes.
    private func flush() {
        for (burst, key, transfer) in outgoing { send(burst, to: key, of: transfer) }
        outgoing.removeAll(keepingCapacity: true)
    }

    private func send(_ burst: TFTPBurst, to key: TransferKey, of transfer: TFTPTransfer) {
        do throws(SystemError) {
            try transfer.send(burst, to: key, or: listener)
        } catch {
            // Without room it is as good as lost, which the timer mends.
            if !error.isWouldBlock {
                perform(desk.abandon(key, because: "nothing can be sent to the phone: \(error.description)"))
            }
        }
    }

    /// One ERROR, not repeated.
    private func refuse(_ refusal: DeskRefusal, _ asking: Asking?) {
        let peer = refusal.peer
        if let socket = refusal.through.flatMap({ transfers[$0]?.socket }) {
            try? socket.send(refusal.error.encoded(), to: peer.address, port: peer.port)
        } else if let asking {
            let bytes = refusal.error.encoded()
            try? listener.send(bytes, cutAt: bytes.count, to: peer.address, port: peer.port, from: asking.datagram.local)
        }
        guard let asking, let request = refusal.request, !asking.wasLookedFor else { return }
        let asked = fileRequest(request, asking.datagram)
        let asker = files.asker(of: asked, files.policy.value)
        files.refused(asked, FileRefusal(.notServed, refusal.error.text), to: asker, status: Int(refusal.error.code.rawValue))
    }

    private func tell(_ receipt: FileReceipt, _ end: TransferEnd, bytes: Int64) {
        switch end {
        case .finished: files.ended(receipt, bytes: bytes, isComplete: true)
        case .failed(let failure): files.ended(receipt, bytes: bytes, isComplete: false, because: failure.sentence)
        }
    }

    private func fileRequest(_ request: TFTPRequest, _ datagram: ArrivedDatagram) -> FileRequest {
        FileRequest(
            .tftp, rawName: String(decoding: request.name, as: UTF8.self), name: RequestedName(tftp: request.name),
            peer: datagram.source, local: datagram.local, told: request.identity.map { SelfDescription($0) })
    }
}
