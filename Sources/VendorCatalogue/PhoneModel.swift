import ConfigTree

/// How one phone of the family behaves: the simulator plays it.
package struct PhoneModel: Sendable {
    package enum Discovery: String, CaseIterable, Sendable {
        case pnp, inform
    }

    package let model: String
    package let version: String
    package let macPrefix: MACPrefix
    package let discovery: [Discovery]
    /// It sends an INFORM where its lease names no server.
    package let informsAfterLease: Bool
    package let vendorClass: TextWithFacts?
    package let parameterRequestList: [UInt8]
    package let userAgent: TextWithFacts?
    package let takes: [URLSource]
    /// What it fills in itself in a URL, and with what; the longest first, so that `$MA` is not taken for the beginning of `$MAU`.
    package let macros: [(macro: String, value: TextWithFacts)]
    /// By HTTPS it fetches from nobody whose certificate it cannot verify.
    package let verifiesServer: Bool
    package let subscribe: TextWithFacts?
}

extension PhoneModel {
    init?(_ node: ConfigNode, _ problems: ConfigProblems) {
        guard var map = MapReader(node, as: "phone", problems) else { return nil }
        model = map.text("model") ?? "phone"
        version = map.text("version") ?? "1.0"
        let prefix = map.value("mac", expected: "6 to 11 hexadecimal digits") { MACPrefix($0) }
        discovery =
            map.values("discover", expected: orList(Discovery.allCases.map(\.rawValue))) { Discovery(rawValue: $0) } ?? [.inform]
        informsAfterLease = map.boolean("inform-after-lease") ?? false
        vendorClass = map.text("vendor-class").map(TextWithFacts.init)
        parameterRequestList = map.values("request", expected: "an option number") { UInt8($0) } ?? [1, 3, 6, 15, 66, 67]
        userAgent = map.text("user-agent").map(TextWithFacts.init)
        takes =
            map.values("takes", expected: "an option (66), one inside another (43.66) or two joined (66+67)") { URLSource($0) }
            ?? [.option(66)]
        macros = map.group("macros") { PhoneModel.macros($0, problems) } ?? []
        verifiesServer = map.boolean("verifies-server") ?? false
        subscribe = map.text("subscribe").map(TextWithFacts.init)
        map.finish()
        guard let prefix else { return nil }
        macPrefix = prefix
    }

    /// A group whose keys are the macros: `"$MA": "{mac}"`.
    private static func macros(_ node: ConfigNode, _ problems: ConfigProblems) -> [(String, TextWithFacts)] {
        guard var map = MapReader(node, as: "macros", problems) else { return [] }
        let macros = map.allEntries().compactMap { entry in map.text(entry.key).map { (entry.key, TextWithFacts($0)) } }
        return macros.sorted { $0.0.count > $1.0.count }
    }
}

/// Where a phone takes its URL from in a DHCP answer.
package indirect enum URLSource: Hashable, Sendable {
    case option(UInt8)
    /// A sub-option of an option that holds codes, lengths and values: `43.66`.
    case inside(UInt8, UInt8)
    /// Two of these put together: `66+67`, `43.66+43.67`.
    case joined(URLSource, URLSource)

    package init?(_ text: String) {
        func parts(_ separator: Character) -> [Substring] { text.split(separator: separator, omittingEmptySubsequences: false) }
        let (joined, codes) = (parts("+"), parts(".").map { UInt8($0) })
        if joined.count == 2, let first = URLSource(String(joined[0])), let second = URLSource(String(joined[1])) {
            self = .joined(first, second)
        } else if codes.count == 1, let code = codes[0] {
            self = .option(code)
        } else if codes.count == 2, let outer = codes[0], let inner = codes[1] {
            self = .inside(outer, inner)
        } else {
            return nil
        }
    }
}
