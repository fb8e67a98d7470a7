import ConfigTree

/// `uploads` of a rule: what a phone may leave here by PUT and POST.
package struct UploadAllowance: Hashable, Sendable {
    /// Octets of one file.
    package var fileSize = 4 << 20
    /// Of one phone, all that it ever left and nobody took away.
    package var files = 100
    package var total = 32 << 20

    package init() {}

    init?(_ node: ConfigNode, key: String, _ map: inout MapReader, _ problems: ConfigProblems) {
        self.init()
        guard case .map = node.content else {
            guard map.boolean(key) == true else { return nil }
            return
        }
        guard var group = MapReader(node, as: key, problems) else { return nil }
        let size = "a number of octets from 1k to 1g, such as 512k or 4m"
        fileSize = group.value("file-size", expected: size, octets) ?? fileSize
        files = group.integer("files", in: 1...10_000) ?? files
        total = group.value("total", expected: size, octets) ?? total
        group.finish()
    }
}

/// `512k`, `4m`, `1g`
private func octets(_ text: String) -> Int? {
    guard let unit = text.lowercased().last, let shift = ["k": 10, "m": 20, "g": 30][unit],
        let number = wholeNumber(text.dropLast()),
        number <= 1 << 20
    else { return nil }
    let octets = number << shift
    return (1 << 10...1 << 30).contains(octets) ? octets : nil
}

extension Settings {
    /// What a phone may leave here, by the first rule with `uploads` that means it; `nil` where it may not.
    package func uploads(of identity: Identity) -> UploadAllowance? {
        rules.first { $0.uploads != nil && $0.match.matches(identity) }?.uploads
    }

    package var takesUploads: Bool { rules.contains { $0.uploads != nil } }
}
