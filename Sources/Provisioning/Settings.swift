import Packets
import VendorCatalogue

/// The configuration as values. `Settings()` is what holds without a file.
package struct Settings: Sendable {
    package enum DHCPAnswer: String, CaseIterable, Sendable { case off, observe, inform, lease }
    package enum PnPAnswer: String, CaseIterable, Sendable { case off, observe, on }

    package struct DHCP: Sendable {
        package var answer = DHCPAnswer.inform
        package var relays: [IPv4Prefix] = []
        package var lease = LeaseSettings()
    }

    package struct PnP: Sendable {
        package var answer = PnPAnswer.on
        package var group = IPv4Address(224, 0, 1, 75)
        package var port: UInt16 = 5060
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
    package var tftpPort: UInt16 = 69
    package var admin = AdminSettings()
    /// What phones that ask for credentials before they obey check-sync are told, where neither rule nor device says better.
    package var resync: SIPCredentials?
    package var rules: [Rule] = []
    package var devices: [MACAddress: KnownDevice] = [:]
    /// Where `devices` was read from, as the configuration names it.
    package var devicesFile: String?

    package init() {}
}
