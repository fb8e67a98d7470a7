import ConfigFiles
import ConfigTree
import FileServing
import FileTree
import JSONText
import Linting
import LinuxSystem
import Packets
import Provisioning
import VendorCatalogue
import XMLReading

/// `bellhop lint`: what in the file tree a phone would stumble over.
enum LintCommand {
    static let grammar = Arguments.Grammar(
        command: "lint", usage: "[MAC|FILE] [--config FILE] [--json]", values: ["--config": "FILE"], switches: ["--json"],
        words: 0...1)

    static func run(_ arguments: Arguments) throws(Exit) {
        let configuration = try loadSoundConfiguration(arguments)
        let root = configuration.settings.root
        let tree = try openTree(configuration.settings)
        let policy = Policy(settings: configuration.settings, catalogue: configuration.catalogue, tree: tree.snapshot)
        let part = try Part(arguments.words.first, policy, root: root)
        do throws(XMLFault) {
            try loadXMLReading()
        } catch {
            throw Exit(.unavailable, error.sentence)
        }
        let lint = TreeLint(tree: tree, policy: policy, part: part)
        let (findings, count) = lint.run()
        if arguments.has("--json") {
            let list = findings.map { finding in
                JSONValue.object([
                    ("severity", .string(finding.severity.rawValue)), ("rule", .string(finding.rule.rawValue)),
                    ("file", .string("\(root)/\(finding.place.file)")), ("line", .number(finding.place.line)),
                    ("sentence", .string(withoutCredentials(finding.sentence))), ("advice", .string(finding.advice)),
                ])
            }
            BellhopCommand.say(
                JSONValue.object([
                    ("clean", .bool(findings.isEmpty)), ("root", .string(root)), ("files", .number(count)),
                    ("findings", .array(list)),
                ]).prettyText)
        } else {
            for finding in findings {
                let severity = (finding.severity == .error ? Colour.bad : .waiting).paint(finding.severity.rawValue)
                BellhopCommand.say("\(root)/\(finding.place): \(severity): \(withoutCredentials(finding.sentence))")
                BellhopCommand.say("  to do: \(finding.advice)")
            }
            BellhopCommand.say("\(root): \(summary(findings, files: count))")
        }
        if findings.contains(where: { $0.severity == .error }) { throw Exit(.no) }
    }

    private static func summary(_ findings: [LintFinding], files: Int) -> String {
        func counted(_ count: Int, _ word: String) -> String { "\(count) \(word)\(count == 1 ? "" : "s")" }
        let looked = "looked at \(counted(files, "file"))"
        guard !findings.isEmpty else { return "\(looked), nothing found" }
        let counts = LintFinding.Severity.allCases.map { severity in (severity, findings.count { $0.severity == severity }) }
        return "\(looked): " + counts.filter { $0.1 > 0 }.map { counted($0.1, $0.0.rawValue) }.joined(separator: ", ")
    }
}

/// Which part of the tree is looked at.
enum Part {
    case all
    /// What lies where one phone finds it.
    case phone(MACAddress, folders: [String])
    case file(String)

    init(_ word: String?, _ policy: Policy, root: String) throws(Exit) {
        guard let word else {
            self = .all
            return
        }
        if let mac = MACAddress(word) {
            let asker = policy.proven(mac, asking: "", learnt: LearntDevice(lastSeen: Moment(microseconds: 0)), server: standIn)
            self = .phone(
                mac, folders: PhoneView(of: policy.tree, for: asker.identity, rule: asker.rule).layers.filter { !$0.isEmpty })
            return
        }
        let folder = root.hasSuffix("/") ? root : root + "/"
        let path = word.hasPrefix(folder) ? String(word.dropFirst(folder.count)) : word
        guard let onDisk = policy.tree.file(path) ?? policy.tree.file(path + ".tmpl") else {
            throw Exit(.missingFile, "\"\(word)\" is neither a MAC address nor a file beneath \(root)")
        }
        self = .file(onDisk)
    }

    /// - Parameter brands: names that folders at the top of the tree are called by, each for one brand's phones.
    func holds(_ path: String, isBrand: (String) -> Bool) -> Bool {
        switch self {
        case .all: return true
        case .file(let file): return path == file
        case .phone(_, let folders):
            if folders.contains(where: { path.hasPrefix($0 + "/") }) { return true }
            let first = path.split(separator: "/").first.map(String.init)?.lowercased() ?? ""
            return !path.contains("/") || (first != "devices" && !isBrand(first))
        }
    }
}

/// One look at a tree on disk.
struct TreeLint {
    let tree: FileTree
    let policy: Policy
    let part: Part

    /// - Returns: what was found, with paths beneath the root, and how many files were looked at.
    func run() -> (findings: [LintFinding], files: Int) {
        let addresses = ((try? NetworkInterface.all()) ?? []).flatMap { $0.addresses.map(\.address) }
        var linter = Linter(policy, ownAddresses: Set(addresses + [standIn]))
        let paths = policy.tree.folders.flatMap { folder, content in content.files.values.map { TreeSnapshot.join(folder, $0) } }
        let wanted = paths.filter(isWanted).sorted()
        // Every file says which others there are to be, whichever is asked about.
        for path in paths.sorted() where !TreeFile(path).isTemplate {
            guard let bytes = text(path) else { continue }
            let file = LintedFile(TreeFile(path), bytes: bytes, xml: LintedFile.isXML(path, bytes) ? form(of: bytes) : nil)
            linter.look(into: file, isAskedAbout: isWanted(path))
        }
        let (problems, _) = TemplateCheck(tree: tree, policy: policy).run { found, mac in
            guard found.file.isTemplate, let bytes = try? found.content.read(from: 0, count: LintLimits.longestFile) else {
                return
            }
            let isXML = LintedFile.isXML(found.file.servedPath, bytes)
            linter.look(
                into: LintedFile(found.file, bytes: bytes, xml: isXML ? form(of: bytes) : nil, madeFor: mac),
                isAskedAbout: isWanted(found.file.path) && isFor(mac))
        }
        for problem in problems {
            let path =
                problem.place.file.hasPrefix(tree.root + "/") ? String(problem.place.file.dropFirst(tree.root.count + 1)) : ""
            guard isWanted(path) else { continue }
            linter.add(
                LintFinding(
                    .template, .error, at: ConfigPlace(file: path, line: problem.place.line), problem.sentence,
                    do: "mend the template, or the device's row; until then the phone gets nothing"))
        }
        linter.lookAtNames(isWanted)
        return (linter.findings, wanted.count)
    }

    private func form(of bytes: [UInt8]) -> XMLForm {
        do throws(XMLFault) {
            let root = try readXML(bytes)[0]
            return .root(root.path, root.attributes, line: root.line)
        } catch {
            return .fault(line: error.line, error.sentence)
        }
    }

    private func isWanted(_ path: String) -> Bool {
        part.holds(path) { !policy.catalogue.set(named: $0).isEmpty }
    }

    private func isFor(_ mac: MACAddress) -> Bool {
        if case .phone(let phone, _) = part { phone == mac } else { true }
    }

    /// What a text file holds; `nil` for what is longer, or no text.
    private func text(_ path: String) -> [UInt8]? {
        guard let opened = try? tree.open(path), opened.size <= LintLimits.longestFile,
            let bytes = try? opened.read(from: 0, count: LintLimits.longestFile),
            LintedFile.isXML(path, bytes) || !bytes.prefix(4096).contains(0)
        else { return nil }
        return bytes
    }
}
