import Packets
import Provisioning
import VendorCatalogue

/// Every name that phones ask for: what families list, what stands for such a name by an alias, and where rules and devices lead.
struct NameBook {
    /// What is to be said of a name that nobody asks for.
    enum Remark {
        case unknown
        case near(meant: String, family: String, cost: Int)
    }

    private let byFamily: [String: [NameShape]]
    /// What users wrote themselves: it counts everywhere.
    private let own: [NameShape]

    init(_ policy: Policy) {
        var byFamily: [String: [NameShape]] = [:]
        let separators = Set(policy.catalogue.families.compactMap(\.answer.separator))
        for family in policy.catalogue.families {
            let asked = family.files.map(\.name.source)
            // What a .ver speaks of is fetched next.
            let versioned = asked.filter { $0.hasSuffix(".ver") }.map { String($0.dropLast(4)) }
            byFamily[family.id] =
                (asked + versioned).map { NameShape($0) } + family.aliases.map { NameShape($0.meant.source) }
                + (family.answer.url.flatMap { NameBook.lastName(of: $0.source) }.map { [NameShape($0)] } ?? [])
        }
        self.byFamily = byFamily
        let settings = policy.settings
        let urls =
            [settings.url].compactMap { $0?.source } + settings.rules.compactMap(\.url?.source)
            + settings.devices.values.compactMap(\.url?.source)
            + settings.rules.flatMap { $0.options.all.flatMap { $0.value.texts.map(\.source) } }
        // Option 67 may hold a name alone (RFC 2132 section 9.5).
        let bootFiles = settings.rules.compactMap(\.options[67]).flatMap { $0.texts.map(\.source) }
        let names =
            urls.compactMap(NameBook.lastName).flatMap { [$0] + $0.split(whereSeparator: separators.contains).map(String.init) }
            + bootFiles.filter { !$0.contains("{") && !$0.contains("://") }
            + settings.rules.flatMap { $0.aliases.map(\.meant.source) }
        own = names.map { NameShape(TreeSnapshot.split($0).name) }
    }

    /// `nil` where some phone asks for it: beneath its folder by the whole path, or in a folder that a URL leads to by the name alone.
    func remark(on scope: LintScope, _ name: String) -> Remark? {
        guard !own.contains(where: { $0.match(name)?.isExact == true }) else { return nil }
        var best: (match: NameShape.Match, family: String)?
        var isListed = false
        for family in scope.families {
            let shapes = byFamily[family.id] ?? []
            isListed = isListed || !shapes.isEmpty
            for shape in shapes {
                for candidate in Set([scope.rest, name]) {
                    guard let match = shape.match(candidate) else { continue }
                    if match.isExact { return nil }
                    if match.cost < (best?.match.cost ?? .max) { best = (match, family.id) }
                }
            }
        }
        if let best { return .near(meant: best.match.meant, family: best.family, cost: best.match.cost) }
        return isListed ? .unknown : nil
    }

    private static func lastName(of url: String) -> String? {
        guard let scheme = url.firstRange(of: "://"), let slash = url[scheme.upperBound...].firstIndex(of: "/") else {
            return nil
        }
        let path = url[url.index(after: slash)...].prefix { !"?#".contains($0) }
        let name = TreeSnapshot.split(String(path)).name
        guard !name.isEmpty, !name.contains("$"), !name.contains("<"), !name.contains("%") else { return nil }
        return name.replacing("{{", with: "{").replacing("}}", with: "}")
    }

    static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: ":"):
            true
        default: false
        }
    }
}
