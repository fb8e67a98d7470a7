import FrameLink
import LinuxSystem
import Packets
import Provisioning
import Synchronization

/// DHCP and PnP on every served interface.
package final class Responder: Sendable {
    private let policy: CurrentPolicy
    private let memory: DeviceMemory
    private let sink: EventSink
    private let log: @Sendable (LogLine) -> Void
    private let clock: @Sendable () -> Moment
    private let store: LeaseStore
    private let whereabouts: Whereabouts
    private let sip: SIPDesk
    private let resyncDesk: ResyncDesk
    private let recent = RecentRequests()
    private let names = ServedNames()
    private let gate: SegmentGate?
    private let losses = FrameLosses()
    private let listeners = Mutex<[String: FrameListener]>([:])

    /// - Parameter log: for what an operator should know about interfaces and ports.
    package init(
        policy: CurrentPolicy, memory: DeviceMemory, clock: @escaping @Sendable () -> Moment, store: LeaseStore,
        gate: SegmentGate? = nil,
        sink: @escaping EventSink, log: @escaping @Sendable (LogLine) -> Void
    ) throws(SystemError) {
        self.policy = policy
        self.memory = memory
        self.sink = sink
        self.log = log
        self.clock = clock
        self.store = store
        self.gate = gate
        whereabouts = try Whereabouts(memory)
        let resync = try ResyncDesk(clock: clock, sink: sink)
        do throws(SystemError) {
            sip = try SIPDesk(
                policy: policy, memory: memory, whereabouts: whereabouts, resync: resync, gate: gate, clock: clock, sink: sink)
        } catch {
            // Its thread would hold it for good.
            resync.stop()
            throw error
        }
        resyncDesk = resync
    }

    /// Tells phones to come again.
    package var resync: ResyncService { resyncDesk.service }

    /// The links in service.
    package var links: [Link] {
        listeners.withLock { $0.values.map(\.served.link) }.sorted { $0.interface < $1.interface }
    }

    /// Frames that the kernel dropped since they were not read in time, by interface.
    package var lostFrames: [String: Int] { losses.all }

    /// The half of a pair that answers says so on every interface.
    package func beat() {
        for listener in listeners.withLock({ Array($0.values) }) { listener.beat() }
    }

    /// Whether some interface has its link.
    package var isLinkUp: Bool {
        listeners.withLock { $0.values.contains { $0.hasLink } }
    }

    /// This half of a pair begins to answer, with the leases that the database holds of the segment.
    /// - Returns: those of them that say something new, as they are to be stored.
    package func takeOver(_ leases: [Lease]) -> [Lease] {
        listeners.withLock { Array($0.values) }.flatMap { $0.served.leases?.takeOver(leases, at: clock()) ?? [] }
    }

    /// Serves exactly these interfaces: what came is opened, what went or changed its addresses is closed first.
    ///
    /// - Returns: the links in service, and what could not be opened, with the reason.
    @discardableResult
    package func serve(_ interfaces: [NetworkInterface]) -> (links: [Link], failures: [(interface: String, error: any Error)]) {
        var failures: [(interface: String, error: any Error)] = []
        var kept = closeAll(but: interfaces)
        names.replace(with: interfaces.map(\.name))
        for interface in interfaces { kept[interface.name].map { noteLink(of: interface, $0) } }
        for interface in interfaces where kept[interface.name] == nil {
            do {
                let served = try ServedInterface(interface, settings: policy.value.settings, store: store, at: clock())
                for remark in served.remarks { log(remark) }
                kept[interface.name] = try FrameListener(
                    served, names: names, policy: policy, memory: memory, recent: recent, whereabouts: whereabouts, sip: sip,
                    gate: gate, store: store, clock: clock, sink: sink,
                    lost: lossCounter(of: interface.name),
                    failed: { [log] error in
                        log(LogLine(.warning, "interface.lost", ["interface": interface.name, "text": "\(error)"]))
                    })
                log(
                    LogLine(
                        .notice, "interface.open",
                        [
                            "interface": interface.name, "address": served.link.address, "sip-port": Int(served.link.sipPort),
                        ]))
            } catch {
                failures.append((interface.name, error))
            }
        }
        let now = kept
        listeners.withLock { $0 = now }
        resyncDesk.serve(now.values.map(\.served))
        sip.serve(now.values.map(\.served))
        return (now.values.map(\.served.link).sorted { $0.interface < $1.interface }, failures)
    }

    private func lossCounter(of interface: String) -> @Sendable (Int) -> Void {
        _ = losses.add(0, on: interface, at: clock().steady)
        return { [losses, log, clock] frames in
            guard let news = losses.add(frames, on: interface, at: clock().steady) else { return }
            let text = "the kernel had no room for them, since they were not read in time; phones ask again"
            log(LogLine(.warning, "interface.frames-dropped", ["interface": interface, "count": news, "text": text]))
        }
    }

    private func noteLink(of interface: NetworkInterface, _ listener: FrameListener) {
        guard listener.note(isRunning: interface.isRunning) else { return }
        log(LogLine(.notice, "interface.link-returned", ["interface": interface.name]))
    }

    /// Closes what is not wanted as it is, and gives what stays. The ports of a closed interface can be bound again when this returns.
    private func closeAll(but wanted: [NetworkInterface]) -> [String: FrameListener] {
        let (kept, closed) = listeners.withLock { listeners in
            let all = listeners
            listeners = all.filter { name, listener in
                !listener.hasFailed && wanted.contains { $0.name == name && $0.isServedAlike(listener.served.interface) }
            }
            return (listeners, all.filter { listeners[$0.key] == nil })
        }
        for (name, listener) in closed {
            listener.stop()
            log(LogLine(.notice, "interface.closed", ["interface": name]))
        }
        resyncDesk.serve(kept.values.map(\.served))
        sip.serve(kept.values.map(\.served))
        for listener in closed.values { listener.served.close() }
        return kept
    }

    /// The ports can be bound again when this returns.
    package func stop() {
        let listeners = listeners.withLock { listeners in
            defer { listeners = [:] }
            return listeners
        }
        for listener in listeners.values { listener.stop() }
        sip.stop()
        resyncDesk.stop()
        for listener in listeners.values { listener.served.close() }
    }
}

extension NetworkInterface {
    /// Whether an interface that was opened as `other` can go on as it is.
    fileprivate func isServedAlike(_ other: NetworkInterface) -> Bool {
        index == other.index && mac == other.mac && addresses == other.addresses && isUp == other.isUp
    }
}
