/// Where a name leads, counted from the root: steps without `.`, `..` or empty ones. Whether there is anything, others say.
package struct FTPPath: Hashable, Sendable {
    private let steps: [String]

    package static let root = FTPPath(steps: [])

    /// Longer ones name nothing that any tree holds.
    static let longest = 1024

    private init(steps: [String]) {
        self.steps = steps
    }

    /// Beneath the root: `snom/a.cfg`; empty for the root itself.
    package var name: String { steps.joined(separator: "/") }

    /// An argument as seen from this folder. `..` leads up, and at the root nowhere. A name is UTF-8 (RFC 2640) as it is: percent
    /// signs mean nothing.
    ///
    /// - Returns: `nil` for what names nothing in any tree: no UTF-8, control characters, a backslash, or too long.
    func resolved(_ argument: ArraySlice<UInt8>) -> FTPPath? {
        guard argument.count <= FTPPath.longest, let text = String(validating: argument, as: UTF8.self),
            !text.utf8.contains(UInt8(ascii: "\\")),
            !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
        else { return nil }
        var steps = text.utf8.first == UInt8(ascii: "/") ? [] : steps
        // By its octets, as the file system reads it: a slash with a combining mark behind it is one character, and no slash.
        for step in text.utf8.split(separator: UInt8(ascii: "/")) {
            switch String(Substring(step)) {
            case ".": continue
            case "..": _ = steps.popLast()
            case let name: steps.append(name)
            }
        }
        let path = FTPPath(steps: steps)
        return path.name.utf8.count <= FTPPath.longest ? path : nil
    }

    var parent: FTPPath { FTPPath(steps: steps.dropLast()) }

    /// RFC 959 appendix II: in quotes, and a quote inside doubled.
    var quoted: String {
        "\"" + description.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}

extension FTPPath: CustomStringConvertible {
    /// As a client knows it: `/snom/a.cfg`.
    package var description: String { "/" + name }
}
