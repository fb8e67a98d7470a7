import ConfigTree
import Packets
import Synchronization
import VendorCatalogue

/// What was found out about URLs that phones are told: their parts, and whether each phone of a kind finds a file behind one. The
/// phones of a house are of a few kinds, and those of a kind are told the same, so it is worked out once rather than for each that asks.
///
/// Families and rules are told apart as the policy's own, which lives longer. It holds for one configuration, one catalogue and one tree: ``Policy`` begins anew when any of these changes. Bounded.
final class ToldURLs: Sendable {
    /// All that decides which files a phone is led to, but for whose they are.
    struct Key: Hashable {
        let text: String
        let family: ObjectIdentifier?
        let vendor: String?
        let model: String?
        let version: String?
        let rule: ObjectIdentifier?

        init(_ text: String, _ identity: Identity, _ rule: Rule?) {
            self.text = text
            family = identity.family.map { ObjectIdentifier($0) }
            vendor = identity.vendor
            model = identity.model
            version = identity.version
            self.rule = rule.map { ObjectIdentifier($0) }
        }
    }

    final class Finding: Sendable {
        let url: ProvisioningURL
        /// The host, where it is written as an address.
        let address: IPv4Address?
        /// Whether there is a file for each phone of the kind; a phone may still have one of its own where there is not.
        let leadsEverybody: Bool

        init(url: ProvisioningURL, address: IPv4Address?, leadsEverybody: Bool) {
            self.url = url
            self.address = address
            self.leadsEverybody = leadsEverybody
        }
    }

    private let findings = Mutex<[Key: Finding]>([:])
    private static let capacity = 1024

    subscript(key: Key) -> Finding? {
        findings.withLock { $0[key] }
    }

    func keep(_ finding: Finding, for key: Key) {
        findings.withLock { findings in
            if findings.count >= ToldURLs.capacity { findings = [:] }
            findings[key] = finding
        }
    }
}

extension Policy {
    /// What is known about a URL that a phone is to be told; `nil` for what is none. One that names a device is that device's alone, and
    /// is not kept.
    func findings(about text: String, for identity: Identity, _ rule: Rule?) -> ToldURLs.Finding? {
        let key = ToldURLs.Key(text, identity, rule)
        if let finding = toldURLs[key] { return finding }
        guard let url = ProvisioningURL(text) else { return nil }
        let isOnes = !owners(of: text).isNobody
        let finding = ToldURLs.Finding(
            url: url, address: IPv4Address(url.host), leadsEverybody: !isOnes && leadsEverybody(url, like: identity, rule))
        if !isOnes { toldURLs.keep(finding, for: key) }
        return finding
    }

    /// Whether there is a file for every phone of one kind, whoever it is: what is given to somebody of whom nothing is proven is given
    /// to each of them.
    private func leadsEverybody(_ url: ProvisioningURL, like identity: Identity, _ rule: Rule?) -> Bool {
        let anybody = PhoneFacts(mac: MACAddress(bits: 0), model: "model")
        guard !holdsPhoneSideMacro(url.path), phoneSideMacrosFilled(url.path, for: anybody) == url.path else { return false }
        let stranger = Identity(
            family: identity.family, vendor: identity.vendor, model: identity.model, version: identity.version,
            label: identity.label)
        let asker = FileAsker(identity: stranger, provenMAC: nil, isBelieved: false, address: .any, rule: rule)
        let access = FileAccess(asker, self, tree: tree)
        if identity.files(meantBy: url.path).contains(where: { access.file($0) != nil }) { return true }
        return access.leadsEverybody(beneath: url.folder)
    }
}

extension Identity {
    /// The paths of files that a URL's path may mean; none for a folder's. Some families read several names in its last step.
    func files(meantBy path: String) -> [String] {
        guard !path.isEmpty, !path.hasSuffix("/") else { return [] }
        let (folder, name) = TreeSnapshot.split(path)
        guard let separator = family?.answer.separator, name.contains(separator) else { return [path] }
        return [path] + name.split(separator: separator).map { TreeSnapshot.join(folder, String($0)) }
    }
}

extension ProvisioningURL {
    /// The path as a folder of the tree, where it is one.
    var folder: String { path.split(separator: "/").joined(separator: "/") }
}
