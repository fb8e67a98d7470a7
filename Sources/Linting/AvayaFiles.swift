import Packets
import Provisioning
import VendorCatalogue

// SIP Software for Avaya 1200 Series IP Deskphones, Administration, March 2015, chapter 6.
extension Linter {
    /// In bytes. Behind the first line that is longer, the phone reads no further.
    private static let longestLine = 80
    private static let family = "avaya-1200-sip"

    func avaya(_ file: LintedFile, _ scope: LintScope) -> [LintFinding] {
        let (folder, name) = TreeSnapshot.split(file.servedPath)
        guard scope.isOnes || name.hasSuffix("SIP.cfg"), name.hasSuffix(".cfg"), isRead(name, scope) else { return [] }
        var found: [LintFinding] = []
        if let (number, line) = file.lines.first(where: { $0.text.count > Linter.longestLine }) {
            found.append(
                file.finding(
                    .longLine, .error, line: number,
                    "this line has \(line.count) characters, and the phone stops reading at the first of more than \(Linter.longestLine)",
                    do: "shorten it: this line and all behind it count for nothing"))
        }
        return name.hasSuffix("SIP.cfg") ? found + faults(of: file, scope, beside: folder) : found
    }

    /// Whether the 1200s read it, rather than another family of the brand.
    private func isRead(_ name: String, _ scope: LintScope) -> Bool {
        guard scope.speaks(of: "avaya") else { return false }
        let readers = scope.families.filter { family in
            family.vendor == "avaya" && family.files.contains { NameShape($0.name.source).match(name)?.isExact == true }
        }
        return readers.isEmpty ? scope.isOnes : readers.contains { $0.id == Linter.family }
    }

    /// The names of the tree that sections of a provisioning file mean where `*` stands for a MAC address, as ``TreeSnapshot/spelling(of:)``
    /// has them.
    func namesByAddress(in file: LintedFile, _ scope: LintScope) -> [String] {
        let name = TreeSnapshot.split(file.servedPath).name
        guard name.hasSuffix("SIP.cfg"), isRead(name, scope) else { return [] }
        let patterns = sections(of: file).flatMap(\.names).compactMap { namePattern($0.text) }
        return namesInTree.filter { name in patterns.contains { $0.matches(name) } }
    }

    /// `[FW]` and its like: each is fetched by its version, and names files.
    private struct Section {
        let name: String
        let line: Int
        var version = ""
        var isElsewhere = false
        /// A section of languages has several.
        var names: [(text: String, line: Int)] = []
    }

    private func sections(of file: LintedFile) -> [Section] {
        var sections: [Section] = []
        for (number, bytes) in file.lines {
            let words = bytes.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }.map {
                String(decoding: $0, as: UTF8.self)
            }
            guard let key = words.first, !key.hasPrefix("#") else { continue }
            if key.hasPrefix("["), key.hasSuffix("]") { sections.append(Section(name: key, line: number)) }
            guard var section = sections.popLast() else { continue }
            let value = words.dropFirst().first ?? ""
            if key == "VERSION" { section.version = value }
            if key == "FILENAME", !value.isEmpty { section.names.append((value, number)) }
            if key.hasPrefix("SERVER") { section.isElsewhere = true }
            sections.append(section)
        }
        return sections
    }

    private func faults(of file: LintedFile, _ scope: LintScope, beside folder: String) -> [LintFinding] {
        sections(of: file).flatMap { section in
            var found: [LintFinding] = []
            if section.version.isEmpty {
                found.append(
                    file.finding(
                        .sectionWithoutVersion, .error, line: section.line,
                        "\(section.name) has no VERSION, which every section must have", do: "write VERSION 000001 beneath it"))
            }
            for name in section.names where !section.isElsewhere && !isThere(name.text, scope, beside: folder) {
                found.append(
                    file.finding(
                        .namedFileMissing, .error, line: name.line,
                        "\(section.name) names \(name.text), which the tree does not have",
                        do: "put that file beside this one, or take the section out"))
            }
            return found
        }
    }

    private func isThere(_ name: String, _ scope: LintScope, beside folder: String) -> Bool {
        guard let pattern = namePattern(name) else { return policy.finds(name, scope, beside: folder) }
        return policy.finds(pattern, scope, beside: folder)
    }

    /// "Appending a * to the filename … forces the IP Deskphone to look for a filename that contains its MAC address"
    /// (SIP Software for Avaya 1100 Series, 2012, page 38).
    private func namePattern(_ name: String) -> ShapePattern? {
        name.contains("*") ? ShapePattern(name.replacing("*", with: "{mac}")) : nil
    }
}
