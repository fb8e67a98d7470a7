import Packets
import VendorCatalogue

/// The configuration as values. `Settings()` is what holds without a file.
package struct Settings: Sendable {
    package enum DHCPAnswer: String, CaseIterable, Sendable { case off, observe, inform, lease }
    package enum PnPAnswer: String, CaseIterable, Sendable { case off, observe, on }
    /// How a line of the log is written: `key=value`, or a JSON object with the same keys.
    package enum LogFormat: String, CaseIterable, Sendable { case text, json }

    package struct DHCP: Sendable {
        package var answer = DHCPAnswer.inform
        package var relays: [IPv4Prefix] = []
        package var lease = LeaseSettings()

        package func trusts(_ relay: IPv4Address) -> Bool { relays.contains { $0.contains(relay) } }
    }

    package struct PnP: Sendable {
        package var answer = PnPAnswer.on
        package var group = IPv4Address(224, 0, 1, 75)
        package var port: UInt16 = 5060
        /// Where else phones ask whose settings differ.
        package var also: [PnPListener] = []
        /// Whether they may ask by TCP as well, at the same ports of each interface's own address.
        package var tcp = false

        package var listeners: [PnPListener] { [PnPListener(group: group, port: port)] + also }
        /// Each once, the first of them the one that answers leave from.
        package var ports: [UInt16] {
            var ports = [port]
            for listener in also where !ports.contains(listener.port) { ports.append(listener.port) }
            return ports
        }
    }

    package struct Files: Sendable {
        package enum Secrets: String, CaseIterable, Sendable { case own, anyone }

        /// Who gets a file whose name holds a hardware address, or that is made with a phone's row of `devices.csv`.
        package var secrets = Secrets.own
        /// Hosts whose word is taken for who they are: behind a router nothing else says it.
        package var trusted: [IPv4Prefix] = []

        /// Whether what a host says of itself needs no proof.
        package func believes(_ address: IPv4Address) -> Bool {
            secrets == .anyone || trusts(address)
        }

        package func trusts(_ address: IPv4Address) -> Bool { trusted.contains { $0.contains(address) } }
    }

    /// Names or globs; empty for every interface that is up, has an IPv4 address and is not loopback.
    package var interfaces: [ShapePattern] = []
    package var root = "/srv/bellhop"
    package var state = "/var/lib/bellhop"
    package var url = URLTemplate.everyone
    package var dhcp = DHCP()
    package var pnp = PnP()
    package var httpPort: UInt16 = 80
    package var https: HTTPSSettings?
    package var tftp = TFTPSettings()
    /// `nil`: not served.
    package var ftp: FTPSettings?
    package var admin = AdminSettings()
    package var logFormat = LogFormat.text
    /// What phones that ask for credentials before they obey check-sync are told, where neither rule nor device says better.
    package var resync: SIPCredentials?
    package var rules = RuleList()
    package var files = Files()
    package var devices: [MACAddress: KnownDevice] = [:]
    /// The headings of `devices.csv`.
    package var deviceColumns: [String] = []
    package var deviceByUUID: [String: MACAddress] = [:]
    /// Where `devices` is read from, as the configuration names it. The file may be absent.
    package var devicesFile = "devices.csv"

    /// `nil`: this bellhop is on its own.
    package var fleet: FleetSettings?

    package init() {}

    /// Adds the devices of the fleet's table. Where the file has the same device, the file's row holds.
    /// - Returns: devices that table and file have differently.
    package mutating func takeFleet(_ known: KnownDevices) -> [MACAddress] {
        var own = devices
        devices.merge(known.devices) { mine, _ in mine }
        deviceColumns += known.columns.filter { !deviceColumns.contains($0) }
        deviceByUUID.merge(known.byUUID) { mine, _ in mine }
        // An address is one device's.
        let taken = Dictionary(own.values.compactMap { device in device.address.map { ($0, device.mac) } }) { first, _ in first }
        for (mac, device) in known.devices where own[mac] == nil {
            if let address = device.address, taken[address] != nil { devices[mac]?.address = nil }
        }
        for mac in own.keys { own[mac]?.place = nil }
        return known.devices.values.filter { device in
            var device = device
            device.place = nil
            return own[device.mac].map { $0 != device } ?? device.address.map { taken[$0] != nil } ?? false
        }.map(\.mac).sorted { $0.bits < $1.bits }
    }

    package mutating func take(_ known: KnownDevices) {
        devices = known.devices
        deviceColumns = known.columns
        deviceByUUID = known.byUUID
    }
}

/// A multicast group and the UDP port of it that phones ask at.
package struct PnPListener: Hashable, Sendable {
    package var group: IPv4Address
    package var port: UInt16

    package init(group: IPv4Address, port: UInt16) {
        self.group = group
        self.port = port
    }
}
