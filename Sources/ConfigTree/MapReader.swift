/// Reads the keys of one group. Every key that is asked for becomes known; ``finish()`` reports the rest.
///
/// A reader gives `nil` for a key that is absent, and for one that is wrong after noting what is wrong with it.
package struct MapReader {
    package let place: ConfigPlace
    package let problems: ConfigProblems
    private let what: String
    private let entries: [ConfigNode.Entry]
    private var known: [String] = []

    /// `what` names the group in messages, as in "a rule". `nil`, with a problem noted, where the node is no group of keys; an empty
    /// node is a group without keys.
    package init?(_ node: ConfigNode, as what: String, _ problems: ConfigProblems) {
        place = node.place
        self.problems = problems
        self.what = what
        switch node.content {
        case .map(let entries): self.entries = entries
        case .empty: entries = []
        case .scalar, .list:
            problems.add("\(what) is \(node.kind); it must be a group of keys", at: node.place)
            return nil
        }
    }

    package mutating func node(_ key: String) -> ConfigNode? {
        if !known.contains(key) { known.append(key) }
        guard let entry = entries.first(where: { $0.key == key }), entry.value.content != .empty else { return nil }
        return entry.value
    }

    /// What a key holds, even where that is nothing; `nil` where the key is not there.
    package mutating func named(_ key: String) -> ConfigNode? {
        node(key) ?? entries.first { $0.key == key }?.value
    }

    /// Notes each key that is there and holds nothing, as one does whose values stand behind `#`; `advice` completes the sentence.
    package func refuseEmpty(_ advice: String) {
        for entry in entries where entry.value.holdsNothing {
            problems.add("\(entry.key) holds nothing; \(advice)", at: entry.keyPlace)
        }
    }

    /// A key with whatever it holds, read by `body`, which notes its own problems.
    package mutating func group<Value>(_ key: String, _ body: (ConfigNode) -> Value?) -> Value? {
        node(key).flatMap(body)
    }

    package mutating func text(_ key: String) -> String? {
        node(key).flatMap { scalar($0, key) }
    }

    /// A single value and its place.
    package mutating func placedText(_ key: String) -> (text: String, place: ConfigPlace)? {
        node(key).flatMap { node in scalar(node, key).map { ($0, node.place) } }
    }

    /// A single value, turned into something by `parse`; `expected` completes the sentence "… must be …".
    package mutating func value<Value>(_ key: String, expected: String, _ parse: (String) -> Value?) -> Value? {
        guard let node = node(key), let text = scalar(node, key) else { return nil }
        guard let value = parse(text) else {
            problems.add("\(key) is \"\(text)\"; it must be \(expected)", at: node.place)
            return nil
        }
        return value
    }

    package mutating func integer(_ key: String, in range: ClosedRange<Int>) -> Int? {
        value(key, expected: "a whole number from \(range.lowerBound) to \(range.upperBound)") { text in
            wholeNumber(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    package mutating func boolean(_ key: String) -> Bool? {
        value(key, expected: "true or false") { text in
            switch text.lowercased() {
            case "true", "yes", "on": true
            case "false", "no", "off": false
            default: nil
            }
        }
    }

    package mutating func choice<Value: RawRepresentable & CaseIterable>(_ key: String, _ type: Value.Type) -> Value?
    where Value.RawValue == String {
        value(key, expected: orList(type.allCases.map(\.rawValue))) { type.init(rawValue: $0) }
    }

    /// One value or a list of values, each with its place.
    package mutating func texts(_ key: String) -> [(text: String, place: ConfigPlace)]? {
        guard let node = node(key) else { return nil }
        return node.items.compactMap { item in scalar(item, key).map { ($0, item.place) } }
    }

    /// One value or a list of values, each turned into something by `parse`.
    package mutating func values<Value>(_ key: String, expected: String, _ parse: (String) -> Value?) -> [Value]? {
        guard let texts = texts(key) else { return nil }
        return texts.compactMap { text, place in
            let value = parse(text)
            if value == nil { problems.add("\(key) holds \"\(text)\"; it must be \(expected)", at: place) }
            return value
        }
    }

    /// The items of a list; a single value stands for a list of one.
    package mutating func nodes(_ key: String) -> [ConfigNode]? {
        node(key).map(\.items)
    }

    /// Every entry of a group whose keys are the user's own, such as option numbers.
    package mutating func allEntries() -> [ConfigNode.Entry] {
        known = entries.map(\.key)
        return entries
    }

    /// Notes every key that nobody asked for, with the nearest that would be understood.
    package func finish() {
        for entry in entries where !known.contains(entry.key) {
            let hint =
                nearest(to: entry.key, in: known).map { "; did you mean \"\($0)\"?" }
                ?? "; known are \(known.sorted().joined(separator: ", "))"
            problems.add("\"\(entry.key)\" is not a key of \(what)\(hint)", at: entry.keyPlace)
        }
    }

    private func scalar(_ node: ConfigNode, _ key: String) -> String? {
        if case .scalar(let text) = node.content { return text }
        problems.add("\(key) is \(node.kind); it must be a single value", at: node.place)
        return nil
    }
}

/// Decimal digits alone, without a sign.
package func wholeNumber(_ text: some StringProtocol) -> Int? {
    text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Int(text) : nil
}

/// `a, b or c`
package func orList(_ words: [String]) -> String {
    guard let last = words.last, words.count > 1 else { return words.joined() }
    return words.dropLast().joined(separator: ", ") + " or " + last
}
