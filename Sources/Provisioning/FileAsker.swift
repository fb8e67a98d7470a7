import Packets
import VendorCatalogue

/// Who asks for a file, and how far that is proven.
package struct FileAsker: Sendable {
    package var identity: Identity
    /// The phone that something other than the client's own word says it is: its frames, the kernel's neighbour table, credentials.
    package var provenMAC: MACAddress?
    /// Its word is enough (`files.secrets`, `files.trust`).
    package var isBelieved: Bool
    package var address: IPv4Address
    /// This machine's address as the client sees it.
    package var server: IPv4Address?
    package var rule: Rule?

    package init(
        identity: Identity, provenMAC: MACAddress?, isBelieved: Bool, address: IPv4Address, server: IPv4Address? = nil,
        rule: Rule? = nil
    ) {
        self.identity = identity
        self.provenMAC = provenMAC
        self.isBelieved = isBelieved
        self.address = address
        self.server = server
        self.rule = rule
    }

    /// Whether it is the phone that it is taken for.
    package var isItself: Bool { identity.mac != nil && (isBelieved || isProven) }

    package var isProven: Bool { provenMAC != nil && provenMAC == identity.mac }
}

extension Policy {
    /// Weighs who asks for a file. What `devices.csv` and earlier requests say of a phone counts only for who is proven to be it, or
    /// believed: otherwise the answer would show whether a phone is known.
    ///
    /// - Parameters:
    ///   - name: beneath the root.
    ///   - told: what the phone says of itself in a way of its protocol's own.
    ///   - provenMAC: what proves the client to be a phone, other than its own word.
    ///   - metMAC: the phone that was last met at the address. Where what is there is no phone (one that plays many, a bridge for
    ///     wireless clients), the timeline is that phone's; it proves nothing.
    ///   - learnt: what earlier requests told of a device.
    package func asker(
        for name: String, userAgent: String?, told: SelfDescription? = nil, at address: IPv4Address, server: IPv4Address? = nil,
        provenMAC: MACAddress?,
        metMAC: MACAddress? = nil, learnt: (MACAddress) -> LearntDevice?
    ) -> FileAsker {
        let isBelieved = settings.files.believes(address)
        var seen = Observations()
        seen.userAgent = userAgent.map { Array($0.utf8)[...] }
        seen.told = told
        seen.fileName = name
        seen.mac = provenMAC
        let isPhoneThere = provenMAC.map(knows) ?? false
        if isBelieved && !isPhoneThere || provenMAC == nil {
            // Behind a proxy or a container's bridge the proof is of that one.
            seen.mac = nil
            seen.mac = catalogue.identify(seen).mac ?? owners(of: name).macs.first ?? metMAC ?? provenMAC
        } else if !isPhoneThere, let metMAC {
            seen.mac = metMAC
        }
        var asker = FileAsker(
            identity: Identity(mac: seen.mac), provenMAC: provenMAC, isBelieved: isBelieved, address: address, server: server)
        let met = asker.isItself ? seen.mac.flatMap(learnt) : nil
        seen.learnt = met
        seen.known = asker.isItself ? seen.mac.flatMap { settings.devices[$0] } : nil
        asker.identity = catalogue.identify(seen)
        asker.rule = rule(forFilesOf: asker.identity, answered: met?.rule)
        return asker
    }

    /// The rule that a phone was last answered by, or else the first that asks for nothing but who it is.
    private func rule(forFilesOf identity: Identity, answered name: String?) -> Rule? {
        settings.rules.first { $0.name == name && $0.match.matches(identity) }
            ?? settings.rules.first { $0.match.isAboutIdentityAlone && $0.match.matches(identity) }
    }
}
