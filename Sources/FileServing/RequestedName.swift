import Provisioning

/// The name of a file as a request has it, made fit to be looked for beneath the root; or why it is not.
package enum RequestedName: Equatable, Sendable {
    case name(String)
    case unfit(String)

    /// Longer paths name nothing that any tree holds.
    static let longest = 1024

    /// - Parameter rawPath: the path of a request target, percent signs as sent (RFC 3986 §3.3).
    package init(_ rawPath: String) {
        guard rawPath.utf8.count <= RequestedName.longest else {
            self = .unfit("the path is too long")
            return
        }
        guard rawPath.hasPrefix("/") else {
            self = .unfit("the request target is no path")
            return
        }
        // Decoded once: what is still escaped after that is the file's own name (RFC 3986 §2.4).
        let path =
            rawPath.utf8.firstIndex { $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") }.map { rawPath[..<$0] } ?? rawPath[...]
        guard let decoded = percentDecoded(path) else {
            self = .unfit("the path holds an escape that no file's name can have")
            return
        }
        self.init(path: decoded)
    }

    /// - Parameter path: without escapes.
    init(path: String) {
        // Phones join folder and name carelessly: empty steps count for nothing.
        let steps = path.utf8.split(separator: UInt8(ascii: "/"))
        guard !steps.contains(where: isDots), !path.utf8.contains(UInt8(ascii: "\\")) else {
            self = .unfit("the path leads out of its folder")
            return
        }
        guard !path.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }) else {
            self = .unfit("the path holds a control character")
            return
        }
        self = .name(steps.count == 1 ? String(Substring(steps[0])) : steps.lazy.map { Substring($0) }.joined(separator: "/"))
    }
}

/// `.` and `..`
private func isDots(_ step: Substring.UTF8View) -> Bool {
    step.count <= 2 && step.allSatisfy { $0 == UInt8(ascii: ".") }
}
