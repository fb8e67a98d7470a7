/// Some families of a catalogue, named together by one sign of who a phone is. Made once for each sign, and shared.
package final class FamilySet: Sendable {
    /// Their places in ``Catalogue/families``.
    package let places: [Int]
    package let ids: [String]

    package init(_ places: [Int], of families: [Family]) {
        self.places = places
        ids = places.map { families[$0].id }
    }

    package var isEmpty: Bool { places.isEmpty }

    package static let empty = FamilySet([], of: [])
}

extension FamilySet: Hashable {
    package static func == (left: FamilySet, right: FamilySet) -> Bool { left.ids == right.ids }
    package func hash(into hasher: inout Hasher) { hasher.combine(ids) }
}
