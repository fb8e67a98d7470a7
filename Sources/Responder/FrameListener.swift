import DHCPMessages
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
    private let store: LeaseStore
    private let clock: @Sendable () -> Moment
    private let sink: EventSink
    private let failed: @Sendable (any Error) -> Void
    private let names: ServedNames
    private let isDead = Mutex(false)
    private let stopping: Wakeup
    private let thread = Mutex<SystemThread?>(nil)

    /// - Parameter failed: called when the interface gives no frames any more; the thread has ended then.
    init(
        _ served: ServedInterface, names: ServedNames, policy: CurrentPolicy, memory: DeviceMemory, recent: RecentRequests,
        sip: SIPDesk,
        store: LeaseStore, clock: @escaping @Sendable () -> Moment, sink: @escaping EventSink,
        failed: @escaping @Sendable (any Error) -> Void
    ) throws(SystemError) {
        self.served = served
        self.names = names
        self.policy = policy
        self.memory = memory
        self.recent = recent
        self.sip = sip
        self.store = store
        self.clock = clock
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
                let readable = try waitReadable(descriptors, milliseconds: served.leases == nil ? nil : 100)
                if readable[0] { return }
                let policy = policy.value
                for _ in 0..<FrameListener.batch {
                    guard let frame = try served.frames.nextFrame() else { break }
                    handle(frame, policy)
                }
                if let leases = served.leases { perform(leases.elapsed(at: clock())) }
            }
        } catch {
            isDead.withLock { $0 = true }
            failed(error)
        }
    }

    /// The interface gave up; it has to be opened anew.
    var hasFailed: Bool { isDead.withLock { $0 } }

    private func handle(_ captured: CapturedFrame, _ policy: Policy) {
        if let leases = served.leases, let arp = ARPPacket(decoding: captured.bytes[...]) {
            return perform(leases.heard(arp, at: clock()))
        }
        let now = Moment(microseconds: captured.time.microsecondsSince1970, steady: served.leases == nil ? 0 : clock().steady)
        let request: Request
        do throws(Request.Unreadable) {
            request = try Request(reading: captured.bytes[...], pnpPort: policy.settings.pnp.port, sipPort: served.link.sipPort)
        } catch {
            return sink(Event(time: now, mac: error.mac, interface: served.link.interface, .ignored(error.kind, error.silence)))
        }
        switch request.content {
        // In a tagged frame a phone's answer to our NOTIFY arrives here, for the socket does not see it.
        case .otherSIP(let message, .isResponse) where request.frame.destination == served.link.address:
            return sip.hear(message, from: request.frame.source)
        case .dhcp(let message) where message.operation == DHCPMessage.reply:
            return hear(message, request, now)
        default: break
        }
        if let vlan = request.frame.tags.first, names.contains("\(served.link.interface).\(vlan.identifier)") { return }
        let learnt = request.mac.flatMap(memory.device)
        let decision =
            if let leases = served.leases {
                leases.decide { policy.decide(request, on: served.link, at: now, learnt: learnt, leases: &$0) }
            } else {
                policy.decide(request, on: served.link, at: now, learnt: learnt)
            }
        if case .ignore(.noLease(.choseAnotherServer(let server))) = decision.outcome, let leases = served.leases {
            perform(leases.heard(server, at: now))
        }
        perform(decision, request, now)
    }

    /// What another server told somebody.
    private func hear(_ message: DHCPMessage, _ request: Request, _ now: Moment) {
        guard let server = OtherServer(message, in: request.frame, on: served.link) else { return }
        if let leases = served.leases { perform(leases.heard(server, at: clock())) }
        sink(Event(time: now, mac: server.client, interface: served.link.interface, .otherServer(server)))
    }

    private func perform(_ actions: [LeaseDesk.Action]) {
        for action in actions {
            switch action {
            case .send(let frame): try? served.frames.send(frame)
            case .say(let what): sink(Event(time: clock(), mac: nil, interface: served.link.interface, what))
            }
        }
    }

    private func perform(_ decision: Decision, _ request: Request, _ now: Moment) {
        let interface = served.link.interface
        if let mac = decision.identity.mac {
            let isItself = request.isFromItself(mac)
            let address = isItself && request.frame.source.isHost ? request.frame.source : nil
            memory.learn(
                decision.identity, address: address, interface: interface, tags: isItself ? request.frame.tags : nil,
                sipPort: address.flatMap(request.sipPort), at: now)
            if decision.answer != nil, let other = recent.claim(request.key(mac), on: interface, at: MonotonicClock.now()) {
                return sink(
                    Event(time: now, mac: mac, interface: interface, .ignored(decision.kind, .answeredOnOtherInterface(other))))
            }
        }
        guard decision.changes.isEmpty else { return storeAndSend(decision, now) }
        switch decision.outcome {
        case .ignore(let silence):
            sink(Event(time: now, mac: decision.identity.mac, interface: interface, .ignored(decision.kind, silence)))
        case .answer(.pnp(let answer)):
            sip.answer(decision, answer, on: served)
        case .answer(.dhcp(let answer)):
            send(answer, decision, now)
        }
    }

    private func send(_ answer: DHCPAnswer, _ decision: Decision, _ now: Moment) {
        do {
            guard let frame = answer.frame.encoded() else { return }
            try served.frames.send(frame)
            if let event = Event.answered(decision, interface: served.link.interface, at: now) { sink(event) }
        } catch {
            sink(Event(time: now, mac: decision.identity.mac, interface: served.link.interface, .notSent("\(error)")))
        }
    }

    /// The change is on disk before the ACK is on the wire; this thread goes on meanwhile.
    private func storeAndSend(_ decision: Decision, _ now: Moment) {
        store.store(decision.changes) { [self] failure in
            if let failure {
                return sink(
                    Event(
                        time: now, mac: decision.identity.mac, interface: served.link.interface,
                        .notSent("the lease was not stored: \(failure)")))
            }
            if case .dhcp(let answer)? = decision.answer { return send(answer, decision, now) }
            for case .put(let lease) in decision.changes {
                let what: Event.What = lease.state == .declined ? .declined(lease.address) : .released(lease.address)
                sink(Event(time: now, mac: lease.mac, interface: served.link.interface, what))
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
    /// Whether the frame itself came from the device that it speaks of. Only then its address is taken for that device's: files are given
    /// out by it (T9), and anyone can write another's hardware address into a message.
    fileprivate func isFromItself(_ mac: MACAddress) -> Bool {
        frame.sourceMAC == mac
    }

    /// The port of the Contact in a SUBSCRIBE, where that is the device itself.
    fileprivate func sipPort(at address: IPv4Address) -> UInt16? {
        guard case .subscribe(let subscribe) = content, subscribe.contactAddress == address else { return nil }
        return subscribe.contactPort
    }

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
