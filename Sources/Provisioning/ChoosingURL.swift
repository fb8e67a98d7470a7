import Packets
import VendorCatalogue

/// Which rule wins for a phone, and what it is to be told.
package struct Choice: Sendable {
    package var rule: Rule?
    /// `nil` where a rule sets options that need none, for a family that is led by something else.
    package var url: String?
    /// What a NOTIFY says, which can say nothing but a URL.
    package var notified: Result<String, Silence>
    /// Options in the order of their preference, the rule's over the family's.
    package var options: OptionTemplates
    /// Those that cannot say the URL.
    package var untold: [UntoldOption]
    /// Codes that the rule sets itself: told whether asked for or not.
    package var insisted: [UInt8]
    /// Texts in options end in a NUL, where they do not say themselves.
    package var endsTextInNUL: Bool
    /// The URL is on this machine, or there is none: it is then the next server too. MiNet phones want that to be who answers.
    package var isOwnURL: Bool
}

extension Policy {
    /// The first rule that matches, the catalogue's answer, then the general URL; or why this phone is told nothing.
    ///
    /// A device in `devices.csv` with a URL of its own is told that one, whatever rules say of its kind.
    package func choose(for asker: Asker, rule: Rule?) throws(Silence) -> Choice {
        let identity = asker.identity
        if let rule, rule.ignores { throw .ruleIgnores(rule.name) }
        try checkIsPhone(asker, rule)
        let own = rule.flatMap { $0.options.all.isEmpty ? nil : $0.options }
        let nul = rule?.endsTextInNUL ?? identity.family?.answer.endsTextInNUL ?? false
        let unled = whyUnled(identity, by: rule)
        if let unled {
            guard let own else { throw unled }
            let all = identity.family?.answer.options?.overlaid(with: own) ?? own
            if !all.holds([.url, .host, .port]) {
                return Choice(
                    rule: rule, notified: .failure(unled), options: all, untold: [], insisted: own.all.map(\.code),
                    endsTextInNUL: nul, isOwnURL: true)
            }
        }
        guard let template = template(for: identity, rule) else { throw .notAPhone }
        let url: String
        do {
            url = try expand(template, for: asker)
        } catch {
            throw .unknownVariable(error.variable.rawValue, url: template.source)
        }
        let isOwn = try checkServed(url, to: asker, rule)
        let options = options(of: identity.family, own, saying: url, on: asker.link, isLed: unled == nil)
        return Choice(
            rule: rule, url: url, notified: unled.map { .failure($0) } ?? .success(url), options: options.told,
            untold: options.untold,
            insisted: own?.all.map(\.code) ?? [], endsTextInNUL: nul, isOwnURL: isOwn)
    }

    /// Why no URL leads a phone: its family says nothing of one, and nobody wrote one down for it. Options of a rule then say all.
    private func whyUnled(_ identity: Identity, by rule: Rule?) -> Silence? {
        guard let family = identity.family, let reason = family.answer.nothing, rule?.url == nil,
            identity.mac.flatMap({ settings.devices[$0]?.url }) == nil
        else { return nil }
        return .notTold(family.id, reason)
    }

    /// The device's own URL, the rule's, the family's, or the general one.
    func template(for identity: Identity, _ rule: Rule?) -> URLTemplate? {
        identity.mac.flatMap { settings.devices[$0]?.url } ?? rule?.url ?? identity.family?.answer.url ?? settings.url
    }

    /// The folder of the URL that a phone is told, where that is on this machine by `{server}`.
    package func toldFolder(_ asker: FileAsker) -> String? {
        guard let template = template(for: asker.identity, asker.rule), let server = asker.server else { return nil }
        var telling = Asker(identity: asker.identity, link: Link(interface: "", mac: nil, address: server))
        telling.address = asker.address
        guard let url = (try? expand(template, for: telling)).flatMap({ ProvisioningURL($0) }), IPv4Address(url.host) == server
        else { return nil }
        return TreeSnapshot.split(phoneSideMacrosFilled(url.path, for: asker.identity.facts, of: asker.identity.family)).folder
    }

    /// Recognised, or named by a rule or by `devices.csv`.
    func checkIsPhone(_ asker: Asker, _ rule: Rule?) throws(Silence) {
        let identity = asker.identity
        let isKnown = identity.mac.map { settings.devices[$0] != nil } ?? false
        guard !identity.isRecognised, !isKnown, rule?.match.namesPhones != true else { return }
        throw identity.drawn.isEmpty ? .notAPhone : .ambiguous(identity.drawn)
    }

