import Packets

/// The name of a file as a family asks for it, compared letter by letter with one that somebody gave: how far is it off, and what was
/// meant?
struct NameShape: Sendable {
    private enum Token {
        case literal(UInt8)
        case anyByte
        /// `*`, `{model}`, `{version}` and whatever else only the phone knows.
        case run

        var isRun: Bool { if case .run = self { true } else { false } }
        case mac
    }

    /// How far a name is off. An edit weighs two, a letter in the other case one.
    struct Match {
        let cost: Int
        /// The name that was meant, with `{mac}` where that is not to be seen.
        let meant: String

        var isExact: Bool { cost == 0 }
    }

    let source: String
    private let tokens: [Token]
    private let literals: Int

    /// - Parameter source: with `{mac}`, `{model}` and other names in braces, `*` and `?`.
    init(_ source: String) {
        self.source = source
        var tokens: [Token] = []
        var rest = Array(source.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "{"), let close = rest.firstIndex(of: UInt8(ascii: "}")) {
                let name = String(decoding: rest[..<close], as: UTF8.self).lowercased()
                tokens.append(["mac", "mac-colon", "mac-dash"].contains(name) ? .mac : .run)
                rest = rest[(close + 1)...]
            } else if byte == UInt8(ascii: "*") {
                tokens.append(.run)
            } else {
                tokens.append(byte == UInt8(ascii: "?") ? .anyByte : .literal(byte))
            }
        }
        self.tokens = tokens
        literals = tokens.count { if case .literal = $0 { true } else { false } }
    }

    /// Longer names are compared with nothing.
    private static let longest = 128

    /// - Returns: `nil` for a name that is too far off to have been meant: more than two edits, or one in a short name.
    func match(_ name: String) -> Match? {
        let bytes = Array(name.utf8)
        guard bytes.count <= NameShape.longest, tokens.count <= NameShape.longest else { return nil }
        var search = Search(tokens: tokens, bytes: bytes)
        guard let best = search.best(0, 0), best.cost <= (literals >= 8 ? 4 : literals >= 4 ? 2 : 0) else { return nil }
        if best.cost > 0, tokens.contains(where: \.isRun) {
            // The name without its model is no misspelling of one with: which model it would be, nobody knows.
            var bare = Search(tokens: tokens.filter { !$0.isRun }, bytes: bytes)
            if let other = bare.best(0, 0), other.cost <= best.cost { return nil }
        }
        return Match(cost: best.cost, meant: best.meant)
    }

    /// The cheapest way to read the bytes as the tokens; every state is looked at once.
    private struct Search {
        let tokens: [Token]
        let bytes: [UInt8]
        private var known: [Int: (cost: Int, step: Step)?] = [:]

        /// What one state does: how many tokens and bytes it takes, and what it writes.
        private struct Step {
            let tokens: Int
            let bytes: Int
            let text: [UInt8]
        }

        init(tokens: [Token], bytes: [UInt8]) {
            self.tokens = tokens
            self.bytes = bytes
        }

        mutating func best(_ token: Int, _ at: Int) -> (cost: Int, meant: String)? {
            guard let cost = cost(token, at) else { return nil }
            var (token, at) = (token, at)
            var text: [UInt8] = []
            while token < tokens.count || at < bytes.count, let step = known[key(token, at)]??.step {
                text += step.text
                token += step.tokens
                at += step.bytes
            }
            return (cost, String(decoding: text, as: UTF8.self))
        }

        private func key(_ token: Int, _ at: Int) -> Int { token * (bytes.count + 1) + at }

        private mutating func cost(_ token: Int, _ at: Int) -> Int? {
            if token == tokens.count, at == bytes.count { return 0 }
            if let known = known[key(token, at)] { return known?.cost }
            var best: (cost: Int, step: Step)?
            func consider(_ own: Int, _ step: Step, _ search: inout Search) {
                // More than two edits are never asked for.
                guard own < (best?.cost ?? 6), let rest = search.cost(token + step.tokens, at + step.bytes) else { return }
                if own + rest < (best?.cost ?? 6) { best = (own + rest, step) }
            }
            if token < tokens.count {
                switch tokens[token] {
                case .literal(let wanted):
                    if at < bytes.count {
                        let own = bytes[at] == wanted ? 0 : bytes[at] | 0x20 == wanted | 0x20 && isLetter(wanted) ? 1 : 2
                        consider(own, Step(tokens: 1, bytes: 1, text: [wanted]), &self)
                    }
                    consider(2, Step(tokens: 1, bytes: 0, text: [wanted]), &self)
                case .anyByte:
                    if at < bytes.count { consider(0, Step(tokens: 1, bytes: 1, text: [bytes[at]]), &self) }
                case .run:
                    if at < bytes.count, bytes[at] != UInt8(ascii: "/") {
                        consider(0, Step(tokens: 0, bytes: 1, text: [bytes[at]]), &self)
                        consider(0, Step(tokens: 1, bytes: 1, text: [bytes[at]]), &self)
                    }
                case .mac:
                    for length in [17, 12, 11, 13] where at + length <= bytes.count {
                        let part = bytes[at..<(at + length)]
                        if MACAddress(ascii: part) != nil {
                            consider(0, Step(tokens: 1, bytes: length, text: Array(part)), &self)
                        } else if length != 17, length != 12, part.allSatisfy({ hexValue($0) != nil }) {
                            consider(2, Step(tokens: 1, bytes: length, text: Array("{mac}".utf8)), &self)
                        }
                    }
                }
            }
            if at < bytes.count { consider(2, Step(tokens: 0, bytes: 1, text: []), &self) }
            known[key(token, at)] = .some(best)
            return best?.cost
        }

        private func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) }
    }
}
