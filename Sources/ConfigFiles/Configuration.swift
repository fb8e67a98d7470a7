import ConfigTree
import LinuxSystem
import Provisioning
import VendorCatalogue

/// A configuration as read from disk: settings, known devices and the catalogue, and every mistake in them.
package struct Configuration: Sendable {
    package var settings: Settings
    package var catalogue: Catalogue
    package var problems: [ConfigProblem]
    /// The file, as the user named it; `nil` where there is none and the defaults hold.
    package var path: String?
    /// Where the fleet's table of known devices does not hold, or is wrong.
    package var fleetRemarks: [String] = []
    /// What the file of known devices holds, without the fleet's.
    fileprivate var fileDevices = KnownDevices()

    /// Where a configuration is looked for when nobody names one.
    package static let usualPath = "/etc/bellhop/bellhop.yaml"

    /// - Parameters:
    ///   - path: the file; `nil` for the usual one, which may be absent.
    ///   - state: the state folder, where not the one that the file names.
    /// - Throws: what keeps the named file itself from being read.
    package static func load(path: String?, state: String? = nil) throws(SystemError) -> Configuration {
        let problems = ConfigProblems()
        let catalogue = CatalogueFolder.load(problems)
        // The usual file may be absent; one that somebody names may not.
        let found = if let path { try readWholeFile(path, limit: YAMLDocument.longest) } else { try readIfPresent(usualPath) }
        let path = path ?? usualPath
        var settings = Settings()
        do {
            if let found {
                settings = Settings(try YAMLDocument.parse(found, file: path), vendors: catalogue.names, problems)
            }
        } catch {
            problems.add(error)
        }
        settings.root = resolved(settings.root, from: path)
        settings.state = resolved(settings.state, from: path)
        settings.https?.resolvePaths { resolved($0, from: path) }
        if let file = settings.fleet?.passwordFile { settings.fleet?.passwordFile = resolved(file, from: path) }
        var fileDevices = KnownDevices()
        // The file of known devices may be absent: then none is known.
        let file = resolved(settings.devicesFile, from: path)
        if let bytes = try readIfPresent(file) {
            fileDevices = readKnownDevices(bytes, file: file, vendors: catalogue.names, problems)
            settings.take(fileDevices)
        }
        var remarks: [String] = []
        if settings.fleet == nil {
            settings.checkColumns(problems)
        } else {
            remarks = try takeFleet(&settings, state: state, catalogue)
        }
        return Configuration(
            settings: settings, catalogue: catalogue, problems: problems.inOrder, path: found == nil ? nil : path,
            fleetRemarks: remarks, fileDevices: fileDevices)
    }

    /// The same with the fleet's known devices as they are by now.
    package func withFleetDevices(state: String) throws(SystemError) -> Configuration {
        var new = self
        new.settings.take(fileDevices)
        new.fleetRemarks = try Configuration.takeFleet(&new.settings, state: state, catalogue)
        return new
    }

    /// What is wrong in the table, or stands in it only when the daemon has fetched it, is passed over: it is no mistake of this file, and keeps
    /// no site from starting.
    fileprivate static func takeFleet(_ settings: inout Settings, state: String?, _ catalogue: Catalogue) throws(SystemError)
        -> [String]
    {
        var remarks: [String] = []
        let problems = ConfigProblems()
        if let bytes = try readIfPresent(FleetSettings.devicesFile(state: state ?? settings.state)) {
            let known = readKnownDevices(bytes, file: "the fleet's table", vendors: catalogue.names, problems)
            remarks = settings.takeFleet(known).map {
                "\($0) stands otherwise in the fleet's table; \(settings.devicesFile) holds"
            }
            remarks += problems.inOrder.map { "in the fleet's table: \($0.sentence)" }
        }
        let columns = ConfigProblems()
        settings.checkColumns(columns)
        return remarks
            + columns.inOrder.map { "\($0), as far as the fleet's table is known here; without it the rule lets no phone in" }
    }

    /// Paths in a configuration are relative to the folder of the file that names them.
    private static func resolved(_ name: String, from file: String) -> String {
        guard !name.hasPrefix("/"), let slash = file.utf8.lastIndex(of: UInt8(ascii: "/")) else { return name }
        return file[...slash] + name
    }

    private static func readIfPresent(_ path: String) throws(SystemError) -> [UInt8]? {
        do throws(SystemError) {
            return try readWholeFile(path, limit: 256 << 20)
        } catch {
            if error.isNotFound { return nil }
            throw error
        }
    }
}
