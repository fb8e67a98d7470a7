import Packets
import Provisioning
import VendorCatalogue

/// URLs inside of files that lead to bellhop itself, and to nothing there.
extension Linter {
    func links(_ file: LintedFile, _ scope: LintScope) -> [LintFinding] {
        // What holds NULs is no text.
        guard !file.bytes.contains(0) else { return [] }
        return file.lines.flatMap { number, line in
            Linter.urls(in: line).compactMap { finding(about: $0, file, scope, line: number) }
        }
    }

    private func finding(about text: String, _ file: LintedFile, _ scope: LintScope, line: Int) -> LintFinding? {
        let shown = withoutCredentials(text)
        if text.contains("://{server}") || text.contains("@{server}") {
            return file.finding(
                .serverNotFilledIn, .error, line: line, "no phone fills {server} in, as \(shown) has it",
                do:
                    "write {{server}} and name the file \(TreeSnapshot.split(file.path).name).tmpl: bellhop makes it for each phone then"
            )
        }
        guard let url = ProvisioningURL(text), let host = IPv4Address(url.host), ownAddresses.contains(host),
            policy.servedPorts[url.scheme]?.contains(url.port) == true
        else { return nil }
        let filled = phoneSideMacrosFilled(url.path, for: PhoneFacts(mac: scope.mac))
        let path = filled.split(separator: "/", omittingEmptySubsequences: true).joined(separator: "/")
        guard !path.isEmpty, !filled.hasSuffix("/"), !filled.contains("%"), !holdsPhoneSideMacro(filled),
            !policy.finds(path, scope, beside: "")
        else { return nil }
        return file.finding(
            .deadLink, .error, line: line, "\(shown) leads to bellhop, and the tree has no \(path)",
            do: "put that file there, or mend the address")
    }

    /// Texts that begin with a scheme that phones fetch by, up to where no URL goes on.
    static func urls(in line: ArraySlice<UInt8>) -> [String] {
        var found: [String] = []
        var rest = line
        while let colon = rest.firstRange(of: Array("://".utf8)) {
            let scheme = rest[..<colon.lowerBound].reversed().prefix {
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20)
            }
            let tail = rest[colon.upperBound...].prefix { $0 > 0x20 && $0 < 0x7f && !"\"'<>;,)|\\^`".utf8.contains($0) }
            let name = String(decoding: scheme.reversed(), as: UTF8.self).lowercased()
            if URLScheme(rawValue: name) != nil, !tail.isEmpty, tail.count <= 2000, found.count < LintLimits.mostInFile {
                found.append(name + "://" + String(decoding: tail, as: UTF8.self))
            }
            rest = rest[tail.endIndex...]
        }
        return found
    }
}
