import Packets

/// Every known family, with an index of the prefixes.
package struct Catalogue: Sendable {
    package let families: [Family]
    private let byPrefix: [MACPrefix: [PrefixOwner]]
    /// The lengths of prefixes that occur, longest first.
    private let lengths: [Int]
    private let byID: [String: Int]
    /// The names of files that tell a family, with its place in ``families``, in its order.
    package let distinctiveNames: [(family: Int, name: FileNameTemplate)]

    /// A family that a prefix may mean: its place in ``families``, and whether products that are no phones have the prefix too.
    package struct PrefixOwner: Sendable {
        package let family: Int
        package let isShared: Bool
    }

    /// Later families of the same id replace earlier ones: the user's own come last.
    package init(_ all: [Family]) {
        var families: [Family] = []
        var byID: [String: Int] = [:]
        for family in all {
            if let place = byID[family.id] {
                families[place] = family
            } else {
                byID[family.id] = families.count
                families.append(family)
            }
        }
        var byPrefix: [MACPrefix: [PrefixOwner]] = [:]
        for (index, family) in families.enumerated() {
            for prefix in family.recognition.prefixes {
                byPrefix[prefix, default: []].append(PrefixOwner(family: index, isShared: false))
            }
            for prefix in family.recognition.sharedPrefixes {
                byPrefix[prefix, default: []].append(PrefixOwner(family: index, isShared: true))
            }
        }
        // The user's own additions outrank what came with the program for the same prefix.
        for (prefix, owners) in byPrefix where owners.contains(where: { families[$0.family].isUsersOwn }) {
            byPrefix[prefix] = owners.filter { families[$0.family].isUsersOwn }
        }
        self.families = families
        self.byID = byID
        self.byPrefix = byPrefix
        distinctiveNames = families.enumerated().flatMap { index, family in
            family.files.filter(\.name.isDistinctive).map { (index, $0.name) }
        }
        lengths = Set(byPrefix.keys.map(\.length)).sorted(by: >)
    }

    package static let empty = Catalogue([])

    package func family(_ id: String) -> Family? { byID[id].map { families[$0] } }

    /// Every family of a brand, or the one of that id.
    package func families(named name: String) -> [Family] {
        families.filter { $0.vendor == name || $0.id == name }
    }

    /// Brands and family ids: what may stand as `vendor` in a rule.
    package var names: [String] { Set(families.flatMap { [$0.vendor, $0.id] }).sorted() }

    /// The longest known prefix of an address, and whose it is.
    package func longestPrefix(of mac: MACAddress) -> (prefix: MACPrefix, owners: [PrefixOwner])? {
        for length in lengths {
            let prefix = MACPrefix(of: mac, length: length)
            if let owners = byPrefix[prefix] { return (prefix, owners) }
        }
        return nil
    }
}
