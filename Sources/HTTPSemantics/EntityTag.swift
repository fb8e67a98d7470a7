/// Names one version of a file (RFC 9110 §8.8.3). A strong one changes with every octet of the content; a weak one may not.
package struct EntityTag: Hashable, Sendable {
    package let isWeak: Bool
    /// What stands between the quotes: no quote, no control character.
    package let opaque: String

    package init(_ opaque: String, isWeak: Bool = false) {
        self.opaque = opaque
        self.isWeak = isWeak
    }

    /// §8.8.3.2: equal, and neither is weak.
    package func matchesStrongly(_ other: EntityTag) -> Bool {
        !isWeak && !other.isWeak && opaque == other.opaque
    }

    /// §8.8.3.2: equal, weak or not.
    package func matchesWeakly(_ other: EntityTag) -> Bool {
        opaque == other.opaque
    }
}

extension EntityTag: CustomStringConvertible {
    /// `"xyzzy"` or `W/"xyzzy"`
    package var description: String { (isWeak ? "W/\"" : "\"") + opaque + "\"" }
}

/// What If-Match and If-None-Match hold: any version that there is, or these.
enum EntityTagCondition: Equatable {
    case any
    case these([EntityTag])

    /// All lines of the field together make one list (RFC 9110 §5.3). An element that is no tag names no version, and is left out.
    init(_ lines: [String]) {
        var tags: [EntityTag] = []
        for line in lines {
            if line.utf8.lazy.filter({ $0 != UInt8(ascii: " ") }).elementsEqual("*".utf8) {
                self = .any
                return
            }
            var reader = FieldReader(line)
            while !reader.rest.isEmpty {
                if let tag = reader.entityTag() { tags.append(tag) }
                // To the next element; commas inside of quotes were read with the tag.
                _ = reader.element()
                _ = reader.take(",")
            }
        }
        self = .these(tags)
    }

    func holds(for tag: EntityTag?, _ matches: (EntityTag, EntityTag) -> Bool) -> Bool {
        switch self {
        case .any: true
        case .these(let tags): tag.map { current in tags.contains { matches($0, current) } } ?? false
        }
    }
}

extension FieldReader {
    /// `etagc` has no escapes: a backslash is a backslash (§8.8.3).
    mutating func entityTag() -> EntityTag? {
        skipSpace()
        var ahead = self
        let isWeak = ahead.take("W")
        if isWeak, !ahead.take("/") { return nil }
        guard ahead.take("\"") else { return nil }
        let opaque = ahead.rest.prefix { $0 != UInt8(ascii: "\"") && $0 > 0x20 && $0 != 0x7f }
        guard opaque.endIndex < ahead.rest.endIndex, ahead.rest[opaque.endIndex] == UInt8(ascii: "\"") else { return nil }
        ahead.rest = ahead.rest[(opaque.endIndex + 1)...]
        self = ahead
        return EntityTag(String(decoding: opaque, as: UTF8.self), isWeak: isWeak)
    }
}
