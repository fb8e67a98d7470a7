import ConfigTree
import FileServing
import FileTree
import Packets
import Provisioning
import VendorCatalogue

/// Makes every file of every template for every known device that would get it, and tells what cannot be made.
struct TemplateCheck {
    let tree: FileTree
    let policy: Policy
    /// Files that are made at most.
    static let most = 20_000

    /// - Parameter made: is handed each file as it is made.
    /// - Returns: the first fault of each kind in each line of each template, and whether there was more to make.
    func run(made handOn: (FileFinder.Found, MACAddress) -> Void = { _, _ in }) -> (problems: [ConfigProblem], isCutShort: Bool) {
        var found = Found()
        var made = 0
        for device in policy.settings.devices.values.sorted(by: { $0.mac < $1.mac }) {
            // What a phone says of itself is nothing that a configuration lacks.
            var learnt = LearntDevice(lastSeen: Moment(microseconds: 0))
            (learnt.model, learnt.version) = ("model", "version")
            let asker = policy.proven(device.mac, asking: "", learnt: learnt, server: standIn)
            for name in names(for: asker) {
                guard made < TemplateCheck.most else { return (found.problems, true) }
                made += 1
                do throws(FileFinder.Miss) {
                    handOn(try FileFinder(tree, policy).find(name, for: asker), device.mac)
                } catch {
                    if case .template(let problem) = error { found.add(problem) }
                }
            }
        }
        // What is wrong with those that no known device gets shows without one.
        for template in templates {
            if let problem = FileFinder(tree, policy).fault(in: template) { found.add(problem) }
        }
        return (found.problems, false)
    }

    private var templates: [TreeFile] {
        tree.snapshot.folders.sorted { $0.key < $1.key }.flatMap { folder, content in
            content.files.values.sorted().map { TreeFile(TreeSnapshot.join(folder, $0)) }.filter(\.isTemplate)
        }
    }

    /// What a device can ask for that is made: in each folder that it sees, and in the one that its URL leads to.
    private func names(for asker: FileAsker) -> [String] {
        let access = FileAccess(asker, policy, tree: tree.snapshot)
        var names: Set<String> = []
        for folder in ["", policy.toldFolder(asker)].compactMap({ $0 }) {
            for layer in access.view.layers {
                guard let path = tree.snapshot.folder(TreeSnapshot.join(layer, folder)) else { continue }
                for onDisk in tree.snapshot.folders[path]?.files.values ?? [:].values {
                    let file = TreeFile(onDisk)
                    let name = TreeSnapshot.join(folder, file.servedPath)
                    if file.isTemplate, access.file(name)?.isTemplate == true { names.insert(name) }
                }
            }
        }
        return names.sorted()
    }

    private struct Found {
        private(set) var problems: [ConfigProblem] = []
        private var places: Set<ConfigPlace> = []

        /// One a line: what one device lacks many lack.
        mutating func add(_ problem: ConfigProblem) {
            if places.insert(problem.place).inserted { problems.append(problem) }
        }
    }
}
