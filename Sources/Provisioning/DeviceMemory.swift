import Packets
import Synchronization

/// What was learnt of each device, and which address belongs to which: shared by everything that hears phones. Bounded; the devices
/// that were silent for longest are forgotten first.
package final class DeviceMemory: Sendable {
    private struct State {
        var devices: [MACAddress: LearntDevice] = [:]
        var byAddress: [IPv4Address: MACAddress] = [:]
    }

    private let state = Mutex(State())
    private let capacity: Int

    package init(capacity: Int = 131_072) {
        self.capacity = max(16, capacity)
    }

    package func device(_ mac: MACAddress) -> LearntDevice? {
        state.withLock { $0.devices[mac] }
    }

    /// Every device that is remembered.
    package func all() -> [MACAddress: LearntDevice] {
        state.withLock { $0.devices }
    }

    /// The device that was last met at an address.
    package func device(at address: IPv4Address) -> (mac: MACAddress, device: LearntDevice)? {
        state.withLock { state in
            guard let mac = state.byAddress[address], let device = state.devices[mac] else { return nil }
            return (mac, device)
        }
    }

    /// Keeps what a request showed. What it does not say stays as it was.
    ///
    /// - Parameters:
    ///   - tags: of the frame; `nil` where there was none to see.
    ///   - sipPort: where the device says that its SIP is heard.
    package func learn(
        _ identity: Identity, address: IPv4Address?, interface: String?, tags: [VLANTag]? = nil, sipPort: UInt16? = nil,
        at now: Moment
    ) {
        guard let mac = identity.mac, identity.isRecognised || address != nil else { return }
        state.withLock { state in
            var device = state.devices[mac] ?? LearntDevice(lastSeen: now)
            device.familyID = identity.family?.id ?? device.familyID
            device.model = identity.model ?? device.model
            device.version = identity.version ?? device.version
            device.interface = interface ?? device.interface
            device.tags = tags ?? device.tags
            device.sipPort = sipPort ?? device.sipPort
            device.lastSeen = now
            if let address, device.address != address {
                if let old = device.address, state.byAddress[old] == mac { state.byAddress[old] = nil }
                device.address = address
            }
            if let address { state.byAddress[address] = mac }
            if state.devices[mac] == nil, state.devices.count >= capacity { DeviceMemory.forgetOldest(&state) }
            state.devices[mac] = device
        }
    }

    /// An eighth at once, so that a flood of new addresses pays for the search seldom.
    private static func forgetOldest(_ state: inout State) {
        let times = state.devices.values.map(\.lastSeen).sorted()
        let limit = times[times.count / 8]
        for (mac, device) in state.devices where device.lastSeen <= limit {
            if let address = device.address, state.byAddress[address] == mac { state.byAddress[address] = nil }
            state.devices[mac] = nil
        }
    }
}
