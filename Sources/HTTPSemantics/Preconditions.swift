/// What is known of the version of a file that would be sent (RFC 9110 §8.8).
package struct Validators: Hashable, Sendable {
    package var tag: EntityTag?
    package var modified: HTTPDate?

    package init(tag: EntityTag? = nil, modified: HTTPDate? = nil) {
        self.tag = tag
        self.modified = modified
    }
}

/// What a request to read makes its answer depend on (RFC 9110 §13).
package struct Preconditions {
    package enum Outcome: Equatable, Sendable {
        case proceed
        /// 304: the client has this version.
        case notModified
        /// 412
        case failed
    }

    private let field: (String) -> [String]
    private let now: HTTPDate

    /// - Parameters:
    ///   - now: for dates with two digits for the year, and to tell whether a date of change is old enough to be relied on.
    ///   - field: every value under a field name, in the order sent.
    package init(now: HTTPDate, _ field: @escaping (String) -> [String]) {
        self.field = field
        self.now = now
    }

    /// In the order of precedence (§13.2.2), for GET and HEAD.
    package func outcome(for current: Validators) -> Outcome {
        let ifMatch = field("If-Match")
        if !ifMatch.isEmpty {
            // §13.1.1: "An origin server MUST use the strong comparison function".
            guard EntityTagCondition(ifMatch).holds(for: current.tag, { $0.matchesStrongly($1) }) else { return .failed }
        } else if let date = date("If-Unmodified-Since"), let modified = current.modified, modified > date {
            return .failed
        }
        let ifNoneMatch = field("If-None-Match")
        if !ifNoneMatch.isEmpty {
            // §13.1.3: "A recipient MUST ignore If-Modified-Since if the request contains an If-None-Match header field".
            return EntityTagCondition(ifNoneMatch).holds(for: current.tag) { $0.matchesWeakly($1) } ? .notModified : .proceed
        }
        if let date = date("If-Modified-Since"), let modified = current.modified, modified <= date { return .notModified }
        return .proceed
    }

    /// Which octets to send of a file of `length`, once the conditions let it go out (§13.2.2, step 5).
    package func octets(of length: Int64, _ current: Validators) -> RequestedOctets {
        let range = field("Range")
        guard !range.isEmpty, ifRangeHolds(for: current) else { return .whole }
        return RequestedOctets(range, of: length)
    }

    /// §13.1.5: the rest of a version that the client has in part, so only an exact match will do.
    private func ifRangeHolds(for current: Validators) -> Bool {
        let lines = field("If-Range")
        guard let line = lines.first else { return true }
        guard lines.count == 1 else { return false }
        var reader = FieldReader(line)
        if let tag = reader.entityTag() { return current.tag?.matchesStrongly(tag) ?? false }
        guard let date = HTTPDate(line, now: now), let modified = current.modified else { return false }
        // §8.8.2.2: a file may change twice within a second, so its date is a strong validator only when that second is over.
        return date == modified && modified.seconds < now.seconds - 1
    }

    /// A field of several values, or that holds no date, is ignored (§13.1.3, §13.1.4).
    private func date(_ name: String) -> HTTPDate? {
        let lines = field(name)
        return lines.count == 1 ? HTTPDate(lines[0], now: now) : nil
    }
}
