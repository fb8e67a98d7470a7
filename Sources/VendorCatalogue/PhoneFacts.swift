import Packets

/// What is known of one phone, to fill in file names and the simulator's strings.
package struct PhoneFacts: Sendable {
    package var mac: MACAddress?
    package var model: String?
    package var version: String?
    /// In lower case, with its dashes.
    package var uuid: String?
    /// Further names, such as `ip`, `port`, `call-id`.
    package var more: [String: String] = [:]

    package init(
        mac: MACAddress? = nil, model: String? = nil, version: String? = nil, uuid: String? = nil, more: [String: String] = [:]
    ) {
        self.mac = mac
        self.model = model
        self.version = version
        self.uuid = uuid
        self.more = more
    }

    package subscript(name: String) -> String? {
        switch name {
        case "mac": mac?.plain
        case "MAC": mac?.plain.uppercased()
        case "mac-colon": mac?.colons
        case "model": model
        case "MODEL": model?.uppercased()
        case "model-lower": model?.lowercased()
        // `504G` of an SPA504G, `962` of an SPA-962: Cisco's $PSN.
        case "model-number":
            model.map { model in
                let number = model.drop { !("0"..."9").contains($0) }
                return number.isEmpty ? model : String(number)
            }
        case "version": version
        case "uuid": uuid
        default: more[name]
        }
    }
}

/// Text whose `{name}`s are filled in with the facts of one phone.
package struct TextWithFacts: Hashable, Sendable {
    package let source: String

    package init(_ source: String) {
        self.source = source
    }

    /// The text filled in, and the names that nothing is known of; those come out as `unknown` says.
    package func filled(with facts: PhoneFacts, unknown: (String) -> String = { _ in "" }) -> String {
        var text = ""
        var rest = source[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            text += rest[..<open]
            let name = String(rest[rest.index(after: open)..<close])
            text += facts[name] ?? unknown(name)
            rest = rest[rest.index(after: close)...]
        }
        return text + rest
    }

    /// The text filled in; `nil` where something in it is not known.
    package func complete(with facts: PhoneFacts) -> String? {
        var isComplete = true
        let text = filled(with: facts) { _ in
            isComplete = false
            return ""
        }
        return isComplete ? text : nil
    }
}

/// The name of a file that a family asks for, such as `snom{model}-{MAC}.htm`, read both ways: which name does this phone ask for,
/// and which phone asked for this name.
package struct FileNameTemplate: Hashable, Sendable {
    package let source: String
    /// Whether the name tells a family: a bare `{mac}.cfg` or `{model}.cfg` does not, `SIP{MAC}.cfg`, `f0V0*.cfg` and `{model}.st` do.
    package let isDistinctive: Bool
    /// Whether the phone's hardware address or UUID stands in the name.
    package let namesPhone: Bool
    package let pattern: ShapePattern
    /// What the facts call that part of the name which the pattern reads as the model.
    private let modelForm: String

    /// `nil` where a brace is open or names none of `mac`, `model`, `model-lower`, `model-number`, `version` and `uuid`, in either case.
    package init?(_ source: String) {
        guard let pattern = ShapePattern(source) else { return nil }
        self.source = source
        self.pattern = pattern
        let lowerCase = source.lowercased()
        modelForm = ["model-lower", "model-number"].first { lowerCase.contains("{\($0)}") } ?? "model"
        namesPhone = lowerCase.contains("{mac}") || lowerCase.contains("{uuid}")
        let literals = TextWithFacts(source).filled(with: PhoneFacts()).prefix { $0 != "." }
            .count { $0.isLetter || $0.isNumber || $0 == "?" }
        isDistinctive =
            lowerCase.contains("{\(modelForm)}")
            ? literals >= 2 || !FileNameTemplate.everybodysEndings.contains(where: lowerCase.hasSuffix)
            : literals >= (lowerCase.contains("{mac}") ? 3 : 4)
    }

    private static let everybodysEndings = [".cfg", ".conf", ".ini", ".txt", ".xml"]

    /// The name that this phone asks for; `nil` where that takes something unknown, or a wildcard.
    package func name(for facts: PhoneFacts) -> String? {
        guard !source.contains("*"), !source.contains("?") else { return nil }
        return TextWithFacts(source).complete(with: facts)
    }

    package func match(_ name: ArraySlice<UInt8>) -> ShapePattern.Match? { pattern.match(name) }

    package func match(_ name: String) -> ShapePattern.Match? { pattern.match(name) }

    /// Whether a name of this shape could be asked for by this phone: what is known of it must agree.
    package func fits(_ name: String, _ facts: PhoneFacts) -> Bool {
        guard let match = pattern.match(name) else { return false }
        if let mac = match.mac, let known = facts.mac, mac != known { return false }
        if let model = match.model, let known = facts[modelForm], model.lowercased() != known.lowercased() { return false }
        if let uuid = match.uuid, let known = facts.uuid, uuid != known { return false }
        return true
    }
}
