import ConfigTree
import HTTPSemantics
import Packets
import VendorCatalogue

/// `auth` of a rule: what a phone has to show before it is given a file.
package struct RuleAuth: Hashable, Sendable {
    package var user: DeviceText?
    package var password: DeviceText?
    package var scheme = AuthScheme.any
    /// Each count of a Digest nonce is good once.
    package var countsNonces = true
    package let place: ConfigPlace

    private enum Counting: String, CaseIterable { case strict, lax }

    init?(_ node: ConfigNode, _ problems: ConfigProblems) {
        guard var map = MapReader(node, as: "auth", problems) else { return nil }
        place = node.place
        user = DeviceText("user", &map)
        password = DeviceText("password", &map)
        scheme = map.choice("scheme", AuthScheme.self) ?? scheme
        countsNonces = map.choice("nonce-count", Counting.self) != .lax
        map.finish()
        if (user == nil) != (password == nil) {
            problems.add("auth has only one of user and password; it needs both, or neither and those of devices.csv", at: place)
        }
        if user?.source.contains(":") == true { problems.add("a user name must not hold a colon (RFC 7617)", at: place) }
    }
}

/// Text with `{mac}` and the like, and with `{column}` for what a device's row of `devices.csv` says.
package struct DeviceText: Hashable, Sendable {
    package enum Part: Hashable, Sendable {
        case literal(String)
        case value(String)
    }

    package let source: String
    private let parts: [Part]

    init?(_ key: String, _ map: inout MapReader) {
        guard let text = map.text(key), let place = map.node(key)?.place else { return nil }
        var parts: [Part] = []
        var rest = text[...]
        while let open = rest.firstIndex(of: "{") {
            guard let close = rest[open...].firstIndex(of: "}") else {
                map.problems.add("\(key): \"{\" is never closed by \"}\"", at: place)
                return nil
            }
            parts += [.literal(String(rest[..<open])), .value(String(rest[rest.index(after: open)..<close]))]
            rest = rest[rest.index(after: close)...]
        }
        parts.append(.literal(String(rest)))
        source = text
        self.parts = parts.filter { $0 != .literal("") }
        if self.parts.isEmpty { map.problems.add("\(key) is empty", at: place) }
    }

    package var values: [String] {
        parts.compactMap { if case .value(let name) = $0 { name } else { nil } }
    }

    /// No two phones have the same, and it follows from nothing that others can see: it stands in a row of `devices.csv`.
    var isSecretOfOne: Bool { values.contains { !DeviceText.variables.contains($0) } }

    /// Filled in for a phone; fails with the name of what is not known of it.
    func filled(for identity: Identity, _ known: KnownDevice?) throws(MissingValue) -> String {
        var text = ""
        for part in parts {
            switch part {
            case .literal(let literal): text += literal
            case .value(let name):
                guard let value = DeviceText.value(name, of: identity, known), !value.isEmpty else {
                    throw MissingValue(name: name)
                }
                text += value
            }
        }
        return text
    }

    /// Names that are no column.
    package static let variables = ["mac", "MAC", "mac-colon", "mac-dash", "vendor", "model"]

    private static func value(_ name: String, of identity: Identity, _ known: KnownDevice?) -> String? {
        switch name {
        case "mac": identity.mac?.plain
        case "MAC": identity.mac?.plain.uppercased()
        case "mac-colon": identity.mac?.colons
        case "mac-dash": identity.mac?.dashes
        case "vendor": identity.vendor
        case "model": identity.model
        default: known?[column: name]
        }
    }
}

/// Something that is not known of a phone: a column of `devices.csv`, or its address or model.
package struct MissingValue: Error, Hashable, Sendable {
    package let name: String
}
