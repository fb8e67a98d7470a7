import HTTPSemantics
import Packets
import VendorCatalogue

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
    /// Whether some file is given only to who shows a password. Looks at every device: see ``LoginBook/areAskedFor``.
    fileprivate var asksForLogins: Bool {
        rules.contains { $0.auth != nil } || devices.values.contains { $0.password != nil }
    }

    /// What a phone has to show: its own user and password of `devices.csv`, else those of the first rule with `auth` that means it; `nil`
    /// where nothing is asked for.
    ///
    /// - Parameter row: the phone's, where that may count.
    /// - Throws: where the rule wants something that is not known of this phone: then nothing that it shows is right.
    package func login(of identity: Identity, row: KnownDevice?) throws(MissingValue) -> Login? {
        let auth = auth(of: identity)
        if let user = row?.user, let password = row?.password {
            return Login(
                user: user, password: password, scheme: auth?.scheme ?? .any, countsNonces: auth?.countsNonces ?? true,
                mac: identity.mac)
        }
        guard let auth else { return nil }
        guard let user = auth.user, let password = auth.password else { throw MissingValue(name: "password") }
        return Login(
            user: try user.filled(for: identity, row), password: Secret(try password.filled(for: identity, row)),
            scheme: auth.scheme, countsNonces: auth.countsNonces, mac: password.isSecretOfOne ? identity.mac : nil)
    }

    /// How a phone is asked for a password: by the first rule with `auth` that means it.
    func auth(of identity: Identity) -> RuleAuth? {
        rules.first(for: identity) { $0.auth != nil && $0.match.matches(identity) }?.auth
    }
}

/// Every login that is known in advance, by its user: so a phone that shows one is known by it, whatever it asks for.
package struct LoginBook: Sendable {
    /// Whether some file is given only to who shows a password.
    package let areAskedFor: Bool
    private var byUser: [String: [Login]] = [:]

    init(_ settings: Settings, _ catalogue: Catalogue) {
        areAskedFor = settings.asksForLogins
        guard areAskedFor else { return }
        for (mac, device) in settings.devices {
            var seen = Observations(mac: mac)
            seen.known = device
            add(try? settings.login(of: catalogue.identify(seen), row: device))
        }
        for auth in settings.rules.compactMap(\.auth) where auth.password?.isSecretOfOne == false {
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

    /// Whether a login that was right at some time still is.
    package func holds(_ login: Login) -> Bool { logins(of: login.user).contains(login) }

    /// The login with this user and this password, for a protocol that sends both as they are. Every byte is looked at, and a user that
    /// nobody has takes as long as one that somebody has, so that the time tells nothing of how near a guess came.
    package func login(user: String, password: String) -> Login? {
        var found: Login?
        let candidates = logins(of: user)
        for login in candidates where isSame(login.password.text, password) { found = found ?? login }
        if candidates.isEmpty { _ = isSame("a password of nobody", password) }
        return found
    }
}

private func isSame(_ secret: String, _ guess: String) -> Bool {
    let secret = Array(secret.utf8)
    var difference = UInt(bitPattern: secret.count ^ guess.utf8.count)
    for (place, byte) in guess.utf8.enumerated() {
        difference |= UInt(byte ^ (place < secret.count ? secret[place] : 0))
    }
    return difference == 0
}
