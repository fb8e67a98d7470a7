import Packets
import Provisioning

// Spectralink DECT Servers Provisioning Guide, 2013-2020: Provisioning Server (Protocols and Files).
extension Linter {
    private static let brand = "spectralink"
    private static let listEnding = "-handset_config_list.ver"

    /// The prefix of a server's files, its MAC address or UUID; `nil` for a name of another form, or in another brand's place.
    private func prefix(of name: String, _ ending: String, _ scope: LintScope) -> String? {
        scope.speaks(of: Linter.brand) && name.hasSuffix(ending) ? String(name.dropLast(ending.count)) : nil
    }

    func spectralink(_ file: LintedFile, _ scope: LintScope) -> [LintFinding] {
        let (folder, name) = TreeSnapshot.split(file.servedPath)
        if prefix(of: name, "-config.xml", scope) != nil, case .root("config", let attributes, let line)? = file.xml,
            attributes["merge_type"] != "merge"
        {
            return [
                file.finding(
                    .noMergeType, .warning, line: line,
                    "without merge_type=\"merge\" every other setting of the server returns to its default",
                    do: "write <config merge_type=\"merge\">, unless that is meant")
            ]
        }
        guard let prefix = prefix(of: name, Linter.listEnding, scope) else { return [] }
        var found: [LintFinding] = []
        for (number, line) in file.lines {
            let words = line.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }.map {
                String(decoding: $0, as: UTF8.self)
            }
            guard !words.isEmpty else { continue }
            guard words.count == 2, let group = Linter.group(words[0]), words[1].hasPrefix("VERSION") else {
                found.append(
                    file.finding(
                        .badListLine, .error, line: number, "this line is not read: it names no group and version",
                        do: "write GROUP100 VERSION1, in capitals, with a number from 1 to 9999 behind GROUP"))
                continue
            }
            let wanted = "\(prefix)-handset_config_group_\(group).xml"
            if !policy.finds(wanted, scope, beside: folder) {
                found.append(
                    file.finding(
                        .groupMissing, .error, line: number, "group \(group) is listed, and the tree has no \(wanted)",
                        do: "put that file beside the list, or take the line out"))
            }
        }
        return found
    }

    /// A list of groups, by its name in lower case.
    func groupList(_ file: LintedFile, _ scope: LintScope) -> (name: String, groups: Set<Int>)? {
        let name = TreeSnapshot.split(file.servedPath).name
        guard prefix(of: name, Linter.listEnding, scope) != nil else { return nil }
        let words = file.lines.compactMap { $0.text.split(whereSeparator: { $0 == 0x20 || $0 == 0x09 }).first }
        return (name.lowercased(), Set(words.compactMap { Linter.group(String(decoding: $0, as: UTF8.self)) }))
    }

    private static func group(_ word: String) -> Int? {
        guard word.hasPrefix("GROUP"), let number = Int(word.dropFirst(5)), (1...9999).contains(number) else { return nil }
        return number
    }

    /// Files that are of use together only: an image and its `.ver`, a group and the list that names it.
    func counterparts(_ path: String, _ served: String, _ scope: LintScope) -> [LintFinding] {
        guard scope.isOnes, scope.families.allSatisfy({ $0.vendor == Linter.brand }) else { return [] }
        let (folder, name) = TreeSnapshot.split(served)
        if [".bin", ".ova", ".zip"].contains(where: name.hasSuffix), !policy.finds(name + ".ver", scope, beside: folder) {
            return [
                LintFinding(
                    .noVersionFile, .error, at: place(path),
                    "nothing fetches \(name): \(name).ver is asked for first, and is not there",
                    do: "put a file \(name).ver beside it with the image's version, such as PCS17Ea 58478")
            ]
        }
        guard let place = name.firstRange(of: "-handset_config_group_"), name.hasSuffix(".xml") else { return [] }
        let list = name[..<place.lowerBound] + Linter.listEnding
        if policy.finds(String(list), scope, beside: folder) {
            guard let listed = listedGroups[list.lowercased()], let group = Int(name[place.upperBound...].dropLast(4)),
                !listed.contains(group)
            else { return [] }
            return [
                LintFinding(
                    .groupNotListed, .warning, at: self.place(path),
                    "nothing fetches \(name): \(list) has no line for group \(group)",
                    do: "add GROUP\(group) VERSION1 to the list")
            ]
        }
        return [
            LintFinding(
                .groupNotListed, .error, at: self.place(path), "nothing fetches \(name): the list \(list) is not there",
                do: "put the list beside it, with a line for this group")
        ]
    }
}
