import Packets
import VendorCatalogue

/// The file tree as one phone sees it: for a request of NAME the first of `devices/<mac>/NAME`, `<vendor>/<model>/NAME`,
/// `<vendor>/NAME` and `NAME` is served.
package struct PhoneView: Sendable {
    package let tree: TreeSnapshot
    /// The folders on disk that are laid over each other, first hit first; the root comes last.
    package let layers: [String]
    private let identity: Identity

    package init(of tree: TreeSnapshot, for identity: Identity) {
        self.tree = tree
        self.identity = identity
        var layers: [String] = []
        if let mac = identity.mac, let folder = tree.deviceFolder(mac) { layers.append(folder) }
        let brands = [identity.vendor, identity.family?.id].compactMap { $0 }
        if let model = identity.model.flatMap(safeName) {
            layers += brands.compactMap { tree.folder(TreeSnapshot.join($0, model)) }
        }
        layers += brands.compactMap { tree.folder($0) }
        layers.append("")
        self.layers = layers
    }

    /// The path on disk of the file that this phone gets for a name. Another phone's own folder is not seen by asking for its path.
    package func file(_ name: String) -> String? {
        for layer in layers {
            if let file = tree.file(TreeSnapshot.join(layer, name)), !isOthersFolder(file) { return file }
        }
        return nil
    }

    /// Every path at which the file may lie, for a file that is newer than the snapshot.
    package func candidates(_ name: String) -> [String] {
        name.isEmpty ? [] : layers.map { TreeSnapshot.join($0, name) }.filter { !isOthersFolder($0) }
    }

    /// The names of the files that this phone could ask for in a folder, as they are on disk.
    package func names(in folder: String) -> [String] {
        let found = layers.compactMap { layer in tree.folder(TreeSnapshot.join(layer, folder)) }
        return Set(found.filter { !isOthersFolder($0 + "/.") }.flatMap { tree.folders[$0]?.files.values.map { $0 } ?? [] })
            .sorted()
    }

    private func isOthersFolder(_ path: String) -> Bool {
        guard path.lowercased().hasPrefix("devices/"), path.split(separator: "/").count > 2 else { return false }
        return !layers.contains { !$0.isEmpty && path.hasPrefix($0 + "/") }
    }

    /// Whether asking beneath a folder leads anywhere: to at least one of the files that the phone's family asks for, or to any file
    /// at all where the family's names are not known.
    package func leadsAnywhere(beneath folder: String) -> Bool {
        guard let family = identity.family, !family.files.isEmpty else {
            return layers.contains { layer in
                tree.folder(TreeSnapshot.join(layer, folder)).map { tree.holdsFile(beneath: $0) } ?? false
            }
        }
        return family.files.contains { asked in
            if let name = asked.name.name(for: identity.facts) { return file(TreeSnapshot.join(folder, name)) != nil }
            return hasFile(shapedLike: asked.name, in: folder)
        }
    }

    /// For names that cannot be told in advance: a wildcard, or a model that is not known yet.
    private func hasFile(shapedLike name: FileNameTemplate, in folder: String) -> Bool {
        layers.contains { layer in
            guard let path = tree.folder(TreeSnapshot.join(layer, folder)), let names = tree.folders[path]?.files.values else {
                return false
            }
            return names.contains { name.fits($0, identity.facts) }
        }
    }
}

/// As ``safeText(_:)``; `nil` where nothing is left.
package func safeName(_ text: String) -> String? {
    let safe = safeText(text)
    return safe.isEmpty ? nil : safe
}

/// Letters, digits, `.`, `_` and `-` are kept of what came from the wire, 64 at most; leading dots go, so that no `..` can arise.
package func safeText(_ text: String) -> String {
    let safe = text.utf8.filter { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
    return String(decoding: safe.drop { $0 == UInt8(ascii: ".") }.prefix(64), as: UTF8.self)
}
