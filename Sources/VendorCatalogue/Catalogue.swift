import Packets

/// Every known family, with an index of all that they are known by: who a packet is from is asked for each, and must cost the same
/// whether there are ten families or a thousand.
package final class Catalogue: Sendable {
    package let families: [Family]
    package let vendorClasses: PatternIndex
    package let userAgents: PatternIndex
    package let eventVendors: PatternIndex
    package let eventModels: PatternIndex
    /// Names of files that speak for a family.
    package let fileNames: PatternIndex
    /// By the first 24 bits, which every prefix has; of those that begin alike the longest first.
    private let byPrefix: [UInt64: [PrefixOwners]]
    private let byID: [String: Int]
    /// By brand, and by id.
    private let byName: [String: FamilySet]
    private let byFingerprint: [ArraySlice<UInt8>: FamilySet]

    /// The families that a prefix may mean: those for which it speaks alone, and those where products that are no phones have it too.
    package final class PrefixOwners: Sendable {
        package let prefix: MACPrefix
        package let alone: FamilySet
        package let shared: FamilySet

        init(_ prefix: MACPrefix, alone: FamilySet, shared: FamilySet) {
            self.prefix = prefix
            self.alone = alone
            self.shared = shared
        }
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
        var owners: [MACPrefix: [(family: Int, isShared: Bool)]] = [:]
        for (index, family) in families.enumerated() {
            for prefix in family.recognition.prefixes { owners[prefix, default: []].append((index, false)) }
            for prefix in family.recognition.sharedPrefixes { owners[prefix, default: []].append((index, true)) }
        }
        let prefixes = owners.map { prefix, owners in
            // The user's own additions outrank what came with the program for the same prefix.
            let usersOwn = owners.filter { families[$0.family].isUsersOwn }
            let owners = usersOwn.isEmpty ? owners : usersOwn
            return PrefixOwners(
                prefix, alone: FamilySet(owners.filter { !$0.isShared }.map(\.family), of: families),
                shared: FamilySet(owners.filter(\.isShared).map(\.family), of: families))
        }
        var byName: [String: [Int]] = [:]
        var byFingerprint: [ArraySlice<UInt8>: [Int]] = [:]
        for (index, family) in families.enumerated() {
            for name in Set([family.vendor, family.id]) { byName[name, default: []].append(index) }
            for list in Set(family.recognition.fingerprints) { byFingerprint[list[...], default: []].append(index) }
        }
        self.families = families
        self.byID = byID
        self.byName = byName.mapValues { FamilySet($0, of: families) }
        self.byFingerprint = byFingerprint.mapValues { FamilySet($0, of: families) }
        vendorClasses = PatternIndex(families) { $0.recognition.vendorClasses }
        userAgents = PatternIndex(families) { $0.recognition.userAgents }
        eventVendors = PatternIndex(families) { $0.recognition.eventVendors }
        eventModels = PatternIndex(families) { $0.recognition.eventModels }
        fileNames = PatternIndex(families) { $0.files.filter(\.isSign).map(\.name.pattern) }
        byPrefix = Dictionary(grouping: prefixes) { $0.prefix.bits >> 24 }.mapValues {
            $0.sorted { $0.prefix.length > $1.prefix.length }
        }
    }

    package static let empty = Catalogue([])

    package func family(_ id: String) -> Family? { byID[id].map { families[$0] } }

    /// Every family of a brand, or the one of that id.
    package func families(named name: String) -> [Family] { set(named: name).places.map { families[$0] } }

    /// Every family of a brand, or the one of that id.
    package func set(named name: String) -> FamilySet { byName[name] ?? .empty }

    /// The one of that id.
    package func set(ofID id: String) -> FamilySet? {
        // A brand may bear the name of a family of another.
        byID[id].map { place in byName[id].flatMap { $0.places == [place] ? $0 : nil } ?? FamilySet([place], of: families) }
    }

    /// Those that ask for exactly this list by option 55.
    package func asking(for list: ArraySlice<UInt8>) -> FamilySet { byFingerprint[list] ?? .empty }

    /// Brands and family ids: what may stand as `vendor` in a rule.
    package var names: [String] { byName.keys.sorted() }

    /// The longest known prefix of an address, and whose it is.
    package func longestPrefix(of mac: MACAddress) -> PrefixOwners? {
        byPrefix[mac.bits >> 24]?.first { $0.prefix.contains(mac) }
    }
}
