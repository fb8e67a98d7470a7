import Synchronization

/// Patterns of many families by the two bytes that they begin with, so that the work for one text does not grow with the catalogue.
package struct PatternIndex: Sendable {
    package struct Entry: Sendable {
        /// The family's place in ``Catalogue/families``.
        package let family: Int
        package let pattern: ShapePattern
        fileprivate let rank: Int
    }

    private var byBeginning: [UInt16: [Entry]] = [:]
    /// Those that begin with a wildcard, a capture or a single letter: they are tried on every text.
    private var open: [Entry] = []
    private let known = KnownTexts()
    private let families: [Family]

    init(_ families: [Family], _ patterns: (Family) -> [ShapePattern]) {
        self.families = families
        var rank = 0
        for (family, pattern) in families.enumerated().flatMap({ place, family in patterns(family).map { (place, $0) } }) {
            let entry = Entry(family: family, pattern: pattern, rank: rank)
            rank += 1
            if let beginning = pattern.beginning {
                byBeginning[beginning, default: []].append(entry)
            } else {
                open.append(entry)
            }
        }
    }

    /// What may match a text: in the order of the families, and within one in the order of its patterns.
    package func candidates(for text: ArraySlice<UInt8>) -> [Entry] {
        guard let alike = ShapePattern.beginning(of: text).flatMap({ byBeginning[$0] }) else { return open }
        return open.isEmpty ? alike : (alike + open).sorted { $0.rank < $1.rank }
    }

    /// What the most particular of the patterns that match a text say, in the order of the families (`snomM900*` speaks before
    /// `snom{model}`). Of one family the first pattern that matches counts.
    package func mostParticular(for text: ArraySlice<UInt8>) -> Matched {
        if let matched = known[text] { return matched }
        var found: [(family: Int, match: ShapePattern.Match, literals: Int)] = []
        for entry in candidates(for: text) where found.last?.family != entry.family {
            guard let match = entry.pattern.match(text) else { continue }
            found.append((entry.family, match, entry.pattern.literals))
        }
        let most = found.map(\.literals).max()
        let best = found.filter { $0.literals == most }
        let matched = Matched(families: FamilySet(best.map(\.family), of: families), matches: best.map(\.match))
        known.keep(matched, for: text)
        return matched
    }

    package struct Matched: Sendable {
        package let families: FamilySet
        /// In the same order.
        package let matches: [ShapePattern.Match]
    }
}

/// What texts were found to match: phones of one model and version send the same, and there are few such texts. Bounded.
private final class KnownTexts: Sendable {
    private let matches = Mutex<[ArraySlice<UInt8>: PatternIndex.Matched]>([:])
    private static let capacity = 512
    private static let longest = 128

    subscript(text: ArraySlice<UInt8>) -> PatternIndex.Matched? {
        matches.withLock { $0[text] }
    }

    func keep(_ matched: PatternIndex.Matched, for text: ArraySlice<UInt8>) {
        guard text.count <= KnownTexts.longest else { return }
        matches.withLock { matches in
            if matches.count >= KnownTexts.capacity { matches = [:] }
            // Not the packet that it lies in.
            matches[Array(text)[...]] = matched
        }
    }
}