    /// What a phone is told by DHCP where neither its family nor a rule says how.
    static let generalOptions = OptionTemplates(
        (try? TextTemplate("{url}")).map { [OptionTemplate.Element(code: 66, value: .text($0, nul: nil))] } ?? [])

    /// The variables of one phone. What came from the wire is reduced to safe characters.
    package func variables(of asker: Asker, url: String? = nil) -> (TextTemplate.Variable) -> String? {
        let (identity, server, address) = (asker.identity, asker.link.address, asker.address)
        return { variable in
            switch variable {
            case .server: server.description
            case .mac: identity.mac?.plain
            case .macUpper: identity.mac?.plain.uppercased()
            case .macColon: identity.mac?.colons
            case .macDash: identity.mac?.dashes
            case .vendor: identity.vendor
            case .model: identity.model.flatMap(safeName)
            case .version: identity.version.flatMap(safeName)
            case .ip: address?.description
            case .url: url
            case .host: url.flatMap { ProvisioningURL($0) }?.host
            case .port: url.flatMap { ProvisioningURL($0) }.map { String($0.port) }
            }
        }
    }

    /// `http://{server}/…` means bellhop's own web server, with a user's name before it or without, and so for each scheme that it serves:
    /// where it is not at the scheme's own port, its port is added.
    package func expand(_ template: URLTemplate, for asker: Asker) throws(UnknownVariable) -> String {
        var text = try template.text.expanded(variables(of: asker))
        for (start, port) in movedSchemes {
            func authority(of url: String) -> Substring { url.dropFirst(start.count).prefix { !"/?#".contains($0) } }
            if template.source.hasPrefix(start), authority(of: template.source).split(separator: "@").last == "{server}" {
                text.insert(contentsOf: ":\(port)", at: authority(of: text).endIndex)
            }
        }
        return text
    }

    /// A phone is never told an address that bellhop itself would answer with 404: it may store that one for good.
    ///
    /// - Returns: whether the URL is on this machine. URLs to other hosts, and to ports that are not bellhop's, are taken as they are.
    func checkServed(_ text: String, to asker: Asker, _ rule: Rule?) throws(Silence) -> Bool {
        let (identity, link) = (asker.identity, asker.link)
        guard let found = findings(about: text, for: identity, rule) else { throw .nothingToServe(text) }
        let url = found.url
        guard found.address.map(link.isOwn) ?? false else { return false }
        guard let ports = servedPorts[url.scheme] else {
            if url.port == url.scheme.defaultPort { throw .schemeNotServed(text) }
            return true
        }
        guard ports.contains(url.port), !found.leadsEverybody else { return true }
        func leadsAnywhere(provenMAC: MACAddress?) -> Bool {
            let file = FileAsker(
                identity: identity, provenMAC: provenMAC, isBelieved: asker.address.map(settings.files.believes) ?? false,
                address: asker.address ?? .any, rule: rule)
            return leads(url, FileAccess(file, self, tree: tree))
        }
        let provable = canProveItself(identity, by: url.scheme) ? identity.mac : nil
        guard !leadsAnywhere(provenMAC: asker.provenMAC ?? provable) else { return true }
        throw leadsAnywhere(provenMAC: identity.mac) ? .notProven(text) : .nothingToServe(text)
    }

    /// Whether a URL of bellhop's own leads to a file that this phone gets, or to a folder in which there is one.
    private func leads(_ url: ProvisioningURL, _ access: FileAccess) -> Bool {
        let identity = access.asker.identity
        let path = phoneSideMacrosFilled(url.path, for: identity.facts, of: identity.family)
        if holdsPhoneSideMacro(path) { return access.leadsAnywhere(beneath: TreeSnapshot.split(path).folder) }
        let named = identity.files(meantBy: path)
        if named.contains(where: { access.file($0) ?? nameInFull($0, of: url, identity).flatMap(access.file) != nil }) {
            return true
        }
        return access.leadsAnywhere(beneath: path.split(separator: "/").joined(separator: "/"))
    }

    /// The path with the model's name as the family's own files have it: a phone that is an HDV130 here fills `KX-HDV130` in for
    /// `{MODEL}`.
    private func nameInFull(_ path: String, of url: ProvisioningURL, _ identity: Identity) -> String? {
        guard ["{model}", "{MODEL}", "<MODEL>"].contains(where: { url.path.contains($0) }) else { return nil }
        let (folder, name) = TreeSnapshot.split(path)
        let names = identity.family?.files.lazy.compactMap { $0.name.name(for: identity.facts) }
        return names?.first { $0.hasSuffix(name) }.map { TreeSnapshot.join(folder, $0) }
    }
}
