import Packets
import Provisioning

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
        return name.hasSuffix("SIP.cfg") ? found + sections(of: file, scope, beside: folder) : found
    }

    /// Whether the 1200s read it, rather than another family of the brand.
    private func isRead(_ name: String, _ scope: LintScope) -> Bool {
        guard scope.speaks(of: "avaya") else { return false }
        let readers = scope.families.filter { family in
            family.vendor == "avaya" && family.files.contains { NameShape($0.name.source).match(name)?.isExact == true }
        }
        return readers.isEmpty ? scope.isOnes : readers.contains { $0.id == Linter.family }
    }

    /// `[FW]` and its like: each is fetched by its version, and names a file.
    private func sections(of file: LintedFile, _ scope: LintScope, beside folder: String) -> [LintFinding] {
        struct Section {
            let name: String
            let line: Int
            var keys: [String: (value: String, line: Int)] = [:]
        }
        var sections: [Section] = []
        for (number, bytes) in file.lines {
            let words = bytes.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }.map {
                String(decoding: $0, as: UTF8.self)
            }
            guard let first = words.first, !first.hasPrefix("#") else { continue }
            if first.hasPrefix("["), first.hasSuffix("]") {
                sections.append(Section(name: first, line: number))
            } else if !sections.isEmpty {
                sections[sections.count - 1].keys[first] = (words.dropFirst().first ?? "", number)
            }
        }
        return sections.flatMap { section in
            var found: [LintFinding] = []
            if (section.keys["VERSION"]?.value ?? "").isEmpty {
                found.append(
                    file.finding(
                        .sectionWithoutVersion, .error, line: section.line,
                        "\(section.name) has no VERSION, which every section must have", do: "write VERSION 000001 beneath it"))
            }
            if let named = section.keys["FILENAME"], !section.keys.keys.contains(where: { $0.hasPrefix("SERVER") }),
                !named.value.isEmpty, !policy.finds(named.value, scope, beside: folder)
            {
                found.append(
                    file.finding(
                        .namedFileMissing, .error, line: named.line,
                        "\(section.name) names \(named.value), which the tree does not have",
                        do: "put that file beside this one, or take the section out"))
            }
            return found
        }
    }
}
