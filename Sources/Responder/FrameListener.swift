import FrameLink
import LinuxSystem
import Packets
import Provisioning
import SIPMessages
import Synchronization

/// The thread of one interface: frames in, decisions, frames out.
final class FrameListener: Sendable {
    let served: ServedInterface
    private let policy: CurrentPolicy
    private let memory: DeviceMemory
    private let recent: RecentRequests
    private let sip: SIPDesk
    private let sink: EventSink
    private let failed: @Sendable (any Error) -> Void
    private let names: ServedNames
    private let isDead = Mutex(false)
    private let stopping: Wakeup
    private let thread = Mutex<SystemThread?>(nil)

    /// - Parameter failed: called when the interface gives no frames any more; the thread has ended then.
    init(
        _ served: ServedInterface, names: ServedNames, policy: CurrentPolicy, memory: DeviceMemory, recent: RecentRequests, sip: SIPDesk,
        sink: @escaping EventSink, failed: @escaping @Sendable (any Error) -> Void
    ) throws(SystemError) {
        self.served = served
        self.names = names
        self.policy = policy
        self.memory = memory
        self.recent = recent
        self.sip = sip
        self.sink = sink
        self.failed = failed
        stopping = try Wakeup()
        let started = try SystemThread.start(name: served.link.interface) { [self] in run() }
        thread.withLock { $0 = started }
    }

    func stop() {
        stopping.signal()
        thread.withLock { $0.take() }?.join()
    }

    /// Frames that are handled before the thread looks whether it is to stop, and takes the newest policy.
    private static let batch = 256

    private func run() {
        let descriptors = [stopping.descriptor, served.frames.descriptor ?? -1]
        do {
            while true {
                let readable = try waitReadable(descriptors, milliseconds: nil)
                if readable[0] { return }
                let policy = policy.value
                for _ in 0..<FrameListener.batch {
                    guard let frame = try served.frames.nextFrame() else { break }
                    handle(frame, policy)
                }
            }
        } catch {
            isDead.withLock { $0 = true }
            failed(error)
        }
    }

    /// The interface gave up; it has to be opened anew.
    var hasFailed: Bool { isDead.withLock { $0 } }

    private func handle(_ captured: CapturedFrame, _ policy: Policy) {
        let now = Moment(microseconds: captured.time.microsecondsSince1970)
        let request: Request
        do throws(Request.Unreadable) {
            request = try Request(reading: captured.bytes[...], pnpPort: policy.settings.pnp.port, sipPort: served.link.sipPort)
        } catch {
            return sink(Event(time: now, mac: error.mac, interface: served.link.interface, .ignored(error.kind, error.silence)))
        }
        // In a tagged frame a phone's answer to our NOTIFY arrives here, for the socket does not see it.
        if case .otherSIP(let message, .isResponse) = request.content, request.frame.destination == served.link.address {
            return sip.hear(message, from: request.frame.source)
        }
        if let vlan = request.frame.tags.first, names.contains("\(served.link.interface).\(vlan.identifier)") { return }
        let decision = policy.decide(request, on: served.link, at: now, learnt: request.mac.flatMap(memory.device))
        perform(decision, request, now)
    }

    private func perform(_ decision: Decision, _ request: Request, _ now: Moment) {
        let interface = served.link.interface
        if let mac = decision.identity.mac, request.frame.source.isHost || decision.identity.isRecognised {
            memory.learn(decision.identity, address: request.frame.source.isHost ? request.frame.source : nil, interface: interface, at: now)
            if decision.answer != nil, let other = recent.claim(request.key(mac), on: interface, at: MonotonicClock.now()) {
                return sink(Event(time: now, mac: mac, interface: interface, .ignored(decision.kind, .answeredOnOtherInterface(other))))
            }
        }
        switch decision.outcome {
        case .ignore(let silence):
            sink(Event(time: now, mac: decision.identity.mac, interface: interface, .ignored(decision.kind, silence)))
        case .answer(.pnp(let answer)):
            sip.answer(decision, answer, on: served)
        case .answer(.dhcp(let answer)):
            do {
                guard let frame = answer.frame.encoded() else { return }
                try served.frames.send(frame)
                if let event = Event.answered(decision, interface: interface, at: now) { sink(event) }
            } catch {
                sink(Event(time: now, mac: decision.identity.mac, interface: interface, .notSent("\(error)")))
            }
        }
    }
}

/// The names of all interfaces in service: a VLAN that is served itself (`eth1.20`) is not answered on what carries it.
final class ServedNames: Sendable {
    private let names = Mutex<Set<String>>([])

    func contains(_ name: String) -> Bool { names.withLock { $0.contains(name) } }

    func replace(with new: some Sequence<String>) {
        let new = Set(new)
        names.withLock { $0 = new }
    }
}

extension Request {
    /// What copies of one request have in common.
    fileprivate func key(_ mac: MACAddress) -> RecentRequests.Key {
        let transaction: UInt64 =
            switch content {
            case .dhcp(let message): UInt64(message.transactionID)
            case .subscribe(let subscribe): UInt64(truncatingIfNeeded: subscribe.callID.hashValue)
            case .otherSIP: 0
            }
        return RecentRequests.Key(mac: mac, kind: kind, transaction: transaction)
    }
}
