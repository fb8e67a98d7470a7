import ConfigTree

/// The words after a command: flags with or without a value, and the rest. `--flag value` and `--flag=value` are the same; `--` ends
/// the flags.
struct Arguments {
    /// What a command understands.
    struct Grammar {
        let command: String
        /// What stands behind the command in its usage line.
        let usage: String
        /// Flags that take a value, with the word for it: `"--config": "FILE"`.
        var values: KeyValuePairs<String, String> = [:]
        var switches: [String] = []
        /// How many words without a flag.
        var words: ClosedRange<Int> = 0...0
    }

    private var values: [(flag: String, value: String)] = []
    private var switches: Set<String> = []
    private(set) var words: [String] = []

    init(_ arguments: some Sequence<String>, _ grammar: Grammar) throws(Exit) {
        var rest = Array(arguments)[...]
        var flagsEnded = false
        while let word = rest.popFirst() {
            if flagsEnded || !word.hasPrefix("-") || word == "-" {
                words.append(word)
            } else if word == "--" {
                flagsEnded = true
            } else {
                try take(flag: word, &rest, grammar)
            }
        }
        guard grammar.words.contains(words.count) else {
            throw Exit(.usage, "usage: bellhop \(grammar.command) \(grammar.usage)")
        }
    }

    private mutating func take(flag word: String, _ rest: inout ArraySlice<String>, _ grammar: Grammar) throws(Exit) {
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let flag = parts[0]
        if let kind = grammar.values.first(where: { $0.key == flag })?.value {
            guard let value = parts.count == 2 ? parts[1] : rest.popFirst() else {
                throw Exit(.usage, "\(flag) needs a value: \(flag) \(kind)")
            }
            values.append((flag, value))
        } else if grammar.switches.contains(flag), parts.count == 1 {
            switches.insert(flag)
        } else {
            let known = grammar.values.map(\.key) + grammar.switches
            let hint =
                nearest(to: flag, in: known).map { "; did you mean \($0)?" }
                ?? "; there are \(known.sorted().joined(separator: " "))"
            throw Exit(.usage, "\"\(word)\" is no flag of bellhop \(grammar.command)\(hint)")
        }
    }

    func has(_ flag: String) -> Bool { switches.contains(flag) }

    /// The last value given for a flag.
    func text(_ flag: String) -> String? { values.last { $0.flag == flag }?.value }

    func texts(_ flag: String) -> [String] { values.filter { $0.flag == flag }.map(\.value) }

    /// The last value, read by `parse`; `expected` completes "… must be …".
    func value<Value>(_ flag: String, expected: String, _ parse: (String) -> Value?) throws(Exit) -> Value? {
        guard let text = text(flag) else { return nil }
        guard let value = parse(text) else { throw Exit(.usage, "\(flag) is \"\(text)\"; it must be \(expected)") }
        return value
    }
}
