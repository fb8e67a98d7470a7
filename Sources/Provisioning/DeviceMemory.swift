import Packets
import Synchronization

/// What was learnt of each device, and which address belongs to which: shared by everything that hears phones. Bounded; forgotten first
/// are those that came for a moment only, as made-up ones do in a flood (T3), then those that were silent for longest.
package final class DeviceMemory: Sendable {
    private struct State {
        var devices: [MACAddress: (device: LearntDevice, since: Moment)] = [:]
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
            var (device, since) = state.devices[mac] ?? (LearntDevice(lastSeen: now), now)
            // Else a clock that was set back would make everybody fleeting.
            since = min(since, now)
            device.familyID = identity.family?.id ?? device.familyID
            device.model = identity.model ?? device.model
            device.version = identity.version ?? device.version
            device.interface = interface ?? device.interface
            device.rule = rule ?? device.rule
            device.tags = tags ?? device.tags
            device.sipPort = sipPort ?? device.sipPort
            device.lastSeen = now
            if let address, device.address != address {
                if let old = device.address, state.byAddress[old] == mac { state.byAddress[old] = nil }
                device.address = address
            }
            if let address { state.byAddress[address] = mac }
            if state.devices[mac] == nil, state.devices.count >= capacity { DeviceMemory.forgetOldest(&state) }
            state.devices[mac] = (device, since)
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
