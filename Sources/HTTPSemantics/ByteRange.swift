/// Which octets of a file a request wants (RFC 9110 §14).
package enum RequestedOctets: Equatable, Sendable {
    /// All: there is no range, it is none that is understood, or there are several. "A server MAY ignore the Range header field" (§14.2),
    /// and an answer of many parts would cost memory that whoever asks decides on.
    case whole
    /// 206. At least one octet, all within the file.
    case part(offset: Int64, count: Int64)
    /// 416: there are no such octets.
    case none

    /// - Parameters:
    ///   - range: every value of Range, in the order sent.
    ///   - length: octets of the whole file.
    package init(_ range: [String], of length: Int64) {
        self = .whole
        guard range.count == 1, let specifier = Self.specifier(range[0]) else { return }
        let parts = specifier.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return }
        switch (parts[0].isEmpty ? nil : Self.number(parts[0]), parts[1].isEmpty ? nil : Self.number(parts[1])) {
        case (nil, let suffix?) where parts[0].isEmpty:
            // The last octets of an empty file are all of it; a Content-Range cannot say that, so the file goes out whole.
            if suffix == 0 {
                self = .none
            } else if length > 0 {
                self = .part(offset: max(0, length - suffix), count: min(suffix, length))
            }
        case (let first?, nil) where parts[1].isEmpty:
            self = first < length ? .part(offset: first, count: length - first) : .none
        case (let first?, let last?):
            // §14.1.1: with the last before the first it is invalid, not unsatisfiable.
            guard first <= last else { return }
            self = first < length ? .part(offset: first, count: min(last, length - 1) - first + 1) : .none
        default: return
        }
    }

    /// What follows `bytes=` where that is a single range; `nil` for other units, and for several.
    private static func specifier(_ range: String) -> Substring? {
        guard let equals = range.firstIndex(of: "="), sameFieldName(String(range[..<equals]), "bytes") else { return nil }
        // Empty elements of a list count for nothing (§5.6.1).
        let ranges = range[range.index(after: equals)...].split(separator: ",").compactMap { element -> Substring? in
            let trimmed = element.drop { $0 == " " || $0 == "\t" }
            return trimmed.isEmpty ? nil : trimmed.prefix { $0 != " " && $0 != "\t" }
        }
        return ranges.count == 1 ? ranges[0] : nil
    }

    /// Decimal digits; beyond all lengths where they are more than fit.
    private static func number(_ text: Substring) -> Int64? {
        guard text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
        return Int64(text) ?? .max
    }
}
