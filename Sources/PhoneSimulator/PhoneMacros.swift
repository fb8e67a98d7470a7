import VendorCatalogue

/// What a phone fills in itself in the URL that it is told, by its own maker's names as the catalogue has them: `{mac}` snom, `$mac`
/// Fanvil, `$MA` Cisco. Another maker's stay as they stand.
struct PhoneMacros: Sendable {
    private let values: [(macro: String, value: String)]

    init(_ phone: SimulatedPhone) {
        let facts = phone.facts
        values = phone.manner.macros.map { ($0.macro, $0.value.filled(with: facts)) }
    }

    /// One pass from left to right, so that a value never becomes a macro; the longest macro wins.
    func filled(in text: String) -> String {
        var result = ""
        var rest = text[...]
        while let first = rest.first {
            if let (macro, value) = values.first(where: { rest.hasPrefix($0.macro) }) {
                result += value
                rest = rest.dropFirst(macro.count)
            } else {
                result.append(first)
                rest = rest.dropFirst()
            }
        }
        return result
    }

    /// What looks like a macro in text that is filled in: another maker's, or a slip.
    static func left(in filled: String) -> [String] {
        var found: [String] = []
        var rest = filled[...]
        while !rest.isEmpty {
            let macro = form(at: rest)
            if let macro, !found.contains(String(macro)) { found.append(String(macro)) }
            rest = rest.dropFirst(macro?.count ?? 1)
        }
        return found
    }

    /// As makers write them: `$(MA)`, `$mac`, `{mac}`, `<MAC>`, `%MACD`.
    private static func form(at rest: Substring) -> Substring? {
        for (start, end, more) in [("$(", ")", "."), ("$", "", ""), ("{", "}", ""), ("<", ">", ""), ("%MAC", "", "")]
        where rest.hasPrefix(start) {
            let word = rest.dropFirst(start.count).prefix { $0.isASCII && $0.isLetter || more.contains($0) }
            let behind = rest[word.endIndex...]
            guard !word.isEmpty, behind.hasPrefix(end) else { continue }
            return rest.prefix(upTo: behind.index(behind.startIndex, offsetBy: end.count))
        }
        return nil
    }
}
