import ConfigTree
import Packets
import Provisioning
import VendorCatalogue

/// Looks at a file tree as phones will: which names nobody asks for, and which contents a phone stumbles over. What it needs of the
/// disk is handed to it.
package struct Linter {
    let policy: Policy
    /// The addresses by which phones reach this machine.
    let ownAddresses: Set<IPv4Address>
    private let shapes: NameBook
    /// Names of the tree that a file speaks of, letter by letter.
    private var mentioned: Set<String> = []
    let namesInTree: Set<String>
    /// The groups that each list of a DECT server names, by the list's name in lower case.
    private(set) var listedGroups: [String: Set<Int>] = [:]
    private var faultyTemplates: Set<String> = []
    private var seen: Set<LintFinding> = []
    private var all: [LintFinding] = []

    package init(_ policy: Policy, ownAddresses: Set<IPv4Address>) {
        self.policy = policy
        self.ownAddresses = ownAddresses
        shapes = NameBook(policy)
        namesInTree = Set(
            policy.tree.folders.values.flatMap { $0.files.values }.map { TreeSnapshot.spelling(of: TreeFile($0).servedPath) })
    }

    /// By file, beneath the root, and line.
    package var findings: [LintFinding] {
        all.sorted { ($0.place.file, $0.place.line, $0.rule.rawValue) < ($1.place.file, $1.place.line, $1.rule.rawValue) }
    }

    package mutating func add(_ finding: LintFinding) {
        if seen.insert(finding).inserted { all.append(finding) }
    }

    func place(_ path: String) -> ConfigPlace { ConfigPlace(file: path, line: 1) }

    /// What is inside one file, as one phone gets it.
    ///
    /// - Parameter isAskedAbout: whether what is wrong in it is told; what it says of other files counts either way.
    package mutating func look(into file: LintedFile, isAskedAbout: Bool = true) {
        let scope = policy.lintScope(of: file.servedPath)
        note(file.bytes)
        mentioned.formUnion(namesByAddress(in: file, scope))
        if let (list, groups) = groupList(file, scope) { listedGroups[list] = groups }
        guard isAskedAbout else { return }
        var found: [LintFinding] = []
        if case .fault(let line, let sentence) = file.xml {
            found.append(
                file.finding(
                    .notXML, .error, line: line, "no phone can read this XML: \(sentence)",
                    do: "mend it; phones drop the whole file"))
        }
        found += spectralink(file, scope)
        found += avaya(file, scope)
        found += links(file, scope)
        var counts: [LintFinding.Rule: Int] = [:]
        for finding in found {
            counts[finding.rule, default: 0] += 1
            guard counts[finding.rule, default: 0] <= LintLimits.mostInFile else { continue }
            // What is wrong for one phone is wrong for many: a template's fault is told once.
            if file.madeFor == nil || faultyTemplates.insert("\(finding.rule) \(file.path)").inserted { add(finding) }
        }
    }

    /// What the names say, for those paths of the tree that `isWanted` picks. After all files were looked into: what one names,
    /// somebody asks for.
    package mutating func lookAtNames(_ isWanted: (String) -> Bool = { _ in true }) {
        var compared = 0
        for path in policy.tree.paths where isWanted(path) {
            let served = TreeFile(path).servedPath
            let scope = policy.lintScope(of: served)
            let name = TreeSnapshot.split(served).name
            for finding in counterparts(path, served, scope) { add(finding) }
            guard !mentioned.contains(TreeSnapshot.spelling(of: name)), !name.hasPrefix("."), compared < LintLimits.mostCompared,
                let off = shapes.remark(on: scope, name)
            else { continue }
            compared += 1
            if let finding = finding(about: name, off, scope, at: place(path)) { add(finding) }
        }
    }

    private func finding(about name: String, _ off: NameBook.Remark, _ scope: LintScope, at place: ConfigPlace) -> LintFinding? {
        let who = scope.brand.map { "phone of \($0)" } ?? "phone"
        switch off {
        case .unknown:
            guard scope.isOnes else { return nil }
            return LintFinding(
                .unknownName, .warning, at: place, "no \(who) asks for \(name), and no file of the tree names it",
                do:
                    "`bellhop vendors\(scope.brand.map { " " + $0 } ?? "")` shows the names; a rule's aliases can lead one to this file"
            )
        case .near(let meant, let family, let cost):
            let isCase = cost == 1 || meant.lowercased() == name.lowercased()
            return LintFinding(
                isCase ? .wrongCase : .misspeltName, scope.isOnes ? .error : .warning, at: place,
                "no \(who) asks for \(name); \(scope.brand == nil ? "\(family) asks" : "they ask") for \(meant)",
                do: "rename it to \(meant)")
        }
    }

    /// Which names of the tree a text holds: letters, digits, `.`, `_`, `-` and `:` in a row.
    private mutating func note(_ bytes: [UInt8]) {
        for word in bytes.split(whereSeparator: { !NameBook.isWord($0) }) where word.count <= 255 {
            let name = TreeSnapshot.spelling(of: String(decoding: word, as: UTF8.self))
            if namesInTree.contains(name) { mentioned.insert(name) }
        }
    }
}

extension TreeSnapshot {
    /// Every file's path, in order.
    var paths: [String] {
        folders.flatMap { folder, content in content.files.values.map { TreeSnapshot.join(folder, $0) } }.sorted()
    }
}
