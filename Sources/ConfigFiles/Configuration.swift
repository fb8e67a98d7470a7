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

    /// Where a configuration is looked for when nobody names one.
    package static let usualPath = "/etc/bellhop/bellhop.yaml"

    /// - Parameter path: the file; `nil` for the usual one, which may be absent.
    /// - Throws: what keeps the named file itself from being read.
    package static func load(path: String?) throws(SystemError) -> Configuration {
        let problems = ConfigProblems()
        let catalogue = CatalogueFolder.load(problems)
        // The usual file may be absent; one that somebody names may not.
        let found = if let path { try readWholeFile(path, limit: YAMLDocument.longest) } else { try readIfPresent(usualPath) }
        guard let bytes = found else {
            return Configuration(settings: Settings(), catalogue: catalogue, problems: problems.inOrder, path: nil)
        }
        let path = path ?? usualPath
        var settings = Settings()
        do {
            settings = Settings(try YAMLDocument.parse(bytes, file: path), vendors: catalogue.names, problems)
        } catch {
            problems.add(error)
        }
        settings.root = resolved(settings.root, from: path)
        settings.state = resolved(settings.state, from: path)
        settings.https?.resolvePaths { resolved($0, from: path) }
        // The file of known devices may be absent: then none is known.
        if let file = settings.devicesFile.map({ resolved($0, from: path) }), let bytes = try readIfPresent(file) {
            let text = String(decoding: bytes, as: UTF8.self)
            settings.take(readKnownDevices(text, file: file, vendors: catalogue.names, problems))
        }
        settings.checkColumns(problems)
        let files = [path] + [settings.devicesFile.map { resolved($0, from: path) }].compactMap { $0 }
        let modified = files.compactMap { try? modificationTime($0).microsecondsSince1970 }.max()
        settings.modified = Moment(microseconds: modified ?? 0)
        return Configuration(settings: settings, catalogue: catalogue, problems: problems.inOrder, path: path)
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
