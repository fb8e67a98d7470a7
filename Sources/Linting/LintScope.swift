import Packets
import Provisioning
import VendorCatalogue

/// Whose a place in the tree is, and which names count there.
struct LintScope {
    /// The families whose phones look there.
    let families: [Family]
    /// The folder belongs to one phone or one brand, not to all.
    let isOnes: Bool
    /// The path beneath that folder.
    let rest: String
    /// The folders in which a phone that finds this file finds others, the nearest first.
    let layers: [String]
    let mac: MACAddress?
    /// Where its phones are of one brand.
    let brand: String?

    func speaks(of vendor: String) -> Bool { families.contains { $0.vendor == vendor } }
}

extension Policy {
    /// - Parameter path: beneath the root, as it is served.
    func lintScope(of path: String) -> LintScope {
        let steps = path.split(separator: "/").map(String.init)
        func beneath(_ count: Int) -> String { steps.dropFirst(count).joined(separator: "/") }
        // A brand's folder; before it those beneath it, which may be its models'.
        func brand(_ name: String) -> [String] {
            guard let folder = tree.folder(name) else { return [] }
            let models = (tree.folders[folder]?.folders.values.sorted() ?? []).map { TreeSnapshot.join(folder, $0) }
            return models + [folder]
        }
        if steps.count > 2, steps[0].lowercased() == "devices", let mac = MACAddress(steps[1]) {
            var seen = Observations(mac: mac)
            seen.known = settings.devices[mac]
            let identity = catalogue.identify(seen)
            let families = identity.vendor.map(catalogue.families(named:)) ?? catalogue.families
            let brands = identity.vendor.map { identity.model == nil ? brand($0) : [] } ?? []
            return LintScope(
                families: families, isOnes: true, rest: beneath(2),
                layers: brands + PhoneView(of: tree, for: identity).layers, mac: mac, brand: identity.vendor)
        }
        if steps.count > 1 {
            let families = catalogue.families(named: steps[0].lowercased())
            if let first = families.first {
                // Phones of the model that a folder beneath is called by look into no other model's.
                let model = steps.count > 2 ? [TreeSnapshot.join(steps[0], steps[1]), steps[0]] : nil
                return LintScope(
                    families: catalogue.families(named: first.vendor), isOnes: true, rest: beneath(1),
                    layers: (model ?? brand(steps[0])) + [""], mac: nil, brand: first.vendor)
            }
        }
        let brands = tree.folders[""]?.folders.values.filter { !catalogue.set(named: $0.lowercased()).isEmpty } ?? []
        return LintScope(
            families: catalogue.families, isOnes: false, rest: path, layers: [""] + brands.sorted().flatMap(brand), mac: nil,
            brand: nil)
    }

    /// Whether a phone that finds the file of this scope finds one whose name is made with its own address.
    func finds(_ name: ShapePattern, _ scope: LintScope, beside folder: String) -> Bool {
        ([folder] + scope.layers).contains { layer in
            guard let path = tree.folder(layer), let names = tree.folders[path]?.files.values else { return false }
            return names.contains { onDisk in
                guard let match = name.match(TreeFile(onDisk).servedPath) else { return false }
                return scope.mac == nil || match.mac == scope.mac
            }
        }
    }

    /// Whether a phone that finds the file of this scope finds another, by the name that it would ask for. An alias that leads to what
    /// only the phone knows, such as its model, counts: where it ends cannot be told here.
    func finds(_ name: String, _ scope: LintScope, beside folder: String) -> Bool {
        func isThere(_ name: String) -> Bool {
            ([folder] + scope.layers).contains { layer in
                let path = TreeSnapshot.join(layer, name)
                return tree.file(path) != nil || tree.file(path + TreeFile.templateSuffix) != nil
            }
        }
        if isThere(name) { return true }
        let aliases = settings.rules.lazy.flatMap(\.aliases) + scope.families.flatMap(\.aliases)
        return aliases.contains { alias in
            alias.isMeant(by: name) && alias.path(for: name, PhoneFacts(mac: scope.mac)).map(isThere) ?? true
        }
    }
}
