import Packets

/// Every known family, with an index of all that they are known by: who a packet is from is asked for each, and must cost the same
/// whether there are ten families or a thousand.
package struct Catalogue: Sendable {
    package let families: [Family]
    package let vendorClasses: PatternIndex
    package let userAgents: PatternIndex
    package let eventVendors: PatternIndex
    package let eventModels: PatternIndex
    /// Names of files that speak for a family.
    package let fileNames: PatternIndex
    private let byPrefix: [MACPrefix: [PrefixOwner]]
    /// The lengths of prefixes that occur, longest first.
    private let lengths: [Int]
    private let byID: [String: Int]
    /// By brand, and by id.
    private let byName: [String: [Int]]
    private let byFingerprint: [[UInt8]: [Int]]

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
        var byName: [String: [Int]] = [:]
        var byFingerprint: [[UInt8]: [Int]] = [:]
        for (index, family) in families.enumerated() {
            for name in Set([family.vendor, family.id]) { byName[name, default: []].append(index) }
            for list in Set(family.recognition.fingerprints) { byFingerprint[list, default: []].append(index) }
        }
        self.families = families
        self.byID = byID
        self.byName = byName
        self.byFingerprint = byFingerprint
        vendorClasses = PatternIndex(families) { $0.recognition.vendorClasses }
        userAgents = PatternIndex(families) { $0.recognition.userAgents }
        eventVendors = PatternIndex(families) { $0.recognition.eventVendors }
        eventModels = PatternIndex(families) { $0.recognition.eventModels }
        fileNames = PatternIndex(families) { $0.files.filter(\.isSign).map(\.name.pattern) }
        self.byPrefix = byPrefix
        lengths = Set(byPrefix.keys.map(\.length)).sorted(by: >)
    }

    package static let empty = Catalogue([])

    package func family(_ id: String) -> Family? { byID[id].map { families[$0] } }

    /// Every family of a brand, or the one of that id.
    package func families(named name: String) -> [Family] { places(named: name).map { families[$0] } }

    /// The places in ``families`` of every family of a brand, or of the one of that id.
    package func places(named name: String) -> [Int] { byName[name] ?? [] }

    package func place(of id: String) -> Int? { byID[id] }

    /// The places in ``families`` of those that ask for exactly this list by option 55.
    package func places(asking list: ArraySlice<UInt8>) -> [Int] { byFingerprint[Array(list)] ?? [] }

    /// Brands and family ids: what may stand as `vendor` in a rule.
    package var names: [String] { byName.keys.sorted() }

    /// The longest known prefix of an address, and whose it is.
    package func longestPrefix(of mac: MACAddress) -> (prefix: MACPrefix, owners: [PrefixOwner])? {
        for length in lengths {
            let prefix = MACPrefix(of: mac, length: length)
            if let owners = byPrefix[prefix] { return (prefix, owners) }
        }
        return nil
    }
}
