import Packets
import Synchronization

/// What was learnt of each device, and which address belongs to which: shared by everything that hears phones. Bounded; forgotten first
/// are those that came for a moment only, as made-up ones do in a flood (T3), then those that were silent for longest.
package final class DeviceMemory: Sendable {
    /// Looked up once and changed where it is; only under the lock.
    private final class Entry {
        var device: LearntDevice
        var since: Moment

        init(since: Moment) {
            device = LearntDevice(lastSeen: since)
            self.since = since
        }
    }

    private struct State {
        var devices: [MACAddress: Entry] = [:]
        var byAddress: [IPv4Address: MACAddress] = [:]
    }

    private let state = Mutex(State())
    private let capacity: Int
    /// Who is met over this many microseconds came for more than a moment.
    private static let moment: Int64 = 60_000_000

    package init(capacity: Int = 131_072) {
        self.capacity = max(16, capacity)
    }

    package func device(_ mac: MACAddress) -> LearntDevice? {
        state.withLock { $0.devices[mac]?.device }
    }

    /// Every device that is remembered.
    package func all() -> [MACAddress: LearntDevice] {
        state.withLock { $0.devices.mapValues(\.device) }
    }

    /// The hardware address of the device that was last met at an address.
    package func mac(at address: IPv4Address) -> MACAddress? {
        state.withLock { state in state.byAddress[address].flatMap { state.devices[$0] == nil ? nil : $0 } }
    }

    /// The device that was last met at an address.
    package func device(at address: IPv4Address) -> (mac: MACAddress, device: LearntDevice)? {
        state.withLock { state in
            guard let mac = state.byAddress[address], let device = state.devices[mac]?.device else { return nil }
            return (mac, device)
        }
    }

    /// Keeps what a request showed. What it does not say stays as it was.
    ///
    /// - Parameters:
    ///   - tags: of the frame; `nil` where there was none to see.
    ///   - sipPort: where the device says that its SIP is heard.
    ///   - rule: the one that it was answered by.
    package func learn(
        _ identity: Identity, address: IPv4Address?, interface: String?, tags: [VLANTag]? = nil, sipPort: UInt16? = nil,
        rule: String? = nil, at now: Moment
    ) {
        guard let mac = identity.mac, identity.isRecognised || address != nil else { return }
        state.withLock { state in
            let entry: Entry
            if let known = state.devices[mac] {
                entry = known
            } else {
                if state.devices.count >= capacity { DeviceMemory.forgetOldest(&state) }
                entry = Entry(since: now)
                state.devices[mac] = entry
            }
            // Else a clock that was set back would make everybody fleeting.
            entry.since = min(entry.since, now)
            if let family = identity.family { entry.device.familyID = family.id }
            if let model = identity.model { entry.device.model = model }
            if let version = identity.version { entry.device.version = version }
            if let interface { entry.device.interface = interface }
            if let rule { entry.device.rule = rule }
            if let tags { entry.device.tags = tags }
            if let sipPort { entry.device.sipPort = sipPort }
            entry.device.lastSeen = now
            if let address, entry.device.address != address {
                if let old = entry.device.address, state.byAddress[old] == mac { state.byAddress[old] = nil }
                entry.device.address = address
            }
            if let address { state.byAddress[address] = mac }
        }
    }

    /// A device shows that it is not where its own frames were met: neither their address nor their tags are its any more.
    ///
    /// - Parameter address: where it is instead, if that is known; where it was met there last nothing is forgotten.
    package func hasLeft(_ mac: MACAddress, for address: IPv4Address? = nil) {
        state.withLock { state in
            guard let entry = state.devices[mac] else { return }
            if let old = entry.device.address {
                if old == address { return }
                if state.byAddress[old] == mac { state.byAddress[old] = nil }
                entry.device.address = nil
            } else if address != nil {
                return
            }
            entry.device.tags = nil
        }
    }

    /// An eighth at once, so that a flood of new addresses pays for the search seldom.
    private static func forgetOldest(_ state: inout State) {
        let order = state.devices.map { mac, entry in
            let isFleeting = entry.device.lastSeen.microseconds - entry.since.microseconds < moment
            return (rank: isFleeting ? 0 : 1, lastSeen: entry.device.lastSeen, mac: mac)
        }.sorted { ($0.rank, $0.lastSeen) < ($1.rank, $1.lastSeen) }
        for (_, _, mac) in order.prefix(order.count / 8 + 1) {
            let entry = state.devices.removeValue(forKey: mac)
            if let address = entry?.device.address, state.byAddress[address] == mac { state.byAddress[address] = nil }
        }
    }
}
