import ConfigTree
import LinuxSystem
import VendorCatalogue

/// Where the catalogue stands on disk: a folder with one file a family.
package enum CatalogueFolder {
    /// The user's own families and additions.
    package static let usersOwn = "/etc/bellhop/vendors"

    /// The folder that came with the program.
    package static func ofProgram() -> String? { programFolder("vendors") }

    /// The catalogue that came with the program, then the user's own files over it. Mistakes in a file are noted, and cost that family
    /// alone.
    package static func load(
        program: String? = ofProgram(), usersOwn: String? = CatalogueFolder.usersOwn, _ problems: ConfigProblems
    ) -> Catalogue {
        if program == nil {
            problems.add(
                "the vendor catalogue is missing; reinstall bellhop, or run it from its checkout",
                at: ConfigPlace(file: executablePath() ?? "bellhop", line: 1))
        }
        var families = program.map { self.families(in: $0, isUsersOwn: false, problems) } ?? []
        if let usersOwn, (try? ReadDirectory.open(usersOwn)) != nil {
            families += self.families(in: usersOwn, isUsersOwn: true, problems)
        }
        return Catalogue(families)
    }

    private static func families(in folder: String, isUsersOwn: Bool, _ problems: ConfigProblems) -> [Family] {
        do throws(SystemError) {
            let names = try ReadDirectory.open(folder).list().entries.filter { $0.kind == .file && $0.name.hasSuffix(".yaml") }
                .map(\.name)
            return names.sorted().compactMap { family("\(folder)/\($0)", isUsersOwn: isUsersOwn, problems) }
        } catch {
            problems.add(error.description, at: ConfigPlace(file: folder, line: 1))
            return []
        }
    }

    package static func family(_ path: String, isUsersOwn: Bool = false, _ problems: ConfigProblems) -> Family? {
        do {
            let bytes = try readWholeFile(path, limit: YAMLDocument.longest)
            return Family(try YAMLDocument.parse(bytes, file: path), isUsersOwn: isUsersOwn, problems)
        } catch let problem as ConfigProblem {
            problems.add(problem)
        } catch {
            problems.add("\(error)", at: ConfigPlace(file: path, line: 1))
        }
        return nil
    }
}
