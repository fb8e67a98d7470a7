import Packets
import VendorCatalogue

/// An address as a phone was told it, made ready for fetching.
struct ToldURL: Hashable, Sendable {
    let scheme: URLScheme
    /// Host with port and user, as told.
    let authority: String
    /// Begins with `/`; query included.
    let path: String
    /// It names a file; else a folder, in which the phone looks for the names that it knows.
    let isFile: Bool

    /// - Parameter text: a URL, or a host alone with or without a path, which means TFTP (Avaya; AudioCodes).
    /// - Returns: `nil` for a scheme that phones do not fetch by, and for text without a host.
    init?(_ text: String, for phone: SimulatedPhone) {
        let rest: Substring
        if let mark = text.firstRange(of: "://") {
            guard let scheme = URLScheme(rawValue: text[..<mark.lowerBound].lowercased()) else { return nil }
            self.scheme = scheme
            rest = text[mark.upperBound...]
        } else {
            scheme = .tftp
            rest = text[...]
        }
        let end = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
        // Avaya's manual writes <userid>;<password>@ on one page and a colon on another.
        var host = String(rest[..<end])
        if phone.family.id == "avaya-1200-sip", let at = host.lastIndex(of: "@"), !host[..<at].contains(":") {
            host = String(host[..<at]).replacing(";", with: ":", maxReplacements: 1) + host[at...]
        }
        authority = host
        let name = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
        guard !name.isEmpty, name.first != ":", authority.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else { return nil }
        let told = rest[end...].prefix { $0 != "#" }
        let filled = PhoneMacros(phone).filled(in: String(told))
        let step = ToldURL.lastStep(told)
        let filledStep = ToldURL.lastStep(filled[...])
        isFile = filled.contains("?") || filledStep.contains(".") || step != filledStep
        path = (filled.hasPrefix("/") ? "" : "/") + filled
    }

    private init(scheme: URLScheme, authority: String, path: String) {
        self.scheme = scheme
        self.authority = authority
        self.path = path
        isFile = true
    }

    /// The last step of the path.
    var fileName: String { String(ToldURL.lastStep(path[...])) }

    private static func lastStep(_ path: Substring) -> Substring {
        path.prefix { $0 != "?" }.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
    }

    func isSameServer(as other: ToldURL) -> Bool { scheme == other.scheme && authority == other.authority }

    /// A file of the same folder: beneath this URL if it is a folder, else beside it. By another scheme it comes from the same
    /// host, at that scheme's own port.
    func beside(_ name: String, by other: URLScheme? = nil) -> ToldURL {
        var folder = path.prefix { $0 != "?" }
        if isFile { folder = folder.prefix(upTo: folder.lastIndex(of: "/") ?? folder.startIndex) }
        while folder.last == "/" { folder = folder.dropLast() }
        let path = "\(folder)/\(name)"
        guard let other, other != scheme else { return ToldURL(scheme: scheme, authority: authority, path: path) }
        let parts = authority.split(separator: "@", omittingEmptySubsequences: false)
        let host = (parts.last ?? "").prefix { $0 != ":" }
        // TFTP has no login.
        let user = other == .tftp ? "" : parts.dropLast().map { $0 + "@" }.joined()
        return ToldURL(scheme: other, authority: user + host, path: path)
    }

    /// What is fetched: bytes that no URL holds percent-encoded, `%` left as told.
    var text: String {
        var encoded: [UInt8] = []
        for byte in path.utf8 {
            if (0x21...0x7e).contains(byte), !"\"<>\\^`{|}".utf8.contains(byte) {
                encoded.append(byte)
            } else {
                encoded += Array("%\(hexText(byte))".utf8)
            }
        }
        return "\(scheme.rawValue)://\(authority)\(String(decoding: encoded, as: UTF8.self))"
    }
}
