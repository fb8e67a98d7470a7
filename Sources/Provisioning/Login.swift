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

    /// No two phones have the same.
    var isOfOneDevice: Bool { values.contains { !["vendor", "model"].contains($0) } }

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
        default: known?.more[name]
        }
    }
}

/// Something that is not known of a phone: a column of `devices.csv`, or its address or model.
package struct MissingValue: Error, Hashable, Sendable {
    package let name: String
}

/// A user and a password that a phone may show.
package struct Login: Hashable, Sendable {
    package let user: String
    package let password: Secret
    package let scheme: AuthScheme
    package let countsNonces: Bool
    /// Whose password it is, where it is of one phone alone: who shows it is that phone.
    package let mac: MACAddress?
}

extension Settings {
    /// Whether some file is given only to who shows a password.
    package var asksForLogins: Bool {
        rules.contains { $0.auth != nil } || devices.values.contains { $0.password != nil }
    }

    /// What a phone has to show: its own user and password of `devices.csv`, else those of the first rule with `auth` that means it; `nil`
    /// where nothing is asked for.
    ///
    /// - Throws: where the rule wants something that is not known of this phone: then nothing that it shows is right.
    package func login(of identity: Identity) throws(MissingValue) -> Login? {
        let known = identity.mac.flatMap { devices[$0] }
        let auth = rules.first { $0.auth != nil && $0.match.names(identity) }?.auth
        if let user = known?.user, let password = known?.password {
            return Login(
                user: user, password: password, scheme: auth?.scheme ?? .any, countsNonces: auth?.countsNonces ?? true,
                mac: identity.mac)
        }
        guard let auth else { return nil }
        guard let user = auth.user, let password = auth.password else { throw MissingValue(name: "password") }
        return Login(
            user: try user.filled(for: identity, known), password: Secret(try password.filled(for: identity, known)),
            scheme: auth.scheme,
            countsNonces: auth.countsNonces, mac: password.isOfOneDevice ? identity.mac : nil)
    }
}

/// Every login that is known in advance, by its user: so a phone that shows one is known by it, whatever it asks for.
package struct LoginBook: Sendable {
    private var byUser: [String: [Login]] = [:]

    init(_ settings: Settings, _ catalogue: Catalogue) {
        guard settings.asksForLogins else { return }
        for (mac, device) in settings.devices {
            var seen = Observations(mac: mac)
            seen.known = device
            add(try? settings.login(of: catalogue.identify(seen)))
        }
        for auth in settings.rules.compactMap(\.auth) where auth.password?.isOfOneDevice == false {
            // Without anything of a phone in it, it is everybody's whom the rule means.
            let nobody = Identity()
            guard let user = try? auth.user?.filled(for: nobody, nil), let password = try? auth.password?.filled(for: nobody, nil)
            else { continue }
            add(Login(user: user, password: Secret(password), scheme: auth.scheme, countsNonces: auth.countsNonces, mac: nil))
        }
    }

    private mutating func add(_ login: Login?) {
        guard let login, byUser[login.user]?.contains(login) != true else { return }
        byUser[login.user, default: []].append(login)
    }

    package func logins(of user: String) -> [Login] { byUser[user] ?? [] }
}
