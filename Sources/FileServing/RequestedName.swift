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
        guard let decoded = percentDecoded(rawPath.prefix { $0 != "?" && $0 != "#" }) else {
            self = .unfit("the path holds an escape that no file's name can have")
            return
        }
        self.init(path: decoded)
    }

    /// - Parameter path: without escapes.
    init(path: String) {
        // Phones join folder and name carelessly: empty steps count for nothing.
        let steps = path.split(separator: "/")
        guard !steps.contains(where: { $0 == ".." || $0 == "." }), !path.utf8.contains(UInt8(ascii: "\\")) else {
            self = .unfit("the path leads out of its folder")
            return
        }
        guard !path.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7f }) else {
            self = .unfit("the path holds a control character")
            return
        }
        self = .name(steps.joined(separator: "/"))
    }
}
