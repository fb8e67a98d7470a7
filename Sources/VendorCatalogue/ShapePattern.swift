import Packets

/// How the strings of a family look: literal text compared without regard to ASCII case, `*` for any run of bytes, `?` for any one
/// byte, and the captures `{model}`, `{version}`, `{mac}` and `{uuid}`. The whole string must match.
///
/// `{model}` is one or more of letters, digits, `.`, `_`, `-` and `+`; `{version}` the same without `+`; `{mac}` twelve hexadecimal
/// digits, bare or with `:`, `-` or `_` between octets; `{uuid}` the text of RFC 9562 §4. A capture's name may stand in any case. `\x` and
/// two hexadecimal digits are that very byte.
package struct ShapePattern: Hashable, Sendable {
    package enum Capture: String, CaseIterable, Sendable {
        case model, version, mac, uuid

        /// - Parameter name: as it stands in braces, in lower case. In names of files the model has forms: `{model-lower}`, `{model-number}`.
        fileprivate init?(named name: String) {
            self.init(rawValue: ["model-lower", "model-number"].contains(name) ? "model" : name)
        }
    }

    /// What the captures matched. Raw bytes of the wire, already of the capture's own small alphabet.
    package struct Match: Hashable, Sendable {
        package var model: String?
        package var version: String?
        package var mac: MACAddress?
        /// In lower case.
        package var uuid: String?
    }

    private enum Token: Hashable, Sendable {
        case literal(UInt8)
        case octet(UInt8)
        case anyByte
        case anyRun
        case capture(Capture)
    }

    package let source: String
    private let tokens: [Token]

    /// Longer strings match nothing: no phone's are, and the work for one string is bounded so.
    package static let longestSubject = 512

    /// `nil` where a brace is open, or names no capture.
    package init?(_ source: String) {
        self.source = source
        var tokens: [Token] = []
        var rest = source[...]
        while let character = rest.first {
            switch character {
            case "{":
                guard let close = rest.firstIndex(of: "}"),
                    let capture = Capture(named: rest[rest.index(after: rest.startIndex)..<close].lowercased())
                else { return nil }
                tokens.append(.capture(capture))
                rest = rest[rest.index(after: close)...]
            case "}":
                return nil
            case "*":
                if tokens.last != .anyRun { tokens.append(.anyRun) }
                rest = rest.dropFirst()
            case "?":
                tokens.append(.anyByte)
                rest = rest.dropFirst()
            case "\\" where ShapePattern.octet(rest) != nil:
                tokens += ShapePattern.octet(rest).map { [.octet($0)] } ?? []
                rest = rest.dropFirst(4)
            default:
                tokens += String(character).utf8.map { .literal($0.lowercased) }
                rest = rest.dropFirst()
            }
        }
        self.tokens = tokens
    }

    /// What `\x00` at the beginning of a text stands for.
    private static func octet(_ text: Substring) -> UInt8? {
        let digits = Array(text.prefix(4).utf8)
        guard text.hasPrefix("\\x"), digits.count == 4, let high = hexValue(digits[2]), let low = hexValue(digits[3]) else {
            return nil
        }
        return high << 4 | low
    }

    /// The first two bytes of every text that matches, in lower case; `nil` where those are not literal.
    package var beginning: UInt16? {
        guard tokens.count >= 2, case .literal(let first) = tokens[0], case .literal(let second) = tokens[1] else { return nil }
        return UInt16(first) << 8 | UInt16(second)
    }

    /// The same of a text; `nil` for one that is shorter.
    package static func beginning(of text: ArraySlice<UInt8>) -> UInt16? {
        guard let first = text.first, let second = text.dropFirst().first else { return nil }
        return UInt16(first.lowercased) << 8 | UInt16(second.lowercased)
    }

    /// How many bytes of it are literal text: of two patterns that match, the one with more says more.
    package var literals: Int {
        tokens.count {
            switch $0 {
            case .literal, .octet: true
            case .anyByte, .anyRun, .capture: false
            }
        }
    }

    package func match(_ text: String) -> Match? {
        match(Array(text.utf8)[...])
    }

    package func match(_ subject: ArraySlice<UInt8>) -> Match? {
        guard subject.count <= ShapePattern.longestSubject else { return nil }
        // Most patterns fail on their first letters or their last; that costs nothing here.
        guard begins(subject, with: tokens), begins(subject.reversed(), with: tokens.reversed()) else { return nil }
        var search = Search(tokens: tokens, subject: Array(subject))
        return search.run(0, 0) ? search.match : nil
    }

    package func matches(_ text: String) -> Bool { match(text) != nil }

    /// Whether the literals before the first other token stand at the beginning.
    private func begins(_ subject: some Collection<UInt8>, with tokens: some Collection<Token>) -> Bool {
        var place = subject.startIndex
        for token in tokens {
            guard case .literal(let expected) = token else { break }
            guard place < subject.endIndex, subject[place].lowercased == expected else { return false }
            subject.formIndex(after: &place)
        }
        return true
    }

    fileprivate static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    /// Backtracking with every dead end remembered, so that no string costs more than tokens times bytes times the longest capture.
    private struct Search {
        let tokens: [Token]
        let subject: [UInt8]
        var match = Match()
        private var deadEnds: Set<Int> = []

        init(tokens: [Token], subject: [UInt8]) {
            self.tokens = tokens
            self.subject = subject
        }

        mutating func run(_ token: Int, _ at: Int) -> Bool {
            guard token < tokens.count else { return at == subject.count }
            // Where there is one way only, it costs less to go it again than to remember it.
            if case .literal = tokens[token] { return step(token, at) }
            let state = token * (subject.count + 1) + at
            if deadEnds.contains(state) { return false }
            if step(token, at) { return true }
            deadEnds.insert(state)
            return false
        }

        private mutating func step(_ token: Int, _ at: Int) -> Bool {
            switch tokens[token] {
            case .literal(let expected):
                return at < subject.count && subject[at].lowercased == expected && run(token + 1, at + 1)
            case .octet(let expected):
                return at < subject.count && subject[at] == expected && run(token + 1, at + 1)
            case .anyByte:
                return at < subject.count && run(token + 1, at + 1)
            case .anyRun:
                if token + 1 == tokens.count { return true }
                return (at...subject.count).contains { run(token + 1, $0) }
            case .capture(.mac):
                for length in [12, 17] where at + length <= subject.count {
                    guard let mac = MACAddress(ascii: subject[at..<(at + length)]) else { continue }
                    if run(token + 1, at + length) {
                        match.mac = mac
                        return true
                    }
                }
                return false
            case .capture(.uuid):
                guard at + uuidLength <= subject.count, let uuid = uuidText(subject[at..<(at + uuidLength)]),
                    run(token + 1, at + uuidLength)
                else { return false }
                match.uuid = uuid
                return true
            case .capture(let capture):
                var end = at
                while end < subject.count, isWord(subject[end]) || (capture == .model && subject[end] == UInt8(ascii: "+")) {
                    end += 1
                }
                while end > at {
                    if run(token + 1, end) {
                        let text = String(decoding: subject[at..<end], as: UTF8.self)
                        if capture == .model { match.model = text } else { match.version = text }
                        return true
                    }
                    end -= 1
                }
                return false
            }
        }
    }
}
