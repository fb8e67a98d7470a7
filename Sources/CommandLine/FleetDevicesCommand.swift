import ConfigTree
import Diagnosis
import FleetStore
import JSONText
import LinuxSystem
import Packets
import PostgreSQL
import Provisioning
import VendorCatalogue
import StatusPage

/// `bellhop devices` of the fleet: its phones, and its table of known devices to and from a file.
enum FleetDevicesCommand {
    static func list(_ site: String, _ stage: Stage?, _ vendor: String?, _ arguments: Arguments) throws(Exit) {
        var query = FleetQuery()
        query.site = FleetAccess.site(site)
        query.stage = stage?.rawValue
        query.vendor = vendor
        query.others = !arguments.has("--phones")
        let found = try FleetAccess(arguments).read { [query] reader throws(DatabaseError) in try reader.allDevices(query) }
        if arguments.has("--json") {
            return BellhopCommand.say(JSONValue.object([("devices", .array(found.map(Records.reports.device)))]).prettyText)
        }
        DevicesCommand.say(found.map(\.device), labels: found.map(\.label), sites: found.map(\.site))
    }

    /// `import FILE` and `export FILE`.
    static func run(_ word: String, _ arguments: Arguments) throws(Exit) {
        guard ["import", "export"].contains(word), arguments.words.count == 2 else {
            throw Exit(.usage, "usage: bellhop devices \(DevicesCommand.grammar.usage)")
        }
        let access = try FleetAccess(arguments)
        let file = arguments.words[1]
        let site = arguments.text("--site").flatMap(FleetAccess.site)
        if word == "export" {
            let text = try access.connect { connection throws(DatabaseError) in try FleetDevices(connection).csv(site: site) }
            do throws(SystemError) {
                try writePrivateFile(file, Array(text.utf8))
            } catch {
                throw Exit(.unavailable, error.description)
            }
        } else {
            let rows = try rows(of: file, access)
            try access.connect { connection throws(DatabaseError) in
                try FleetDevices(connection).put(rows, site: site, replacing: arguments.has("--replace"))
            }
            let told = JSONValue.object([("devices", .number(rows.count)), ("site", .optional(site))])
            let text = "\(rows.count) devices of \(site ?? "all sites") are in the fleet's table"
            BellhopCommand.say(arguments.has("--json") ? told.prettyText : text)
        }
    }

    /// A file that has a mistake is refused whole.
    private static func rows(of file: String, _ access: FleetAccess) throws(Exit) -> [(mac: MACAddress, fields: [EventDetail])] {
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try readWholeFile(file, limit: 256 << 20)
        } catch {
            throw Exit(error.isPermissionDenied ? .notPermitted : .missingFile, error.description)
        }
        let problems = ConfigProblems()
        let known = readKnownDevices(bytes, file: file, vendors: access.configuration.catalogue.names, problems)
        guard problems.inOrder.isEmpty else {
            throw Exit(.wrongConfiguration, problems.inOrder.map { withoutCredentials($0.description) }.joined(separator: "\n"))
        }
        return known.rows.map { row in
            let fields = known.columns.filter { $0 != "mac" }.compactMap { column in
                row[column].map { EventDetail(column, $0.text) }
            }
            return (MACAddress(row["mac"]?.text ?? "") ?? MACAddress(bits: 0), fields)
        }
    }
}
