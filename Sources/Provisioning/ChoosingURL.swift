import Packets
import VendorCatalogue

/// Which rule wins for a phone, and what it is to be told.
package struct Choice: Sendable {
    package var rule: Rule?
    package var url: String
    /// Options in the order of their preference, the rule's over the family's.
    package var options: OptionTemplates
    /// Codes that the rule sets itself: told whether asked for or not.
    package var insisted: [UInt8]
    /// The URL is on this machine: it is then the next server too.
    package var isOwnURL: Bool
}

extension Policy {
    /// The first rule that matches, the catalogue's answer, then the general URL; or why this phone is told nothing.
    ///
    /// A device in `devices.csv` with a URL of its own is told that one, whatever rules say of its kind.
    package func choose(for asker: Asker, rule: Rule?) throws(Silence) -> Choice {
        let identity = asker.identity
        let known = identity.mac.flatMap { settings.devices[$0] }
        if let rule, rule.ignores { throw .ruleIgnores(rule.name) }
        try checkIsPhone(asker, rule)
        guard let template = known?.url ?? rule?.url ?? identity.family?.answer.url ?? settings.url else { throw .notAPhone }
        let url: String
        do {
            url = try expand(template, for: asker)
        } catch {
            throw .unknownVariable(error.variable.rawValue, url: template.source)
        }
        let isOwn = try checkServed(url, to: identity, on: asker.link)
        let general = identity.family?.answer.options ?? Policy.generalOptions
        return Choice(
            rule: rule, url: url, options: rule.map { general.overlaid(with: $0.options) } ?? general,
            insisted: rule?.options.all.map(\.code) ?? [], isOwnURL: isOwn)
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
        (try? TextTemplate("{url}")).map { [OptionTemplate.Element(code: 66, value: .text($0, nul: false))] } ?? [])

    /// The variables of one phone. What came from the wire is reduced to safe characters.
    package func variables(of asker: Asker, url: String? = nil) -> (TextTemplate.Variable) -> String? {
        { variable in
            switch variable {
            case .server: asker.link.address.description
            case .mac: asker.identity.mac?.plain
            case .macUpper: asker.identity.mac?.plain.uppercased()
            case .macColon: asker.identity.mac?.colons
            case .macDash: asker.identity.mac?.dashes
            case .vendor: asker.identity.vendor
            case .model: asker.identity.model.flatMap(safeName)
            case .version: asker.identity.version.flatMap(safeName)
            case .ip: asker.address?.description
            case .url: url
            }
        }
    }

    /// `http://{server}/…` means bellhop's own web server: where that is not at port 80 the port is added; `https` in the same way.
    package func expand(_ template: URLTemplate, for asker: Asker) throws(UnknownVariable) -> String {
        let text = try template.text.expanded(variables(of: asker))
        for (scheme, ports) in servedPorts {
            let own = "\(scheme.rawValue)://{server}"
            guard let port = ports.first, port != scheme.defaultPort, template.source.hasPrefix(own) else { continue }
            let next = template.source.dropFirst(own.count).first
            guard next == nil || next == "/" || next == "?" else { continue }
            let host = "\(scheme.rawValue)://\(asker.link.address)"
            return host + ":\(port)" + text.dropFirst(host.count)
        }
        return text
    }

    /// A phone is never told an address that bellhop itself would answer with 404: it may store that one for good.
    ///
    /// - Returns: whether the URL is on this machine. URLs to other hosts, and to ports that are not bellhop's, are taken as they are.
    func checkServed(_ text: String, to identity: Identity, on link: Link) throws(Silence) -> Bool {
        guard let url = ProvisioningURL(text) else { throw .nothingToServe(text) }
        guard IPv4Address(url.host).map(link.isOwn) ?? false else { return false }
        guard let ports = servedPorts[url.scheme], !ports.isEmpty else {
            if url.port == url.scheme.defaultPort { throw .schemeNotServed(text) }
            return true
        }
        guard ports.contains(url.port) else { return true }
        let view = PhoneView(of: tree, for: identity)
        let path = phoneSideMacrosFilled(url.path, for: identity.facts)
        let folder: String
        if holdsPhoneSideMacro(path) {
            folder = TreeSnapshot.split(path).folder
        } else if !path.hasSuffix("/"), !path.isEmpty,
            view.file(path) ?? nameInFull(path, of: url, identity).flatMap(view.file) != nil
        {
            return true
        } else {
            folder = path.split(separator: "/").joined(separator: "/")
        }
        guard view.leadsAnywhere(beneath: folder) else { throw .nothingToServe(text) }
        return true
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
