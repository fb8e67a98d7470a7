import Packets
import Provisioning
import VendorCatalogue

/// What the command line says over the configuration's head.
package struct Overrides: Sendable {
    package var interfaces: [ShapePattern] = []
    package var root: String?
    package var state: String?
    package var url: URLTemplate?
    package var httpPort: UInt16?
    package var tftpPort: UInt16?
    package var hasSingleTFTPPort = false
    /// The addresses to give.
    package var lease: AddressRange?
    package var admin: AdminSettings.Listening?
    package var logFormat: Settings.LogFormat?
    /// Listen and record, say nothing.
    package var observes = false

    package init() {}

    package func applied(to settings: Settings) -> Settings {
        var settings = settings
        if !interfaces.isEmpty { settings.interfaces = interfaces }
        settings.root = root ?? settings.root
        settings.state = state ?? settings.state
        settings.url = url ?? settings.url
        settings.httpPort = httpPort ?? settings.httpPort
        settings.tftp.port = tftpPort ?? settings.tftp.port
        if hasSingleTFTPPort { settings.tftp.hasSinglePort = true }
        if let lease {
            settings.dhcp.answer = .lease
            settings.dhcp.lease.ranges = [lease]
            settings.dhcp.lease.place = nil
        }
        settings.admin.listening = admin ?? settings.admin.listening
        settings.logFormat = logFormat ?? settings.logFormat
        if observes {
            if settings.dhcp.answer != .off { settings.dhcp.answer = .observe }
            if settings.pnp.answer != .off { settings.pnp.answer = .observe }
        }
        return settings
    }
}
