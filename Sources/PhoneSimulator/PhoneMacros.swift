import VendorCatalogue

/// What phones fill in themselves in the URL that they are told, as their manuals write it: `{mac}` snom, `$mac` Fanvil, `$MAC`
/// Yealink and Polycom, `$(MA)` Alcatel-Lucent Enterprise, `<MAC>` AudioCodes, `%MACD` Gigaset, `{MODEL}` Panasonic.
struct PhoneMacros: Sendable {
    private let values: [(macro: String, value: String)]

    init(_ phone: SimulatedPhone) {
        let lower = phone.mac.plain
        let upper = lower.uppercased()
        // The catalogue has Panasonic's models without their KX-, and the phone writes it.
        let model = phone.family.vendor == "panasonic" ? "KX-\(phone.model)" : phone.model
        values = [
            ("{mac}", lower), ("$mac", lower), ("<mac>", lower), ("$(MA)", upper), ("{MAC}", upper), ("$MAC", upper),
            ("$MA", upper),
            ("<MAC>", upper), ("%MACD", upper), ("{model}", model), ("{MODEL}", model), ("<model>", model), ("<MODEL>", model),
            ("$MODEL", model), ("$model", model),
        ]
    }

    /// One pass from left to right, so that a value never becomes a macro; the longest macro wins.
    func filled(in text: String) -> String {
        var result = ""
        var rest = text[...]
        while let first = rest.first {
            if let (macro, value) = values.filter({ rest.hasPrefix($0.macro) }).max(by: { $0.macro.count < $1.macro.count }) {
                result += value
                rest = rest.dropFirst(macro.count)
            } else {
                result.append(first)
                rest = rest.dropFirst()
            }
        }
        return result
    }
}
