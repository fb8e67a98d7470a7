import ConfigFiles
import Daemon
import Diagnosis
import Fleet
import FleetStore
import LinuxSystem
import Packets
import PostgreSQL
import Provisioning

/// The fleet's database, as the flags name it or else the configuration.
struct FleetAccess {
    let configuration: Configuration
    let address: DatabaseAddress

    init(_ arguments: Arguments) throws(Exit) {
        configuration = try loadSoundConfiguration(arguments)
        let settings = configuration.settings.fleet
        // What stands there may be a password: it is not repeated.
        let uri = arguments.text("--database").flatMap(FleetSettings.uri)
        if uri == nil, arguments.text("--database") != nil {
            throw Exit(.usage, "--database must be \(FleetSettings.expectedURI)")
        }
        guard let database = uri ?? settings?.database else {
            throw Exit(.usage, "there is no fleet: name its database with --database, or as fleet.database in the configuration")
        }
        address = DatabaseAddress(
            database, passwordFile: arguments.text("--password-file") ?? (uri == nil ? settings?.passwordFile : nil))
    }

    /// `all` is every site.
    static func site(_ word: String) -> String? { word == "all" ? nil : word }

    func connect<Value>(_ body: (DatabaseConnection) throws(DatabaseError) -> Value) throws(Exit) -> Value {
        do throws(DatabaseError) {
            return try body(DatabaseConnection(address))
        } catch {
            throw Exit(.unavailable, "the fleet's database: \(error)")
        }
    }

    func read<Value>(_ body: (FleetReader) throws(DatabaseError) -> Value) throws(Exit) -> Value {
        try connect { connection throws(DatabaseError) in try body(FleetReader(connection)) }
    }

    /// A phone as it stands at a site, by what the fleet has written down and this machine's configuration: the site's own is not known here.
    func phone(_ mac: MACAddress, site: String) throws(Exit) -> (PhoneCase, label: String?) {
        let (found, events) = try read { reader throws(DatabaseError) in
            let site = FleetAccess.site(site)
            return (
                try reader.devices(mac, site: site).first,
                try reader.timeline(of: mac, site: site, limit: PhoneCase.mostEvents).map(\.event)
            )
        }
        let phone = PhoneCase(
            mac, device: found?.device, events: events, site: Site(loadPolicy(configuration)), now: thisMoment(),
            clockText: shortClock)
        return (phone, found?.label)
    }
}
