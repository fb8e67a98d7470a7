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

    init(_ families: [Family], _ patterns: (Family) -> [ShapePattern]) {
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
}
