import Packets
import VendorCatalogue

/// A file of the tree that a name leads to.
package struct TreeFile: Hashable, Sendable {
    /// On disk, beneath the root.
    package let path: String
    /// The file that is served is made from it.
    package let isTemplate: Bool

    /// What the name of a template ends in.
    package static let templateSuffix = ".tmpl"

    package init(_ path: String) {
        self.path = path
        isTemplate = path.hasSuffix(TreeFile.templateSuffix)
    }

    /// The path, without what marks a template.
    package var servedPath: String { isTemplate ? String(path.dropLast(TreeFile.templateSuffix.count)) : path }
}

/// The file tree as one phone sees it: for a request of NAME the first of `devices/<mac>/NAME`, `<vendor>/<model>/NAME`,
/// `<vendor>/NAME` and `NAME` is served; in each of them NAME itself, or else what is made of `NAME.tmpl`. Where there is none at all,
/// the names that aliases give for NAME are looked for in the same way.
package struct PhoneView: Sendable {
    package let tree: TreeSnapshot
    /// The folders on disk that are laid over each other, first hit first; the root comes last.
    package let layers: [String]
    /// The phone's own folder, where it has one and may see it.
    package let ownFolder: String?
    private let identity: Identity
    private let aliases: [FileAlias]

    /// - Parameters:
    ///   - rule: whose aliases go before the family's.
    ///   - isItself: whether it may see its own folder, being the phone that it is taken for.
    package init(of tree: TreeSnapshot, for identity: Identity, rule: Rule? = nil, isItself: Bool = true) {
        self.tree = tree
        self.identity = identity
        aliases = (rule?.aliases ?? []) + (identity.family?.aliases ?? [])
        ownFolder = isItself ? identity.mac.flatMap(tree.deviceFolder) : nil
        let brands = [identity.vendor, identity.family?.id].compactMap { $0 }
        var layers = [ownFolder].compactMap { $0 }
        if let model = identity.model.flatMap(safeName) {
            layers += brands.compactMap { tree.folder(TreeSnapshot.join($0, model)) }
        }
        layers += brands.compactMap { tree.folder($0) }
        layers.append("")
        self.layers = layers
    }

    /// The file that this phone gets for a name. Another phone's own folder is not seen by asking for its path, nor a template.
    ///
    /// - Parameter onlyOwn: whether the phone's own folder alone is looked in.
    package func file(_ name: String, onlyOwn: Bool = false) -> TreeFile? {
        let layers = onlyOwn ? layers.filter { $0 == ownFolder } : layers
        for name in names(name) {
            for layer in layers {
                let path = TreeSnapshot.join(layer, name)
                for path in [path, path + TreeFile.templateSuffix] {
                    if let file = tree.file(path), !isOthersFolder(file) { return TreeFile(file) }
                }
            }
        }
        return nil
    }

    /// Every path at which the file may lie, in the order of ``file(_:onlyOwn:)``, for one that is newer than the snapshot.
    package func candidates(_ name: String, onlyOwn: Bool = false) -> [TreeFile] {
        let layers = onlyOwn ? layers.filter { $0 == ownFolder } : layers
        return names(name).flatMap { name in
            layers.map { TreeSnapshot.join($0, name) }.filter { !isOthersFolder($0) }.flatMap {
                [TreeFile($0), TreeFile($0 + TreeFile.templateSuffix)]
            }
        }
    }

    package func isInOwnFolder(_ path: String) -> Bool {
        ownFolder.map { path.hasPrefix($0 + "/") } ?? false
    }

    /// The name, then those that aliases give for it, then the one that it is by the phone's MAC address where it is by its UUID
    /// (Spectralink's Virtual IP-DECT Server One).
    private func names(_ name: String) -> [String] {
        guard !name.isEmpty else { return [] }
        let names = [name] + aliases.compactMap { $0.path(for: name, identity.facts) } + (nameByMAC(name).map { [$0] } ?? [])
        return names.filter { !$0.lowercased().hasSuffix(TreeFile.templateSuffix) }
    }

    private func nameByMAC(_ name: String) -> String? {
        guard let uuid = identity.uuid, let mac = identity.mac else { return nil }
        let (folder, file) = TreeSnapshot.split(name)
        guard uuidText(file.utf8.prefix(uuidLength)) == uuid else { return nil }
        return TreeSnapshot.join(folder, mac.plain + String(decoding: file.utf8.dropFirst(uuidLength), as: UTF8.self))
    }

    /// The files that this phone could ask for in a folder, those of the first layer first.
    package func files(in folder: String) -> [TreeFile] {
        let found = layers.compactMap { layer in tree.folder(TreeSnapshot.join(layer, folder)) }
        return found.filter { !isOthersFolder($0 + "/.") }.flatMap { path in
            (tree.folders[path]?.files.values.sorted() ?? []).map { TreeFile(TreeSnapshot.join(path, $0)) }
        }
    }

    /// Their names, as they are on disk.
    package func names(in folder: String) -> [String] {
        Set(files(in: folder).map { TreeSnapshot.split($0.servedPath).name }).sorted()
    }

    private func isOthersFolder(_ path: String) -> Bool {
        guard path.lowercased().hasPrefix("devices/"), path.split(separator: "/").count > 2 else { return false }
        return !isInOwnFolder(path)
    }

    /// Whether asking beneath a folder leads anywhere: to at least one of the files that the phone's family asks for, or to any file
    /// at all where the family's names are not known.
    ///
    /// - Parameters:
    ///   - isAsked: which of the family's files count.
    ///   - file: what the phone gets for a name; ``file(_:onlyOwn:)`` unless something is held back.
    ///   - mayHave: whether it is given what lies at a path.
    package func leadsAnywhere(
        beneath folder: String, by isAsked: (AskedFile) -> Bool = { _ in true }, file: (String) -> TreeFile?,
        mayHave: (String) -> Bool = { _ in true }
    ) -> Bool {
        guard let family = identity.family, !family.files.isEmpty else {
            return layers.contains { layer in
                tree.folder(TreeSnapshot.join(layer, folder)).map { tree.holdsFile(beneath: $0) } ?? false
            }
        }
        return family.files.contains { asked in
            guard isAsked(asked) else { return false }
            if let name = asked.name.name(for: identity.facts) { return file(TreeSnapshot.join(folder, name)) != nil }
            return hasFile(shapedLike: asked.name, in: folder, mayHave)
        }
    }

    package func leadsAnywhere(beneath folder: String) -> Bool {
        leadsAnywhere(beneath: folder, file: { file($0) })
    }

    /// For names that cannot be told in advance: a wildcard, or a model that is not known yet.
    private func hasFile(shapedLike name: FileNameTemplate, in folder: String, _ mayHave: (String) -> Bool) -> Bool {
        layers.contains { layer in
            guard let path = tree.folder(TreeSnapshot.join(layer, folder)), let names = tree.folders[path]?.files.values else {
                return false
            }
            return names.contains { onDisk in
                name.fits(TreeFile(onDisk).servedPath, identity.facts) && mayHave(TreeSnapshot.join(path, onDisk))
            }
        }
    }
}

extension FileAlias {
    private func parts(of asked: String) -> (folder: String, name: String) {
        self.asked.source.contains("/") ? ("", asked) : TreeSnapshot.split(asked)
    }

    /// Whether it stands for a path that is asked for.
    package func isMeant(by asked: String) -> Bool { self.asked.match(parts(of: asked).name) != nil }

    /// The path that is meant by one that is asked for; `nil` where the pattern does not match, or something is not known. What comes from
    /// the wire is reduced to safe characters.
    package func path(for asked: String, _ facts: PhoneFacts) -> String? {
        let (folder, name) = parts(of: asked)
        guard let match = self.asked.match(name) else { return nil }
        let known = PhoneFacts(
            mac: match.mac ?? facts.mac, model: (match.model ?? facts.model).flatMap(safeName),
            version: (match.version ?? facts.version).flatMap(safeName))
        return meant.complete(with: known).map { TreeSnapshot.join(folder, $0) }
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
