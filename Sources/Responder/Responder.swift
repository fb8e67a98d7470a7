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
    private let sip: SIPDesk
    private let recent = RecentRequests()
    private let listeners = Mutex<[String: FrameListener]>([:])

    /// - Parameter log: for what an operator should know about interfaces and ports.
    package init(
        policy: CurrentPolicy, memory: DeviceMemory, clock: @escaping @Sendable () -> Moment, sink: @escaping EventSink,
        log: @escaping @Sendable (LogLine) -> Void
    ) throws(SystemError) {
        self.policy = policy
        self.memory = memory
        self.sink = sink
        self.log = log
        sip = try SIPDesk(policy: policy, memory: memory, clock: clock, sink: sink)
    }

    /// Serves exactly these interfaces: what came is opened, what went or changed its addresses is closed first.
    ///
    /// - Returns: the links in service, and what could not be opened, with the reason.
    @discardableResult
    package func serve(_ interfaces: [NetworkInterface]) -> (links: [Link], failures: [(interface: String, error: any Error)]) {
        var failures: [(interface: String, error: any Error)] = []
        let wanted = Dictionary(interfaces.map { ($0.name, $0) }) { $1 }
        let old = listeners.withLock { $0 }
        var kept = old.filter { wanted[$0.key]?.isServedAlike($0.value.served.interface) == true }
        for (name, listener) in old where kept[name] == nil {
            listener.stop()
            log(LogLine(.notice, "interface.closed", ["interface": name]))
        }
        sip.serve(kept.values.map(\.served))
        for interface in interfaces where kept[interface.name] == nil {
            do {
                let served = try ServedInterface(interface, settings: policy.value.settings)
                for remark in served.remarks { log(remark) }
                kept[interface.name] = try FrameListener(
                    served, names: Set(wanted.keys), policy: policy, memory: memory, recent: recent, sip: sip, sink: sink
                ) { [log] error in
                    log(LogLine(.warning, "interface.lost", ["interface": interface.name, "text": "\(error)"]))
                }
                log(
                    LogLine(.notice, "interface.open", [
                        "interface": interface.name, "address": served.link.address, "sip-port": Int(served.link.sipPort),
                    ]))
            } catch {
                failures.append((interface.name, error))
            }
        }
        let now = kept
        listeners.withLock { $0 = now }
        sip.serve(now.values.map(\.served))
        return (now.values.map(\.served.link).sorted { $0.interface < $1.interface }, failures)
    }

    package func stop() {
        let listeners = listeners.withLock { listeners in
            defer { listeners = [:] }
            return listeners
        }
        for listener in listeners.values { listener.stop() }
        sip.stop()
    }
}

extension NetworkInterface {
    /// Whether an interface that was opened as `other` can go on as it is.
    fileprivate func isServedAlike(_ other: NetworkInterface) -> Bool {
        index == other.index && mac == other.mac && addresses == other.addresses && isUp == other.isUp
    }
}
