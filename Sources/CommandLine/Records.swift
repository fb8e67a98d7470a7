import ConfigFiles
import Daemon
import Diagnosis
import FileTree
import JSONText
import Ledger
import LinuxSystem
import Packets
import Provisioning
import StatusPage
import VendorCatalogue

/// What has been seen, read from the ledger beneath `state`: the daemon may be running or not.
struct Records {
    let configuration: Configuration
    let settings: Settings
    let reader: LedgerReader
    static let reports = Reports(timeText: { WallTime(microsecondsSince1970: $0.microseconds).description })

    static let flags: KeyValuePairs<String, String> = ["--config": "FILE", "--state": "DIR"]

    init(_ arguments: Arguments) throws(Exit) {
        configuration = try loadSoundConfiguration(arguments)
        var settings = configuration.settings
        settings.state = arguments.text("--state") ?? settings.state
        self.settings = settings
        do throws(LedgerError) {
            reader = try LedgerReader(folder: settings.state)
        } catch {
            if Records.isClosed(settings.state) { throw Exit.keptByDaemon(settings.state) }
            throw Exit(
                .unavailable,
                "\(error)\nhas bellhop run with this state folder? name it with --state, or the configuration with --config")
        }
    }

    /// Whether the folder, or the database in it, may not be read by who asks.
    private static func isClosed(_ state: String) -> Bool {
        do throws(SystemError) {
            _ = try ReadDirectory.open(state).openFile(beneath: LedgerReader.fileName)
            return false
        } catch {
            return error.isPermissionDenied
        }
    }

    /// Runs a query; what the database says against it ends the command.
    func read<Value>(_ query: (LedgerReader) throws(LedgerError) -> Value) throws(Exit) -> Value {
        do throws(LedgerError) {
            return try query(reader)
        } catch {
            throw Exit(.unavailable, "\(error)")
        }
    }

    func label(_ mac: MACAddress) -> String? { settings.devices[mac]?.label }

    /// A phone as it stands now, by what the ledger and this configuration know.
    func phone(_ mac: MACAddress) throws(Exit) -> PhoneCase {
        let device = try read { reader throws(LedgerError) in try reader.device(mac) }
        let events = try read { reader throws(LedgerError) in try reader.timeline(of: mac, limit: PhoneCase.mostEvents) }
        let daemon = serving()
        var settings = settings
        settings.root = daemon.root ?? settings.root
        let tree = try? FileTree(root: settings.root)
        var site = Site(Policy(settings: settings, catalogue: configuration.catalogue, tree: tree?.snapshot ?? TreeSnapshot()))
        (site.isRunning, site.links) = (daemon.isRunning, daemon.links)
        if ServiceManager.isSystemd { site.startCommand = "systemctl start bellhop" }
        if events.isEmpty { site.neighbourOn = NeighbourTable.interface(of: mac) }
        return PhoneCase(mac, device: device, events: events, site: site, now: thisMoment(), clockText: shortClock)
    }
}

extension Records {
    /// Whether the daemon runs, where that can be told, which interfaces it serves and from which root (`run --root` may have named
    /// another); without it those that the configuration means.
    private func serving() -> (isRunning: Bool?, links: [String: [IPv4Address]], root: String?) {
        var isRunning: Bool?
        do throws(SystemError) {
            _ = try AdminFile.read(state: settings.state)
            if let answer = try? AdminClient(state: settings.state).get("/api/v1/status"), answer.status == 200 {
                let links = (answer.json["interfaces"]?.items ?? []).compactMap { link -> (String, [IPv4Address])? in
                    guard let name = link["name"]?.string, let addresses = link["addresses"]?.items else { return nil }
                    return (name, addresses.compactMap { $0.string.flatMap { IPv4Address($0) } })
                }
                return (true, Dictionary(links) { first, _ in first }, answer.json["root"]?.string)
            }
            isRunning = false
        } catch {
            // A daemon without a listener leaves no word of itself.
            if error.isNotFound, settings.admin.listening != .off { isRunning = false }
        }
        let interfaces = InterfaceChoice.served((try? NetworkInterface.all()) ?? [], by: settings)
        let links = interfaces.map { ($0.name, $0.addresses.map(\.address)) }
        return (isRunning, Dictionary(links) { first, _ in first }, nil)
    }
}

/// The MAC address that a command's word is.
func macAddress(_ word: String) throws(Exit) -> MACAddress {
    guard let mac = MACAddress(word), mac.isStation else {
        throw Exit(.usage, "\"\(word)\" is not the MAC address of a device, such as 00:04:13:12:34:56")
    }
    return mac
}
