import Packets
import VendorCatalogue

/// The rules in their order, indexed by what they ask of who a phone is: finding the first that means it takes no longer among a thousand
/// rules for single phones and brands than among ten. Rules that ask for something else are tried one by one.
package struct RuleList: RandomAccessCollection, Sendable {
    private let all: [Rule]
    /// Places in the list, rising. A rule that asks for hardware addresses is here alone.
    private var byMAC: [MACPrefix: [Int]] = [:]
    /// The lengths of prefixes that occur.
    private var lengths: Set<Int> = []
    /// By brand or by family id.
    private var byVendor: [String: [Int]] = [:]
    private var others: [Int] = []

    package init(_ rules: [Rule] = []) {
        all = rules
        for (place, rule) in rules.enumerated() {
            if !rule.match.macs.isEmpty {
                for prefix in rule.match.macs { byMAC[prefix, default: []].append(place) }
                lengths.formUnion(rule.match.macs.map(\.length))
            } else if !rule.match.vendors.isEmpty {
                for vendor in rule.match.vendors { byVendor[vendor, default: []].append(place) }
            } else {
                others.append(place)
            }
        }
    }

    package var startIndex: Int { all.startIndex }
    package var endIndex: Int { all.endIndex }
    package subscript(place: Int) -> Rule { all[place] }

    /// The first rule that means a phone as it was heard.
    package func first(for asker: Asker) -> Rule? {
        first(for: asker.identity) { $0.match.matches(asker) }
    }

    /// The first rule that may mean a phone and for which `isMeant` holds.
    func first(for identity: Identity, where isMeant: (Rule) -> Bool) -> Rule? {
        for place in places(for: identity) where isMeant(all[place]) { return all[place] }
        return nil
    }

    /// The places of the rules that may mean a phone, rising; no other does.
    private func places(for identity: Identity) -> [Int] {
        if byMAC.isEmpty, byVendor.isEmpty { return others }
        var lists: [[Int]] = others.isEmpty ? [] : [others]
        if let mac = identity.mac { lists += lengths.compactMap { byMAC[MACPrefix(of: mac, length: $0)] } }
        if !byVendor.isEmpty { lists += [identity.vendor, identity.family?.id].compactMap { $0.flatMap { byVendor[$0] } } }
        return lists.count == 1 ? lists[0] : lists.flatMap { $0 }.sorted()
    }
}
